package receipts

import (
	"context"
	"fmt"
	"time"

	"kopilka/internal/postgres"

	"github.com/jackc/pgx/v5"
)

// ByOp returns the submission that a ledger operation credited, or ErrNotFound.
func ByOp(ctx context.Context, q postgres.Querier, op int64) (Submitted, error) {
	s, err := one(ctx, q, `SELECT `+columns+` FROM receipts.receipt WHERE op_id = $1`, op)
	if err != nil {
		return Submitted{}, fmt.Errorf("find the submission of operation %d: %w", op, err)
	}
	return s, nil
}

// OfOps returns the submissions that ledger operations credited, by operation.
func OfOps(ctx context.Context, q postgres.Querier, ops []int64) (map[int64]Submitted, error) {
	all, err := many(ctx, q, `SELECT `+columns+` FROM receipts.receipt WHERE op_id = ANY($1)`, ops)
	if err != nil {
		return nil, fmt.Errorf("find the submissions of %d operations: %w", len(ops), err)
	}
	byOp := make(map[int64]Submitted, len(all))
	for _, s := range all {
		byOp[s.Op] = s
	}
	return byOp, nil
}

// Waiting returns the submissions that keep their place with a verdict, as those over a
// day's limit, and came before the time given, oldest first.
func Waiting(ctx context.Context, q postgres.Querier, verdict string, before time.Time, limit int) ([]Submitted, error) {
	all, err := many(ctx, q, `
		SELECT `+columns+` FROM receipts.receipt
		WHERE state = 'pending' AND verdict = $1 AND created_at < $2
		ORDER BY id LIMIT $3`, verdict, before, limit)
	if err != nil {
		return nil, fmt.Errorf("list submissions waiting with %s: %w", verdict, err)
	}
	return all, nil
}

// SameSale returns an accepted submission of the member at the merchant over the same
// sum that was read another way than r: one purchase told of twice, perhaps. A till and a
// print may have no key in common with a code, or a misread one, so it is looked for among
// those that came in [from, to) and those printed at the same minute. It returns
// ErrNotFound when there is none.
func SameSale(ctx context.Context, q postgres.Querier, member, merchant int64, r Receipt, via Via, from, to time.Time) (Submitted, error) {
	minute := r.Time.String()
	s, err := one(ctx, q, `
		SELECT `+columns+` FROM receipts.receipt
		WHERE member_id = $1 AND merchant_id = $2 AND total_minor = $3 AND currency = $4 AND state = 'accepted'
			AND ((via = 'till') <> ($5 = 'till') OR (via = 'ocr') <> ($5 = 'ocr'))
			AND (created_at >= $6 AND created_at < $7 OR $8 <> '' AND left(local_time, 16) = left($8, 16))
		ORDER BY id DESC LIMIT 1`, member, merchant, r.Total.Minor, r.Total.Currency, via, from, to, minute)
	if err != nil {
		return Submitted{}, fmt.Errorf("look for the same sale: %w", err)
	}
	return s, nil
}

// CountVia returns how many of a member's submissions that came in [from, to) and were
// read that way are accepted.
func CountVia(ctx context.Context, q postgres.Querier, member int64, via Via, from, to time.Time) (int, error) {
	var n int
	err := q.QueryRow(ctx, `
		SELECT count(*) FROM receipts.receipt
		WHERE member_id = $1 AND via = $2 AND state = 'accepted' AND created_at >= $3 AND created_at < $4`,
		member, via, from, to).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count the receipts of member %d read by %s: %w", member, via, err)
	}
	return n, nil
}

// Reopen sends a refused submission to a person, once: it reports false for one that was
// disputed before or is not refused.
func Reopen(ctx context.Context, tx pgx.Tx, id ID, reason string) (bool, error) {
	done, err := tx.Exec(ctx, `
		UPDATE receipts.receipt SET state = 'review', reason = $2
		WHERE id = $1 AND state = 'refused' AND reviewed_by IS NULL AND reason <> $2`, id, reason)
	if err != nil {
		return false, fmt.Errorf("reopen submission %d: %w", id, err)
	}
	return done.RowsAffected() == 1, nil
}
