package bot

import (
	"context"
	"strings"

	"kopilka/ledger"
	"kopilka/program"
	"kopilka/texts"
)

// balance shows what can be spent now, what will be and what is about to be lost.
func balance(ctx context.Context, t *Talk) error {
	a, err := t.Program.Account(ctx, t.Shopper(), t.Member.ID)
	if err != nil {
		return err
	}
	k := Inline{Row(t.tap("button_history", actionHistory), t.tap("button_tier", actionTier))}
	if t.Member.Phone == "" && a.Balance.Available > 0 {
		k = append(k, Row(t.tap("button_phone", actionPhone)))
	}
	return t.show(ctx, t.balanceText(a), append(k, t.backToMenu()))
}

func (t *Talk) balanceText(a program.Account) string {
	zone, b := t.zone(a.Settings), a.Balance
	lines := []string{t.P.Text("balance_zero")}
	if b.Available > 0 {
		lines[0] = t.P.Text("balance", texts.Data{"Points": texts.Points(b.Available),
			"Worth": texts.Money{Minor: int64(b.Available), Currency: a.Settings.Currency}})
	}
	if b.Pending > 0 {
		data := texts.Data{"Points": texts.Points(b.Pending), "Day": t.day(b.NextAvailable.At, zone)}
		if b.Pending == b.NextAvailable.Points {
			lines = append(lines, t.P.Text("balance_pending", data))
		} else {
			lines = append(lines, t.P.Text("balance_pending_more", data, texts.Data{"Next": texts.Points(b.NextAvailable.Points)}))
		}
	}
	if b.Held > 0 {
		lines = append(lines, t.P.Text("balance_held", texts.Data{"Points": texts.Points(b.Held)}))
	}
	if b.Debt > 0 {
		lines = append(lines, t.P.Text("balance_debt", texts.Data{"Points": texts.Points(b.Debt)}))
	}
	if b.NextExpiry.Points > 0 {
		lines = append(lines, t.P.Text("balance_expiry", texts.Data{"Points": texts.Points(b.NextExpiry.Points), "Day": t.day(b.NextExpiry.At, zone)}))
	}
	if b == (ledger.Balance{}) {
		lines = append(lines, t.P.Text("balance_empty"))
	}
	return strings.Join(lines, "\n")
}

// tier shows where the member stands and how far the next tier is.
func tier(ctx context.Context, t *Talk) error {
	a, err := t.Program.Account(ctx, t.Shopper(), t.Member.ID)
	if err != nil {
		return err
	}
	return t.show(ctx, t.tierText(a), Inline{Row(t.tap("button_rules", actionRules), t.tap("button_history", actionHistory)), t.backToMenu()})
}

func (t *Talk) tierText(a program.Account) string {
	s, at := a.Settings, a.Standing
	money := func(minor int64) texts.Money { return texts.Money{Minor: minor, Currency: s.Currency} }
	lines := []string{
		t.P.Text("tier", texts.Data{"Tier": at.Tier.Name(t.P.Lang()), "Rate": texts.Percent(s.Base + at.Tier.Bonus)}),
		t.P.Text("tier_spend", texts.Data{"Spend": money(at.Spend)}),
	}
	if at.Next == nil {
		return strings.Join(append(lines, t.P.Text("tier_top")), "\n")
	}
	next := *at.Next
	lines = append(lines, t.P.Text("tier_next", texts.Data{"Tier": next.Name(t.P.Lang()), "Rate": texts.Percent(s.Base + next.Bonus),
		"Left": money(at.Left), "Bar": bar(percentOf(at.Spend, next.From)), "Percent": texts.Percent(percentOf(at.Spend, next.From))}))
	return strings.Join(lines, "\n")
}

// bar draws a part of the whole in ten steps.
func bar(basisPoints int64) string {
	done := int(basisPoints / 10_00)
	return strings.Repeat("▰", done) + strings.Repeat("▱", 10-done)
}

// percentOf is n of whole in basis points, in whole per cents and never 100 before the end.
func percentOf(n, whole int64) int64 {
	if whole <= 0 {
		return 0
	}
	return min(max(0, n), whole) * 100 / whole * 100
}
