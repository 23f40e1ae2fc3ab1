package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgtype"
)

// Sizes that ledger.op accepts.
const (
	maxSource = 32
	maxKey    = 300
	maxActor  = 100
	maxReason = 500
)

// own is the source of operations that the ledger posts by itself.
const own = "ledger"

// hash tells one request from another under the same key. Times are no part of it: who
// repeats a request later works them out anew, and it is the same request.
func hash(parts ...any) []byte {
	h := sha256.New()
	for _, part := range parts {
		s := fmt.Sprint(part)
		h.Write(binary.AppendUvarint(nil, uint64(len(s))))
		h.Write([]byte(s))
	}
	return h.Sum(nil)[:16]
}

func (a Accrual) hash() []byte    { return hash(KindAccrual, a.Account, a.Points, a.Origin) }
func (r Redemption) hash() []byte { return hash(KindRedemption, r.Account, r.Points) }
func (r Reversal) hash() []byte   { return hash(KindReversal, r.Of) }

func (a Accrual) check() error {
	if err := checkPoints(a.Points); err != nil {
		return err
	}
	switch a.Origin {
	case OriginPurchase, OriginWelcome, OriginPromo, OriginAdjustment:
	default:
		return fmt.Errorf("%w: unknown origin %q", ErrInvalid, a.Origin)
	}
	if !a.ExpiresAt.IsZero() && (!a.ExpiresAt.After(a.At) || !a.ExpiresAt.After(a.AvailableAt)) {
		return fmt.Errorf("%w: the points expire before they are available", ErrInvalid)
	}
	return checkRequest(a.Key, a.Actor, a.Reason, a.At)
}

func (r Redemption) check() error {
	if err := checkPoints(r.Points); err != nil {
		return err
	}
	return checkRequest(r.Key, r.Actor, r.Reason, r.At)
}

func (r Reversal) check() error { return checkRequest(r.Key, r.Actor, r.Reason, r.At) }

func checkPoints(p Points) error {
	if p <= 0 || p > MaxPoints {
		return fmt.Errorf("%w: %d points are not between 1 and %d", ErrInvalid, p, MaxPoints)
	}
	return nil
}

func checkRequest(k Key, actor, reason string, at time.Time) error {
	switch {
	case k.Source == own:
		return fmt.Errorf("%w: the source %q is the ledger's own", ErrInvalid, own)
	case !fits(k.Source, 1, maxSource):
		return fmt.Errorf("%w: the key's source is empty, too long or not text", ErrInvalid)
	case !fits(k.ID, 1, maxKey):
		return fmt.Errorf("%w: the key is empty, too long or not text", ErrInvalid)
	case !fits(actor, 0, maxActor):
		return fmt.Errorf("%w: the actor is too long or not text", ErrInvalid)
	case !fits(reason, 0, maxReason):
		return fmt.Errorf("%w: the reason is too long or not text", ErrInvalid)
	case at.IsZero():
		return fmt.Errorf("%w: no time is given", ErrInvalid)
	}
	return nil
}

// fits reports whether PostgreSQL can store s as text of that many bytes.
func fits(s string, least, most int) bool {
	if len(s) < least || len(s) > most || !utf8.ValidString(s) {
		return false
	}
	for i := range len(s) {
		if s[i] == 0 {
			return false
		}
	}
	return true
}

// availableAt is when an accrual's points can be spent, never before it.
func (a Accrual) availableAt() time.Time {
	if a.AvailableAt.After(a.At) {
		return a.AvailableAt
	}
	return a.At
}

// moment is t for the database, where no time at all is 'infinity'.
func moment(t time.Time) pgtype.Timestamptz {
	if t.IsZero() {
		return pgtype.Timestamptz{InfinityModifier: pgtype.Infinity, Valid: true}
	}
	return pgtype.Timestamptz{Time: t, Valid: true}
}

// timeOf is the opposite of moment.
func timeOf(t pgtype.Timestamptz) time.Time {
	if !t.Valid || t.InfinityModifier != pgtype.Finite {
		return time.Time{}
	}
	return t.Time.UTC()
}
