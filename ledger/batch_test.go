package ledger_test

import (
	"errors"
	"fmt"
	"testing"

	"kopilka/ledger"

	"github.com/google/go-cmp/cmp"
)

// A batch does what its accruals do one after the other: with a pending one, one that
// expires, one repeated inside the batch, one posted before, and debt.
func TestBatchDoesWhatItsAccrualsDoSingly(t *testing.T) {
	t.Parallel()
	single, batched := prepared(t, "single"), prepared(t, "batch")
	var want []ledger.Result
	for _, a := range single.accruals() {
		want = append(want, single.accrue(a))
	}
	got, err := ledger.AccrueBatch(t.Context(), batched.tx, batched.accruals())
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		if got[i].Op == 0 {
			t.Errorf("result %d names no operation", i)
		}
		got[i].Op, want[i].Op = 0, 0
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("AccrueBatch against Accrue (-single +batch):\n%s", diff)
	}
	for i := range single.books {
		if s, b := single.books[i].lots(), batched.books[i].lots(); s != b {
			t.Errorf("lots of account %d: singly %q, in a batch %q", i, s, b)
		}
	}
	again, err := ledger.AccrueBatch(t.Context(), batched.tx, batched.accruals())
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range again {
		if !r.Replay {
			t.Errorf("result %d of the repeated batch is not a replay", i)
		}
	}
}

// shelf is three accounts: a new one, one with a lot about to expire, and one with debt.
type shelf struct {
	book
	name  string
	books []book
}

func prepared(t *testing.T, name string) shelf {
	s := shelf{book: newBook(t), name: name}
	for range 3 {
		id, err := ledger.Open(t.Context(), s.tx, day(0))
		if err != nil {
			t.Fatal(err)
		}
		s.books = append(s.books, book{t, s.tx, id})
	}
	old := s.books[1].accrual(name+"old", 70, day(1))
	old.ExpiresAt = day(8)
	s.books[1].accrue(old)
	op := s.books[2].accrue(s.books[2].accrual(name+"back", 25, day(1))).Op
	s.books[2].redeem(name+"r", 25, day(2))
	s.books[2].reverse(name+"x", op, day(3))
	return s
}

func (s shelf) accruals() []ledger.Accrual {
	var as []ledger.Accrual
	for i := range 9 {
		a := s.books[i%3].accrual(fmt.Sprint(s.name, i), ledger.Points(10+i), day(9))
		if i%2 == 1 {
			a.AvailableAt = day(20)
		}
		a.ExpiresAt = day(40 - i)
		as = append(as, a)
	}
	return append(as, as[4], s.books[2].accrual(s.name+"back", 25, day(9)))
}

func TestBatchWithAReusedKeyPostsNothing(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.accrue(b.accrual("old", 1, day(1)))
	for name, bad := range map[string]ledger.Accrual{
		"posted before":        b.accrual("old", 2, day(1)),
		"in this batch before": b.accrual("new", 2, day(1)),
	} {
		_, err := ledger.AccrueBatch(t.Context(), b.tx, []ledger.Accrual{b.accrual("new", 1, day(1)), bad})
		if !errors.Is(err, ledger.ErrReused) {
			t.Errorf("a batch with a key %s = %v, want ErrReused", name, err)
		}
	}
	b.has(day(1), "1/0/0/0")
}

func TestEmptyBatch(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	if got, err := ledger.AccrueBatch(t.Context(), b.tx, nil); len(got) != 0 || err != nil {
		t.Errorf("AccrueBatch(nothing) = %v, %v", got, err)
	}
	if _, err := ledger.AccrueBatch(t.Context(), b.tx, make([]ledger.Accrual, ledger.MaxBatch+1)); !errors.Is(err, ledger.ErrInvalid) {
		t.Errorf("AccrueBatch(too many) = %v, want ErrInvalid", err)
	}
}
