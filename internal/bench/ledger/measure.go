package main

import (
	"context"
	"fmt"
	"time"

	"kopilka/internal/postgres"

	"github.com/jackc/pgx/v5/pgxpool"
)

// measure lets TPC-B and the ledger have turns, so that what else the box does falls on
// both. A turn of the ledger is compared with those of TPC-B right before and after it.
func measure(ctx context.Context, o options, cluster *postgres.Cluster, pool *pgxpool.Pool, f *figures) error {
	if err := fill(ctx, pool, o.members); err != nil {
		return err
	}
	tpcb, err := newTPCB(ctx, cluster, o)
	if err != nil {
		return err
	}
	if o.protections {
		if f.protections, err = protect(ctx, o, cluster, pool); err != nil {
			return err
		}
	}
	// One for all: the turns do not pay for each other's pages.
	if _, err := pool.Exec(ctx, `CHECKPOINT`); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	l := &load{pool: pool, members: o.members, batch: o.batch, turn: o.turn, run: time.Now().UnixNano()}
	before, err := size(ctx, pool)
	if err != nil {
		return err
	}
	if err := rounds(ctx, o, l, tpcb, f); err != nil {
		return err
	}
	after, err := size(ctx, pool)
	if err != nil {
		return err
	}
	f.bytes = float64(after-before) / max(1, f.single.made+f.batch.made)
	return alone(ctx, o, l, f)
}

// rounds are what is compared with TPC-B.
func rounds(ctx context.Context, o options, l *load, tpcb *tpcb, f *figures) error {
	last, err := tpcb.run() // the first warms up what is read
	if err != nil {
		return err
	}
	for range o.rounds {
		for _, kind := range []struct {
			name    string
			clients int
			request request
			into    *sample
		}{
			{"single accruals", o.clients, l.single, &f.single},
			{"batches", min(4, o.clients), l.batched, &f.batch},
			{"redemptions", o.clients, l.redeem, &f.redeem},
		} {
			got, err := l.flat(ctx, kind.clients, kind.request)
			if err != nil {
				return fmt.Errorf("%s: %w", kind.name, err)
			}
			next, err := tpcb.run()
			if err != nil {
				return err
			}
			got.ratio = got.tps / ((last.tps + next.tps) / 2)
			last = next
			fmt.Printf("%-28s %9.0f/s   p50 %7.2f ms   p99 %7.2f ms   TPC-B %6.0f/s   %5.2f x\n", kind.name, got.tps, got.p50, got.p99, next.tps, got.ratio)
			kind.into.add(got)
			f.tpcb.add(next)
		}
	}
	return nil
}

// alone is what is compared with itself.
func alone(ctx context.Context, o options, l *load, f *figures) error {
	for _, kind := range []struct {
		name string
		run  func() (sample, error)
		into *sample
	}{
		{"single, at half load", func() (sample, error) { return l.paced(ctx, o.clients, f.single.tps/2, l.single) }, &f.half},
		{"hot member, transaction", func() (sample, error) { return l.flat(ctx, o.clients, l.hotNaive) }, &f.hotNaive},
		{"hot member, one call", func() (sample, error) { return l.flat(ctx, o.clients, l.hotSingle) }, &f.hotSingle},
		{"hot member, batches", func() (sample, error) { return l.flat(ctx, 2, l.hotBatched) }, &f.hotBatch},
	} {
		got, err := kind.run()
		if err != nil {
			return fmt.Errorf("%s: %w", kind.name, err)
		}
		fmt.Printf("%-28s %9.0f/s   p50 %7.2f ms   p99 %7.2f ms\n", kind.name, got.tps, got.p50, got.p99)
		kind.into.add(got)
	}
	return nil
}

// size is what operations, lots and accounts take on disk with their indexes.
func size(ctx context.Context, pool *pgxpool.Pool) (n int64, err error) {
	err = pool.QueryRow(ctx, `
		SELECT pg_total_relation_size('ledger.op') + pg_total_relation_size('ledger.lot') + pg_total_relation_size('ledger.account')`).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("ask for the ledger's size: %w", err)
	}
	return n, nil
}
