package members

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"kopilka/internal/postgres"

	"github.com/jackc/pgx/v5"
)

// IdentityKind is a way to recognise a member.
type IdentityKind string

// The kinds of identities. External is an id in somebody else's system, as a web shop's.
const (
	Telegram IdentityKind = "telegram"
	PhoneID  IdentityKind = "phone"
	CardID   IdentityKind = "card"
	External IdentityKind = "external"
)

// Identity is one value by which a member is recognised; only one member has it at a time.
type Identity struct {
	Kind  IdentityKind
	Value string
}

func telegram(user int64) Identity {
	return Identity{Telegram, strconv.FormatInt(user, 10)}
}

// AttachTelegram makes user the member's Telegram account in place of any earlier one.
func AttachTelegram(ctx context.Context, tx pgx.Tx, id ID, user int64, at time.Time) error {
	return Attach(ctx, tx, id, telegram(user), at)
}

// AttachPhone makes p the member's phone in place of any earlier one.
func AttachPhone(ctx context.Context, tx pgx.Tx, id ID, p Phone, at time.Time) error {
	return Attach(ctx, tx, id, Identity{PhoneID, string(p)}, at)
}

// Attach gives the member an identity and makes it the main one of its kind. An earlier
// phone or Telegram account is retired, for numbers change hands; earlier cards and
// external ids stay good. It returns ErrTaken when the identity is another's, and then
// nothing is changed and tx is usable.
func Attach(ctx context.Context, tx pgx.Tx, id ID, i Identity, at time.Time) error {
	m, err := Lock(ctx, tx, id)
	if err != nil {
		return err
	}
	if m.State == StateClosed {
		return fmt.Errorf("attach %s to member %d: %w", i.Kind, id, ErrClosed)
	}
	if err := take(ctx, tx, id, i, at); err != nil {
		return fmt.Errorf("attach %s to member %d: %w", i.Kind, id, err)
	}
	if err := makeMain(ctx, tx, id, i, at); err != nil {
		return fmt.Errorf("make %s main of member %d: %w", i.Kind, id, err)
	}
	return nil
}

// take makes the identity the member's, or finds that it is already.
func take(ctx context.Context, tx pgx.Tx, id ID, i Identity, at time.Time) error {
	// ON CONFLICT waits for a concurrent owner to commit, and does not abort tx as a
	// violation would.
	done, err := tx.Exec(ctx, `
		INSERT INTO members.identity (member_id, kind, value, added_at)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT (kind, value) WHERE removed_at IS NULL DO NOTHING`, id, i.Kind, i.Value, at)
	if err != nil || done.RowsAffected() == 1 {
		return err
	}
	var own bool
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM members.identity
			WHERE kind = $1 AND value = $2 AND removed_at IS NULL AND member_id = $3)`,
		i.Kind, i.Value, id).Scan(&own)
	if err == nil && !own {
		return ErrTaken
	}
	return err
}

func makeMain(ctx context.Context, tx pgx.Tx, id ID, i Identity, at time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE members.identity
		SET main = false,
			removed_at = CASE WHEN kind IN ('telegram', 'phone') THEN $4::timestamptz END
		WHERE member_id = $1 AND kind = $2 AND value <> $3 AND main AND removed_at IS NULL`,
		id, i.Kind, i.Value, at)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		UPDATE members.identity SET main = true
		WHERE member_id = $1 AND kind = $2 AND value = $3 AND removed_at IS NULL AND NOT main`,
		id, i.Kind, i.Value)
	if err == nil && i.Kind == Telegram {
		// A new chat has refused nothing yet.
		_, err = tx.Exec(ctx, `UPDATE members.member SET unreachable_since = NULL WHERE id = $1`, id)
	}
	return err
}

// Identities lists the member's live identities, the main one of a kind first.
func Identities(ctx context.Context, q postgres.Querier, id ID) ([]Identity, error) {
	rows, err := q.Query(ctx, `
		SELECT kind, value FROM members.identity
		WHERE member_id = $1 AND removed_at IS NULL
		ORDER BY kind, main DESC, id`, id)
	if err != nil {
		return nil, fmt.Errorf("list identities of member %d: %w", id, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Identity])
	if err != nil {
		return nil, fmt.Errorf("list identities of member %d: %w", id, err)
	}
	return list, nil
}
