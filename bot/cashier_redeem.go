package bot

import (
	"context"
	"errors"

	"kopilka/ledger"
	"kopilka/members"
	"kopilka/program"
	"kopilka/texts"
)

// askPoints asks how many points the buyer spends, with what there is.
func (t *Talk) askPoints(ctx context.Context, d deal, why string) error {
	_, a, err := t.buyer(ctx, d)
	if err != nil {
		return t.dealTrouble(ctx, d, err)
	}
	return t.askPointsOf(ctx, d, a, t.line(why))
}

func (t *Talk) askPointsOf(ctx context.Context, d deal, a program.Account, before string) error {
	if a.Balance.Available <= 0 {
		if err := t.LeaveFlow(ctx); err != nil {
			return err
		}
		return t.EditOrSay(ctx, "deal_no_points", t.buyerData(a), nil)
	}
	html := before + t.P.Text("deal_points", t.buyerData(a), texts.Data{"Share": texts.Percent(a.Settings.RedeemShare)})
	return t.askDeal(ctx, d, "points", html, func() Inline {
		label := t.P.Plain("button_redeem_all", texts.Data{"Points": texts.Points(a.Balance.Available)})
		return Inline{Row(Tap(label, t.FlowToken(dealAll)))}
	})
}

func (t *Talk) pointsAnswer(ctx context.Context, d deal) error {
	points, ok := readPoints(t.Text())
	if !ok {
		return t.next(ctx, d, "deal_points_unclear")
	}
	d.Points = points
	return t.next(ctx, d, "")
}

func redeemAll(ctx context.Context, t *Talk) error {
	var d deal
	if err := t.Flow.Read(&d); err != nil {
		return err
	}
	_, a, err := t.buyer(ctx, d)
	if err != nil {
		return t.dealTrouble(ctx, d, err)
	}
	d.Points = a.Balance.Available
	return t.next(ctx, d, "")
}

// request asks the buyer, on their own phone, for the points. The answer comes to the
// cashier by the programme's event.
func (t *Talk) request(ctx context.Context, d deal) error {
	actor, a, err := t.buyer(ctx, d)
	if err != nil {
		return t.dealTrouble(ctx, d, err)
	}
	r, err := t.Program.RequestRedemption(ctx, actor, d.Buyer, d.Points, t.Ref())
	var few *ledger.InsufficientError
	if errors.As(err, &few) {
		d.Points = 0
		return t.askPointsOf(ctx, d, a, t.P.Text("deal_few", texts.Data{"Have": texts.Points(few.Have), "Want": texts.Points(few.Want)})+"\n\n")
	}
	if err != nil {
		return t.dealTrouble(ctx, d, err)
	}
	at, err := t.place(ctx, members.Actor{Merchant: d.Merchant, Store: d.Store})
	if err != nil {
		return err
	}
	data := texts.Data{"Name": shortName(a.Member), "Points": texts.Points(r.Points), "Until": r.ExpiresAt.In(program.Zone(at))}
	if err := t.EditOrSay(ctx, "deal_waiting", data, nil); err != nil {
		return err
	}
	return t.LeaveFlow(ctx)
}
