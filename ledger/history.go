package ledger

import (
	"context"
	"errors"
	"fmt"

	"kopilka/internal/postgres"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// MaxHistory bounds one page of History.
const MaxHistory = 1000

// History is a page of account a's entries, the newest first: those before the entry
// numbered before, or the newest when it is 0. An account without entries, or that is not
// there, has an empty history.
func History(ctx context.Context, q postgres.Querier, a AccountID, before int64, limit int) ([]Entry, error) {
	rows, err := q.Query(ctx, `
		SELECT o.seq, o.id, o.kind,
			o.available - o.available_before, o.pending - o.pending_before, o.held - o.held_before, o.debt - o.debt_before,
			o.available, o.at, o.actor, o.reason, o.source, o.key, coalesce(o.origin, ''),
			coalesce(r.id, 0), o.available_at, o.expires_at
		FROM ledger.op o
		LEFT JOIN ledger.op r ON r.refs_op = o.id
		WHERE o.account = $1 AND ($2 = 0 OR o.seq < $2)
		ORDER BY o.seq DESC
		LIMIT $3`,
		a, before, min(max(limit, 0), MaxHistory))
	if err != nil {
		return nil, fmt.Errorf("history of account %d: %w", a, err)
	}
	entries, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Entry, error) {
		var e Entry
		var available, expires pgtype.Timestamptz
		err := row.Scan(&e.Seq, &e.Op, &e.Kind, &e.Available, &e.Pending, &e.Held, &e.Debt,
			&e.BalanceAfter, &e.At, &e.Actor, &e.Reason, &e.Source, &e.Key, &e.Origin,
			&e.ReversedBy, &available, &expires)
		e.At, e.AvailableAt, e.ExpiresAt = e.At.UTC(), timeOf(available), timeOf(expires)
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("history of account %d: %w", a, err)
	}
	return entries, nil
}

// Find is the operation of a key, or ErrNotFound.
func Find(ctx context.Context, q postgres.Querier, k Key) (Op, error) {
	o, err := scanOp(q.QueryRow(ctx, `
		SELECT o.id, o.source, o.key, o.kind, o.account, o.points, o.at, o.actor, o.reason, coalesce(r.id, 0)
		FROM ledger.op o
		LEFT JOIN ledger.op r ON r.refs_op = o.id
		WHERE o.source = $1 AND o.key = $2`,
		k.Source, k.ID))
	if err != nil {
		return Op{}, fmt.Errorf("find operation %s: %w", k, err)
	}
	return o, nil
}

// FindOp is the operation of an id, or ErrNotFound.
func FindOp(ctx context.Context, q postgres.Querier, id OpID) (Op, error) {
	o, err := scanOp(q.QueryRow(ctx, `
		SELECT o.id, o.source, o.key, o.kind, o.account, o.points, o.at, o.actor, o.reason, coalesce(r.id, 0)
		FROM ledger.op o
		LEFT JOIN ledger.op r ON r.refs_op = o.id
		WHERE o.id = $1`,
		id))
	if err != nil {
		return Op{}, fmt.Errorf("find operation %d: %w", id, err)
	}
	return o, nil
}

func scanOp(row pgx.Row) (Op, error) {
	var o Op
	err := row.Scan(&o.ID, &o.Key.Source, &o.Key.ID, &o.Kind, &o.Account, &o.Points, &o.At, &o.Actor, &o.Reason, &o.ReversedBy)
	if errors.Is(err, pgx.ErrNoRows) {
		return Op{}, ErrNotFound
	}
	o.At = o.At.UTC()
	return o, err
}
