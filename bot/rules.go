package bot

import (
	"context"
	"strings"

	"kopilka/program"
	"kopilka/texts"
)

// rules prints the programme's rules from its live settings.
func rules(ctx context.Context, t *Talk) error {
	s, err := t.Program.Settings(ctx)
	if err != nil {
		return err
	}
	own, err := t.ownRates(ctx, s)
	if err != nil {
		return err
	}
	k := Inline{Row(t.tap("button_shops", actionShops), t.tap("button_promos", actionPromos))}
	if s.RulesURL != "" {
		k = append(k, Row(Link(t.P.Plain("button_rules_full"), s.RulesURL)))
	}
	return t.show(ctx, t.rulesText(s, own), append(k, t.backToMenu()))
}

// ownRates are the lines of merchants that give their own rate.
func (t *Talk) ownRates(ctx context.Context, s program.Settings) ([]string, error) {
	if len(s.Merchants) == 0 {
		return nil, nil
	}
	all, err := activeMerchants(ctx, t.DB, "")
	var lines []string
	for _, m := range all {
		if rate, ok := s.Merchants[int64(m.ID)]; ok && len(lines) < 10 {
			lines = append(lines, t.P.Text("rules_merchant", texts.Data{"Shop": m.Name, "Rate": texts.Percent(rate)}))
		}
	}
	return lines, err
}

func (t *Talk) rulesText(s program.Settings, own []string) string {
	lines := []string{t.P.Text("rules", texts.Data{"Programme": s.Name}), t.P.Text("rules_base", texts.Data{"Rate": texts.Percent(s.Base)})}
	lines = append(lines, own...)
	for _, tier := range s.Tiers[1:] {
		lines = append(lines, t.P.Text("rules_tier", texts.Data{"Tier": tier.Name(t.P.Lang()), "Bonus": texts.Percent(tier.Bonus),
			"From": texts.Money{Minor: tier.From, Currency: s.Currency}}))
	}
	lines = append(lines, "", t.P.Text("rules_worth", texts.Data{"One": texts.Money{Minor: 100, Currency: s.Currency}, "Share": texts.Percent(s.RedeemShare)}))
	for _, rule := range []struct {
		holds bool
		key   string
		data  texts.Data
	}{
		{true, "rules_age", texts.Data{"Days": texts.HTML(t.P.Plural("days", int64(s.MaxAgeDays)))}},
		{s.Currencies[s.Currency].MinSum > 0, "rules_min", texts.Data{"Min": texts.Money{Minor: s.Currencies[s.Currency].MinSum, Currency: s.Currency}}},
		{s.ReceiptsPerDay > 0, "rules_per_day", texts.Data{"Limit": texts.HTML(t.P.Plural("receipts_n", int64(s.ReceiptsPerDay)))}},
		{s.PointsPerDay > 0, "rules_points_per_day", texts.Data{"Points": texts.Points(s.PointsPerDay)}},
	} {
		if rule.holds {
			lines = append(lines, t.P.Text(rule.key, rule.data))
		}
	}
	return strings.Join(append(lines, t.lifeOfPoints(s)...), "\n")
}

// lifeOfPoints says when points can be spent and when they are gone.
func (t *Talk) lifeOfPoints(s program.Settings) (lines []string) {
	days := func(n int) texts.Data { return texts.Data{"Days": texts.HTML(t.P.Plural("days", int64(n)))} }
	if s.PendingDays > 0 {
		lines = append(lines, t.P.Text("rules_pending", days(s.PendingDays)))
	} else {
		lines = append(lines, t.P.Text("rules_at_once"))
	}
	if s.Printed.PendingDays > s.PendingDays {
		lines = append(lines, t.P.Text("rules_printed", days(s.Printed.PendingDays)))
	}
	if s.ExpiryDays > 0 {
		return append(lines, t.P.Text("rules_expiry", days(s.ExpiryDays)))
	}
	return append(lines, t.P.Text("rules_for_ever"))
}
