package webhooks

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

// schedule is how long to wait before each attempt, from the one before: the example
// of Standard Webhooks, three days in all.
var schedule = []time.Duration{
	0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour,
	5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

// patience bounds a receiver that answers "later" for ever.
const patience = 96 * time.Hour

// pause is the wait after the given attempt (from 1) has failed, stretched by up to a
// tenth so that a receiver that comes back is not met by everything at once.
func pause(attempt int, dice uint64) time.Duration {
	d := schedule[min(max(attempt, 1), len(schedule)-1)]
	return d + d/10*time.Duration(dice%1000)/1000
}

type deliverArgs struct {
	Delivery int64 `json:"delivery"`
}

func (deliverArgs) Kind() string { return "webhooks_deliver" }

// InsertOpts makes an attempt of each wait of the schedule.
func (deliverArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: hookQueue, MaxAttempts: len(schedule)}
}

type deliverer struct {
	river.WorkerDefaults[deliverArgs]
	hooks *Hooks
}

// NextRetry keeps the schedule.
func (w *deliverer) NextRetry(job *river.Job[deliverArgs]) time.Time {
	return w.hooks.now().Add(pause(job.Attempt, rand.Uint64()))
}

// Timeout leaves the attempt its own timeout, and the database some more.
func (w *deliverer) Timeout(*river.Job[deliverArgs]) time.Duration {
	return attemptTimeout + 15*time.Second
}

// Work makes one attempt. A crash between the receiver's answer and its record makes
// another: the receiver knows the repeat by its webhook-id.
func (w *deliverer) Work(ctx context.Context, job *river.Job[deliverArgs]) error {
	d, err := w.hooks.pending(ctx, job.Args.Delivery)
	if err != nil || d == nil {
		return err
	}
	if !d.Enabled {
		return w.hooks.finish(ctx, d, "dropped", attempt{Err: errors.New("the endpoint is disabled")})
	}
	a := attempt{}
	secret, err := w.hooks.seal.open(d.Secret)
	if a.Err = err; err == nil {
		a = w.hooks.post(ctx, d.URL, secret, fmt.Sprintf("evt_%d", d.Event), []byte(d.Body))
	}
	last := job.Attempt >= job.MaxAttempts || w.hooks.now().Sub(d.Created) > patience
	switch {
	case a.Err == nil:
		return w.hooks.finish(ctx, d, "sent", a)
	case a.Status == http.StatusGone:
		return w.hooks.gone(ctx, d, a)
	case last:
		w.hooks.log.Warn("webhook delivery given up", "endpoint", d.Endpoint, "delivery", d.ID, "status", a.Status, "attempts", d.Attempts+1)
		return w.hooks.finish(ctx, d, "failed", a)
	}
	if err := w.hooks.record(ctx, d, a); err != nil {
		return err
	}
	if a.RetryAfter > 0 {
		return river.JobSnooze(a.RetryAfter) // the receiver named the time: no attempt is spent
	}
	return fmt.Errorf("deliver webhook %d: %w", d.ID, a.Err)
}

// delivery is one event on its way to one endpoint.
type delivery struct {
	ID       int64
	Endpoint EndpointID
	Event    int64
	Body     string
	Attempts int
	Created  time.Time
	URL      string
	Secret   string
	Enabled  bool
}

// pending reads a delivery that is still to be made; nil when there is nothing to do.
func (h *Hooks) pending(ctx context.Context, id int64) (*delivery, error) {
	rows, err := h.db.Query(ctx, `
		SELECT d.id, d.endpoint_id, d.event_id, d.body, d.attempts, d.created_at,
		       e.url, e.secret, e.state = 'enabled'
		FROM webhooks.delivery d
		JOIN webhooks.endpoint e ON e.id = d.endpoint_id
		WHERE d.id = $1 AND d.state = 'pending'`, id)
	if err != nil {
		return nil, fmt.Errorf("read webhook delivery %d: %w", id, err)
	}
	d, err := pgx.CollectOneRow(rows, pgx.RowToAddrOfStructByPos[delivery])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read webhook delivery %d: %w", id, err)
	}
	return d, nil
}

// finish records the last attempt of a delivery.
func (h *Hooks) finish(ctx context.Context, d *delivery, state string, a attempt) error {
	return h.write(ctx, d, state, a, new(h.now()))
}

// record notes an attempt that will be followed by another.
func (h *Hooks) record(ctx context.Context, d *delivery, a attempt) error {
	return h.write(ctx, d, "pending", a, nil)
}

func (h *Hooks) write(ctx context.Context, d *delivery, state string, a attempt, finished *time.Time) error {
	_, err := h.db.Exec(ctx, `
		UPDATE webhooks.delivery
		SET state = $2, attempts = attempts + 1, last_status = $3, last_error = $4, finished_at = $5
		WHERE id = $1 AND state = 'pending'`,
		d.ID, state, a.Status, reason(a.Err), finished)
	if err != nil {
		return fmt.Errorf("record webhook delivery %d: %w", d.ID, err)
	}
	return nil
}

// gone obeys 410: the receiver wants no more of these, now or later.
func (h *Hooks) gone(ctx context.Context, d *delivery, a attempt) error {
	if err := h.finish(ctx, d, "failed", a); err != nil {
		return err
	}
	h.log.Warn("webhook endpoint disabled: it answered 410", "endpoint", d.Endpoint)
	return pgx.BeginFunc(ctx, h.db, func(tx pgx.Tx) error {
		return DisableEndpoint(ctx, tx, d.Endpoint, "the receiver answered 410 Gone", h.now())
	})
}

// forgetDeliveries drops what was finished before.
func forgetDeliveries(ctx context.Context, tx pgx.Tx, before time.Time) error {
	if _, err := tx.Exec(ctx, `DELETE FROM webhooks.delivery WHERE finished_at < $1`, before); err != nil {
		return fmt.Errorf("forget old webhook deliveries: %w", err)
	}
	return nil
}

func reason(err error) string {
	if err == nil {
		return ""
	}
	text := err.Error()
	return strings.ToValidUTF8(text[:min(len(text), 300)], "")
}
