package bot

import (
	"context"
	"errors"
	"strings"

	"kopilka/program"
	"kopilka/receipts"
	"kopilka/texts"
)

// why shows what became of a receipt: of one that earned, line by line what for.
func why(ctx context.Context, t *Talk) error {
	o, err := t.Program.Receipt(ctx, t.Shopper(), receipts.ID(t.Params.Int(0)))
	if errors.Is(err, program.ErrNotFound) {
		return ErrStale
	}
	if err != nil {
		return err
	}
	if o.Verdict != program.VerdictOK {
		html, k := t.verdict(o)
		return t.SayHTML(ctx, html, k)
	}
	return t.SayHTML(ctx, t.breakdown(o), Inline{Row(t.tap("button_rules", actionRules), t.tap("button_history", actionHistory))})
}

// breakdown answers «почему столько?» so that the lines add up before the reader's eyes.
func (t *Talk) breakdown(o program.Outcome) string {
	zone := t.zoneAt(o.Place, o.Settings)
	lines := []string{t.P.Text("why_head", texts.Data{"Shop": o.Place.Merchant.Name, "Total": sum(o.Receipt.Total),
		"Bought": t.bought(o.Receipt, zone)})}
	if worth := o.Settings.Currencies[o.Receipt.Total.Currency].Worth; worth != 100_00 && worth != 0 {
		lines = append(lines, t.P.Text("why_worth", texts.Data{
			"One":   texts.Money{Minor: 100, Currency: o.Receipt.Total.Currency},
			"Worth": texts.Money{Minor: int64(worth) / 100, Currency: o.Settings.Currency}}))
	}
	for _, l := range o.Breakdown.Lines {
		lines = append(lines, t.P.Text("why_"+string(l.Code), texts.Data{
			"Rate": texts.Percent(l.Rate), "Tier": o.Settings.Tier(l.Tier).Name(t.P.Lang()),
			"Cap": texts.Points(l.Cap), "Points": t.signed(int64(l.Points))}))
	}
	return strings.Join(append(lines, t.P.Text("why_total", texts.Data{"Points": texts.Points(o.Points)})), "\n")
}

// signed prints hundredths of points with their sign.
func (t *Talk) signed(hundredths int64) texts.HTML {
	if hundredths > 0 {
		return texts.HTML("+" + t.P.Amount(hundredths))
	}
	return texts.HTML(t.P.Amount(hundredths))
}
