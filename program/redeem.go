package program

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kopilka/catalog"
	"kopilka/internal/postgres"
	"kopilka/ledger"
	"kopilka/members"

	"github.com/jackc/pgx/v5"
)

// answerTime is how long a buyer has to confirm a redemption.
const answerTime = 10 * time.Minute

// RedemptionState is where a wish to spend points stands.
type RedemptionState string

// The states of a redemption.
const (
	RedemptionOpen      RedemptionState = "requested"
	RedemptionConfirmed RedemptionState = "confirmed"
	RedemptionRefused   RedemptionState = "declined"
	RedemptionLapsed    RedemptionState = "expired"
)

// Redemption is a cashier's wish to take a buyer's points, and the buyer's answer.
type Redemption struct {
	ID        int64
	Member    members.ID
	Merchant  catalog.MerchantID
	Store     catalog.StoreID
	Cashier   members.ID
	Points    ledger.Points
	State     RedemptionState
	ExpiresAt time.Time
	Op        ledger.OpID
}

// RedemptionRequest are the facts of redemption.requested and redemption.declined.
type RedemptionRequest struct {
	ID         int64         `json:"id"`
	Points     ledger.Points `json:"points"`
	MerchantOf string        `json:"merchant_name"`
	Cashier    members.ID    `json:"cashier"`
	Buyer      string        `json:"buyer"`
	ExpiresAt  time.Time     `json:"expires_at"`
}

// RequestRedemption asks a buyer, on their own phone, to spend points at the actor's
// shop. ref makes a repeated request the same one. Too few points are an
// *ledger.InsufficientError at once.
func (p *Program) RequestRedemption(ctx context.Context, actor members.Actor, m members.ID, points ledger.Points, ref string) (r Redemption, err error) {
	if !actor.Can(members.PermRedeem, actor.Merchant) {
		return r, ErrForbidden
	}
	if points <= 0 {
		return r, ErrSum
	}
	if actor.Member == m {
		return r, ErrOwnAccount
	}
	err = p.write(ctx, func(tx pgx.Tx) error {
		if r, err = redemption(ctx, tx, `ref = $1`, ref); !errors.Is(err, ErrNotFound) {
			return err
		}
		r, err = p.request(ctx, tx, actor, m, points, ref)
		return err
	})
	return r, err
}

func (p *Program) request(ctx context.Context, tx pgx.Tx, actor members.Actor, m members.ID, points ledger.Points, ref string) (r Redemption, err error) {
	at := p.now()
	buyer, err := members.Get(ctx, tx, m)
	if err != nil {
		return r, err
	}
	if buyer.State != members.StateActive || buyer.Telegram == 0 {
		return r, ErrNotMember
	}
	shop, err := catalog.MerchantByID(ctx, tx, catalog.MerchantID(actor.Merchant))
	if err != nil {
		return r, err
	}
	if !shop.Active() {
		return r, ErrSuspended
	}
	w, err := lockWallet(ctx, tx, m)
	if err != nil {
		return r, err
	}
	balance, err := ledger.BalanceOf(ctx, tx, w.account, at)
	if err != nil {
		return r, err
	}
	if balance.Available < points {
		return r, &ledger.InsufficientError{Have: balance.Available, Want: points}
	}
	r = Redemption{Member: m, Merchant: shop.ID, Store: catalog.StoreID(actor.Store), Cashier: actor.Member,
		Points: points, State: RedemptionOpen, ExpiresAt: at.Add(answerTime)}
	err = tx.QueryRow(ctx, `
		INSERT INTO program.redemption (ref, member_id, merchant_id, store_id, cashier_id, points, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`,
		ref, m, r.Merchant, r.Store, r.Cashier, points, at, r.ExpiresAt).Scan(&r.ID)
	if err != nil {
		return r, fmt.Errorf("ask member %d for %d points: %w", m, points, err)
	}
	return r, tell(ctx, tx, RedemptionRequested, m, r.facts(shop.Name, buyer.Name), at)
}

func (r Redemption) facts(shop, buyer string) RedemptionRequest {
	return RedemptionRequest{ID: r.ID, Points: r.Points, MerchantOf: shop, Cashier: r.Cashier, Buyer: buyer, ExpiresAt: r.ExpiresAt}
}

// redemption reads one by a condition of this file's own.
func redemption(ctx context.Context, q postgres.Querier, where string, arg any) (r Redemption, err error) {
	var op *ledger.OpID
	err = q.QueryRow(ctx, `
		SELECT id, member_id, merchant_id, store_id, cashier_id, points, state, expires_at, op_id
		FROM program.redemption WHERE `+where, arg).
		Scan(&r.ID, &r.Member, &r.Merchant, &r.Store, &r.Cashier, &r.Points, &r.State, &r.ExpiresAt, &op)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, ErrNotFound
	}
	if err != nil {
		return r, fmt.Errorf("read a redemption: %w", err)
	}
	if op != nil {
		r.Op = *op
	}
	return r, nil
}

// Redemption returns one to its buyer or its cashier.
func (p *Program) Redemption(ctx context.Context, actor members.Actor, id int64) (Redemption, error) {
	r, err := redemption(ctx, p.db, `id = $1`, id)
	if err == nil && actor.Member != r.Member && actor.Member != r.Cashier {
		return Redemption{}, ErrNotFound
	}
	return r, err
}

// ConfirmRedemption spends the points: only the buyer may, once, in time. A second tap
// answers as the first did.
func (p *Program) ConfirmRedemption(ctx context.Context, actor members.Actor, id int64) (r Redemption, err error) {
	err = p.write(ctx, func(tx pgx.Tx) error {
		if r, err = p.answering(ctx, tx, actor, id); err != nil || r.State != RedemptionOpen {
			return decided(err, r.State, RedemptionConfirmed)
		}
		if p.now().After(r.ExpiresAt) {
			return ErrTooLate // the sweeper marks it and tells the cashier
		}
		return p.confirm(ctx, tx, actor, &r)
	})
	return r, err
}

func (p *Program) confirm(ctx context.Context, tx pgx.Tx, actor members.Actor, r *Redemption) error {
	at := p.now()
	w, err := lockWallet(ctx, tx, r.Member)
	if err != nil {
		return err
	}
	done, err := ledger.Redeem(ctx, tx, ledger.Redemption{
		Account: w.account, Key: ledger.Key{Source: "redemption", ID: fmt.Sprint(r.ID)}, Points: r.Points,
		Actor: actor.String(), Reason: fmt.Sprint("redemption:", r.ID), At: at,
	})
	if err != nil {
		return err
	}
	r.State, r.Op = RedemptionConfirmed, done.Op
	if err := decide(ctx, tx, *r, at); err != nil {
		return err
	}
	shop, err := catalog.MerchantByID(ctx, tx, r.Merchant)
	if err != nil {
		return err
	}
	buyer, err := members.Get(ctx, tx, r.Member)
	if err != nil {
		return err
	}
	return tell(ctx, tx, PointsRedeemed, r.Member, Redeemed{
		Op: r.Op, Redemption: r.ID, Points: r.Points, Available: done.Balance.Available,
		Merchant: int64(shop.ID), MerchantOf: shop.Name, Cashier: r.Cashier, Buyer: buyer.Name,
	}, at)
}

// DeclineRedemption says no; the cashier is told.
func (p *Program) DeclineRedemption(ctx context.Context, actor members.Actor, id int64) (r Redemption, err error) {
	err = p.write(ctx, func(tx pgx.Tx) error {
		if r, err = p.answering(ctx, tx, actor, id); err != nil || r.State != RedemptionOpen {
			return decided(err, r.State, RedemptionRefused)
		}
		r.State = RedemptionRefused
		return p.close(ctx, tx, r)
	})
	return r, err
}

// answering locks a redemption for its buyer.
func (p *Program) answering(ctx context.Context, tx pgx.Tx, actor members.Actor, id int64) (Redemption, error) {
	if _, err := tx.Exec(ctx, `SELECT FROM program.redemption WHERE id = $1 FOR UPDATE`, id); err != nil {
		return Redemption{}, fmt.Errorf("lock redemption %d: %w", id, err)
	}
	r, err := redemption(ctx, tx, `id = $1`, id)
	if err == nil && r.Member != actor.Member {
		return Redemption{}, ErrForbidden
	}
	return r, err
}

// decided answers a repeated decision: the same one again is no error.
func decided(err error, is, want RedemptionState) error {
	switch {
	case err != nil || is == want:
		return err
	case is == RedemptionLapsed:
		return ErrTooLate
	}
	return ErrDone
}

// close ends a redemption without spending and tells the cashier.
func (p *Program) close(ctx context.Context, tx pgx.Tx, r Redemption) error {
	at := p.now()
	if err := decide(ctx, tx, r, at); err != nil {
		return err
	}
	shop, err := catalog.MerchantByID(ctx, tx, r.Merchant)
	if err != nil {
		return err
	}
	buyer, err := members.Get(ctx, tx, r.Member)
	if err != nil {
		return err
	}
	return tell(ctx, tx, RedemptionDeclined, r.Member, r.facts(shop.Name, buyer.Name), at)
}

func decide(ctx context.Context, tx pgx.Tx, r Redemption, at time.Time) error {
	var op *ledger.OpID
	if r.Op != 0 {
		op = &r.Op
	}
	_, err := tx.Exec(ctx, `UPDATE program.redemption SET state = $2, op_id = $3, decided_at = $4 WHERE id = $1`, r.ID, r.State, op, at)
	if err != nil {
		return fmt.Errorf("decide redemption %d: %w", r.ID, err)
	}
	return nil
}
