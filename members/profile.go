package members

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/jackc/pgx/v5"
)

// ErrNotPending says that a profile to be taken over is somebody's already.
var ErrNotPending = errors.New("member is not pending")

// SetLang changes the language that the member is written to in.
func SetLang(ctx context.Context, tx pgx.Tx, id ID, lang string) error {
	return set(ctx, tx, id, `UPDATE members.member SET lang = $2 WHERE id = $1 AND state <> 'closed'`, clean(lang, 16))
}

// SetName changes what the member is called.
func SetName(ctx context.Context, tx pgx.Tx, id ID, name string) error {
	return set(ctx, tx, id, `UPDATE members.member SET name = $2 WHERE id = $1 AND state <> 'closed'`, clean(name, 128))
}

// SetState moves the member to another state. A closed member stays closed (ErrClosed), and
// the last admin is neither blocked nor closed (ErrLastAdmin).
func SetState(ctx context.Context, tx pgx.Tx, id ID, s State) error {
	if s == StateBlocked || s == StateClosed {
		if err := keepAdmin(ctx, tx, id); err != nil {
			return fmt.Errorf("make member %d %s: %w", id, s, err)
		}
	}
	return set(ctx, tx, id, `UPDATE members.member SET state = $2 WHERE id = $1 AND (state <> 'closed' OR $2 = 'closed')`, string(s))
}

// SetReachable notes whether the member's chat takes our messages: false when Telegram says
// that the person blocked the bot, true when they are back.
func SetReachable(ctx context.Context, tx pgx.Tx, id ID, reachable bool, at time.Time) error {
	since := &at
	if reachable {
		since = nil
	}
	return set(ctx, tx, id, `
		UPDATE members.member
		SET unreachable_since = CASE WHEN $2::timestamptz IS NULL THEN NULL
			ELSE coalesce(unreachable_since, $2) END
		WHERE id = $1`, since)
}

// set runs one update of a member and tells a closed one from none.
func set(ctx context.Context, tx pgx.Tx, id ID, update string, value any) error {
	done, err := tx.Exec(ctx, update, id, value)
	if err != nil {
		return fmt.Errorf("change member %d: %w", id, err)
	}
	if done.RowsAffected() == 1 {
		return nil
	}
	if _, err := Get(ctx, tx, id); err != nil {
		return err
	}
	return fmt.Errorf("change member %d: %w", id, ErrClosed)
}

// Merge gives everything by which the pending member from is recognised to into, and closes
// from. Where into has a main identity of a kind already, it stays the main one. What from
// earned is not this package's business. It returns ErrNotPending or ErrClosed.
func Merge(ctx context.Context, tx pgx.Tx, from, into ID, at time.Time) error {
	if err := mergeable(ctx, tx, from, into); err != nil {
		return fmt.Errorf("merge member %d into %d: %w", from, into, err)
	}
	// Each identity is retired at one and added to the other, so that the history tells
	// who had it when.
	_, err := tx.Exec(ctx, `
		WITH moved AS (
			UPDATE members.identity SET removed_at = $3
			WHERE member_id = $1 AND removed_at IS NULL
			RETURNING kind, value, main
		)
		INSERT INTO members.identity (member_id, kind, value, main, added_at)
		SELECT $2, m.kind, m.value, m.main AND NOT EXISTS (
				SELECT FROM members.identity i
				WHERE i.member_id = $2 AND i.kind = m.kind AND i.main AND i.removed_at IS NULL),
			$3
		FROM moved m`, from, into, at)
	if err != nil {
		return fmt.Errorf("move identities of member %d to %d: %w", from, into, err)
	}
	_, err = tx.Exec(ctx, `
		UPDATE members.member SET state = 'closed', merged_into = $2 WHERE id = $1`, from, into)
	if err != nil {
		return fmt.Errorf("close merged member %d: %w", from, err)
	}
	return nil
}

func mergeable(ctx context.Context, tx pgx.Tx, from, into ID) error {
	for _, id := range []ID{min(from, into), max(from, into)} { // one order, so that two merges never deadlock
		m, err := Lock(ctx, tx, id)
		if err != nil {
			return err
		}
		if id == from && m.State != StatePending {
			return ErrNotPending
		}
		if id == into && m.State == StateClosed {
			return ErrClosed
		}
	}
	if from == into {
		return ErrNotPending
	}
	return nil
}

// clean makes a stranger's text safe to keep and to show: no control characters, no marks
// that turn the direction of what follows, at most limit characters.
func clean(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	r := []rune(strings.TrimSpace(s))
	return strings.TrimSpace(string(r[:min(len(r), limit)]))
}
