// Package notify tells people: what happened to their points, and broadcasts. It turns
// the programme's events into messages in each person's language and hands them to
// channels. It knows words and states of delivery; it does not know Telegram or any
// other channel from inside.
//
// Telling is two steps. A plan writes one delivery a message in the transaction that
// marks the event as told, so a crash between the two loses nothing and repeats nothing.
// A sender then takes deliveries one by one; after a crash in the middle of a call it
// cannot know whether that one message arrived, and sends it again.
package notify

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"kopilka/program"
	"kopilka/texts"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"
)

// Channel carries messages to one outside world.
type Channel interface {
	// Name is the channel's in the table of deliveries, as "telegram".
	Name() string
	// Send tries once, and says what became of it.
	Send(ctx context.Context, d Delivery) Outcome
}

// Sink is told of every event in the transaction that marks it as told.
type Sink interface {
	Plan(ctx context.Context, tx pgx.Tx, e program.Event) error
}

// Options of a Notify; DB, Program, Texts and Channel are required.
type Options struct {
	DB      *pgxpool.Pool
	Program *program.Program
	Texts   *texts.Bundle
	// Channel that people are reached by; nil tells the sinks alone.
	Channel Channel
	// Sinks are told of every event too.
	Sinks []Sink
	Now   func() time.Time
	Log   *slog.Logger
	// Poll is how often the tables are looked at; 0 means 200 ms.
	Poll time.Duration
}

// Notify plans and sends.
type Notify struct {
	Options
}

// New returns a Notify; nothing runs before Run.
func New(opts Options) *Notify {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Poll == 0 {
		opts.Poll = 200 * time.Millisecond
	}
	return &Notify{opts}
}

// Run plans and sends until ctx ends. It survives the database's absence.
func (n *Notify) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	steps := map[string]func(context.Context) (int, error){"plan": n.PlanEvents}
	if n.Channel != nil {
		steps["send"], steps["broadcast"], steps["release"], steps["progress"] = n.sendReplies, n.sendBulk, n.releaseLeases, n.showProgress
	}
	for name, step := range steps {
		g.Go(func() error { return n.loop(ctx, name, step) })
	}
	return g.Wait()
}

// loop repeats step while it has work, and looks again after a while when it has none.
func (n *Notify) loop(ctx context.Context, name string, step func(context.Context) (int, error)) error {
	for ctx.Err() == nil {
		worked, err := step(ctx)
		pause := n.Poll
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			n.Log.Error("telling people is held up", "step", name, "err", err)
			pause = 2 * time.Second
		case worked > 0:
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
	return nil
}

// planned is how many events one transaction takes.
const planned = 100

// PlanEvents turns waiting events into deliveries and returns how many there were.
func (n *Notify) PlanEvents(ctx context.Context) (int, error) {
	count := 0
	err := pgx.BeginFunc(ctx, n.DB, func(tx pgx.Tx) error {
		events, err := program.TakeEvents(ctx, tx, planned)
		if err != nil || len(events) == 0 {
			return err
		}
		for _, e := range events {
			for _, s := range append([]Sink{n}, n.Sinks...) {
				if err := s.Plan(ctx, tx, e); err != nil {
					return fmt.Errorf("plan event %d (%s): %w", e.ID, e.Type, err)
				}
			}
		}
		count = len(events)
		return program.EventsHandled(ctx, tx, events, n.Now())
	})
	return count, err
}
