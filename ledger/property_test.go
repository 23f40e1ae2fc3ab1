package ledger_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kopilka/internal/postgrestest"
	"kopilka/ledger"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Whatever happens to an account, in whatever order, the ledger and the model agree on
// every result, on every balance, on where each point is, and Verify finds nothing.
func TestLedgerAgreesWithTheModel(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t)
	runs := 0
	rapid.Check(t, func(rt *rapid.T) {
		tx, err := pool.Begin(t.Context())
		if err != nil {
			rt.Fatal(err)
		}
		defer tx.Rollback(t.Context())
		id, err := ledger.Open(t.Context(), tx, day(0))
		if err != nil {
			rt.Fatal(err)
		}
		runs++
		m := &machine{
			T: rt, book: book{t, tx, id}, model: model{ops: map[string]*modelOp{}},
			ids: map[string]ledger.OpID{}, prefix: fmt.Sprint(id, "/", runs, "/"),
		}
		rt.Repeat(map[string]func(*rapid.T){
			"accrue": m.accrue,
			"redeem": m.redeem,
			"return": m.reverse,
			"wait":   m.wait,
			"sweep":  m.sweep,
			"":       m.agree,
		})
		if err := tx.Commit(t.Context()); err != nil {
			rt.Fatalf("commit: %v", err)
		}
	})
	report, err := ledger.Verify(t.Context(), pool, nil)
	if err != nil || !report.OK() {
		t.Errorf("Verify = %+v, %v; want every law to hold", report, err)
	}
}

type machine struct {
	*rapid.T
	book   book
	model  model
	today  int
	ids    map[string]ledger.OpID
	prefix string // keys are unique for ever, so each run has its own
}

// oldKey is sometimes a key used before for the same kind of request.
func (m *machine) oldKey(t *rapid.T, kind ledger.Kind) (string, bool) {
	var used []string
	for k, op := range m.model.ops {
		if op.kind == kind {
			used = append(used, k)
		}
	}
	if len(used) == 0 || rapid.IntRange(0, 4).Draw(t, "again") > 0 {
		return "", false
	}
	slices.Sort(used)
	return rapid.SampledFrom(used).Draw(t, "key"), true
}

func (m *machine) newKey() string { return fmt.Sprint(m.prefix, len(m.model.ops)) }

func (m *machine) accrue(t *rapid.T) {
	points := ledger.Points(rapid.IntRange(1, 100).Draw(t, "points"))
	availableOn := m.today + max(0, rapid.IntRange(-5, 10).Draw(t, "wait"))
	expiresOn := availableOn + rapid.SampledFrom([]int{1, 5, 20, never}).Draw(t, "life")
	k, old := m.oldKey(t, ledger.KindAccrual)
	if old {
		points = m.model.ops[k].lot.amount
	} else {
		k = m.newKey()
	}
	a := m.book.accrual(k, points, day(m.today))
	a.AvailableAt = day(availableOn)
	if expiresOn < never {
		a.ExpiresAt = day(expiresOn)
	}
	got, err := ledger.Accrue(m.book.Context(), m.book.tx, a)
	m.same(k, got, err, m.model.accrue(k, points, m.today, availableOn, min(expiresOn, never)))
}

func (m *machine) redeem(t *rapid.T) {
	points := ledger.Points(rapid.IntRange(1, 150).Draw(t, "points"))
	k, old := m.oldKey(t, ledger.KindRedemption)
	if old {
		points = -m.model.ops[k].result.Points
	} else {
		k = m.newKey()
	}
	want, enough := m.model.redeem(k, points, m.today)
	got, err := ledger.Redeem(m.book.Context(), m.book.tx, ledger.Redemption{Account: m.book.id, Key: key(k), Points: points, At: day(m.today)})
	if !enough {
		var short *ledger.InsufficientError
		if !errors.As(err, &short) || short.Have != m.model.balance().Available {
			t.Fatalf("Redeem(%d) = %v, want InsufficientError with %d", points, err, m.model.balance().Available)
		}
		return
	}
	m.same(k, got, err, want)
}

func (m *machine) reverse(t *rapid.T) {
	if len(m.model.ops) == 0 {
		t.Skip("nothing to take back")
	}
	keys := make([]string, 0, len(m.model.ops))
	for k := range m.model.ops {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	of := rapid.SampledFrom(keys).Draw(t, "of")
	k := m.newKey()
	if replayed := of + "-back"; m.model.ops[of].reversed && m.model.ops[replayed] != nil && rapid.Bool().Draw(t, "again") {
		k = replayed
	} else if !m.model.ops[of].reversed {
		k = replayed
	}
	want, can := m.model.reverse(k, of, m.today)
	got, err := ledger.Reverse(m.book.Context(), m.book.tx, ledger.Reversal{Of: m.ids[of], Key: key(k), At: day(m.today)})
	if !can {
		if !errors.Is(err, ledger.ErrReversed) {
			t.Fatalf("Reverse(%s) = %v, want ErrReversed", of, err)
		}
		return
	}
	m.same(k, got, err, want)
}

func (m *machine) wait(t *rapid.T) { m.today += rapid.IntRange(1, 30).Draw(t, "days") }

func (m *machine) sweep(t *rapid.T) {
	if _, err := ledger.Sweep(m.book.Context(), m.book.tx, day(m.today), 1000); err != nil {
		t.Fatal(err)
	}
	m.model.catchUp(m.today)
}

func (m *machine) same(k string, got ledger.Result, err error, want ledger.Result) {
	m.Helper()
	if err != nil {
		m.Fatalf("%s: %v", k, err)
	}
	if id, seen := m.ids[k]; seen && id != got.Op {
		m.Fatalf("%s is operation %d, and was %d", k, got.Op, id)
	}
	m.ids[k] = got.Op
	got.Op = 0
	if diff := cmp.Diff(want, got); diff != "" {
		m.Fatalf("%s (-model +ledger):\n%s", k, diff)
	}
}

// agree compares what both say of today and of a day to come.
func (m *machine) agree(t *rapid.T) {
	for _, on := range []int{m.today, m.today + rapid.IntRange(1, 40).Draw(t, "ahead")} {
		future := m.model.clone()
		future.catchUp(on)
		if got, want := m.book.balance(day(on)), future.full(on); got != want {
			t.Fatalf("the balance on day %d is %+v, want %+v", on, got, want)
		}
	}
	// The model is ahead of the ledger's lots only by moments that nobody has touched.
	var seq int64
	if err := m.book.tx.QueryRow(m.book.Context(), `SELECT seq FROM ledger.account WHERE id = $1`, m.book.id).Scan(&seq); err != nil {
		t.Fatal(err)
	}
	if got, want := m.book.lots(), m.model.where(); seq == m.model.seq && got != want {
		t.Fatalf("lots are %q, want %q", got, want)
	}
}

func (m *model) clone() *model {
	c := *m
	c.lots = nil
	for _, l := range m.lots {
		copied := *l
		c.lots = append(c.lots, &copied)
	}
	return &c
}

// full is the balance with what comes next.
func (m *model) full(today int) ledger.Balance {
	b := m.balance()
	expiry, maturity := never, never
	for _, l := range m.lots {
		if l.active > 0 {
			expiry = min(expiry, l.expiresOn)
		}
		if l.pending > 0 {
			maturity = min(maturity, l.availableOn)
		}
	}
	for _, l := range m.lots {
		if l.active > 0 && l.expiresOn == expiry && expiry < never {
			b.NextExpiry.At = day(expiry)
			b.NextExpiry.Points += l.active
		}
		if l.pending > 0 && l.availableOn == maturity {
			b.NextAvailable.At = day(maturity)
			b.NextAvailable.Points += l.pending
		}
	}
	return b
}

func (m *model) where() string {
	var lots []string
	for _, l := range m.lots {
		s := fmt.Sprint(l.id, ":")
		for _, bucket := range []struct {
			name   string
			points ledger.Points
		}{{"pending", l.pending}, {"active", l.active}, {"spent", l.spent}, {"expired", l.expired}, {"reversed", l.reversed}} {
			if bucket.points > 0 {
				s += fmt.Sprintf(" %s %d", bucket.name, bucket.points)
			}
		}
		lots = append(lots, s)
	}
	return strings.Join(lots, ", ")
}
