package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// ErrOwes says that an account cannot be merged away: it has debt, or points on hold.
var ErrOwes = errors.New("account owes points or holds some")

// Merger moves everything that one account has to another: lots are made anew there with
// the same dates and origin, and those left behind say that their points have moved.
type Merger struct {
	From, Into AccountID
	Key        Key
	Actor      string
	Reason     string
	At         time.Time
}

// Merge posts m in tx. Result is that of From; its Points, which are negative, are what
// Into got. An empty account is merged without an operation. It returns ErrOwes.
func Merge(ctx context.Context, tx pgx.Tx, m Merger) (Result, error) {
	if err := checkRequest(m.Key, m.Actor, m.Reason, m.At); err != nil {
		return Result{}, fmt.Errorf("merge %s: %w", m.Key, err)
	}
	if m.From == m.Into {
		return Result{}, fmt.Errorf("merge %s: %w: an account into itself", m.Key, ErrInvalid)
	}
	o, err := scan(tx.QueryRow(ctx, `
		SELECT `+columns+`
		FROM ledger.move_out($1, $2, $3, $4, $5, $6, $7)`,
		m.From, m.Key.Source, m.Key.ID, hash(KindMerger, m.From, m.Into), m.Actor, m.Reason, m.At))
	if err != nil {
		return Result{}, fmt.Errorf("merge account %d into %d: %w", m.From, m.Into, err)
	}
	switch o.status {
	case "empty":
		return Result{}, nil
	case "owes":
		return Result{}, fmt.Errorf("merge account %d into %d: %w", m.From, m.Into, ErrOwes)
	}
	r, err := o.result(0)
	if err != nil || r.Replay {
		return r, err
	}
	lots, err := m.lots(ctx, tx, r.Seq)
	if err != nil {
		return Result{}, fmt.Errorf("merge account %d into %d: %w", m.From, m.Into, err)
	}
	if _, err := AccrueBatch(ctx, tx, lots); err != nil {
		return Result{}, fmt.Errorf("merge account %d into %d: %w", m.From, m.Into, err)
	}
	return r, nil
}

// lots are the moved lots as accruals of the other account.
func (m Merger) lots(ctx context.Context, tx pgx.Tx, seq int64) ([]Accrual, error) {
	rows, err := tx.Query(ctx, `
		SELECT l.id, m.from_bucket, m.points, l.origin, l.available_at, l.expires_at
		FROM ledger.lot_move m
		JOIN ledger.lot l ON l.account = m.account AND l.id = m.lot
		WHERE m.account = $1 AND m.seq = $2
		ORDER BY l.id, m.from_bucket`, m.From, seq)
	if err != nil {
		return nil, fmt.Errorf("read the moved lots: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Accrual, error) {
		var lot int64
		var bucket string
		var expires pgtype.Timestamptz
		a := Accrual{Account: m.Into, Actor: m.Actor, Reason: m.Reason, At: m.At}
		err := row.Scan(&lot, &bucket, &a.Points, &a.Origin, &a.AvailableAt, &expires)
		a.ExpiresAt = timeOf(expires)
		a.Key = Key{Source: m.Key.Source, ID: fmt.Sprintf("%s/%d/%s", m.Key.ID, lot, bucket)}
		return a, err
	})
}
