package receipts

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"kopilka/internal/postgres"

	"github.com/jackc/pgx/v5"
)

// Claimed is who has a receipt.
type Claimed struct {
	// First reports whether the submission that asked is the one that has it.
	First   bool
	Receipt ID
	Member  int64
	At      time.Time
	// SameSign is false when both submissions carry a fiscal sign and the signs differ:
	// one drive gives a document one sign, so one of the two is forged.
	SameSign bool
}

// Claim takes the key for submission id, for ever, unless another has it; either way
// it returns whose it is. Of two transactions that claim one key at once, the second
// waits for the first to end.
func Claim(ctx context.Context, tx pgx.Tx, k Key, id ID, member int64, sign string, at time.Time) (Claimed, error) {
	if k == "" {
		return Claimed{}, fmt.Errorf("claim receipt of submission %d: %w", id, ErrMalformed)
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO receipts.claim (key, receipt_id, member_id, sign, total_minor, at)
		VALUES ($1, $2, $3, $4, (SELECT total_minor FROM receipts.receipt WHERE id = $2), $5)
		ON CONFLICT (key) DO NOTHING`, k, id, member, sign, at)
	if postgres.Violates(err, "claim_receipt") {
		return Claimed{}, fmt.Errorf("claim receipt %s: %w", k, ErrNotFound)
	}
	if err != nil {
		return Claimed{}, fmt.Errorf("claim receipt %s: %w", k, err)
	}
	c, had, err := claimOf(ctx, tx, k)
	if err != nil || !had.found {
		return Claimed{}, fmt.Errorf("claim receipt %s: %w", k, errors.Join(err, ErrNotFound))
	}
	c.First = c.Receipt == id
	c.SameSign = sign == "" || had.sign == "" || strings.EqualFold(sign, had.sign)
	return c, nil
}

// ClaimOf returns who has the receipt of a key, and false when nobody has. First and
// SameSign have no meaning there and are true.
func ClaimOf(ctx context.Context, q postgres.Querier, k Key) (Claimed, bool, error) {
	c, had, err := claimOf(ctx, q, k)
	if err != nil {
		return Claimed{}, false, fmt.Errorf("find the claim on %s: %w", k, err)
	}
	c.First, c.SameSign = true, true
	return c, had.found, nil
}

// holder is what a claim keeps beside who has it.
type holder struct {
	found bool
	sign  string
}

func claimOf(ctx context.Context, q postgres.Querier, k Key) (Claimed, holder, error) {
	var c Claimed
	h := holder{found: true}
	err := q.QueryRow(ctx, `
		SELECT receipt_id, member_id, sign, at FROM receipts.claim WHERE key = $1`, k,
	).Scan(&c.Receipt, &c.Member, &h.sign, &c.At)
	if errors.Is(err, pgx.ErrNoRows) {
		return Claimed{}, holder{}, nil
	}
	return c, h, err
}
