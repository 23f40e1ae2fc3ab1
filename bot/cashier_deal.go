package bot

import (
	"context"
	"errors"
	"fmt"

	"kopilka/ledger"
	"kopilka/members"
	"kopilka/program"
	"kopilka/receipts"
	"kopilka/texts"
)

const (
	flowDeal    = "deal"
	dealDesk    = Action("dealdesk")
	dealCancel  = Action("dealx")
	dealChange  = Action("dealsum")
	dealAll     = Action("dealall")
	dealNewcome = Action("dealnew")
)

// dealKind is what a cashier is about to do for a buyer.
type dealKind string

const (
	dealSale   dealKind = "sale"
	dealRedeem dealKind = "redeem"
)

// deal is a sale or a redemption being put together: next asks for what it still lacks,
// so that the fast form and the dialogue are one.
type deal struct {
	Kind            dealKind      `json:"kind"`
	Merchant, Store int64         `json:",omitempty"`
	Buyer           members.ID    `json:"buyer,omitempty"`
	Minor           int64         `json:"minor,omitempty"`
	Document        string        `json:"document,omitempty"`
	Points          ledger.Points `json:"points,omitempty"`
	// Phone that nobody has yet, while the cashier is asked whether to register it.
	Phone members.Phone `json:"phone,omitempty"`
}

func dealRoutes(r *Routes) {
	r.Flow(flowDeal, atTill(dealAnswer))
	r.FlowAction(flowDeal, dealDesk, atTill(chooseDesk))
	r.FlowAction(flowDeal, dealChange, atTill(changeSum))
	r.FlowAction(flowDeal, dealAll, atTill(redeemAll))
	r.FlowAction(flowDeal, dealNewcome, atTill(registerInDeal))
	r.FlowAction(flowDeal, dealCancel, cancelled)
}

// accrue begins a sale: by steps, or from /add <card or phone> <sum> [receipt no.].
func accrue(ctx context.Context, t *Talk) error {
	d := deal{Kind: dealSale}
	if t.Args == "" || t.tapID != "" {
		return t.next(ctx, d, "")
	}
	who, rest, ok := t.splitBuyer(ctx, t.Args)
	if !ok {
		return t.next(ctx, d, "deal_add_form")
	}
	if d.Minor, d.Document, ok = splitSum(rest); !ok && rest != "" {
		return t.next(ctx, d, "deal_add_form")
	}
	return t.foundBuyer(ctx, d, who)
}

// redeem begins a redemption: by steps, or from /redeem <card or phone> <points>.
func redeem(ctx context.Context, t *Talk) error {
	d := deal{Kind: dealRedeem}
	if t.Args == "" || t.tapID != "" {
		return t.next(ctx, d, "")
	}
	who, rest, ok := t.splitBuyer(ctx, t.Args)
	if !ok {
		return t.next(ctx, d, "deal_redeem_form")
	}
	if points, ok := readPoints(rest); ok {
		d.Points = points
	} else if rest != "" {
		return t.next(ctx, d, "deal_redeem_form")
	}
	return t.foundBuyer(ctx, d, who)
}

// accrueFor begins a sale for a buyer who is known already.
func accrueFor(ctx context.Context, t *Talk) error {
	return t.next(ctx, deal{Kind: dealSale, Buyer: members.ID(t.Params.Int(0))}, "")
}

// redeemFor begins a redemption in the same way.
func redeemFor(ctx context.Context, t *Talk) error {
	return t.next(ctx, deal{Kind: dealRedeem, Buyer: members.ID(t.Params.Int(0))}, "")
}

// next asks for what the deal lacks, or shows it to be confirmed. why is the key of a
// line before the question, or "".
func (t *Talk) next(ctx context.Context, d deal, why string) error {
	if desks := t.desks(); d.Merchant == 0 && len(desks) == 1 {
		d.Merchant, d.Store = desks[0].Merchant, desks[0].Store
	}
	if d.Merchant == 0 {
		return t.askDesk(ctx, d)
	}
	at, err := t.place(ctx, members.Actor{Merchant: d.Merchant, Store: d.Store})
	if err != nil {
		return err
	}
	switch {
	case !at.Merchant.Active():
		if err := t.LeaveFlow(ctx); err != nil {
			return err
		}
		return t.EditOrSay(ctx, "sale_suspended", texts.Data{"Shop": at.Merchant.Name}, nil)
	case d.Buyer == 0:
		return t.askDeal(ctx, d, "who", t.line(why)+t.P.Text("deal_who"), nil)
	case d.Kind == dealSale && d.Minor == 0:
		return t.askSum(ctx, d, why)
	case d.Kind == dealSale:
		return t.showSale(ctx, d)
	case d.Points == 0:
		return t.askPoints(ctx, d, why)
	}
	return t.request(ctx, d)
}

// line is the sentence of key as a paragraph of its own, or nothing.
func (t *Talk) line(key string) string {
	if key == "" {
		return ""
	}
	return t.P.Text(key) + "\n\n"
}

// askDeal moves the deal to a step and asks its question, with a way out.
func (t *Talk) askDeal(ctx context.Context, d deal, step, html string, rows func() Inline) error {
	if err := t.OpenFlow(ctx, flowDeal, step, d); err != nil {
		return err
	}
	var k Inline
	if rows != nil {
		k = rows()
	}
	return t.EditOrSayHTML(ctx, html, append(k, Row(Tap(t.P.Plain("button_cancel"), t.FlowToken(dealCancel)))))
}

// askDesk asks who works in several places where they are now.
func (t *Talk) askDesk(ctx context.Context, d deal) error {
	var names []string
	for _, a := range t.desks() {
		at, err := t.place(ctx, a)
		if err != nil {
			return err
		}
		names = append(names, placeName(at))
	}
	return t.askDeal(ctx, d, "desk", t.P.Text("deal_desk"), func() (k Inline) {
		for i, a := range t.desks() {
			k = append(k, Row(Tap(cut(names[i], 60), t.FlowToken(dealDesk, a.Merchant, a.Store))))
		}
		return k
	})
}

func chooseDesk(ctx context.Context, t *Talk) error {
	var d deal
	if err := t.Flow.Read(&d); err != nil {
		return err
	}
	a, ok := t.desk(t.Params.Int(0), t.Params.Int(1))
	if !ok {
		return t.noTill(ctx)
	}
	d.Merchant, d.Store = a.Merchant, a.Store
	return t.next(ctx, d, "")
}

// dealAnswer takes what a cashier types or sends at a step. Nothing goes the usual way
// here: a photo of the buyer's receipt would earn the cashier points.
func dealAnswer(ctx context.Context, t *Talk) error {
	var d deal
	if err := t.Flow.Read(&d); err != nil {
		return err
	}
	switch t.Flow.Step {
	case "who":
		return t.whoAnswer(ctx, d)
	case "sum":
		return t.sumAnswer(ctx, d)
	case "points":
		return t.pointsAnswer(ctx, d)
	}
	return t.next(ctx, d, "") // a question that buttons answer
}

// buyer is the deal's buyer as the cashier may see them: balance and standing.
func (t *Talk) buyer(ctx context.Context, d deal) (members.Actor, program.Account, error) {
	a, ok := t.desk(d.Merchant, d.Store)
	if !ok {
		return a, program.Account{}, program.ErrForbidden
	}
	account, err := t.Program.Account(ctx, a, d.Buyer)
	return a, account, err
}

// dealTrouble answers what a cashier can run into; other failures stay failures.
func (t *Talk) dealTrouble(ctx context.Context, d deal, err error) error {
	key, k := "", Keyboard(nil)
	switch {
	case errors.Is(err, program.ErrForbidden):
		return t.noTill(ctx)
	case errors.Is(err, program.ErrSum):
		key = "deal_sum_range"
	case errors.Is(err, program.ErrOwnAccount):
		key = "deal_own"
	case errors.Is(err, program.ErrSuspended):
		key = "deal_suspended"
	case errors.Is(err, program.ErrNotFound), errors.Is(err, members.ErrNotFound):
		key = "deal_unknown"
	case errors.Is(err, program.ErrNotMember) && d.Kind == dealRedeem:
		key, k = "deal_not_joined", Inline{Row(t.tap("button_claim", actionClaim, d.Buyer))}
	case errors.Is(err, program.ErrNotMember):
		key = "deal_blocked"
	default:
		return fmt.Errorf("deal with buyer %d: %w", d.Buyer, err)
	}
	if err := t.LeaveFlow(ctx); err != nil {
		return err
	}
	return t.EditOrSay(ctx, key, nil, k)
}

// buyerData are the facts of a buyer that the words of a deal have places for.
func (t *Talk) buyerData(a program.Account) texts.Data {
	return texts.Data{"Name": shortName(a.Member), "Tier": a.Standing.Tier.Name(t.P.Lang()), "Balance": texts.Points(a.Balance.Available)}
}

// currencies are what shops of a country take.
var currencies = map[string]string{"RU": "RUB", "UA": "UAH", "KZ": "KZT", "BY": "BYN", "KG": "KGS", "UZ": "UZS"}

// total is the deal's sum in the currency of its shop.
func (t *Talk) total(ctx context.Context, d deal, s program.Settings) (receipts.Money, error) {
	at, err := t.place(ctx, members.Actor{Merchant: d.Merchant, Store: d.Store})
	m := receipts.Money{Minor: d.Minor, Currency: currencies[at.Merchant.Country]}
	if m.Currency == "" {
		m.Currency = s.Currency
	}
	return m, err
}
