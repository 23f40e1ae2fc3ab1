package members

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kopilka/internal/postgres"

	"github.com/jackc/pgx/v5"
)

var (
	// ErrLastAdmin says that without this person nobody could run the programme.
	ErrLastAdmin = errors.New("the last admin stays")
	// ErrRole says that a role does not go with this merchant and store, or not with this member.
	ErrRole = errors.New("role cannot be granted so")
)

// Grant is a staff role that somebody has: an admin everywhere, a manager or a cashier at one
// merchant, perhaps in one store only.
type Grant struct {
	Member          ID
	Role            Role
	Merchant, Store int64
	By              ID // 0 when the operator granted it
	At              time.Time
}

// fits is the law of roles that the database keeps too (constraint grant_scope).
func fits(r Role, merchant, store int64) bool {
	switch r {
	case RoleAdmin:
		return merchant == 0 && store == 0
	case RoleManager, RoleCashier:
		return merchant > 0 && store >= 0
	}
	return false
}

// GrantRole gives the member a role; one that the member has already stays as it was. Only an
// active member takes a role (ErrRole).
func GrantRole(ctx context.Context, tx pgx.Tx, g Grant) error {
	m, err := Lock(ctx, tx, g.Member)
	if err != nil {
		return err
	}
	if !fits(g.Role, g.Merchant, g.Store) || m.State != StateActive && m.State != StateStopped {
		return fmt.Errorf("grant %s to %s member %d: %w", g.Role, m.State, g.Member, ErrRole)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO members.role_grant (member_id, role, merchant_id, store_id, granted_by, granted_at)
		VALUES ($1, $2, $3, $4, nullif($5::bigint, 0), $6)
		ON CONFLICT (member_id, role, merchant_id, store_id) WHERE revoked_at IS NULL DO NOTHING`,
		g.Member, g.Role, g.Merchant, g.Store, g.By, g.At)
	if err != nil {
		return fmt.Errorf("grant %s to member %d: %w", g.Role, g.Member, err)
	}
	return nil
}

// Revoke takes the role at merchant, in whatever stores, from the member, and the invitations
// that the member sent and nobody has used. It returns ErrNotFound when there is no such
// grant and ErrLastAdmin rather than leave the programme without an admin.
func Revoke(ctx context.Context, tx pgx.Tx, id ID, r Role, merchant int64, by ID, at time.Time) error {
	if r == RoleAdmin {
		if err := keepAdmin(ctx, tx, id); err != nil {
			return fmt.Errorf("revoke %s of member %d: %w", r, id, err)
		}
	}
	done, err := tx.Exec(ctx, `
		UPDATE members.role_grant SET revoked_at = $5, revoked_by = nullif($4::bigint, 0)
		WHERE member_id = $1 AND role = $2 AND merchant_id = $3 AND revoked_at IS NULL`,
		id, r, merchant, by, at)
	if err != nil {
		return fmt.Errorf("revoke %s of member %d: %w", r, id, err)
	}
	if done.RowsAffected() == 0 {
		return fmt.Errorf("revoke %s of member %d: %w", r, id, ErrNotFound)
	}
	_, err = tx.Exec(ctx, `
		UPDATE members.invitation SET expires_at = $2
		WHERE invited_by = $1 AND used_at IS NULL AND expires_at > $2`, id, at)
	if err != nil {
		return fmt.Errorf("cancel invitations of member %d: %w", id, err)
	}
	return nil
}

// keepAdmin returns ErrLastAdmin when id is the only admin who can act.
func keepAdmin(ctx context.Context, tx pgx.Tx, id ID) error {
	// All admins' rows are locked, in one order: of two admins who revoke each other at once
	// the second waits and then sees that the first is gone.
	var own, others int
	err := tx.QueryRow(ctx, `
		WITH admin AS (
			SELECT g.member_id
			FROM members.role_grant g
			JOIN members.member m ON m.id = g.member_id
			WHERE g.role = 'admin' AND g.revoked_at IS NULL AND m.state IN ('active', 'stopped')
			ORDER BY g.id
			FOR UPDATE
		)
		SELECT count(*) FILTER (WHERE member_id = $1), count(*) FILTER (WHERE member_id <> $1)
		FROM admin`, id).Scan(&own, &others)
	if err != nil {
		return err
	}
	if own > 0 && others == 0 {
		return ErrLastAdmin
	}
	return nil
}

// Grants lists the member's roles of now, the strongest first.
func Grants(ctx context.Context, q postgres.Querier, id ID) ([]Grant, error) {
	rows, err := q.Query(ctx, `
		SELECT member_id, role, merchant_id, store_id, coalesce(granted_by, 0), granted_at
		FROM members.role_grant
		WHERE member_id = $1 AND revoked_at IS NULL
		ORDER BY array_position(ARRAY['admin', 'manager', 'cashier'], role), merchant_id, store_id`, id)
	return grants(rows, err)
}

// Staff lists the grants of a merchant's staff, the strongest first; merchant 0 lists
// everybody's, admins included.
func Staff(ctx context.Context, q postgres.Querier, merchant int64) ([]Grant, error) {
	rows, err := q.Query(ctx, `
		SELECT member_id, role, merchant_id, store_id, coalesce(granted_by, 0), granted_at
		FROM members.role_grant
		WHERE revoked_at IS NULL AND (merchant_id = $1 OR $1 = 0)
		ORDER BY array_position(ARRAY['admin', 'manager', 'cashier'], role), merchant_id, store_id, id
		LIMIT 10000`, merchant)
	return grants(rows, err)
}

func grants(rows pgx.Rows, err error) ([]Grant, error) {
	if err != nil {
		return nil, fmt.Errorf("list grants: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Grant])
	if err != nil {
		return nil, fmt.Errorf("list grants: %w", err)
	}
	return list, nil
}
