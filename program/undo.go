package program

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kopilka/ledger"
	"kopilka/members"
	"kopilka/receipts"

	"github.com/jackc/pgx/v5"
)

// undoTime is how long a cashier may undo what they did themselves.
const undoTime = 15 * time.Minute

// Undo takes an operation back as a whole: an accrual's points leave the account, a
// redemption's return to it. A cashier may undo their own within a quarter of an hour, a
// manager any of the merchant's. The second undo answers as the first did.
func (p *Program) Undo(ctx context.Context, actor members.Actor, id ledger.OpID) (res ledger.Result, err error) {
	err = p.write(ctx, func(tx pgx.Tx) error {
		op, err := ledger.FindOp(ctx, tx, id)
		if errors.Is(err, ledger.ErrNotFound) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		m, err := p.mayUndo(ctx, tx, actor, op)
		if err != nil {
			return err
		}
		if _, err := lockWallet(ctx, tx, m); err != nil {
			return err
		}
		owner, err := members.Get(ctx, tx, m)
		if err != nil {
			return err
		}
		if owner.State == members.StateClosed { // its points live on in another account
			return ErrTooLate
		}
		res, err = p.undo(ctx, tx, actor, m, op)
		return err
	})
	return res, err
}

func (p *Program) undo(ctx context.Context, tx pgx.Tx, actor members.Actor, m members.ID, op ledger.Op) (ledger.Result, error) {
	at := p.now()
	res, err := ledger.Reverse(ctx, tx, ledger.Reversal{
		Of: op.ID, Key: ledger.Key{Source: "undo", ID: fmt.Sprint(op.ID)}, Actor: actor.String(), Reason: "undo", At: at,
	})
	if err != nil || res.Replay {
		return res, err
	}
	if op.Kind == ledger.KindAccrual {
		if err := p.unspend(ctx, tx, m, op.ID); err != nil {
			return res, err
		}
	}
	if err := audit(ctx, tx, actor, "op.undo", fmt.Sprint("op:", op.ID), nil, at); err != nil {
		return res, err
	}
	return res, tell(ctx, tx, PointsReversed, m, Reversed{
		Op: res.Op, Of: op.ID, Kind: op.Kind, Points: res.Points, Available: res.Balance.Available, Debt: res.Balance.Debt,
	}, at)
}

// unspend takes the purchase of an undone accrual off the spending of its day.
func (p *Program) unspend(ctx context.Context, tx pgx.Tx, m members.ID, op ledger.OpID) error {
	r, err := receipts.ByOp(ctx, tx, int64(op))
	if errors.Is(err, receipts.ErrNotFound) {
		return nil // a welcome or another accrual without a purchase
	}
	if err != nil {
		return err
	}
	at := p.now()
	s, err := settingsAt(ctx, tx, r.Submission.At)
	if err != nil {
		return err
	}
	day, err := p.purchased(ctx, tx, r)
	if err != nil {
		return err
	}
	_, _, err = spent(ctx, tx, s, m, day, -s.worth(r.Receipt.Total), at)
	return err
}

// mayUndo checks the actor's right to undo op and returns whose it is.
func (p *Program) mayUndo(ctx context.Context, tx pgx.Tx, actor members.Actor, op ledger.Op) (members.ID, error) {
	var m members.ID
	err := tx.QueryRow(ctx, `SELECT member_id FROM program.wallet WHERE account_id = $1`, op.Account).Scan(&m)
	if err != nil {
		return 0, fmt.Errorf("find the owner of account %d: %w", op.Account, err)
	}
	merchant, err := p.merchantOf(ctx, tx, op)
	if err != nil {
		return 0, err
	}
	if actor.Can(members.PermUndoAny, merchant) {
		return m, nil
	}
	own, err := p.ownOp(ctx, tx, actor, op)
	switch {
	case err != nil:
		return 0, err
	case !own || !actor.Can(members.PermUndo, merchant):
		return 0, ErrForbidden
	case p.now().Sub(op.At) > undoTime:
		return 0, ErrTooLate
	}
	return m, nil
}

// merchantOf is the merchant where op happened, 0 for none.
func (p *Program) merchantOf(ctx context.Context, tx pgx.Tx, op ledger.Op) (int64, error) {
	if op.Kind == ledger.KindRedemption {
		r, err := redemption(ctx, tx, `op_id = $1`, op.ID)
		return int64(r.Merchant), ignore(err, ErrNotFound)
	}
	r, err := receipts.ByOp(ctx, tx, int64(op.ID))
	return r.Merchant, ignore(err, receipts.ErrNotFound)
}

// ownOp reports whether the actor began op: booked the sale, or asked for the points.
func (p *Program) ownOp(ctx context.Context, tx pgx.Tx, actor members.Actor, op ledger.Op) (bool, error) {
	if op.Kind == ledger.KindRedemption {
		r, err := redemption(ctx, tx, `op_id = $1`, op.ID)
		return err == nil && r.Cashier == actor.Member, ignore(err, ErrNotFound)
	}
	return op.Actor == actor.String(), nil
}

func ignore(err, none error) error {
	if errors.Is(err, none) {
		return nil
	}
	return err
}
