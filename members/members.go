// Package members knows who people are: shoppers and staff, how each is recognised
// (Telegram, phone, card), what they agreed to, and what they may do. It knows nothing
// of points, receipts or shops: a merchant is a number here, and so is a store.
package members

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"kopilka/internal/postgres"

	"github.com/jackc/pgx/v5"
)

// ID names a member for ever, whatever identities come and go.
type ID int64

// State is where a member's life stands.
type State string

// The states of a member. A pending one was registered at a till by phone and has agreed
// to nothing yet; a stopped one wants no messages; a closed one is gone or merged away.
const (
	StatePending State = "pending"
	StateActive  State = "active"
	StateStopped State = "stopped"
	StateClosed  State = "closed"
	StateBlocked State = "blocked"
)

// What callers decide on.
var (
	// ErrNotFound says that there is no such member, grant or key.
	ErrNotFound = errors.New("no such member")
	// ErrTaken says that an identity belongs to another member already.
	ErrTaken = errors.New("identity belongs to another member")
	// ErrClosed says that the member's profile is closed and takes no changes.
	ErrClosed = errors.New("member is closed")
)

// Member is one person's profile. Phone, Card and Telegram are the main identities, zero
// when there is none.
type Member struct {
	ID         ID
	State      State
	Name       string
	Lang       string
	Country    string // ISO 3166-1 alpha-2, "" when unknown
	Phone      Phone
	Card       Card
	Telegram   int64
	Source     string // the tag of the link that brought the member
	JoinedAt   time.Time
	MergedInto ID   // the member that took over, 0 when none
	Reachable  bool // has a Telegram chat that takes our messages
}

// New is a member to be. Its zero State is active; Country is read from Phone when empty.
type New struct {
	Name     string
	Lang     string
	Source   string
	State    State
	Country  string
	Telegram int64
	Phone    Phone
}

// Create adds a member and issues a card at once. ErrTaken, when the phone or the Telegram
// account is somebody's, leaves tx usable and nothing written.
func Create(ctx context.Context, tx pgx.Tx, n New, at time.Time) (Member, error) {
	var id ID
	err := pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error {
		var err error
		if id, err = insert(ctx, tx, n, at); err != nil {
			return err
		}
		return attachNew(ctx, tx, id, n, at)
	})
	if err != nil {
		return Member{}, fmt.Errorf("create member: %w", err)
	}
	return Get(ctx, tx, id)
}

func insert(ctx context.Context, tx pgx.Tx, n New, at time.Time) (ID, error) {
	if n.State == "" {
		n.State = StateActive
	}
	if n.Country == "" {
		n.Country = n.Phone.Country()
	}
	var id ID
	err := tx.QueryRow(ctx, `
		INSERT INTO members.member (state, name, lang, country, source, joined_at)
		VALUES ($1, $2, $3, $4, $5, $6)
		RETURNING id`,
		n.State, clean(n.Name, 128), clean(n.Lang, 16), n.Country, clean(n.Source, 64), at).Scan(&id)
	return id, err
}

func attachNew(ctx context.Context, tx pgx.Tx, id ID, n New, at time.Time) error {
	if n.Telegram != 0 {
		if err := Attach(ctx, tx, id, telegram(n.Telegram), at); err != nil {
			return err
		}
	}
	if n.Phone != "" {
		if err := Attach(ctx, tx, id, Identity{PhoneID, string(n.Phone)}, at); err != nil {
			return err
		}
	}
	return issueCard(ctx, tx, id, at)
}

// Get returns a member by ID, ErrNotFound when there is none.
func Get(ctx context.Context, q postgres.Querier, id ID) (Member, error) {
	m, err := one(ctx, q, `m.id = $1`, id)
	if err != nil {
		return Member{}, fmt.Errorf("read member %d: %w", id, err)
	}
	return m, nil
}

// Lock returns a member and holds its row until tx ends, so that two doors cannot change
// one person at once.
func Lock(ctx context.Context, tx pgx.Tx, id ID) (Member, error) {
	if _, err := tx.Exec(ctx, `SELECT FROM members.member WHERE id = $1 FOR UPDATE`, id); err != nil {
		return Member{}, fmt.Errorf("lock member %d: %w", id, err)
	}
	return Get(ctx, tx, id)
}

// ByTelegram returns the member of a Telegram account, ErrNotFound when there is none.
func ByTelegram(ctx context.Context, q postgres.Querier, user int64) (Member, error) {
	return By(ctx, q, telegram(user))
}

// ByPhone returns the member of a phone number, ErrNotFound when there is none.
func ByPhone(ctx context.Context, q postgres.Querier, p Phone) (Member, error) {
	return By(ctx, q, Identity{PhoneID, string(p)})
}

// ByCard returns the member of a card, ErrNotFound when there is none.
func ByCard(ctx context.Context, q postgres.Querier, c Card) (Member, error) {
	return By(ctx, q, Identity{CardID, string(c)})
}

// By returns the member who has the identity, ErrNotFound when nobody has. The identity's
// value stays out of the error: it may be a phone number.
func By(ctx context.Context, q postgres.Querier, i Identity) (Member, error) {
	m, err := one(ctx, q, `m.id = (
		SELECT member_id FROM members.identity
		WHERE kind = $1 AND value = $2 AND removed_at IS NULL)`, i.Kind, i.Value)
	if err != nil {
		return Member{}, fmt.Errorf("find member by %s: %w", i.Kind, err)
	}
	return m, nil
}

// one reads the member that where, a constant of this file, picks.
func one(ctx context.Context, q postgres.Querier, where string, args ...any) (Member, error) {
	var m Member
	var user string
	var merged *ID
	var reachable bool
	err := q.QueryRow(ctx, `
		SELECT m.id, m.state, m.name, m.lang, m.country, m.source, m.joined_at, m.merged_into,
			m.unreachable_since IS NULL,
			coalesce(max(i.value) FILTER (WHERE i.kind = 'phone'), ''),
			coalesce(max(i.value) FILTER (WHERE i.kind = 'card'), ''),
			coalesce(max(i.value) FILTER (WHERE i.kind = 'telegram'), '')
		FROM members.member m
		LEFT JOIN members.identity i ON i.member_id = m.id AND i.main AND i.removed_at IS NULL
		WHERE `+where+`
		GROUP BY m.id`, args...).Scan(&m.ID, &m.State, &m.Name, &m.Lang, &m.Country, &m.Source,
		&m.JoinedAt, &merged, &reachable, &m.Phone, &m.Card, &user)
	if errors.Is(err, pgx.ErrNoRows) {
		return Member{}, ErrNotFound
	}
	if err != nil {
		return Member{}, err
	}
	if merged != nil {
		m.MergedInto = *merged
	}
	if user != "" {
		if m.Telegram, err = strconv.ParseInt(user, 10, 64); err != nil {
			return Member{}, fmt.Errorf("member %d has a Telegram identity that is no number: %w", m.ID, err)
		}
	}
	m.Reachable = reachable && m.Telegram != 0
	return m, nil
}
