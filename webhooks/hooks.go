package webhooks

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"kopilka/internal/jobs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
)

// Hooks sends signed events out: planned in the transaction of what happened, then
// delivered by background jobs until the receiver has said 2xx or the schedule ends.
type Hooks struct {
	db     *pgxpool.Pool
	jobs   Enqueuer
	now    func() time.Time
	log    *slog.Logger
	client *http.Client
	seal   *Seal
}

// Enqueuer adds a background job in the caller's transaction; jobs.Client is one.
type Enqueuer interface {
	Enqueue(ctx context.Context, tx pgx.Tx, args river.JobArgs, opts *river.InsertOpts) error
}

// HooksOptions say what Hooks work with. DB and Jobs are needed.
type HooksOptions struct {
	DB   *pgxpool.Pool
	Jobs Enqueuer
	Now  func() time.Time
	Log  *slog.Logger
	// AllowLoopback admits plain http and receivers on this machine: for tests and the
	// demo alone.
	AllowLoopback bool
	// Seal opens the signing secrets; nil when they are stored as they are.
	Seal *Seal
}

// NewHooks returns the sender of events.
func NewHooks(o HooksOptions) *Hooks {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Hooks{db: o.DB, jobs: o.Jobs, now: o.Now, log: o.Log, client: receiverClient(o.AllowLoopback), seal: o.Seal}
}

const (
	hookQueue   = "webhooks"
	sweepPeriod = time.Hour
	// deliveryLife is how long it can be seen what became of a delivery.
	deliveryLife = 30 * 24 * time.Hour
)

// Work adds the door's background jobs to set: deliveries, and the sweep of answers
// that are too old to be asked for again.
func (h *Hooks) Work(set *jobs.Set) {
	set.Queues[hookQueue] = 8
	river.AddWorker(set.Workers, &deliverer{hooks: h})
	river.AddWorker(set.Workers, &sweeper{hooks: h})
	set.Every(sweepPeriod, sweepArgs{})
}

type sweepArgs struct{}

func (sweepArgs) Kind() string { return "webhooks_sweep" }

type sweeper struct {
	river.WorkerDefaults[sweepArgs]
	hooks *Hooks
}

func (w *sweeper) Work(ctx context.Context, _ *river.Job[sweepArgs]) error {
	return pgx.BeginFunc(ctx, w.hooks.db, func(tx pgx.Tx) error {
		if err := forgetAnswers(ctx, tx, w.hooks.now().Add(-answerLife)); err != nil {
			return err
		}
		return forgetDeliveries(ctx, tx, w.hooks.now().Add(-deliveryLife))
	})
}
