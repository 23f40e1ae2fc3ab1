package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"kopilka/catalog"
	"kopilka/members"
	"kopilka/program"
	"kopilka/receipts"
	"kopilka/texts"
)

// openReview puts a receipt on the reviewer's desk: its picture, and what was read.
func (t *Talk) openReview(ctx context.Context, s receipts.Submitted) error {
	d := inReview{ID: s.ID}
	if err := t.OpenFlow(ctx, flowReview, "card", d); err != nil {
		return err
	}
	html, k, err := t.reviewCard(ctx, d, s)
	if err != nil {
		return err
	}
	if s.FileID == "" || s.Door != "telegram" {
		return t.SayHTML(ctx, html, k)
	}
	// A picture that came as a file is no photo to Telegram, and one of long ago may be
	// gone: the words go out all the same.
	for _, m := range []Message{{Photo: &Upload{ID: s.FileID}}, {Document: &Upload{ID: s.FileID}}, {}} {
		m.HTML, m.Keyboard = html, k
		if _, err = t.Send(ctx, m); err == nil || ClassOf(err) != File && ClassOf(err) != Refused {
			return err
		}
	}
	return err
}

// showReview is the card again, after a correction; the picture stands above already.
func (t *Talk) showReview(ctx context.Context, d inReview, why string) error {
	if err := t.OpenFlow(ctx, flowReview, "card", d); err != nil {
		return err
	}
	s, err := receipts.ByID(ctx, t.DB, d.ID)
	if err != nil {
		return err
	}
	html, k, err := t.reviewCard(ctx, d, s)
	if err != nil {
		return err
	}
	return t.SayHTML(ctx, t.line(why)+html, k)
}

// reviewCard is what a person needs to decide, and the ways to.
func (t *Talk) reviewCard(ctx context.Context, d inReview, s receipts.Submitted) (string, Inline, error) {
	a, _ := t.Actor(members.PermReview)
	o, err := t.Program.Receipt(ctx, a, d.ID)
	if err != nil {
		return "", nil, err
	}
	if d.Merchant != 0 {
		if o.Place, err = catalog.PlaceOf(ctx, t.DB, d.Merchant, d.Store); err != nil {
			return "", nil, err
		}
	}
	if d.Minor > 0 {
		o.Receipt.Total, o.Receipt.HasTotal = receipts.Money{Minor: d.Minor, Currency: t.reviewCurrency(o)}, true
	}
	buyer, err := members.Get(ctx, t.DB, o.Member)
	if err != nil {
		return "", nil, err
	}
	known := true // the till, or there is nothing to know it by
	if till := o.Receipt.Till(); till != "" {
		_, err = catalog.ByDevice(ctx, t.DB, o.Receipt.Country, till)
		if known = err == nil; !known && !errors.Is(err, catalog.ErrNotFound) {
			return "", nil, err
		}
	}
	return strings.Join(t.reviewLines(o, s, buyer), "\n"), t.reviewKeys(o, known), nil
}

func (t *Talk) reviewLines(o program.Outcome, s receipts.Submitted, buyer members.Member) []string {
	zone := t.zoneAt(o.Place, o.Settings)
	why := t.P.Text("review_reason_none")
	if o.Reason != "" {
		why = t.P.Text("review_reason_" + string(o.Reason))
	}
	lines := []string{
		t.P.Text("review_head", texts.Data{"Receipt": texts.Count(o.ID), "Why": texts.HTML(why)}),
		t.P.Text("review_member", texts.Data{"Name": shortName(buyer), "Tier": o.Standing.Tier.Name(t.P.Lang()), "Sent": t.moment(s.Submission.At, zone)}),
	}
	if o.Place.Merchant.ID != 0 {
		lines = append(lines, t.P.Text("review_shop", texts.Data{"Shop": placeName(o.Place)}))
	} else {
		lines = append(lines, t.P.Text("review_shop_unknown", texts.Data{"TaxID": orDash(string(o.Receipt.SellerTaxID))}))
	}
	if o.Receipt.HasTotal {
		lines = append(lines, t.P.Text("review_total", texts.Data{"Total": sum(o.Receipt.Total)}))
	} else {
		lines = append(lines, t.P.Text("review_total_unknown"))
	}
	via := string(s.Via)
	if s.Key == "" {
		via = "none"
	}
	lines = append(lines, t.P.Text("review_bought", texts.Data{"Bought": t.bought(o.Receipt, zone), "Via": t.P.Plain("via_" + via)}))
	if o.Receipt.Device+o.Receipt.Sign != "" { // a till's own number is nothing that is printed
		lines = append(lines, t.P.Text("review_fiscal", texts.Data{"Device": orDash(o.Receipt.Device),
			"Document": orDash(o.Receipt.Document), "Sign": orDash(o.Receipt.Sign)}))
	}
	var failed []string
	for _, c := range s.Checks {
		if c.Result == receipts.Fail {
			failed = append(failed, c.Name)
		}
	}
	if len(failed) > 0 {
		lines = append(lines, t.P.Text("review_checks", texts.Data{"Checks": strings.Join(failed, ", ")}))
	}
	if e := o.Earlier; e.Receipt != 0 && e.Receipt != o.ID {
		lines = append(lines, t.P.Text("review_earlier", texts.Data{"Receipt": texts.Count(e.Receipt),
			"Earlier": t.moment(e.At, zone), "Points": texts.Points(e.Points)}))
	}
	return lines
}

func orDash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

// reviewKeys offers to accept only what is complete.
func (t *Talk) reviewKeys(o program.Outcome, tillKnown bool) (k Inline) {
	flow := func(key string, a Action) Button { return Tap(t.P.Plain(key), t.FlowToken(a)) }
	if o.Place.Merchant.ID != 0 && o.Receipt.HasTotal {
		k = append(k, Row(flow("button_approve", reviewApprove).In(Success)))
		if !tillKnown && o.Place.Store.ID != 0 {
			k = append(k, Row(flow("button_approve_till", reviewRemember)))
		}
	}
	return append(k,
		Row(flow("button_fix_sum", reviewSum), flow("button_fix_shop", reviewShop)),
		Row(flow("button_reject", reviewReject), t.tap("button_review_next", actionNext, o.ID)))
}

// reviewCurrency is what a corrected sum is in: the receipt's own, else the shop's.
func (t *Talk) reviewCurrency(o program.Outcome) string {
	for _, c := range []string{o.Receipt.Currency(), currencies[o.Place.Merchant.Country], o.Settings.Currency} {
		if c != "" {
			return c
		}
	}
	return ""
}

func (t *Talk) reviewMoney(ctx context.Context, a members.Actor, d inReview) (receipts.Money, error) {
	o, err := t.Program.Receipt(ctx, a, d.ID)
	if err == nil && d.Merchant != 0 {
		o.Place, err = catalog.PlaceOf(ctx, t.DB, d.Merchant, d.Store)
	}
	return receipts.Money{Minor: d.Minor, Currency: t.reviewCurrency(o)}, err
}

// approvedText tells what came of an approval: points, or that the receipt had counted.
func (t *Talk) approvedText(ctx context.Context, o program.Outcome) string {
	name := "—"
	if m, err := members.Get(ctx, t.DB, o.Member); err == nil {
		name = shortName(m)
	}
	data := texts.Data{"Receipt": texts.Count(o.ID), "Points": texts.Points(o.Points), "Name": name, "Total": sum(o.Receipt.Total)}
	if o.Verdict != program.VerdictOK {
		return t.P.Text("review_twice", data)
	}
	return t.P.Text("review_accepted", data)
}

func (t *Talk) rejectedText(id receipts.ID, why program.RejectReason) string {
	return t.P.Text("review_rejected", texts.Data{"Receipt": texts.Count(id), "Why": t.P.Plain(fmt.Sprintf("reject_label_%s", why))})
}
