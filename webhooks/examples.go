package webhooks

import (
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// The examples of the description are one story: Anna (m_123) buys coffee for 1 249.90
// at Coffee (mr_7). Being values of the real types they cannot lag behind them.
var (
	exampleAt    = time.Date(2026, 11, 21, 11, 5, 0, 0, time.UTC)
	exampleBuyer = Buyer{Card: "9643123412341238"}
	exampleTotal = Money{Minor: 124990, Currency: "RUB"}

	exampleBreakdown = Breakdown{
		Lines: []Line{
			{Code: "base", Rate: new(int64(300)), Points: points(3749)},
			{Code: "tier", Rate: new(int64(200)), Tier: "silver", Points: points(2500)},
			{Code: "rounding", Points: points(-49)},
		},
		Total: points(6200), Settings: 3,
	}
	exampleBalance = Balance{Available: points(18950), Pending: points(0), Debt: points(0),
		NextExpiry: &Due{At: exampleAt.AddDate(0, 2, 0), Points: points(4000)}}

	exampleEvent = message{EventPointsAccrued, exampleAt, AccruedEvent{
		Member: 123, Purchase: 45, Merchant: 7, Points: points(6200), Total: exampleTotal, Tier: "silver", Door: "telegram",
	}}
)

// example is a request's body, nil for none, and the answer to it.
type example struct{ request, answer any }

func examples() map[string]example {
	local := exampleAt.In(time.FixedZone("", 3*60*60))
	quoted := quoteOutput{}
	quoted.Body.Member, quoted.Body.Points, quoted.Body.Breakdown = 123, points(6200), exampleBreakdown
	return map[string]example{
		"postPurchase": {
			PurchaseRequest{Member: exampleBuyer, Total: &exampleTotal, Time: &local,
				Fiscal: &Fiscal{Country: "RU", Device: "9960440300000001", Document: "71", Sign: "2345678901"}},
			Purchase{ID: 45, Verdict: "OK", Reason: reasons["OK"], Member: 123, Merchant: new(MerchantID(7)), Store: new(StoreID(9)),
				Total: &exampleTotal, Points: points(6200), Breakdown: &exampleBreakdown, Balance: &exampleBalance, Tier: "silver"},
		},
		"quote": {QuoteRequest{Member: exampleBuyer, Total: exampleTotal}, quoted.Body},
		"registerMember": {
			Registration{Phone: "+79001112233", Name: "Анна", Lang: "ru", Consents: []Consent{{Kind: "terms", Version: "2026-11", Given: true, Evidence: "till 3, signed form 118"}}},
			Member{ID: 123, State: "pending", Name: "Анна", Lang: "ru", Phone: "+7 900 ***-**-33", Card: exampleBuyer.Card, JoinedAt: &exampleAt},
		},
		"getBalance": {nil, Account{Member: 123, Balance: exampleBalance,
			Tier: Tier{Code: "silver", Spend: Money{2_150_000, "RUB"}, Next: "gold", Left: &Money{3_850_000, "RUB"}}}},
		"getHistory": {nil, HistoryPage{HasMore: true, NextCursor: cursor(17), Entries: []Entry{{
			ID: "e_17", Kind: "accrual", At: exampleAt, Points: points(6200), Pending: points(0), After: points(18950),
			AvailableAt: &exampleAt, ExpiresAt: new(exampleAt.AddDate(1, 0, 0)), Purchase: new(PurchaseID(45)), Merchant: "Coffee",
		}}}},
	}
}

// giveExamples puts the story where it belongs in op.
func giveExamples(op *huma.Operation) {
	e, found := examples()[op.OperationID]
	if !found {
		return
	}
	if e.request != nil {
		op.RequestBody.Content["application/json"].Example = e.request
	}
	op.Responses[strconv.Itoa(op.DefaultStatus)].Content["application/json"].Example = e.answer
}
