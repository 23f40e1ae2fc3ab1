package bot

import (
	"context"
	"errors"

	"kopilka/catalog"
	"kopilka/members"
	"kopilka/program"
	"kopilka/receipts"
)

const (
	flowReview     = "review"
	reviewApprove  = Action("rvok")
	reviewRemember = Action("rvreg") // approve, and the till is the store's from now on
	reviewSum      = Action("rvsum")
	reviewShop     = Action("rvshop")
	reviewShopIs   = Action("rvis")
	reviewReject   = Action("rvno")
	reviewReason   = Action("rvwhy")
	reviewBack     = Action("rvback")
	actionNext     = Action("rvnext")
)

// inReview is a receipt on the reviewer's desk with what they set right so far. It is a
// flow: a card of half an hour ago, or of before a correction, decides nothing.
type inReview struct {
	ID       receipts.ID        `json:"id"`
	Minor    int64              `json:"minor,omitempty"`
	Merchant catalog.MerchantID `json:"merchant,omitempty"`
	Store    catalog.StoreID    `json:"store,omitempty"`
}

func reviewRoutes(r *Routes) {
	guard := func(h Handler) Handler { return allowed(members.PermReview, h) }
	r.Command("review", guard(review))
	r.Action(actionReview, guard(review))
	r.Action(actionNext, guard(reviewNext))
	r.Flow(flowReview, guard(reviewAnswer))
	for a, h := range map[Action]Handler{reviewApprove: approve, reviewRemember: approve, reviewSum: askReviewSum,
		reviewShop: askReviewShop, reviewShopIs: reviewShopChosen, reviewReject: askReject, reviewReason: reject, reviewBack: reviewAgain} {
		r.FlowAction(flowReview, a, guard(h))
	}
}

// review opens one receipt, the one that was asked for or else the oldest.
func review(ctx context.Context, t *Talk) error {
	id := receipts.ID(t.Params.Int(0))
	if id == 0 {
		return t.openNext(ctx, 0)
	}
	a, _ := t.Actor(members.PermReview)
	queue, err := t.Program.ReviewQueue(ctx, a, id-1, 1)
	if err != nil {
		return err
	}
	if len(queue) == 0 || queue[0].ID != id {
		return t.Say(ctx, "review_gone", nil, Inline{Row(t.tap("button_review_next", actionNext, 0))})
	}
	if members.ID(queue[0].Member) == t.Member.ID {
		return t.Say(ctx, "review_own", nil, Inline{Row(t.tap("button_review_next", actionNext, 0))})
	}
	return t.openReview(ctx, queue[0])
}

func reviewNext(ctx context.Context, t *Talk) error {
	return t.openNext(ctx, receipts.ID(t.Params.Int(0)))
}

// openNext opens the oldest receipt after one, or from the beginning when there is none
// after it. The reviewer's own are left to others.
func (t *Talk) openNext(ctx context.Context, after receipts.ID) error {
	a, _ := t.Actor(members.PermReview)
	queue, err := t.Program.ReviewQueue(ctx, a, after, reviewShown)
	if err != nil {
		return err
	}
	for _, s := range queue {
		if members.ID(s.Member) != t.Member.ID {
			return t.openReview(ctx, s)
		}
	}
	if after > 0 {
		return t.openNext(ctx, 0)
	}
	if err := t.LeaveFlow(ctx); err != nil {
		return err
	}
	return t.Say(ctx, "review_empty", nil, Inline{t.backToAdmin()})
}

// current is the receipt on the desk and the right to decide on it.
func (t *Talk) current() (d inReview, a members.Actor, err error) {
	a, _ = t.Actor(members.PermReview)
	return d, a, t.Flow.Read(&d)
}

// approve accepts the receipt with what was set right.
func approve(ctx context.Context, t *Talk) error {
	d, a, err := t.current()
	if err != nil {
		return err
	}
	fix := program.Correction{Merchant: d.Merchant, Store: d.Store, RegisterDevice: t.Action == reviewRemember}
	if d.Minor > 0 {
		if fix.Total, err = t.reviewMoney(ctx, a, d); err != nil {
			return err
		}
	}
	out, err := t.Program.Approve(ctx, a, d.ID, fix)
	if errors.Is(err, program.ErrSum) {
		return t.Say(ctx, "review_lacks", nil, nil)
	}
	if err != nil {
		return t.reviewTrouble(ctx, d, err)
	}
	return t.decided(ctx, d.ID, t.approvedText(ctx, out))
}

func reject(ctx context.Context, t *Talk) error {
	d, a, err := t.current()
	if err != nil {
		return err
	}
	why := program.RejectReason(t.Params.Text(0))
	if err := t.Program.Reject(ctx, a, d.ID, why); err != nil {
		return t.reviewTrouble(ctx, d, err)
	}
	return t.decided(ctx, d.ID, t.rejectedText(d.ID, why))
}

// decided leaves the decision in place of the card, and opens the next receipt.
func (t *Talk) decided(ctx context.Context, id receipts.ID, html string) error {
	if err := t.EditOrSayHTML(ctx, html, nil); err != nil {
		return err
	}
	return t.openNext(ctx, id)
}

// reviewTrouble answers what a reviewer can run into; other failures stay failures.
func (t *Talk) reviewTrouble(ctx context.Context, d inReview, err error) error {
	key := ""
	switch {
	case errors.Is(err, program.ErrDone), errors.Is(err, program.ErrNotFound):
		key = "review_gone"
	case errors.Is(err, program.ErrForbidden):
		key = "review_own"
	default:
		return err
	}
	if err := t.LeaveFlow(ctx); err != nil {
		return err
	}
	return t.EditOrSay(ctx, key, nil, Inline{Row(t.tap("button_review_next", actionNext, d.ID))})
}
