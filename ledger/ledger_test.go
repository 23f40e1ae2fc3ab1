package ledger_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"kopilka/internal/postgrestest"
	"kopilka/ledger"

	"github.com/jackc/pgx/v5"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

// day is the nth day of a calendar that all tests share.
func day(n int) time.Time { return time.Date(2025, 1, 1, 12, 0, 0, 0, time.UTC).AddDate(0, 0, n) }

func key(id string) ledger.Key { return ledger.Key{Source: "test", ID: id} }

// book is one account in a transaction, with calls that must succeed.
type book struct {
	testing.TB
	tx pgx.Tx
	id ledger.AccountID
}

func newBook(t testing.TB) book {
	t.Helper()
	tx := postgrestest.Tx(t)
	id, err := ledger.Open(t.Context(), tx, day(0))
	if err != nil {
		t.Fatal(err)
	}
	return book{t, tx, id}
}

// accrual is of points that are available at once and never expire.
func (b book) accrual(id string, points ledger.Points, at time.Time) ledger.Accrual {
	return ledger.Accrual{Account: b.id, Key: key(id), Points: points, Origin: ledger.OriginPurchase, Actor: "till 1", Reason: "purchase", At: at}
}

func (b book) accrue(a ledger.Accrual) ledger.Result {
	b.Helper()
	r, err := ledger.Accrue(b.Context(), b.tx, a)
	if err != nil {
		b.Fatalf("Accrue(%v): %v", a.Key, err)
	}
	return r
}

func (b book) redeem(id string, points ledger.Points, at time.Time) ledger.Result {
	b.Helper()
	r, err := ledger.Redeem(b.Context(), b.tx, ledger.Redemption{Account: b.id, Key: key(id), Points: points, At: at})
	if err != nil {
		b.Fatalf("Redeem(%s): %v", id, err)
	}
	return r
}

func (b book) reverse(id string, of ledger.OpID, at time.Time) ledger.Result {
	b.Helper()
	r, err := ledger.Reverse(b.Context(), b.tx, ledger.Reversal{Of: of, Key: key(id), At: at})
	if err != nil {
		b.Fatalf("Reverse(%s): %v", id, err)
	}
	return r
}

func (b book) balance(at time.Time) ledger.Balance {
	b.Helper()
	got, err := ledger.BalanceOf(b.Context(), b.tx, b.id, at)
	if err != nil {
		b.Fatalf("BalanceOf: %v", err)
	}
	return got
}

// has checks the balance as available/pending/held/debt.
func (b book) has(at time.Time, want string) {
	b.Helper()
	got := b.balance(at)
	if s := fmt.Sprintf("%d/%d/%d/%d", got.Available, got.Pending, got.Held, got.Debt); s != want {
		b.Errorf("available/pending/held/debt on %s = %s, want %s", at.Format(time.DateOnly), s, want)
	}
}

// lots is where the points of all lots are: "number: bucket points, …".
func (b book) lots() string {
	b.Helper()
	rows, _ := b.tx.Query(b.Context(), `
		SELECT format('%s:', id) || concat(' pending ' || nullif(pending, 0), ' active ' || nullif(active, 0), ' spent ' || nullif(spent, 0),
			' expired ' || nullif(expired, 0), ' reversed ' || nullif(reversed, 0))
		FROM ledger.lot WHERE account = $1 ORDER BY id`, b.id)
	lots, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		b.Fatal(err)
	}
	return strings.Join(lots, ", ")
}

func (b book) wantLots(want string) {
	b.Helper()
	if got := b.lots(); got != want {
		b.Errorf("lots are %q, want %q", got, want)
	}
}

func TestAccrualIsAvailableAtOnce(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	got := b.accrue(b.accrual("a", 250, day(1)))
	if got.Op == 0 || got.Seq != 1 || got.Points != 250 || got.Balance.Available != 250 || got.Replay {
		t.Errorf("Accrue = %+v, want entry 1 of 250 and 250 available", got)
	}
	b.has(day(1), "250/0/0/0")
}

func TestSameKeyAnswersTheSameResult(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	first := b.accrue(b.accrual("a", 250, day(1)))
	b.redeem("r", 100, day(2))
	again := b.accrual("a", 250, day(9))
	again.ExpiresAt, again.Actor = day(90), "till 2" // a retry works its times out anew
	second := b.accrue(again)
	if !second.Replay {
		t.Error("the second call is not a replay")
	}
	if second.Replay = false; second != first {
		t.Errorf("replay = %+v, want the first result %+v", second, first)
	}
	if r := b.redeem("r", 100, day(9)); !r.Replay || r.Points != -100 || r.Balance.Available != 150 {
		t.Errorf("replayed redemption = %+v, want -100 and 150 left", r)
	}
	b.has(day(9), "150/0/0/0")
}

func TestSameKeyForAnotherRequestIsRefused(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	op := b.accrue(b.accrual("a", 250, day(1))).Op
	_, err := ledger.Accrue(t.Context(), b.tx, b.accrual("a", 251, day(1)))
	if !errors.Is(err, ledger.ErrReused) {
		t.Errorf("accrual of other points = %v, want ErrReused", err)
	}
	other := b.accrual("a", 250, day(1))
	if other.Account, err = ledger.Open(t.Context(), b.tx, day(0)); err != nil {
		t.Fatal(err)
	}
	if _, err = ledger.Accrue(t.Context(), b.tx, other); !errors.Is(err, ledger.ErrReused) {
		t.Errorf("accrual to another account = %v, want ErrReused", err)
	}
	if _, err = ledger.Redeem(t.Context(), b.tx, ledger.Redemption{Account: b.id, Key: key("a"), Points: 250, At: day(1)}); !errors.Is(err, ledger.ErrReused) {
		t.Errorf("redemption under an accrual's key = %v, want ErrReused", err)
	}
	if _, err = ledger.Reverse(t.Context(), b.tx, ledger.Reversal{Of: op, Key: key("a"), At: day(1)}); !errors.Is(err, ledger.ErrReused) {
		t.Errorf("reversal under an accrual's key = %v, want ErrReused", err)
	}
	b.has(day(1), "250/0/0/0")
}

func TestPendingPointsMatureByThemselves(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	a := b.accrual("a", 300, day(1))
	a.AvailableAt, a.ExpiresAt = day(15), day(100)
	if r := b.accrue(a); r.Balance.Pending != 300 || r.Balance.Available != 0 {
		t.Errorf("Accrue = %+v, want 300 pending", r)
	}
	b.has(day(14), "0/300/0/0")
	b.has(day(15), "300/0/0/0") // no sweeper has run
	if got, want := b.balance(day(14)).NextAvailable, (ledger.Due{At: day(15), Points: 300}); got != want {
		t.Errorf("NextAvailable = %v, want %v", got, want)
	}
	if r := b.redeem("r", 300, day(15)); r.Seq != 3 {
		t.Errorf("redemption is entry %d, want 3, after the maturity", r.Seq)
	}
	b.has(day(15), "0/0/0/0")
}

func TestExpiryTakesWhatIsLeftOfALot(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	for i, points := range []ledger.Points{100, 200} {
		a := b.accrual(fmt.Sprint(i), points, day(1))
		a.ExpiresAt = day(30 + 10*i)
		b.accrue(a)
	}
	b.redeem("r", 40, day(5))
	if got, want := b.balance(day(5)).NextExpiry, (ledger.Due{At: day(30), Points: 60}); got != want {
		t.Errorf("NextExpiry = %v, want %v", got, want)
	}
	b.has(day(30), "200/0/0/0")
	b.has(day(40), "0/0/0/0")
	b.accrue(b.accrual("later", 5, day(41)))
	b.has(day(41), "5/0/0/0")
	b.wantLots("1: spent 40 expired 60, 2: expired 200, 6: active 5")
}

func TestRedemptionTakesWhatExpiresFirst(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	for i, expires := range []time.Time{{}, day(50), day(20), day(50)} {
		a := b.accrual(fmt.Sprint(i), 100, day(1))
		a.ExpiresAt = expires
		b.accrue(a)
	}
	b.redeem("r", 250, day(2))
	b.wantLots("1: active 100, 2: spent 100, 3: spent 100, 4: active 50 spent 50")
}

func TestRedemptionNeverOverdraws(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.accrue(b.accrual("a", 100, day(1)))
	_, err := ledger.Redeem(t.Context(), b.tx, ledger.Redemption{Account: b.id, Key: key("r"), Points: 101, At: day(1)})
	var short *ledger.InsufficientError
	if !errors.As(err, &short) || *short != (ledger.InsufficientError{Have: 100, Want: 101}) {
		t.Errorf("Redeem(101 of 100) = %v, want InsufficientError{100, 101}", err)
	}
	b.redeem("r", 100, day(1)) // the transaction lives and the key is free
	b.has(day(1), "0/0/0/0")
}

func TestReversedRedemptionGoesBackToItsLots(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	for i, expires := range []time.Time{day(20), day(50)} {
		a := b.accrual(fmt.Sprint(i), 100, day(1))
		a.ExpiresAt = expires
		b.accrue(a)
	}
	op := b.redeem("r", 150, day(2)).Op
	if r := b.reverse("x", op, day(3)); r.Points != 150 || r.Balance.Available != 200 {
		t.Errorf("Reverse = %+v, want 150 back and 200 available", r)
	}
	b.wantLots("1: active 100, 2: active 100")
	b.has(day(20), "100/0/0/0")
}

func TestPointsThatComeBackTooLateHaveGrace(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	a := b.accrual("a", 100, day(1))
	a.ExpiresAt = day(20)
	b.accrue(a)
	op := b.redeem("r", 70, day(2)).Op
	b.has(day(25), "0/0/0/0")
	b.reverse("x", op, day(25))
	b.has(day(25), "70/0/0/0")
	if got, want := b.balance(day(25)).NextExpiry, (ledger.Due{At: day(25).Add(ledger.Grace), Points: 70}); got != want {
		t.Errorf("NextExpiry = %v, want %v", got, want)
	}
	b.has(day(25).Add(ledger.Grace), "0/0/0/0")
}

func TestReversedAccrualTakesItsOwnLotFirst(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	op := b.accrue(b.accrual("a", 100, day(1))).Op
	sooner := b.accrual("b", 100, day(1))
	sooner.ExpiresAt = day(9)
	b.accrue(sooner)
	b.redeem("r", 130, day(2)) // all of b and 30 of a
	b.accrue(b.accrual("c", 50, day(3)))
	if r := b.reverse("x", op, day(4)); r.Points != -100 || r.Balance.Available != 20 || r.Balance.Debt != 0 {
		t.Errorf("Reverse = %+v, want 20 available and no debt", r)
	}
	b.wantLots("1: spent 30 reversed 70, 2: spent 100, 4: active 20 reversed 30")
}

func TestReversedPendingAccrualIsTakenFromPending(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.accrue(b.accrual("other", 40, day(1)))
	a := b.accrual("a", 100, day(1))
	a.AvailableAt = day(15)
	op := b.accrue(a).Op
	b.reverse("x", op, day(2))
	b.has(day(2), "40/0/0/0")
	b.has(day(15), "40/0/0/0")
}

func TestExpiredPointsAreNotTakenAgain(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	a := b.accrual("a", 100, day(1))
	a.ExpiresAt = day(20)
	op := b.accrue(a).Op
	b.redeem("r", 30, day(2))
	b.accrue(b.accrual("b", 50, day(3)))
	if r := b.reverse("x", op, day(21)); r.Points != -30 {
		t.Errorf("Reverse = %+v, want -30: 70 have expired", r)
	}
	b.has(day(21), "20/0/0/0")
}

func TestWhatAReversalCannotTakeIsOwedAndRepaidFirst(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	op := b.accrue(b.accrual("a", 100, day(1))).Op
	b.redeem("r", 80, day(2))
	if r := b.reverse("x", op, day(3)); r.Points != -100 || r.Balance.Debt != 80 {
		t.Errorf("Reverse = %+v, want -100 and 80 owed", r)
	}
	b.has(day(3), "0/0/0/80")
	_, err := ledger.Redeem(t.Context(), b.tx, ledger.Redemption{Account: b.id, Key: key("r2"), Points: 1, At: day(3)})
	if short := (*ledger.InsufficientError)(nil); !errors.As(err, &short) {
		t.Errorf("Redeem with debt = %v, want InsufficientError", err)
	}
	b.accrue(b.accrual("b", 30, day(4)))
	b.has(day(4), "0/0/0/50")
	if r := b.accrue(b.accrual("c", 70, day(5))); r.Points != 70 || r.Balance.Available != 20 || r.Balance.Debt != 0 {
		t.Errorf("Accrue = %+v, want 20 available and nothing owed", r)
	}
	b.wantLots("1: spent 80 reversed 20, 4: spent 30, 5: active 20 spent 50")
	entries, err := ledger.History(t.Context(), b.tx, b.id, 0, 1)
	if err != nil || entries[0].Available != 20 || entries[0].Debt != -50 {
		t.Errorf("the last entry is %+v, %v; want 20 available and 50 of debt repaid", entries, err)
	}
}

func TestReversedRedemptionRepaysDebtFirst(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	accrual := b.accrue(b.accrual("a", 100, day(1))).Op
	redemption := b.redeem("r", 100, day(2)).Op
	b.reverse("x", accrual, day(3))
	b.has(day(3), "0/0/0/100")
	b.reverse("y", redemption, day(4))
	b.has(day(4), "0/0/0/0")
}

func TestMaturityRepaysDebtFirst(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	op := b.accrue(b.accrual("a", 100, day(1))).Op
	for i := range 2 {
		a := b.accrual(fmt.Sprint("p", i), 80, day(1))
		a.AvailableAt, a.ExpiresAt = day(15), day(20+i)
		b.accrue(a)
	}
	b.redeem("r", 100, day(2))
	b.reverse("x", op, day(3))
	b.has(day(3), "0/160/0/100")
	b.has(day(15), "60/0/0/0") // read
	b.has(day(20), "60/0/0/0")
	b.has(day(21), "0/0/0/0")
	b.accrue(b.accrual("b", 1, day(16))) // posted
	b.has(day(16), "61/0/0/0")
	b.has(day(21), "1/0/0/0")
}

func TestAnOperationIsReversedOnce(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	accrual := b.accrue(b.accrual("a", 100, day(1))).Op
	reversal := b.reverse("x", accrual, day(2)).Op
	if r := b.reverse("x", accrual, day(2)); !r.Replay || r.Op != reversal {
		t.Errorf("the same reversal again = %+v, want a replay of operation %d", r, reversal)
	}
	for _, of := range []ledger.OpID{accrual, reversal} {
		_, err := ledger.Reverse(t.Context(), b.tx, ledger.Reversal{Of: of, Key: key(fmt.Sprint("y", of)), At: day(3)})
		if !errors.Is(err, ledger.ErrReversed) {
			t.Errorf("Reverse(%d) = %v, want ErrReversed", of, err)
		}
	}
	_, err := ledger.Reverse(t.Context(), b.tx, ledger.Reversal{Of: 1 << 60, Key: key("z"), At: day(3)})
	if !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("Reverse of nothing = %v, want ErrNotFound", err)
	}
}

func TestSenselessRequestsAreRefused(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	good := b.accrual("a", 100, day(1))
	for name, spoil := range map[string]func(*ledger.Accrual){
		"zero points":       func(a *ledger.Accrual) { a.Points = 0 },
		"negative points":   func(a *ledger.Accrual) { a.Points = -1 },
		"too many points":   func(a *ledger.Accrual) { a.Points = ledger.MaxPoints + 1 },
		"unknown origin":    func(a *ledger.Accrual) { a.Origin = "gift" },
		"no source":         func(a *ledger.Accrual) { a.Key.Source = "" },
		"the ledger's own":  func(a *ledger.Accrual) { a.Key.Source = "ledger" },
		"no key":            func(a *ledger.Accrual) { a.Key.ID = "" },
		"a long key":        func(a *ledger.Accrual) { a.Key.ID = strings.Repeat("k", 301) },
		"a zero in the key": func(a *ledger.Accrual) { a.Key.ID = "a\x00b" },
		"broken text":       func(a *ledger.Accrual) { a.Reason = "\xff" },
		"no time":           func(a *ledger.Accrual) { a.At = time.Time{} },
		"expired at birth":  func(a *ledger.Accrual) { a.ExpiresAt = a.At },
		"expired pending":   func(a *ledger.Accrual) { a.AvailableAt, a.ExpiresAt = day(9), day(8) },
	} {
		a := good
		spoil(&a)
		if _, err := ledger.Accrue(t.Context(), b.tx, a); !errors.Is(err, ledger.ErrInvalid) {
			t.Errorf("Accrue with %s = %v, want ErrInvalid", name, err)
		}
		if _, err := ledger.AccrueBatch(t.Context(), b.tx, []ledger.Accrual{good, a}); !errors.Is(err, ledger.ErrInvalid) {
			t.Errorf("AccrueBatch with %s = %v, want ErrInvalid", name, err)
		}
	}
	for _, points := range []ledger.Points{0, -100} {
		if _, err := ledger.Redeem(t.Context(), b.tx, ledger.Redemption{Account: b.id, Key: key("r"), Points: points, At: day(1)}); !errors.Is(err, ledger.ErrInvalid) {
			t.Errorf("Redeem(%d) = %v, want ErrInvalid", points, err)
		}
	}
	b.has(day(1), "0/0/0/0") // and the transaction lives
}

func TestNoAccount(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	none := b.id + 1_000_000
	a := b.accrual("a", 1, day(1))
	a.Account = none
	_, accrue := ledger.Accrue(t.Context(), b.tx, a)
	_, batch := ledger.AccrueBatch(t.Context(), b.tx, []ledger.Accrual{b.accrual("b", 1, day(1)), a})
	_, redeem := ledger.Redeem(t.Context(), b.tx, ledger.Redemption{Account: none, Key: key("r"), Points: 1, At: day(1)})
	_, balance := ledger.BalanceOf(t.Context(), b.tx, none, day(1))
	for name, err := range map[string]error{"Accrue": accrue, "AccrueBatch": batch, "Redeem": redeem, "BalanceOf": balance} {
		if !errors.Is(err, ledger.ErrNoAccount) {
			t.Errorf("%s without an account = %v, want ErrNoAccount", name, err)
		}
	}
	b.has(day(1), "0/0/0/0") // of the batch nothing was posted
}
