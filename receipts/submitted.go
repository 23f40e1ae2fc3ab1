package receipts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"kopilka/internal/postgres"

	"github.com/jackc/pgx/v5"
)

// Submitted is a submission as it is kept, with what became of it. A pending one has
// an empty Decision but for its State.
type Submitted struct {
	ID  ID
	Key Key
	Submission
	Decision
}

// columns are in the order that scanSubmitted reads them.
const columns = `id, key, member_id, door, ref, via, file_id, created_at,
	country, format, text, total_minor, currency, local_time, zone, device, document, sign,
	operation, seller_tax_id, warnings, checks,
	state, verdict, coalesce(merchant_id, 0), coalesce(store_id, 0), points, breakdown,
	coalesce(op_id, 0), coalesce(reviewed_by, 0), reason, coalesce(decided_at, 'epoch')`

// ByID returns a submission or ErrNotFound.
func ByID(ctx context.Context, q postgres.Querier, id ID) (Submitted, error) {
	s, err := one(ctx, q, `SELECT `+columns+` FROM receipts.receipt WHERE id = $1`, id)
	if err != nil {
		return Submitted{}, fmt.Errorf("find submission %d: %w", id, err)
	}
	return s, nil
}

// ByRef returns the submission that a door calls ref, or ErrNotFound.
func ByRef(ctx context.Context, q postgres.Querier, door, ref string) (Submitted, error) {
	s, err := one(ctx, q, `SELECT `+columns+` FROM receipts.receipt WHERE door = $1 AND ref = $2`, door, ref)
	if err != nil {
		return Submitted{}, fmt.Errorf("find submission %s %s: %w", door, ref, err)
	}
	return s, nil
}

// OfMember returns a member's submissions, newest first, up to limit. Before is the
// last ID of the page before, 0 for the first page.
func OfMember(ctx context.Context, q postgres.Querier, member int64, before ID, limit int) ([]Submitted, error) {
	all, err := many(ctx, q, `
		SELECT `+columns+` FROM receipts.receipt
		WHERE member_id = $1 AND ($2 = 0 OR id < $2)
		ORDER BY id DESC LIMIT $3`, member, before, limit)
	if err != nil {
		return nil, fmt.Errorf("list submissions of member %d: %w", member, err)
	}
	return all, nil
}

// InReview returns the submissions that wait for a person, oldest first, up to limit
// and after the ID given.
func InReview(ctx context.Context, q postgres.Querier, after ID, limit int) ([]Submitted, error) {
	all, err := many(ctx, q, `
		SELECT `+columns+` FROM receipts.receipt
		WHERE state = 'review' AND id > $1
		ORDER BY id LIMIT $2`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list submissions in review: %w", err)
	}
	return all, nil
}

// CountAccepted returns how many of a member's submissions that came in [from, to) are
// accepted, and their points. Merchant 0 means all merchants.
func CountAccepted(ctx context.Context, q postgres.Querier, member, merchant int64, from, to time.Time) (n int, points int64, err error) {
	err = q.QueryRow(ctx, `
		SELECT count(*), coalesce(sum(points), 0)::bigint FROM receipts.receipt
		WHERE member_id = $1 AND ($2 = 0 OR merchant_id = $2)
			AND state = 'accepted' AND created_at >= $3 AND created_at < $4`,
		member, merchant, from, to).Scan(&n, &points)
	if err != nil {
		return 0, 0, fmt.Errorf("count accepted receipts of member %d: %w", member, err)
	}
	return n, points, nil
}

func one(ctx context.Context, q postgres.Querier, sql string, args ...any) (Submitted, error) {
	all, err := many(ctx, q, sql, args...)
	if err != nil {
		return Submitted{}, err
	}
	if len(all) == 0 {
		return Submitted{}, ErrNotFound
	}
	return all[0], nil
}

func many(ctx context.Context, q postgres.Querier, sql string, args ...any) ([]Submitted, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanSubmitted)
}

func scanSubmitted(row pgx.CollectableRow) (Submitted, error) {
	var s Submitted
	var minor *int64
	var currency, local string
	var warnings, checks []byte
	r, d := &s.Receipt, &s.Decision
	err := row.Scan(&s.ID, &s.Key, &s.Member, &s.Door, &s.Ref, &s.Via, &s.FileID, &s.Submission.At,
		&r.Country, &r.Format, &r.Text, &minor, &currency, &local, &r.Zone, &r.Device, &r.Document, &r.Sign,
		&r.Operation, &r.SellerTaxID, &warnings, &checks,
		&d.State, &d.Verdict, &d.Merchant, &d.Store, &d.Points, (*[]byte)(&d.Breakdown),
		&d.Op, &d.ReviewedBy, &d.Reason, &d.At)
	if err != nil {
		return Submitted{}, err
	}
	if minor != nil {
		r.Total, r.HasTotal = Money{*minor, currency}, true
	}
	return s, errors.Join(r.Time.UnmarshalText([]byte(local)),
		json.Unmarshal(warnings, &r.Warnings), json.Unmarshal(checks, &s.Checks))
}
