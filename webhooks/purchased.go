package webhooks

import (
	"time"

	"kopilka/program"

	"github.com/danielgtaylor/huma/v2"
)

// Purchase is what became of a purchase.
type Purchase struct {
	ID          PurchaseID  `json:"id"`
	Verdict     Verdict     `json:"verdict"`
	Reason      string      `json:"reason" doc:"The verdict in a sentence, for the integrator. Shoppers get their own words from the bot."`
	Member      MemberID    `json:"member"`
	Merchant    *MerchantID `json:"merchant,omitempty" doc:"The seller, if it takes part."`
	Store       *StoreID    `json:"store,omitempty"`
	Total       *Money      `json:"total,omitempty"`
	Points      Points      `json:"points" doc:"What it earned."`
	AvailableAt *time.Time  `json:"available_at,omitempty" doc:"When the points can be spent, if not at once."`
	Breakdown   *Breakdown  `json:"breakdown,omitempty"`
	Balance     *Balance    `json:"balance,omitempty" doc:"After it."`
	Tier        string      `json:"tier,omitempty" example:"silver"`
	Earlier     *Earlier    `json:"earlier,omitempty" doc:"Of a receipt that came before."`
}

// Earlier is when a receipt came the first time.
type Earlier struct {
	Purchase PurchaseID `json:"purchase"`
	At       time.Time  `json:"at"`
	Points   Points     `json:"points"`
}

func purchase(o program.Outcome) Purchase {
	out := Purchase{
		ID: PurchaseID(o.ID), Verdict: Verdict(o.Verdict), Reason: reasons[o.Verdict], Member: MemberID(o.Member),
		Points: points(o.Points), AvailableAt: moment(o.AvailableAt), Tier: o.Standing.Tier.Code,
	}
	if id := o.Place.Merchant.ID; id != 0 {
		out.Merchant = new(MerchantID(id))
	}
	if id := o.Place.Store.ID; id != 0 {
		out.Store = new(StoreID(id))
	}
	if o.Receipt.HasTotal {
		out.Total = new(money(o.Receipt.Total))
	}
	if o.Verdict == program.VerdictOK {
		out.Breakdown, out.Balance = new(breakdown(o.Breakdown)), new(balance(o.Balance))
	}
	if o.Verdict == program.VerdictDupSelf || o.Verdict == program.VerdictDupOther {
		e := Earlier{Purchase: PurchaseID(o.Earlier.Receipt), At: o.Earlier.At.UTC()}
		if o.Verdict == program.VerdictDupSelf { // another's points are none of this caller's business
			e.Points = points(o.Earlier.Points)
		} else {
			e.Points = points(0)
		}
		out.Earlier = &e
	}
	return out
}

// Verdict is the answer that a purchase gets: program's closed list.
type Verdict program.Verdict

// Schema lists the verdicts with their meanings.
func (Verdict) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString, Examples: []any{string(program.VerdictOK)}}
	s.Description = "What became of the purchase:\n"
	for _, v := range program.Verdicts() {
		s.Enum = append(s.Enum, string(v))
		s.Description += "- `" + string(v) + "`: " + reasons[v] + "\n"
	}
	s.PrecomputeMessages()
	return s
}

// reasons are the verdicts in words for the people who write programs against the API.
// What a shopper reads is in texts, in the shopper's language.
var reasons = map[program.Verdict]string{
	program.VerdictOK:            "The purchase counts.",
	program.VerdictPending:       "The purchase counts once the tax service has confirmed the receipt.",
	program.VerdictBlurred:       "The code in the picture cannot be read.",
	program.VerdictNoQR:          "There is no code in the picture.",
	program.VerdictNotFiscal:     "The code is not of a fiscal receipt.",
	program.VerdictDupSelf:       "This member's receipt was counted before.",
	program.VerdictDupOther:      "The receipt was counted for another member before.",
	program.VerdictTooOld:        "The purchase is older than the programme takes.",
	program.VerdictFuture:        "The purchase is dated in the future: check the till's clock.",
	program.VerdictBeforeJoin:    "The purchase was made too long before the member joined.",
	program.VerdictShopOut:       "The seller does not take part: neither the fiscal device nor the tax number is registered.",
	program.VerdictRefund:        "The receipt is of a return of goods.",
	program.VerdictNotSale:       "The fiscal document is not a sale.",
	program.VerdictTotalMismatch: "The sum of the code and the sum on the print differ: a person decides.",
	program.VerdictNotFoundTax:   "The tax service does not know the receipt.",
	program.VerdictMinSum:        "The sum is below the least that counts.",
	program.VerdictLimit:         "The member's limit for today is reached: the purchase counts later.",
	program.VerdictReview:        "A person decides.",
	program.VerdictManyQR:        "There are several receipts in the picture.",
	program.VerdictTooBig:        "The picture is too large.",
	program.VerdictBadType:       "The file is of a kind that is not taken.",
	program.VerdictSys:           "A fault on our side: the purchase is kept and judged later.",
}
