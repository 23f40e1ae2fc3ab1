package bot

import (
	"context"
	"slices"
	"strings"

	"kopilka/catalog"
	"kopilka/program"
)

// askReview moves the desk to a step and asks its question, with a way back to the card.
func (t *Talk) askReview(ctx context.Context, d inReview, step, html string, rows func() Inline) error {
	if err := t.OpenFlow(ctx, flowReview, step, d); err != nil {
		return err
	}
	var k Inline
	if rows != nil {
		k = rows()
	}
	return t.SayHTML(ctx, html, append(k, Row(Tap(t.P.Plain("button_back"), t.FlowToken(reviewBack)))))
}

func reviewAgain(ctx context.Context, t *Talk) error {
	d, _, err := t.current()
	if err != nil {
		return err
	}
	return t.showReview(ctx, d, "")
}

func askReviewSum(ctx context.Context, t *Talk) error {
	d, _, err := t.current()
	if err != nil {
		return err
	}
	return t.askReview(ctx, d, "sum", t.P.Text("review_ask_sum"), nil)
}

func askReviewShop(ctx context.Context, t *Talk) error {
	d, _, err := t.current()
	if err != nil {
		return err
	}
	return t.reviewShops(ctx, d, "")
}

// shopsOffered is how many merchants are offered at once; a few letters find the rest.
const shopsOffered = 8

func (t *Talk) reviewShops(ctx context.Context, d inReview, search string) error {
	found, err := activeMerchants(ctx, t.DB, search)
	if err != nil {
		return err
	}
	key := "review_ask_shop"
	if len(found) == 0 {
		key = "review_no_shop"
	}
	return t.askReview(ctx, d, "shop", t.P.Text(key), func() (k Inline) {
		for _, m := range found[:min(len(found), shopsOffered)] {
			k = append(k, Row(Tap(cut(m.Name, 60), t.FlowToken(reviewShopIs, m.ID, 0))))
		}
		return k
	})
}

// reviewShopChosen takes the merchant, and its store where it has several.
func reviewShopChosen(ctx context.Context, t *Talk) error {
	d, _, err := t.current()
	if err != nil {
		return err
	}
	merchant, store := catalog.MerchantID(t.Params.Int(0)), catalog.StoreID(t.Params.Int(1))
	stores, err := catalog.Stores(ctx, t.DB, merchant)
	if err != nil {
		return err
	}
	if store == 0 && len(stores) > 1 {
		return t.askReview(ctx, d, "shop", t.P.Text("review_ask_store"), func() (k Inline) {
			for _, s := range stores[:min(len(stores), 20)] {
				k = append(k, Row(Tap(cut(s.Name, 60), t.FlowToken(reviewShopIs, merchant, s.ID))))
			}
			return k
		})
	}
	d.Merchant, d.Store = merchant, store
	return t.showReview(ctx, d, "")
}

// askReject offers the closed list of reasons, so that the member gets words in their own
// language.
func askReject(ctx context.Context, t *Talk) error {
	d, _, err := t.current()
	if err != nil {
		return err
	}
	return t.askReview(ctx, d, "reject", t.P.Text("review_ask_reason"), func() (k Inline) {
		var all []Button
		for _, why := range program.RejectReasons() {
			all = append(all, Tap(t.P.Plain("reject_label_"+string(why)), t.FlowToken(reviewReason, string(why))))
		}
		for row := range slices.Chunk(all, 2) {
			k = append(k, row)
		}
		return k
	})
}

// reviewAnswer takes what a reviewer types; at the card itself anything goes its usual way.
func reviewAnswer(ctx context.Context, t *Talk) error {
	d, _, err := t.current()
	if err != nil {
		return err
	}
	text := strings.TrimSpace(t.Text())
	if text == "" || len(t.Pictures()) > 0 {
		return ErrPass
	}
	switch t.Flow.Step {
	case "sum":
		minor, ok := readSum(text)
		if !ok || minor <= 0 {
			return t.askReview(ctx, d, "sum", t.P.Text("deal_sum_unclear"), nil)
		}
		d.Minor = minor
		return t.showReview(ctx, d, "")
	case "shop":
		return t.reviewShops(ctx, d, text)
	}
	return ErrPass
}
