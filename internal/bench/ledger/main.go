// Command ledger measures the points ledger beside pgbench's TPC-B-like script on the
// same PostgreSQL, turn by turn on the same box, so that the ratios mean the same
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
	members     int
	clients     int
	batch       int
	scale       int
	rounds      int
	turn        time.Duration
	protections bool
	dir         string
}

func main() {
	var o options
	seconds := flag.Float64("seconds", 4, "how long each thing is measured, in turns of whole seconds")
	flag.IntVar(&o.rounds, "rounds", 2, "turns that each thing has")
	flag.IntVar(&o.members, "members", 100_000, "accounts")
	flag.IntVar(&o.clients, "c", 16, "concurrent clients, of pgbench and of the ledger")
	flag.IntVar(&o.batch, "batch", 100, "accruals in a batch")
	flag.IntVar(&o.scale, "scale", 50, "pgbench scale, in units of 100 000 accounts; not below -c")
	flag.BoolVar(&o.protections, "protections", false, "also measure what each protection costs, some 40 s more")
	flag.StringVar(&o.dir, "dir", os.TempDir(), "where the database is made; it must be a disk to mean anything")
	flag.Parse()
	o.turn = time.Duration(*seconds / float64(max(1, o.rounds)) * float64(time.Second)).Round(time.Second)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench ledger:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	if o.members < 1 || o.clients < 1 || o.batch < 1 || o.batch > ledger.MaxBatch || o.scale < 1 || o.rounds < 1 || o.turn <= 0 {
		return errors.New("every flag must be above zero, and a turn at least a second")
	}
	dir, err := os.MkdirTemp(o.dir, "kopilka-bench-")
	if err != nil {
		return fmt.Errorf("make a folder for the database: %w", err)
	}
	defer os.RemoveAll(dir)
	sync, err := fsyncTime(dir)
	if err != nil {
		return err
	}
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
	pool, err := open(ctx, cluster, "postgres", o)
	if err != nil {
		return err
	}
	defer pool.Close()
	box, err := describe(ctx, pool, sync)
	if err != nil {
		return err
	}
	fmt.Printf("%s\n%d accounts, %d clients, %d turns of %s\n", box, o.members, o.clients, o.rounds, o.turn)
	f := figures{Box: box}
	if err := measure(ctx, o, cluster, pool, &f); err != nil {
		return err
	}
	report, err := ledger.Verify(ctx, pool, nil)
	if err != nil {
		return err
	}
	if f.Verified = report.OK(); !f.Verified {
		report.Write(os.Stderr)
	}
	fmt.Printf("verified %d accounts, %d operations, %d lots, %d moves: %v\n", report.Accounts, report.Ops, report.Lots, report.Moves, report.OK())
	return f.print(os.Stdout)
}

func open(ctx context.Context, cluster *postgres.Cluster, database string, o options) (*pgxpool.Pool, error) {
	return postgres.Open(ctx, postgres.Options{URL: cluster.URL(database), MaxConns: int32(o.clients) + 2, StatementTimeout: 10 * time.Minute})
}
