package notify

import (
	"context"

	"kopilka/members"
	"kopilka/program"
	"kopilka/texts"
)

// requested asks the buyer, on their own phone, whether to spend the points.
func (p *plan) requested(ctx context.Context) error {
	var r program.RedemptionRequest
	if err := p.event.Read(&r); err != nil {
		return err
	}
	m, t, err := p.reader(ctx, p.event.Member)
	if err != nil {
		return err
	}
	return p.tell(ctx, m, Message{
		Text: t.Text("notice_redeem_ask", texts.Data{"Points": texts.Points(r.Points), "Shop": r.MerchantOf,
			"Minutes": texts.Count(r.ExpiresAt.Sub(p.event.At).Minutes())}),
		Buttons: [][]Button{
			{{Label: t.Plain("button_redeem_confirm", texts.Data{"Points": texts.Points(r.Points)}), Action: ActionConfirm, Arg: r.ID, Style: "success"}},
			{{Label: t.Plain("button_redeem_decline"), Action: ActionDecline, Arg: r.ID}},
		},
	})
}

// declined tells the cashier that the buyer said no, or nothing.
func (p *plan) declined(ctx context.Context) error {
	var r program.RedemptionRequest
	if err := p.event.Read(&r); err != nil {
		return err
	}
	cashier, t, err := p.reader(ctx, r.Cashier)
	if err != nil {
		return err
	}
	key := "notice_redeem_declined"
	if !p.event.At.Before(r.ExpiresAt) {
		key = "notice_redeem_lapsed"
	}
	return p.tell(ctx, cashier, Message{Text: t.Text(key, texts.Data{"Points": texts.Points(r.Points), "Name": r.Buyer})})
}

// review calls the people who check receipts.
func (p *plan) review(ctx context.Context) error {
	var r program.Reviewed
	if err := p.event.Read(&r); err != nil {
		return err
	}
	grants, err := members.Staff(ctx, p.tx, 0)
	if err != nil {
		return err
	}
	for _, g := range grants {
		if g.Role != members.RoleAdmin || g.Member == p.event.Member {
			continue
		}
		m, t, err := p.reader(ctx, g.Member)
		if err != nil {
			return err
		}
		why := texts.HTML(t.Text("review_reason_" + string(r.Reason)))
		err = p.tell(ctx, m, Message{Text: t.Text("notice_review", texts.Data{"Receipt": texts.Count(r.Receipt), "Why": why}),
			Buttons: [][]Button{{{Label: t.Plain("button_review"), Action: ActionReview, Arg: int64(r.Receipt), Style: "primary"}}}})
		if err != nil {
			return err
		}
	}
	return nil
}

// rejected tells the member what a person decided, and why.
func (p *plan) rejected(ctx context.Context) error {
	var r program.Reviewed
	if err := p.event.Read(&r); err != nil {
		return err
	}
	m, t, err := p.reader(ctx, p.event.Member)
	if err != nil {
		return err
	}
	why := texts.HTML(t.Text("reject_" + string(r.Reject)))
	return p.tell(ctx, m, Message{Text: t.Text("notice_rejected", texts.Data{"Receipt": texts.Count(r.Receipt), "Why": why})})
}
