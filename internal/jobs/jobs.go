// Package jobs runs work in the background: each job is a row of PostgreSQL, enqueued
// in the transaction that needs it, retried until it is done. It knows River and
// nothing of what the jobs do.
package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// schema holds River's tables, apart from the product's own.
const schema = "jobs"

// Migrate brings River's own tables up to date in the database at url.
func Migrate(ctx context.Context, url string) error {
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return fmt.Errorf("open the database for the job tables: %w", err)
	}
	defer pool.Close()
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Schema: schema})
	if err != nil {
		return fmt.Errorf("read the job tables' migrations: %w", err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate the job tables: %w", err)
	}
	return nil
}

// Set is what a program runs in the background: add workers and periodic jobs to it
// where the program is wired, then Start it.
type Set struct {
	Workers  *river.Workers
	Periodic []*river.PeriodicJob
	// Queues bounds how many jobs of a queue run at once, by the queue's name.
	Queues map[string]int
}

// NewSet returns an empty set with the default queue.
func NewSet() *Set {
	return &Set{Workers: river.NewWorkers(), Queues: map[string]int{river.QueueDefault: 4}}
}

// Every adds a periodic job. A run that is due while no program is up is made at the
// next start, so a job must ask the database what is due and not count its runs.
func (s *Set) Every(d time.Duration, args river.JobArgs) {
	s.Periodic = append(s.Periodic, river.NewPeriodicJob(river.PeriodicInterval(d),
		func() (river.JobArgs, *river.InsertOpts) {
			return args, &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByPeriod: d}}
		},
		&river.PeriodicJobOpts{RunOnStart: true}))
}

// Client enqueues jobs and, once started, works them.
type Client struct{ river *river.Client[pgx.Tx] }

// New returns a client of pool. With a nil set it only enqueues.
func New(pool *pgxpool.Pool, set *Set, log *slog.Logger) (*Client, error) {
	config := &river.Config{Schema: schema, Logger: log}
	if set != nil {
		config.Workers, config.PeriodicJobs = set.Workers, set.Periodic
		config.Queues = map[string]river.QueueConfig{}
		for name, n := range set.Queues {
			config.Queues[name] = river.QueueConfig{MaxWorkers: n}
		}
	}
	client, err := river.NewClient(riverpgxv5.New(pool), config)
	if err != nil {
		return nil, fmt.Errorf("set up background jobs: %w", err)
	}
	return &Client{client}, nil
}

// Enqueue adds a job in the caller's transaction: it runs only if tx commits.
func (c *Client) Enqueue(ctx context.Context, tx pgx.Tx, args river.JobArgs, opts *river.InsertOpts) error {
	if _, err := c.river.InsertTx(ctx, tx, args, opts); err != nil {
		return fmt.Errorf("enqueue %s: %w", args.Kind(), err)
	}
	return nil
}

// Start works jobs until Stop.
func (c *Client) Start(ctx context.Context) error { return c.river.Start(ctx) }

// Stop lets running jobs finish until ctx ends.
func (c *Client) Stop(ctx context.Context) error { return c.river.Stop(ctx) }
