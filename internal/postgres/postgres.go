// Package postgres opens PostgreSQL: a pool to an existing server, or a private
// cluster that this program runs as its own child. It knows connections, migrations
// and error codes; it does not know one table of the product.
package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Querier reads. A function that takes a Querier writes nothing, so a pool, a
// connection and a transaction all serve; one that takes pgx.Tx writes in the
// caller's transaction.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Options say how to open a pool. The zero value of each field is usable.
type Options struct {
	// URL is a libpq connection string or URL. Several hosts with
	// target_session_attrs=read-write follow a fail-over.
	URL string
	// MaxConns bounds the pool; 0 means 16.
	MaxConns int32
	// StatementTimeout ends a statement that runs longer; 0 means 30 s.
	StatementTimeout time.Duration
}

// Open returns a pool on opts.URL and proves it with one query. Behind a
// transaction-mode pgbouncer the URL must say default_query_exec_mode=cache_describe,
// which pgx reads from it; exec would write JSON columns as bytes.
func Open(ctx context.Context, opts Options) (*pgxpool.Pool, error) {
	pool, err := Lazy(ctx, opts)
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("reach the database: %w", err)
	}
	return pool, nil
}

// Lazy returns a pool on opts.URL without connecting, for a program that has to
// start while its database is away.
func Lazy(ctx context.Context, opts Options) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(opts.URL)
	if err != nil {
		return nil, fmt.Errorf("read the database URL: %w", err)
	}
	if cfg.MaxConns = opts.MaxConns; cfg.MaxConns == 0 {
		cfg.MaxConns = 16
	}
	timeout := opts.StatementTimeout
	if timeout == 0 {
		timeout = 30 * time.Second
	}
	cfg.ConnConfig.RuntimeParams["statement_timeout"] = fmt.Sprint(timeout.Milliseconds())
	cfg.ConnConfig.RuntimeParams["application_name"] = "kopilka"
	// Timestamps leave the database in UTC; a store's zone is applied where people read.
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open the database pool: %w", err)
	}
	return pool, nil
}
