package main

import (
	"context"
	"fmt"
	"time"

	"kopilka/internal/postgres"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// protections are what single accruals are measured without, each in a copy of the
// database.
var protections = []struct{ name, without string }{
	{"chain", `ALTER TABLE ledger.op DROP CONSTRAINT entry_continues`},
	{"balance", `ALTER TABLE ledger.account DROP CONSTRAINT account_is_its_last_entry`},
	{"conservation", `ALTER TABLE ledger.lot DROP CONSTRAINT lot_loses_nothing`},
	{"no hand-writing", `DROP TRIGGER account_follows_from_op ON ledger.account; DROP TRIGGER account_goes_forward ON ledger.account;
		DROP TRIGGER lot_follows_from_op ON ledger.lot`},
}

// protect answers, for each protection, how much of the time of an accrual it takes.
func protect(ctx context.Context, o options, cluster *postgres.Cluster, pool *pgxpool.Pool) (map[string]float64, error) {
	costs := map[string]float64{}
	// A database is copied while nobody is in it.
	pool.Reset()
	for i, p := range protections {
		var with, without sample
		for _, copied := range []struct {
			name, sql string
		}{{fmt.Sprint("with", i), ""}, {fmt.Sprint("without", i), p.without}} {
			if err := copyDatabase(ctx, cluster, copied.name, copied.sql); err != nil {
				return nil, fmt.Errorf("measure %q: %w", p.name, err)
			}
		}
		for range 3 {
			for _, side := range []struct {
				database string
				into     *sample
			}{{fmt.Sprint("with", i), &with}, {fmt.Sprint("without", i), &without}} {
				got, err := accruals(ctx, o, cluster, side.database)
				if err != nil {
					return nil, fmt.Errorf("measure %q: %w", p.name, err)
				}
				side.into.add(got)
			}
		}
		costs[p.name] = round(1 - with.tps/without.tps)
		fmt.Printf("%-28s takes %4.0f %% of an accrual\n", p.name, 100*costs[p.name])
	}
	return costs, nil
}

func copyDatabase(ctx context.Context, cluster *postgres.Cluster, name, sql string) error {
	admin, err := pgx.Connect(ctx, cluster.URL("template1"))
	if err != nil {
		return fmt.Errorf("reach the database: %w", err)
	}
	defer admin.Close(ctx)
	if _, err := admin.Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE postgres"); err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	conn, err := pgx.Connect(ctx, cluster.URL(name))
	if err != nil {
		return fmt.Errorf("reach the copy: %w", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, sql); err != nil {
		return fmt.Errorf("take the protection off: %w", err)
	}
	return nil
}

func accruals(ctx context.Context, o options, cluster *postgres.Cluster, database string) (sample, error) {
	pool, err := open(ctx, cluster, database, o)
	if err != nil {
		return sample{}, err
	}
	defer pool.Close()
	l := &load{pool: pool, members: o.members, batch: o.batch, turn: time.Second, run: time.Now().UnixNano()}
	return l.flat(ctx, o.clients, l.single)
}
