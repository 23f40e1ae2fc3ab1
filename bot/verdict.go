package bot

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"kopilka/program"
	"kopilka/receipts"
	"kopilka/texts"
)

// step is a next step that an answer offers.
type step string

const (
	stepManual   step = "manual"   // type the requisites
	stepExample  step = "example"  // how to photograph
	stepPerson   step = "person"   // have a person look
	stepEarlier  step = "earlier"  // what the first submission gave
	stepRules    step = "rules"    //
	stepShops    step = "shops"    //
	stepReceipts step = "receipts" // what was sent and what became of it
	stepHistory  step = "history"  //
	stepWhy      step = "why"      // why so many points
)

// steps lists what can be done after each verdict: a refusal never ends the talk.
var steps = map[program.Verdict][]step{
	program.VerdictOK:            {stepWhy},
	program.VerdictPending:       {stepReceipts},
	program.VerdictBlurred:       {stepManual, stepExample, stepPerson},
	program.VerdictNoQR:          {stepManual, stepExample, stepPerson},
	program.VerdictNotFiscal:     {stepManual, stepExample},
	program.VerdictDupSelf:       {stepEarlier},
	program.VerdictDupOther:      {stepPerson},
	program.VerdictTooOld:        {stepRules},
	program.VerdictFuture:        {stepManual, stepPerson},
	program.VerdictBeforeJoin:    {stepRules},
	program.VerdictShopOut:       {stepShops, stepPerson},
	program.VerdictRefund:        {stepHistory},
	program.VerdictNotSale:       {stepExample, stepPerson},
	program.VerdictTotalMismatch: {stepReceipts},
	program.VerdictNotFoundTax:   {stepManual, stepPerson},
	program.VerdictMinSum:        {stepRules},
	program.VerdictLimit:         {stepReceipts},
	program.VerdictReview:        {stepReceipts},
	program.VerdictManyQR:        {stepReceipts},
	program.VerdictTooBig:        {stepManual, stepExample},
	program.VerdictBadType:       {stepManual, stepExample},
	program.VerdictSys:           {stepReceipts},
}

// verdict is the answer to a receipt: what, why, and what to do next.
func (t *Talk) verdict(o program.Outcome) (string, Inline) {
	if o.Reason == program.ReasonDispute {
		return t.P.Text("dispute_taken", t.verdictData(o)), Inline{Row(t.tap("button_receipts", actionReceipts))}
	}
	if why := program.RejectReason(o.Reason); slices.Contains(program.RejectReasons(), why) {
		return t.P.Text("reviewed_rejected") + "\n" + t.P.Text("reject_"+string(why)), t.steps(o)
	}
	return t.P.Text("verdict_"+strings.ToLower(string(o.Verdict)), t.verdictData(o)), t.steps(o)
}

// verdictData are the facts that the verdicts' words have places for.
func (t *Talk) verdictData(o program.Outcome) texts.Data {
	s, zone := o.Settings, t.zoneAt(o.Place, o.Settings)
	currency := cmp.Or(o.Receipt.Total.Currency, s.Currency)
	return texts.Data{
		"Shop": cmp.Or(o.Place.Merchant.Name, "—"), "Seller": texts.HTML(t.seller(o.Receipt)),
		"Total": sum(o.Receipt.Total), "Bought": t.bought(o.Receipt, zone), "Points": texts.Points(o.Points), "Balance": texts.Points(o.Balance.Available),
		"Days": texts.HTML(t.P.Plural("days", int64(s.MaxAgeDays))), "JoinDays": texts.HTML(t.P.Plural("days", int64(s.BeforeJoinDays))),
		"Limit": texts.HTML(t.P.Plural("receipts_n", int64(s.ReceiptsPerDay))), "Hours": texts.HTML(t.P.Plural("hours", int64(s.ReviewHours))),
		"Min":     texts.Money{Minor: s.Currencies[currency].MinSum, Currency: currency},
		"Earlier": t.moment(o.Earlier.At, zone), "EarlierPoints": texts.Points(o.Earlier.Points),
	}
}

// seller names a seller who is not known here by the number on the receipt.
func (t *Talk) seller(r receipts.Receipt) string {
	switch {
	case r.SellerTaxID != "":
		return t.P.Text("seller_tax", texts.Data{"Number": string(r.SellerTaxID)})
	case r.Device != "":
		return t.P.Text("seller_device", texts.Data{"Number": r.Device})
	}
	return t.P.Text("seller_unknown")
}

// bought prints when a purchase was made, as its receipt says.
func (t *Talk) bought(r receipts.Receipt, zone *time.Location) string {
	switch at := r.When(zone).In(zone); {
	case r.Time.IsZero():
		return t.P.Text("no_date")
	case r.Time.DateOnly:
		return t.P.Day(at, t.At.In(zone))
	default:
		return t.P.Moment(at, t.At.In(zone))
	}
}

// steps are the buttons of an answer, two a row.
func (t *Talk) steps(o program.Outcome) Inline {
	var all []Button
	for _, s := range steps[o.Verdict] {
		if b, ok := t.step(s, o); ok {
			all = append(all, b)
		}
	}
	var k Inline
	for row := range slices.Chunk(all, 2) {
		k = append(k, row)
	}
	return k
}

// step is the button of one step; false when there is nothing it could lead to.
func (t *Talk) step(s step, o program.Outcome) (Button, bool) {
	switch s {
	case stepManual:
		return t.tap("button_manual", actionManual), true
	case stepExample:
		return t.tap("button_example", actionExample), true
	case stepPerson:
		return t.tap("button_person", actionDispute, o.ID), o.ID != 0
	case stepEarlier:
		return t.tap("button_earlier", actionWhy, o.Earlier.Receipt), o.Earlier.Receipt != 0
	case stepRules:
		return t.tap("button_rules", actionRules), true
	case stepShops:
		return t.tap("button_shops", actionShops), true
	case stepReceipts:
		return t.tap("button_receipts", actionReceipts), true
	case stepHistory:
		return t.tap("button_history", actionHistory), true
	case stepWhy:
		return t.tap("button_why", actionWhy, o.ID), true
	}
	return Button{}, false
}
