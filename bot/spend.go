package bot

import (
	"context"
	"errors"

	"kopilka/ledger"
	"kopilka/program"
	"kopilka/texts"
)

// confirmRedemption spends the points that a cashier asked for. The new balance is told
// by the programme's event.
func confirmRedemption(ctx context.Context, t *Talk) error {
	r, err := t.Program.ConfirmRedemption(ctx, t.Shopper(), t.Params.Int(0))
	var few *ledger.InsufficientError
	if errors.As(err, &few) {
		return t.EditOrSay(ctx, "redeem_few", texts.Data{"Have": texts.Points(few.Have), "Want": texts.Points(few.Want)}, nil)
	}
	if err != nil {
		return t.redeemTrouble(ctx, err)
	}
	return t.EditOrSay(ctx, "redeem_confirmed", texts.Data{"Points": texts.Points(r.Points)}, nil)
}

func declineRedemption(ctx context.Context, t *Talk) error {
	r, err := t.Program.DeclineRedemption(ctx, t.Shopper(), t.Params.Int(0))
	if err != nil {
		return t.redeemTrouble(ctx, err)
	}
	return t.EditOrSay(ctx, "redeem_kept", texts.Data{"Points": texts.Points(r.Points)}, nil)
}

func (t *Talk) redeemTrouble(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, program.ErrTooLate):
		return t.EditOrSay(ctx, "redeem_late", nil, nil)
	case errors.Is(err, program.ErrDone):
		return t.EditOrSay(ctx, "redeem_done", nil, Inline{Row(t.tap("button_history", actionHistory))})
	case errors.Is(err, program.ErrForbidden), errors.Is(err, program.ErrNotFound):
		return ErrStale
	}
	return err
}
