package main

import (
	"context"
	"fmt"
	"time"

	"kopilka/internal/postgres"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"
)

// measure lets TPC-B and the ledger have turns, so that what else the box does falls on
// both. The ledger's turns are compared with those of TPC-B right before and after them.
func measure(ctx context.Context, o options, cluster *postgres.Cluster, pool *pgxpool.Pool, f *figures) error {
	var t *tpcb
	var group errgroup.Group
	group.Go(func() (err error) {
		t, err = newTPCB(ctx, cluster, o)
		return err
	})
	group.Go(func() error { return fill(ctx, pool, o.members) })
	err := group.Wait()
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
	if err := rounds(ctx, o, l, t, f); err != nil {
		return err
	}
	if f.bytes, err = size(ctx, pool); err != nil {
		return err
	}
	return alone(ctx, o, l, f)
}

// rounds are what is compared with TPC-B.
func rounds(ctx context.Context, o options, l *load, t *tpcb, f *figures) error {
	kinds := []struct {
		name    string
		clients int
		request request
		into    *sample
	}{
		{"single accruals", o.clients, l.single, &f.single},
		{"redemptions", o.clients, l.redeem, &f.redeem},
		{"batches", min(4, o.clients), l.batched, &f.batch},
	}
	before, err := t.run()
	if err != nil {
		return err
	}
	for range o.rounds {
		turns := make([]sample, len(kinds))
		for i, kind := range kinds {
			if turns[i], err = l.flat(ctx, kind.clients, kind.request); err != nil {
				return fmt.Errorf("%s: %w", kind.name, err)
			}
		}
		after, err := t.run()
		if err != nil {
			return err
		}
		fmt.Printf("%-24s %9.0f/s, then %.0f/s\n", "TPC-B", before.tps, after.tps)
		for i, kind := range kinds {
			turns[i].ratio = turns[i].tps / ((before.tps + after.tps) / 2)
			fmt.Printf("%-24s %9.0f/s   p50 %7.2f ms   p99 %7.2f ms   %5.2f x TPC-B\n", kind.name, turns[i].tps, turns[i].p50, turns[i].p99, turns[i].ratio)
			kind.into.add(turns[i])
		}
		f.tpcb.add(sample{tps: (before.tps + after.tps) / 2})
		before = after
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
		fmt.Printf("%-24s %9.0f/s   p50 %7.2f ms   p99 %7.2f ms\n", kind.name, got.tps, got.p50, got.p99)
		kind.into.add(got)
	}
	return nil
}

// size is what an operation takes on disk with its lot, its share of its account, and all
// their indexes.
func size(ctx context.Context, pool *pgxpool.Pool) (bytes float64, err error) {
	err = pool.QueryRow(ctx, `
		SELECT (pg_total_relation_size('ledger.op') + pg_total_relation_size('ledger.lot') + pg_total_relation_size('ledger.account'))::float
			/ (SELECT count(*) FROM ledger.op)`).Scan(&bytes)
	if err != nil {
		return 0, fmt.Errorf("ask for the ledger's size: %w", err)
	}
	return bytes, nil
}
