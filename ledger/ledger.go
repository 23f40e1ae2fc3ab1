// Package ledger keeps points: who has how many, since when and until when. It knows
// accounts, operations, entries and lots; it does not know whose an account is, what
// was bought, nor why anyone earned anything.
//
// The laws are PostgreSQL's (migrations/0002_ledger.sql): an operation is one row,
// unique by its key, and the database itself derives from it the entry, the lots and
// the account. Go only asks, and turns what the database answers into types.
package ledger

import (
	"errors"
	"fmt"
	"time"
)

// AccountID names an account. Who owns it is the caller's to remember.
type AccountID int64

// OpID names an operation.
type OpID int64

// Points are hundredths of a point.
type Points int64

// MaxPoints bounds one operation, so that no sum of a lifetime's operations overflows.
const MaxPoints Points = 1_000_000_000_00

// Grace is how long points stay spendable that come back to a lot which has expired.
const Grace = 14 * 24 * time.Hour

// Key makes an operation idempotent: the same key again answers the same result. It is
// unique for ever. Source is a short word such as "receipt", "bot" or "api"; the source
// "ledger" belongs to the ledger's own operations.
type Key struct{ Source, ID string }

func (k Key) String() string { return k.Source + "/" + k.ID }

// Kind is what an operation does.
type Kind string

const (
	KindAccrual    Kind = "accrual"    // points come in, as a new lot
	KindRedemption Kind = "redemption" // points are spent, first to expire first
	KindReversal   Kind = "reversal"   // an accrual or a redemption is taken back
	KindExpiry     Kind = "expiry"     // lots have reached their end
	KindMaturity   Kind = "maturity"   // pending lots have become available
	KindMerger     Kind = "merger"     // everything has moved to another account
)

// Origin says where a lot came from.
type Origin string

const (
	OriginPurchase   Origin = "purchase"
	OriginWelcome    Origin = "welcome"
	OriginPromo      Origin = "promo"
	OriginAdjustment Origin = "adjustment"
)

// Accrual gives points to an account as one new lot. Debt is repaid from it first.
type Accrual struct {
	Account     AccountID
	Key         Key
	Points      Points // > 0
	Origin      Origin
	AvailableAt time.Time // when they can be spent; zero or not after At means at once
	ExpiresAt   time.Time // when what is left of them is lost; zero means never
	Actor       string    // who asked for it, as the caller names people
	Reason      string    // why, as the caller names reasons
	At          time.Time
}

// Redemption spends points, those that expire first before the others.
type Redemption struct {
	Account AccountID
	Key     Key
	Points  Points // > 0
	Actor   string
	Reason  string
	At      time.Time
}

// Reversal takes a whole operation back. An accrual's points are taken from its own lot,
// then from the others, first to expire first; what is not there becomes debt. Those of
// its points that have expired are gone already and are not taken again. A redemption's
// points go back to the lots they came from, with [Grace] to spend them if those
// have expired, after repaying debt.
type Reversal struct {
	Of     OpID
	Key    Key
	Actor  string
	Reason string
	At     time.Time
}

// Due is an amount and the moment it falls due; both are zero when nothing does.
type Due struct {
	At     time.Time
	Points Points
}

// Balance is what an account has. Debt is what reversals could not take back; while
// there is any, Available is zero.
type Balance struct {
	Available, Pending, Held, Debt Points
	NextExpiry                     Due // the next points to be lost
	NextAvailable                  Due // the next pending points to become available
}

// Result is what an operation did. A replay answers what the first call did, with the
// balance as it was then.
type Result struct {
	Op      OpID
	Seq     int64  // number of the operation's entry in its account
	Points  Points // signed: what the operation changed in all
	Balance Balance
	Replay  bool
}

// Op is an operation as it was posted.
type Op struct {
	ID         OpID
	Key        Key
	Kind       Kind
	Account    AccountID
	Points     Points // signed
	At         time.Time
	Actor      string
	Reason     string
	ReversedBy OpID // 0 when it stands
}

// Entry is one line of an account's history. Available, Pending, Held and Debt are what
// it changed.
type Entry struct {
	Seq                            int64
	Op                             OpID
	Kind                           Kind
	Available, Pending, Held, Debt Points
	BalanceAfter                   Points // available after it
	At                             time.Time
	Actor, Reason                  string
	Source, Key                    string
	Origin                         Origin // of an accrual
	ReversedBy                     OpID   // 0 when it stands
	AvailableAt, ExpiresAt         time.Time
}

// Swept is what the passing of time did to one account.
type Swept struct {
	Account          AccountID
	Expired, Matured Points
}

var (
	// ErrReused says that the key belongs to another request.
	ErrReused = errors.New("key already used by another request")
	// ErrNoAccount says that there is no such account.
	ErrNoAccount = errors.New("no such account")
	// ErrNotFound says that there is no such operation.
	ErrNotFound = errors.New("no such operation")
	// ErrReversed says that the operation was reversed before, or is not of a kind that
	// can be.
	ErrReversed = errors.New("operation reversed already or not reversible")
	// ErrInvalid says that a request makes no sense whatever the ledger holds.
	ErrInvalid = errors.New("invalid request to the ledger")
)

// InsufficientError says that a redemption asked for more than is available.
type InsufficientError struct{ Have, Want Points }

func (e *InsufficientError) Error() string {
	return fmt.Sprintf("%d hundredths of a point available, %d wanted", e.Have, e.Want)
}
