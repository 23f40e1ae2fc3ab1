package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"kopilka/ledger"
	"kopilka/program"
	"kopilka/receipts"
	"kopilka/texts"
)

// page is how many lines a list shows: what a phone shows without scrolling, and a row
// of buttons holds.
const page = 5

// history pages through what happened to the points, the newest first.
func history(ctx context.Context, t *Talk) error {
	before := t.Params.Int(0)
	entries, err := t.Program.History(ctx, t.Shopper(), t.Member.ID, before, page+1)
	if err != nil {
		return err
	}
	s, err := t.Program.Settings(ctx)
	if err != nil {
		return err
	}
	if len(entries) == 0 {
		return t.show(ctx, t.P.Text("history_empty"), Inline{Row(t.tap("button_example", actionExample)), t.backToMenu()})
	}
	more := len(entries) > page
	entries = entries[:min(len(entries), page)]
	lines := []string{t.P.Text("history")}
	var open []Button
	for i, e := range entries {
		lines = append(lines, fmt.Sprintf("%d. %s", i+1, t.entry(e, s)))
		if e.Receipt != nil && e.Kind == ledger.KindAccrual {
			open = append(open, t.number(i+1, actionWhy, e.Receipt.ID))
		}
	}
	if len(open) > 0 {
		lines = append(lines, t.P.Text("history_open"))
	}
	k := Inline{open, t.pager(actionHistory, before, more, entries[len(entries)-1].Seq), t.backToMenu()}
	return t.show(ctx, strings.Join(lines, "\n"), k)
}

// pager is the row that leads to older lines and back to the newest.
func (t *Talk) pager(a Action, before int64, more bool, last any) (row []Button) {
	if before != 0 {
		row = append(row, t.tap("button_newest", a))
	}
	if more {
		row = append(row, t.tap("button_older", a, last))
	}
	return row
}

// entry is one line: how much, what for, when, and what is still to come.
func (t *Talk) entry(e program.Entry, s program.Settings) string {
	zone := t.zone(s) // one clock for the whole list
	points := e.Available + e.Held
	if e.Kind != ledger.KindMaturity {
		points += e.Pending
	}
	line := t.P.Text("history_line", texts.Data{"Points": t.signed(int64(points)), "What": texts.HTML(t.what(e)), "At": t.moment(e.At, zone)})
	switch {
	case e.ReversedBy != 0:
		line += " " + t.P.Text("history_undone")
	case e.AvailableAt.After(t.At):
		line += " " + t.P.Text("history_pending", texts.Data{"Day": t.day(e.AvailableAt, zone)})
	}
	return line
}

// what names an entry's reason.
func (t *Talk) what(e program.Entry) string {
	shop := e.Place.Merchant.Name
	switch {
	case e.Kind == ledger.KindAccrual && shop != "":
		return t.P.Text("entry_shop", texts.Data{"Shop": shop})
	case e.Kind == ledger.KindAccrual && slices.Contains([]ledger.Origin{ledger.OriginWelcome, ledger.OriginPromo}, e.Origin):
		return t.P.Text("entry_" + string(e.Origin))
	case e.Source == "merge":
		return t.P.Text("entry_merge")
	case e.Kind == ledger.KindAccrual:
		return t.P.Text("entry_adjustment")
	case e.Kind == ledger.KindRedemption && shop != "":
		return t.P.Text("entry_redemption_shop", texts.Data{"Shop": shop})
	}
	return t.P.Text("entry_" + string(e.Kind))
}

// receiptsSent lists what the member has sent, with what became of each.
func receiptsSent(ctx context.Context, t *Talk) error {
	before := receipts.ID(t.Params.Int(0))
	sent, err := t.Program.Receipts(ctx, t.Shopper(), t.Member.ID, before, page+1)
	if err != nil {
		return err
	}
	s, err := t.Program.Settings(ctx)
	if err != nil {
		return err
	}
	if len(sent) == 0 {
		return t.show(ctx, t.P.Text("receipts_empty"), Inline{Row(t.tap("button_example", actionExample)), t.backToMenu()})
	}
	more := len(sent) > page
	sent = sent[:min(len(sent), page)]
	lines := []string{t.P.Text("receipts_sent")}
	var open []Button
	for i, r := range sent {
		lines = append(lines, fmt.Sprintf("%d. %s", i+1, t.sentLine(r, s)))
		open = append(open, t.number(i+1, actionWhy, r.ID))
	}
	k := Inline{open, t.pager(actionReceipts, int64(before), more, sent[len(sent)-1].ID), t.backToMenu()}
	return t.show(ctx, strings.Join(append(lines, t.P.Text("receipts_open")), "\n"), k)
}

// sentLine is one receipt: when it came, its sum if it is known, where it stands.
func (t *Talk) sentLine(r receipts.Submitted, s program.Settings) string {
	when := t.moment(r.Submission.At, t.zone(s))
	state := t.short(program.Verdict(r.Verdict))
	switch {
	case r.State == receipts.Review:
		state = t.short(program.VerdictReview)
	case r.State == receipts.Accepted:
		state = t.P.Text("sent_accepted", texts.Data{"Points": texts.Points(r.Points)})
	case r.ReviewedBy != 0:
		state = t.P.Text("sent_rejected")
	}
	if r.Receipt.HasTotal {
		return t.P.Text("sent_line_sum", texts.Data{"At": when, "Total": sum(r.Receipt.Total), "State": texts.HTML(state)})
	}
	return t.P.Text("sent_line", texts.Data{"At": when, "State": texts.HTML(state)})
}
