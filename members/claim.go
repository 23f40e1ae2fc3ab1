package members

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// ErrClaim says that a claim link is used, expired or was never made.
var ErrClaim = errors.New("claim link is not valid")

// ClaimLifetime is how long a buyer may wait before opening the cashier's link.
const ClaimLifetime = 24 * time.Hour

// NewClaim makes a link token by which a buyer joins. With pending the buyer takes over that
// profile; 0 only tells who brought the buyer. The token is told only now.
func NewClaim(ctx context.Context, tx pgx.Tx, pending ID, by Actor, at time.Time) (string, error) {
	token := newToken()
	_, err := tx.Exec(ctx, `
		INSERT INTO members.claim (hash, pending_id, by_member, by_role, by_merchant, by_store, by_key, created_at, expires_at)
		VALUES ($1, nullif($2::bigint, 0), nullif($3::bigint, 0), $4, $5, $6, $7, $8, $9)`,
		hash(token), pending, by.Member, by.Role, by.Merchant, by.Store, by.Key, at, at.Add(ClaimLifetime))
	if err != nil {
		return "", fmt.Errorf("make a claim link for member %d: %w", pending, err)
	}
	return token, nil
}

// TakeClaim uses the token up and returns the pending profile, 0 for none, and who made the
// link. A second use gets ErrClaim, also at the same moment.
func TakeClaim(ctx context.Context, tx pgx.Tx, token string, at time.Time) (ID, Actor, error) {
	var pending ID
	var by Actor
	err := tx.QueryRow(ctx, `
		UPDATE members.claim SET used_at = $2
		WHERE hash = $1 AND used_at IS NULL AND expires_at > $2
		RETURNING coalesce(pending_id, 0), coalesce(by_member, 0), by_role, by_merchant, by_store, by_key`,
		hash(token), at).Scan(&pending, &by.Member, &by.Role, &by.Merchant, &by.Store, &by.Key)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, Actor{}, ErrClaim
	}
	if err != nil {
		return 0, Actor{}, fmt.Errorf("take a claim link: %w", err)
	}
	return pending, by, nil
}
