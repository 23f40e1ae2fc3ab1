// Package program is the loyalty programme: what a receipt earns and why, who may do
// what, tiers, redemptions and reviews. It owns the transaction over the nouns: ledger,
// receipts, catalog and members. It knows no Telegram, no HTTP and no words for people;
// what it has to tell is written down as events in the same transaction.
package program

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"kopilka/internal/postgres"
	"kopilka/ledger"
	"kopilka/members"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// What a caller decides on.
var (
	// ErrForbidden says that the actor may not do this, here.
	ErrForbidden = errors.New("not allowed")
	// ErrNotFound says that there is no such thing for this actor.
	ErrNotFound = errors.New("not found")
	// ErrTooLate says that the time to do it has passed.
	ErrTooLate = errors.New("too late")
	// ErrDone says that it has been decided already, another way.
	ErrDone = errors.New("decided already")
	// ErrSum says that a sum is zero, negative or beyond reason.
	ErrSum = errors.New("the sum is out of range")
	// ErrOwnAccount says that staff may not book for themselves at their own till.
	ErrOwnAccount = errors.New("staff do not book for themselves")
	// ErrSuspended says that the merchant takes no part now.
	ErrSuspended = errors.New("the merchant is suspended")
	// ErrNotMember says that the person has not joined, or has left.
	ErrNotMember = errors.New("not an active member")
)

// Program runs one loyalty programme.
type Program struct {
	db  *pgxpool.Pool
	now func() time.Time
}

// Options of a programme; the zero value is usable.
type Options struct {
	// Now is the one clock; nil means the machine's.
	Now func() time.Time
}

// New returns the programme kept in db.
func New(db *pgxpool.Pool, opts Options) *Program {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	return &Program{db: db, now: opts.Now}
}

// tries is how often a write is begun again when the database asks for it.
const tries = 5

// write runs fn in a transaction, again when a deadlock or a fail-over ended it: every
// write carries its own key, so a repeat changes nothing twice.
func (p *Program) write(ctx context.Context, fn func(pgx.Tx) error) error {
	pause := 20 * time.Millisecond
	for try := 1; ; try++ {
		err := pgx.BeginFunc(ctx, p.db, fn)
		if err == nil || try == tries || !postgres.Retryable(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
			pause *= 3
		}
	}
}

// wallet is a member's row in the programme, locked.
type wallet struct {
	member  members.ID
	account ledger.AccountID
	tier    string
}

// lockWallet takes the member's mutex, so that two receipts of one member are judged one
// after the other and two tills cannot both spend what is left.
func lockWallet(ctx context.Context, tx pgx.Tx, m members.ID) (wallet, error) {
	w := wallet{member: m}
	err := tx.QueryRow(ctx, `SELECT account_id, tier FROM program.wallet WHERE member_id = $1 FOR UPDATE`, m).Scan(&w.account, &w.tier)
	if errors.Is(err, pgx.ErrNoRows) {
		return w, fmt.Errorf("lock the wallet of member %d: %w", m, ErrNotMember)
	}
	if err != nil {
		return w, fmt.Errorf("lock the wallet of member %d: %w", m, err)
	}
	return w, nil
}

// openWallet gives a new member an account and a place in the lowest tier.
func openWallet(ctx context.Context, tx pgx.Tx, s Settings, m members.ID, at time.Time) (wallet, error) {
	account, err := ledger.Open(ctx, tx, at)
	if err != nil {
		return wallet{}, err
	}
	w := wallet{member: m, account: account, tier: s.Tiers[0].Code}
	_, err = tx.Exec(ctx, `INSERT INTO program.wallet (member_id, account_id, tier, tier_since) VALUES ($1, $2, $3, $4)`, m, account, w.tier, at)
	if err != nil {
		return w, fmt.Errorf("open a wallet for member %d: %w", m, err)
	}
	return w, nil
}

// accountOf is the ledger account of a member's points.
func accountOf(ctx context.Context, q postgres.Querier, m members.ID) (ledger.AccountID, error) {
	var a ledger.AccountID
	err := q.QueryRow(ctx, `SELECT account_id FROM program.wallet WHERE member_id = $1`, m).Scan(&a)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, ErrNotMember
	}
	if err != nil {
		return 0, fmt.Errorf("find the account of member %d: %w", m, err)
	}
	return a, nil
}

// audit writes down who did what.
func audit(ctx context.Context, tx pgx.Tx, actor members.Actor, action, subject string, data any, at time.Time) error {
	body, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("write the audit of %s: %w", action, err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO program.audit (actor, action, subject, data, at) VALUES ($1, $2, $3, $4, $5)`,
		actor.String(), action, subject, body, at)
	if err != nil {
		return fmt.Errorf("audit %s of %s: %w", action, subject, err)
	}
	return nil
}
