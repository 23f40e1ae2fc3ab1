package members

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kopilka/internal/postgres"

	"github.com/jackc/pgx/v5"
)

// ErrInvitation says that a token invites nobody: used, expired, cancelled or never made.
// Which of them is not told to a stranger who tries tokens.
var ErrInvitation = errors.New("invitation is not valid")

// Invitation offers a staff role to whoever opens its link first.
type Invitation struct {
	Role            Role
	Merchant, Store int64
	By              ID // 0 when the operator invites
	ExpiresAt       time.Time
}

// Invite keeps an invitation and returns its token, which is told only now.
func Invite(ctx context.Context, tx pgx.Tx, i Invitation) (string, error) {
	if !fits(i.Role, i.Merchant, i.Store) {
		return "", fmt.Errorf("invite a %s: %w", i.Role, ErrRole)
	}
	token := newToken()
	_, err := tx.Exec(ctx, `
		INSERT INTO members.invitation (hash, role, merchant_id, store_id, invited_by, expires_at)
		VALUES ($1, $2, $3, $4, nullif($5::bigint, 0), $6)`,
		hash(token), i.Role, i.Merchant, i.Store, i.By, i.ExpiresAt)
	if err != nil {
		return "", fmt.Errorf("invite a %s: %w", i.Role, err)
	}
	return token, nil
}

// PeekInvitation tells what the token offers, so that a person can say yes or no to it.
func PeekInvitation(ctx context.Context, q postgres.Querier, token string, at time.Time) (Invitation, error) {
	var i Invitation
	err := q.QueryRow(ctx, `
		SELECT role, merchant_id, store_id, coalesce(invited_by, 0), expires_at
		FROM members.invitation
		WHERE hash = $1 AND used_at IS NULL AND expires_at > $2`,
		hash(token), at).Scan(&i.Role, &i.Merchant, &i.Store, &i.By, &i.ExpiresAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return Invitation{}, ErrInvitation
	}
	if err != nil {
		return Invitation{}, fmt.Errorf("read invitation: %w", err)
	}
	return i, nil
}

// Accept uses the token up and grants its role to the member. Of two who open a link at once
// one gets the role and the other ErrInvitation.
func Accept(ctx context.Context, tx pgx.Tx, token string, id ID, at time.Time) (Grant, error) {
	g := Grant{Member: id, At: at}
	// The second of two waits here for the first, and then finds used_at set.
	err := tx.QueryRow(ctx, `
		UPDATE members.invitation SET used_at = $2, used_by = $3
		WHERE hash = $1 AND used_at IS NULL AND expires_at > $2
		RETURNING role, merchant_id, store_id, coalesce(invited_by, 0)`,
		hash(token), at, id).Scan(&g.Role, &g.Merchant, &g.Store, &g.By)
	if errors.Is(err, pgx.ErrNoRows) {
		return Grant{}, ErrInvitation
	}
	if err != nil {
		return Grant{}, fmt.Errorf("accept invitation for member %d: %w", id, err)
	}
	if err := GrantRole(ctx, tx, g); err != nil {
		return Grant{}, fmt.Errorf("accept invitation: %w", err)
	}
	return g, nil
}
