package ledger_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"kopilka/ledger"

	"github.com/google/go-cmp/cmp"
)

func TestHistoryTellsAllThatHappened(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	a := b.accrual("a", 100, day(1))
	a.AvailableAt, a.ExpiresAt = day(3), day(30)
	accrual := b.accrue(a).Op
	redemption := b.redeem("r", 60, day(5)).Op
	reversal := b.reverse("x", redemption, day(6)).Op
	b.accrue(b.accrual("b", 1, day(40)))

	got, err := ledger.History(t.Context(), b.tx, b.id, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []ledger.Kind
	for _, e := range got {
		kinds = append(kinds, e.Kind)
	}
	want := []ledger.Kind{ledger.KindAccrual, ledger.KindExpiry, ledger.KindReversal, ledger.KindRedemption, ledger.KindMaturity, ledger.KindAccrual}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Fatalf("history, newest first (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(ledger.Entry{
		Seq: 1, Op: accrual, Kind: ledger.KindAccrual, Pending: 100, At: day(1), Actor: "till 1", Reason: "purchase",
		Source: "test", Key: "a", Origin: ledger.OriginPurchase, AvailableAt: day(3), ExpiresAt: day(30),
	}, got[5]); diff != "" {
		t.Errorf("the accrual (-want +got):\n%s", diff)
	}
	if e := got[4]; e.Available != 100 || e.Pending != -100 || e.BalanceAfter != 100 || !e.At.Equal(day(3)) {
		t.Errorf("the maturity = %+v, want 100 from pending to available at the moment it fell due", e)
	}
	if e := got[3]; e.Available != -60 || e.BalanceAfter != 40 || e.ReversedBy != reversal {
		t.Errorf("the redemption = %+v, want -60, reversed by %d", e, reversal)
	}
	if e := got[1]; e.Available != -100 || !e.At.Equal(day(30)) || e.Source != "ledger" {
		t.Errorf("the expiry = %+v, want -100 at the moment it fell due", e)
	}
}

func TestHistoryComesInPages(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	for i := range 5 {
		b.accrue(b.accrual(fmt.Sprint(i), 1, day(1)))
	}
	var seqs []int64
	for before := int64(0); ; {
		page, err := ledger.History(t.Context(), b.tx, b.id, before, 2)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			seqs = append(seqs, e.Seq)
		}
		before = page[len(page)-1].Seq
		if before == 1 {
			break
		}
	}
	if diff := cmp.Diff([]int64{5, 4, 3, 2, 1}, seqs); diff != "" {
		t.Errorf("pages of two (-want +got):\n%s", diff)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	accrual := b.accrue(b.accrual("a", 100, day(1))).Op
	reversal := b.reverse("x", accrual, day(2)).Op
	got, err := ledger.Find(t.Context(), b.tx, key("a"))
	if err != nil {
		t.Fatal(err)
	}
	want := ledger.Op{ID: accrual, Key: key("a"), Kind: ledger.KindAccrual, Account: b.id, Points: 100, At: day(1), Actor: "till 1", Reason: "purchase", ReversedBy: reversal}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Find (-want +got):\n%s", diff)
	}
	if got, err = ledger.FindOp(t.Context(), b.tx, accrual); err != nil || !cmp.Equal(got, want) {
		t.Errorf("FindOp = %+v, %v; want the same", got, err)
	}
	if _, err = ledger.Find(t.Context(), b.tx, key("none")); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("Find of nothing = %v, want ErrNotFound", err)
	}
	if _, err = ledger.FindOp(t.Context(), b.tx, 1<<60); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("FindOp of nothing = %v, want ErrNotFound", err)
	}
}

// The history must not depend on when anyone looked: a moment is an operation of its own.
func TestSweepingChangesNothingButWhenItIsSeen(t *testing.T) {
	t.Parallel()
	fill := func(b book) {
		for i := range 4 {
			a := b.accrual(fmt.Sprintf("%d/%d", b.id, i), 100, day(1))
			a.AvailableAt, a.ExpiresAt = day(3+2*i), day(20+5*i)
			b.accrue(a)
		}
	}
	lazy, eager := newBook(t), newBook(t)
	fill(lazy)
	fill(eager)
	var expired, matured ledger.Points
	for n := range 50 {
		swept, err := ledger.Sweep(t.Context(), eager.tx, day(n), 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range swept {
			if s.Account == eager.id {
				expired, matured = expired+s.Expired, matured+s.Matured
			}
		}
		if l, e := lazy.balance(day(n)), eager.balance(day(n)); l != e {
			t.Errorf("on day %d the lazy balance is %+v and the swept one %+v", n, l, e)
		}
	}
	if expired != 400 || matured != 400 {
		t.Errorf("swept %d expired and %d matured, want 400 and 400", expired, matured)
	}
	lazy.accrue(lazy.accrual(fmt.Sprint(lazy.id), 1, day(50)))
	eager.accrue(eager.accrual(fmt.Sprint(eager.id), 1, day(50)))
	if l, e := moments(t, lazy), moments(t, eager); !cmp.Equal(l, e) {
		t.Errorf("the histories differ:\n%s", cmp.Diff(l, e))
	}
}

func moments(t *testing.T, b book) []string {
	t.Helper()
	entries, err := ledger.History(t.Context(), b.tx, b.id, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, fmt.Sprint(e.Seq, e.Kind, e.Available, e.Pending, e.At.Format(time.DateOnly)))
	}
	return list
}
