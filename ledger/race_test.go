package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"kopilka/internal/postgrestest"
	"kopilka/ledger"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// open is an account that is there for everyone.
func open(t *testing.T, pool *pgxpool.Pool) ledger.AccountID {
	t.Helper()
	var id ledger.AccountID
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) (err error) {
		id, err = ledger.Open(t.Context(), tx, day(0))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func purchase(a ledger.AccountID, id string, points ledger.Points) ledger.Accrual {
	return ledger.Accrual{Account: a, Key: key(id), Points: points, Origin: ledger.OriginPurchase, At: day(1)}
}

// atOnce runs f in n goroutines.
func atOnce(n int, f func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { f(i) })
	}
	all.Wait()
}

func wantVerified(t *testing.T, pool *pgxpool.Pool) {
	t.Helper()
	if report, err := ledger.Verify(t.Context(), pool, nil); err != nil || !report.OK() {
		t.Errorf("Verify = %+v, %v; want every law to hold", report, err)
	}
}

func wantAvailable(t *testing.T, pool *pgxpool.Pool, a ledger.AccountID, want ledger.Points) {
	t.Helper()
	if b, err := ledger.BalanceOf(t.Context(), pool, a, day(1)); err != nil || b.Available != want {
		t.Errorf("balance %+v, %v; want %d available", b, err, want)
	}
}

func TestHundredCallsWithOneKeyHaveOneEffect(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t)
	a := open(t, pool)
	var first, replays atomic.Int64
	var ops sync.Map
	atOnce(100, func(i int) {
		var r ledger.Result
		post := func(tx pgx.Tx) (err error) {
			r, err = ledger.Accrue(context.Background(), tx, purchase(a, "one", 70))
			return err
		}
		var err error
		if i%2 == 0 {
			r, err = ledger.Post(context.Background(), pool, purchase(a, "one", 70))
		} else {
			err = pgx.BeginFunc(context.Background(), pool, post)
		}
		if err != nil {
			t.Errorf("call %d: %v", i, err)
		}
		ops.Store(r.Op, true)
		if r.Replay {
			replays.Add(1)
		} else {
			first.Add(1)
		}
		if r.Balance.Available != 70 || r.Seq != 1 {
			t.Errorf("call %d = %+v, want the one result", i, r)
		}
	})
	n := 0
	ops.Range(func(any, any) bool { n++; return true })
	if first.Load() != 1 || replays.Load() != 99 || n != 1 {
		t.Errorf("%d first calls, %d replays, %d operations; want 1, 99, 1", first.Load(), replays.Load(), n)
	}
	wantAvailable(t, pool, a, 70)
	wantVerified(t, pool)
}

// Two members race for one receipt: one gets it, the other is told, and nobody's
// transaction is aborted by it.
func TestOneKeyForManyAccountsHasOneEffect(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t)
	accounts := make([]ledger.AccountID, 20)
	for i := range accounts {
		accounts[i] = open(t, pool)
	}
	var won atomic.Int64
	atOnce(len(accounts), func(i int) {
		err := pgx.BeginFunc(context.Background(), pool, func(tx pgx.Tx) error {
			_, err := ledger.Accrue(context.Background(), tx, purchase(accounts[i], "receipt", 10))
			if err == nil {
				won.Add(1)
				return nil
			}
			if !errors.Is(err, ledger.ErrReused) {
				return err
			}
			_, err = tx.Exec(context.Background(), `SELECT 1`) // the transaction lives
			return err
		})
		if err != nil {
			t.Errorf("account %d: %v", i, err)
		}
	})
	if won.Load() != 1 {
		t.Errorf("%d accounts got the points of one receipt, want 1", won.Load())
	}
	wantVerified(t, pool)
}

func TestConcurrentRedemptionsNeverGoBelowZero(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t)
	a := open(t, pool)
	for i := range 5 {
		if _, err := ledger.Post(t.Context(), pool, purchase(a, fmt.Sprint("in", i), 60)); err != nil {
			t.Fatal(err)
		}
	}
	var spent, refused atomic.Int64
	atOnce(50, func(i int) {
		r := ledger.Redemption{Account: a, Key: key(fmt.Sprint("out", i)), Points: 16, At: day(1)}
		var err error
		if i%2 == 0 {
			_, err = ledger.PostRedemption(context.Background(), pool, r)
		} else {
			err = pgx.BeginFunc(context.Background(), pool, func(tx pgx.Tx) error {
				_, err := ledger.Redeem(context.Background(), tx, r)
				return err
			})
		}
		var short *ledger.InsufficientError
		switch {
		case err == nil:
			spent.Add(1)
		case errors.As(err, &short):
			refused.Add(1)
		default:
			t.Errorf("redemption %d: %v", i, err)
		}
	})
	if spent.Load() != 18 || refused.Load() != 32 {
		t.Errorf("%d redemptions of 16 out of 300 passed and %d were refused, want 18 and 32", spent.Load(), refused.Load())
	}
	wantAvailable(t, pool, a, 300-18*16)
	wantVerified(t, pool)
}

func TestConcurrentReversalsReverseOnce(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t)
	a := open(t, pool)
	r, err := ledger.Post(t.Context(), pool, purchase(a, "in", 100))
	if err != nil {
		t.Fatal(err)
	}
	var done, refused atomic.Int64
	atOnce(20, func(i int) {
		err := pgx.BeginFunc(context.Background(), pool, func(tx pgx.Tx) error {
			_, err := ledger.Reverse(context.Background(), tx, ledger.Reversal{Of: r.Op, Key: key(fmt.Sprint("back", i)), At: day(1)})
			return err
		})
		switch {
		case err == nil:
			done.Add(1)
		case errors.Is(err, ledger.ErrReversed):
			refused.Add(1)
		default:
			t.Errorf("reversal %d: %v", i, err)
		}
	})
	if done.Load() != 1 || refused.Load() != 19 {
		t.Errorf("%d reversals passed and %d were refused, want 1 and 19", done.Load(), refused.Load())
	}
	wantAvailable(t, pool, a, 0)
	wantVerified(t, pool)
}

// Batches, single calls and sweeps over the same accounts wait for each other and do not
// deadlock.
func TestEverythingAtOnce(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t)
	var accounts []ledger.AccountID
	for range 10 {
		accounts = append(accounts, open(t, pool))
	}
	inTx := func(i int, f func(tx pgx.Tx) error) {
		if err := pgx.BeginFunc(context.Background(), pool, f); err != nil {
			t.Errorf("worker %d: %v", i, err)
		}
	}
	atOnce(24, func(i int) {
		for n := range 5 {
			id := fmt.Sprint(i, "/", n)
			switch i % 3 {
			case 0:
				var as []ledger.Accrual
				for k := range 30 {
					a := purchase(accounts[(i*7+k*3)%10], fmt.Sprint(id, "/", k), 10)
					a.ExpiresAt = day(3 + k%2)
					as = append(as, a)
				}
				inTx(i, func(tx pgx.Tx) error { _, err := ledger.AccrueBatch(context.Background(), tx, as); return err })
			case 1:
				if _, err := ledger.Post(context.Background(), pool, purchase(accounts[(i+n)%10], id, 5)); err != nil {
					t.Errorf("worker %d: %v", i, err)
				}
			case 2:
				inTx(i, func(tx pgx.Tx) error { _, err := ledger.Sweep(context.Background(), tx, day(3), 4); return err })
			}
		}
	})
	wantVerified(t, pool)
}
