package ledger

import (
	"context"
	"fmt"
	"time"

	"kopilka/internal/postgres"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Redeem spends points in tx, those that expire first before the others. It returns
// *InsufficientError, and tx lives on, when there are fewer.
func Redeem(ctx context.Context, tx pgx.Tx, r Redemption) (Result, error) { return redeem(ctx, tx, r) }

// PostRedemption is Redeem in a transaction of its own, which is one round trip.
func PostRedemption(ctx context.Context, pool *pgxpool.Pool, r Redemption) (Result, error) {
	return again(func() (Result, error) { return redeem(ctx, pool, r) })
}

// redeem is the one statement, in whatever transaction q stands.
func redeem(ctx context.Context, q postgres.Querier, r Redemption) (Result, error) {
	if err := r.check(); err != nil {
		return Result{}, fmt.Errorf("redeem %s: %w", r.Key, err)
	}
	o, err := scan(q.QueryRow(ctx, `
		SELECT `+columns+`
		FROM ledger.redeem($1, $2, $3, $4, $5, $6, $7, $8)`,
		r.Account, r.Key.Source, r.Key.ID, r.hash(), r.Points, r.Actor, r.Reason, r.At))
	if err != nil {
		return Result{}, fmt.Errorf("redeem %s from account %d: %w", r.Key, r.Account, err)
	}
	done, err := o.result(r.Points)
	if err != nil {
		return Result{}, fmt.Errorf("redeem %s from account %d: %w", r.Key, r.Account, err)
	}
	return done, nil
}

// Reverse takes the whole operation r.Of back in tx. It returns ErrReversed when that has
// been done, or when the operation is neither an accrual nor a redemption.
func Reverse(ctx context.Context, tx pgx.Tx, r Reversal) (Result, error) {
	if err := r.check(); err != nil {
		return Result{}, fmt.Errorf("reverse %s: %w", r.Key, err)
	}
	o, err := scan(tx.QueryRow(ctx, `
		SELECT `+columns+`
		FROM ledger.reverse($1, $2, $3, $4, $5, $6, $7, $8)`,
		r.Of, r.Key.Source, r.Key.ID, r.hash(), Grace, r.Actor, r.Reason, r.At))
	if err != nil {
		return Result{}, fmt.Errorf("reverse operation %d as %s: %w", r.Of, r.Key, err)
	}
	done, err := o.result(0)
	if err != nil {
		return Result{}, fmt.Errorf("reverse operation %d as %s: %w", r.Of, r.Key, err)
	}
	return done, nil
}

// Sweep makes visible what time has done until at, on at most limit accounts, those that
// have waited longest first. Nothing depends on it: whoever touches an account, or reads
// its balance, sees the same.
func Sweep(ctx context.Context, tx pgx.Tx, at time.Time, limit int) ([]Swept, error) {
	rows, err := tx.Query(ctx, `
		SELECT account, expired, matured
		FROM ledger.sweep($1, $2)`,
		at, limit)
	if err != nil {
		return nil, fmt.Errorf("sweep the ledger: %w", err)
	}
	swept, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Swept])
	if err != nil {
		return nil, fmt.Errorf("sweep the ledger: %w", err)
	}
	return swept, nil
}
