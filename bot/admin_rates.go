package bot

import (
	"context"
	"errors"
	"strings"

	"kopilka/members"
	"kopilka/program"
	"kopilka/texts"
)

const (
	flowRate    = "rate"
	ratePublish = Action("rateok")
	rateCancel  = Action("ratex")
)

// rates shows the programme's numbers as they are now.
func rates(ctx context.Context, t *Talk) error { return t.showRates(ctx, "") }

func (t *Talk) showRates(ctx context.Context, why string) error {
	s, err := t.Program.Settings(ctx)
	if err != nil {
		return err
	}
	return t.EditOrSayHTML(ctx, t.line(why)+t.ratesText(s), Inline{Row(t.tap("button_rate", actionRate), t.tap("button_rules", actionRules)), t.backToAdmin()})
}

func (t *Talk) ratesText(s program.Settings) string {
	lines := []string{t.P.Text("rates", texts.Data{"Version": texts.Count(s.Version), "Base": texts.Percent(s.Base),
		"Days": texts.HTML(t.P.Plural("days", int64(s.MaxAgeDays))), "PerDay": texts.Count(s.ReceiptsPerDay), "Cap": texts.Points(s.PointsPerDay)})}
	lines = append(append(lines, t.lifeOfPoints(s)...), t.P.Text("rates_tiers"))
	for _, tier := range s.Tiers {
		lines = append(lines, t.P.Text("rates_tier", texts.Data{"Tier": tier.Name(t.P.Lang()),
			"From": texts.Money{Minor: tier.From, Currency: s.Currency}, "Rate": texts.Percent(s.Base + tier.Bonus)}))
	}
	return strings.Join(lines, "\n")
}

func askRate(ctx context.Context, t *Talk) error { return t.askRateOf(ctx, "") }

func (t *Talk) askRateOf(ctx context.Context, why string) error {
	s, err := t.Program.Settings(ctx)
	if err != nil {
		return err
	}
	if err := t.OpenFlow(ctx, flowRate, "base", newRate{}); err != nil {
		return err
	}
	return t.EditOrSayHTML(ctx, t.line(why)+t.P.Text("rate_ask", texts.Data{"Base": texts.Percent(s.Base)}),
		Inline{Row(Tap(t.P.Plain("button_cancel"), t.FlowToken(rateCancel)))})
}

// newRate is a base rate that waits for a yes, and the version it is to follow.
type newRate struct {
	Base    program.BasisPoints `json:"base"`
	Version int64               `json:"version"`
}

func rateAnswer(ctx context.Context, t *Talk) error {
	text := strings.TrimSuffix(strings.TrimSpace(t.Text()), "%")
	if text == "" || len(t.Pictures()) > 0 {
		return ErrPass
	}
	bp, ok := readSum(text) // hundredths of a per cent are basis points
	if !ok || bp > 100_00 {
		return t.askRateOf(ctx, "rate_wrong")
	}
	s, err := t.Program.Settings(ctx)
	if err != nil {
		return err
	}
	if err := t.OpenFlow(ctx, flowRate, "confirm", newRate{program.BasisPoints(bp), s.Version}); err != nil {
		return err
	}
	return t.EditOrSay(ctx, "rate_confirm", texts.Data{"Old": texts.Percent(s.Base), "New": texts.Percent(bp)}, Inline{
		Row(Tap(t.P.Plain("button_rate_publish"), t.FlowToken(ratePublish)).In(Primary)),
		Row(Tap(t.P.Plain("button_cancel"), t.FlowToken(rateCancel))),
	})
}

// publishRate makes the rate the programme's, unless somebody has published since.
func publishRate(ctx context.Context, t *Talk) error {
	var n newRate
	if err := t.Flow.Read(&n); err != nil {
		return err
	}
	s, err := t.Program.Settings(ctx)
	if err != nil {
		return err
	}
	if s.Version != n.Version && s.Base != n.Base {
		return t.askRateOf(ctx, "rate_changed")
	}
	if s.Base != n.Base { // else this very tap has done it before
		s.Base = n.Base
		a, _ := t.Actor(members.PermSettings)
		if _, err := t.Program.Publish(ctx, a, s); errors.Is(err, program.ErrSettings) {
			return t.askRateOf(ctx, "rate_wrong")
		} else if err != nil {
			return err
		}
	}
	if err := t.LeaveFlow(ctx); err != nil {
		return err
	}
	return t.showRates(ctx, "rate_published")
}
