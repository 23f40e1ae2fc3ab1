// Command ledger measures the points ledger beside pgbench's TPC-B-like script on the
// same PostgreSQL, in the same minute, on the same box, so that the ratios mean the same
// everywhere. It knows how to load and to count; what an accrual is, the ledger knows.
// The database is a private one with fsync on, made for the run and removed after it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"kopilka/internal/postgres"
	"kopilka/ledger"
	"kopilka/migrations"

	"github.com/jackc/pgx/v5/pgxpool"
)

// options are the flags.
type options struct {
	members int
	clients int
	batch   int
	scale   int
	phase   time.Duration
	dir     string
}

func main() {
	var o options
	seconds := flag.Float64("seconds", 8, "length of each phase; there are ten")
	flag.IntVar(&o.members, "members", 100_000, "accounts")
	flag.IntVar(&o.clients, "c", 16, "concurrent clients")
	flag.IntVar(&o.batch, "batch", 100, "accruals in a batch")
	flag.IntVar(&o.scale, "scale", 50, "pgbench scale, in units of 100 000 accounts")
	flag.StringVar(&o.dir, "dir", os.TempDir(), "where the database is made; it must be a disk to mean anything")
	flag.Parse()
	o.phase = time.Duration(*seconds * float64(time.Second))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench ledger:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	if o.members < 1 || o.clients < 1 || o.batch < 1 || o.batch > ledger.MaxBatch || o.scale < 1 || o.phase <= 0 {
		return errors.New("every flag must be above zero")
	}
	dir, err := os.MkdirTemp(o.dir, "kopilka-bench-")
	if err != nil {
		return fmt.Errorf("make a folder for the database: %w", err)
	}
	defer os.RemoveAll(dir)
	cluster, err := postgres.StartCluster(ctx, postgres.ClusterOptions{
		Dir:      dir,
		Settings: []string{"shared_buffers=2GB", "max_wal_size=8GB", "checkpoint_timeout=30min"},
	})
	if err != nil {
		return err
	}
	defer cluster.Stop()
	if err := postgres.Migrate(ctx, cluster.URL("postgres"), migrations.FS); err != nil {
		return err
	}
	pool, err := postgres.Open(ctx, postgres.Options{URL: cluster.URL("postgres"), MaxConns: int32(o.clients) + 2, StatementTimeout: 10 * time.Minute})
	if err != nil {
		return err
	}
	defer pool.Close()
	box, err := describe(ctx, pool)
	if err != nil {
		return err
	}
	fmt.Printf("%s\n%d accounts, %d clients, %s a phase\n", box, o.members, o.clients, o.phase)
	figures, err := measure(ctx, o, cluster, pool)
	if err != nil {
		return err
	}
	report, err := ledger.Verify(ctx, pool, nil)
	if err != nil {
		return err
	}
	if figures.Verified = report.OK(); !figures.Verified {
		report.Write(os.Stderr)
	}
	fmt.Printf("verified %d accounts, %d operations, %d lots, %d moves: %v\n", report.Accounts, report.Ops, report.Lots, report.Moves, report.OK())
	figures.Box = box
	return figures.print(os.Stdout)
}

// measure runs the phases. TPC-B stands before, between and after, because a shared box
// changes under the run; its figure is the mean.
func measure(ctx context.Context, o options, cluster *postgres.Cluster, pool *pgxpool.Pool) (figures, error) {
	var f figures
	if err := fill(ctx, pool, o.members); err != nil {
		return f, err
	}
	tpcb, err := newTPCB(ctx, cluster, o)
	if err != nil {
		return f, err
	}
	l := load{pool: pool, members: o.members, batch: o.batch, phase: o.phase, run: time.Now().UnixNano()}
	steps := []struct {
		name string
		run  func() (sample, error)
		into *sample
	}{
		{"TPC-B", tpcb.run, nil},
		{"single accruals", func() (sample, error) { return l.flat(ctx, o.clients, l.single) }, &f.single},
		{"single accruals at half load", func() (sample, error) { return l.paced(ctx, o.clients, f.single.tps/2, l.single) }, &f.half},
		{"TPC-B", tpcb.run, nil},
		{"batches", func() (sample, error) { return l.flat(ctx, 4, l.batched) }, &f.batch},
		{"redemptions", func() (sample, error) { return l.flat(ctx, o.clients, l.redeem) }, &f.redeem},
		{"hot member, transaction", func() (sample, error) { return l.flat(ctx, o.clients, l.hotNaive) }, &f.hotNaive},
		{"hot member, one call", func() (sample, error) { return l.flat(ctx, o.clients, l.hotSingle) }, &f.hotSingle},
		{"hot member, batches", func() (sample, error) { return l.flat(ctx, 2, l.hotBatched) }, &f.hotBatch},
		{"TPC-B", tpcb.run, nil},
	}
	for _, s := range steps {
		if _, err := pool.Exec(ctx, `CHECKPOINT`); err != nil {
			return f, fmt.Errorf("checkpoint: %w", err)
		}
		got, err := s.run()
		if err != nil {
			return f, fmt.Errorf("%s: %w", s.name, err)
		}
		fmt.Printf("%-30s %9.0f/s   p50 %7.2f ms   p99 %7.2f ms\n", s.name, got.tps, got.p50, got.p99)
		if s.into != nil {
			*s.into = got
		} else {
			f.tpcb = append(f.tpcb, got.tps)
		}
	}
	return f, nil
}
