package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"kopilka/ledger"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"
)

// load makes requests to the ledger.
type load struct {
	pool    *pgxpool.Pool
	members int
	batch   int
	turn    time.Duration
	run     int64 // keys are unique for ever, so each run has its own
	keys    atomic.Int64
}

// request is one call; it answers how many operations it made.
type request func(ctx context.Context) (int, error)

// flat makes requests as fast as the clients can.
func (l *load) flat(ctx context.Context, clients int, f request) (sample, error) {
	return l.clients(ctx, clients, f, func() time.Time { return time.Now() })
}

// paced makes rate requests a second, and counts a call's time from when it was due: a
// request that waits for a client waits for an answer.
func (l *load) paced(ctx context.Context, clients int, rate float64, f request) (sample, error) {
	start := time.Now()
	var n atomic.Int64
	return l.clients(ctx, clients, f, func() time.Time {
		due := start.Add(time.Duration(float64(n.Add(1)) / rate * float64(time.Second)))
		time.Sleep(time.Until(due))
		return due
	})
}

func (l *load) clients(ctx context.Context, clients int, f request, due func() time.Time) (sample, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	start := time.Now()
	end := start.Add(l.turn)
	times := make([][]time.Duration, clients)
	var made atomic.Int64
	var group errgroup.Group
	for i := range clients {
		group.Go(func() error {
			for {
				from := due()
				if from.After(end) || time.Now().After(end) {
					return nil
				}
				n, err := f(ctx)
				if err != nil {
					cancel()
					return err
				}
				times[i] = append(times[i], time.Since(from))
				made.Add(int64(n))
			}
		})
	}
	if err := group.Wait(); err != nil {
		return sample{}, err
	}
	all := slices.Concat(times...)
	slices.Sort(all)
	return sample{
		tps: float64(made.Load()) / time.Since(start).Seconds(),
		p50: percentile(all, 50), p99: percentile(all, 99),
	}, nil
}

// percentile of sorted times, in milliseconds.
func percentile(sorted []time.Duration, p int) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return float64(sorted[(len(sorted)-1)*p/100].Microseconds()) / 1000
}

// fill opens the accounts, each with points enough to redeem from.
func fill(ctx context.Context, pool *pgxpool.Pool, members int) error {
	_, err := pool.Exec(ctx, `
		INSERT INTO ledger.account (opened_at) SELECT now() FROM generate_series(1, $1::bigint)`, members)
	if err != nil {
		return fmt.Errorf("open %d accounts: %w", members, err)
	}
	const step = 2000
	var group errgroup.Group
	group.SetLimit(runtime.NumCPU())
	for first := 1; first <= members; first += step {
		group.Go(func() error { return welcome(ctx, pool, first, min(first+step, members+1)) })
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("fill %d accounts: %w", members, err)
	}
	_, err = pool.Exec(ctx, `VACUUM ANALYZE`)
	return err
}

func welcome(ctx context.Context, pool *pgxpool.Pool, first, end int) error {
	var as []ledger.Accrual
	now := time.Now()
	for id := first; id < end; id++ {
		as = append(as, ledger.Accrual{Account: ledger.AccountID(id), Key: ledger.Key{Source: "fill", ID: strconv.Itoa(id)},
			Points: 1_000_000, Origin: ledger.OriginWelcome, ExpiresAt: now.AddDate(1, 0, 0), At: now})
	}
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		_, err := ledger.AccrueBatch(ctx, tx, as)
		return err
	})
}

// key has the shape of a fiscal receipt's: device, document, sign.
func (l *load) key() ledger.Key {
	n := l.keys.Add(1)
	return ledger.Key{Source: "bench", ID: fmt.Sprintf("ru:9960440300%x:%d:%010d", l.run, n, n*7919%4294967296)}
}

func (l *load) member() ledger.AccountID { return ledger.AccountID(1 + rand.IntN(l.members)) }

func (l *load) accrual(member ledger.AccountID) ledger.Accrual {
	now := time.Now()
	return ledger.Accrual{Account: member, Key: l.key(), Points: 4990, Origin: ledger.OriginPurchase,
		AvailableAt: now.AddDate(0, 0, 14), ExpiresAt: now.AddDate(1, 0, 0), Actor: "till 17", Reason: "purchase", At: now}
}

func (l *load) single(ctx context.Context) (int, error) { return l.post(ctx, l.member()) }

func (l *load) hotSingle(ctx context.Context) (int, error) { return l.post(ctx, 1) }

func (l *load) post(ctx context.Context, member ledger.AccountID) (int, error) {
	_, err := ledger.Post(ctx, l.pool, l.accrual(member))
	return 1, err
}

// hotNaive is what a caller does without Post: begin, accrue, commit.
func (l *load) hotNaive(ctx context.Context) (int, error) {
	return 1, pgx.BeginFunc(ctx, l.pool, func(tx pgx.Tx) error {
		_, err := ledger.Accrue(ctx, tx, l.accrual(1))
		return err
	})
}

func (l *load) batched(ctx context.Context) (int, error) { return l.postBatch(ctx, l.member) }

func (l *load) hotBatched(ctx context.Context) (int, error) {
	return l.postBatch(ctx, func() ledger.AccountID { return 1 })
}

func (l *load) postBatch(ctx context.Context, member func() ledger.AccountID) (int, error) {
	as := make([]ledger.Accrual, l.batch)
	for i := range as {
		as[i] = l.accrual(member())
	}
	return l.batch, pgx.BeginFunc(ctx, l.pool, func(tx pgx.Tx) error {
		_, err := ledger.AccrueBatch(ctx, tx, as)
		return err
	})
}

func (l *load) redeem(ctx context.Context) (int, error) {
	_, err := ledger.PostRedemption(ctx, l.pool, ledger.Redemption{Account: l.member(), Key: l.key(), Points: 1500, Actor: "till 17", At: time.Now()})
	var short *ledger.InsufficientError
	if errors.As(err, &short) { // a member drawn too often has nothing left
		return 0, nil
	}
	return 1, err
}
