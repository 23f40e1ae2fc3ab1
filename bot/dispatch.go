package bot

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"kopilka/internal/postgres"
)

const (
	// crew is how many people are served at once.
	crew = 32
	// maxAttempts is after how many failures an update is given up.
	maxAttempts = 5
	// patience is for how long an update waits for Telegram or the database to come back.
	patience = time.Hour
	// handlerTime bounds one handler, reading a picture included.
	handlerTime = 90 * time.Second
	// drainTime is how long a stop waits for handlers that have begun.
	drainTime = 20 * time.Second
	// look is how often the inbox is looked at when nobody woke the dispatcher: another
	// replica may have stored an update, and postponed ones fall due.
	look = 250 * time.Millisecond
)

// errUndecodable says that an update has a shape that the library does not know; no
// repeat will change that.
var errUndecodable = errors.New("update of an unknown shape")

// backoff is how long to wait after the n-th failure.
func backoff(n int) time.Duration {
	return []time.Duration{time.Second, 3 * time.Second, 10 * time.Second, 30 * time.Second}[min(n, 4)-1]
}

// dispatcher takes updates out of the inbox: in order for each person, many people at
// once, and one that fails holds up nobody else.
type dispatcher struct {
	b      *Bot
	ready  []int64 // people found in the inbox for whom there was no room yet
	mu     sync.Mutex
	busy   map[int64]bool
	people sync.WaitGroup
}

// dispatch runs until ctx ends, then waits for the handlers that have begun. What was
// not finished by then stays in the inbox for the next start.
func (b *Bot) dispatch(ctx context.Context) {
	d := &dispatcher{b: b, busy: map[int64]bool{}}
	// A handler is not cut off in the middle by a stop, only when the drain is over.
	handlers, abandon := context.WithCancel(context.WithoutCancel(ctx))
	defer abandon()
	tick := time.NewTicker(look)
	defer tick.Stop()
	for ctx.Err() == nil {
		if err := d.serve(ctx, handlers); err != nil && ctx.Err() == nil {
			b.log.Warn("inbox not read", "err", err)
			wait(ctx, time.Second)
		}
		select {
		case <-ctx.Done():
		case <-b.woken:
		case <-tick.C:
		}
	}
	d.drain(abandon)
}

func (d *dispatcher) drain(abandon context.CancelFunc) {
	done := make(chan struct{})
	go func() { d.people.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(d.b.drainTime):
		d.b.log.Warn("handlers cut off by the stop")
		abandon()
		<-done
	}
}

// serve begins with as many people as there is room for. The inbox is read for many at
// once: under a backlog that query is the dear part.
func (d *dispatcher) serve(ctx, handlers context.Context) error {
	busy := d.busyNow()
	if len(busy) >= crew {
		return nil
	}
	if len(d.ready) == 0 {
		var err error
		if d.ready, err = d.b.inbox.due(ctx, busy, 8*crew, d.b.now()); err != nil {
			return err
		}
	}
	for room := crew - len(busy); room > 0 && len(d.ready) > 0; {
		p := d.ready[0]
		d.ready = d.ready[1:]
		if d.begin(ctx, handlers, p) {
			room--
		}
	}
	return nil
}

// begin attends to a person unless that goes on already, and reports whether it does.
func (d *dispatcher) begin(ctx, handlers context.Context, person int64) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.busy[person] {
		return false
	}
	d.busy[person] = true
	d.people.Go(func() {
		d.attend(ctx, handlers, person)
		d.mu.Lock()
		delete(d.busy, person)
		d.mu.Unlock()
		d.b.wake()
	})
	return true
}

func (d *dispatcher) busyNow() []int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	busy := make([]int64, 0, len(d.busy)) // not nil: that would be NULL in the query
	for p := range d.busy {
		busy = append(busy, p)
	}
	return busy
}

// attend handles one person's updates, one after another, while any is due.
func (d *dispatcher) attend(ctx, handlers context.Context, person int64) {
	for ctx.Err() == nil {
		it, err := d.b.inbox.claim(ctx, person, d.b.now())
		if err != nil {
			if ctx.Err() == nil {
				d.b.log.Warn("update not claimed", "err", err)
				wait(ctx, time.Second)
			}
			return
		}
		if it == nil {
			return
		}
		err = d.b.handle(handlers, person, it)
		if err := d.b.settle(handlers, person, it, err); err != nil {
			d.b.log.Error("update not marked; it will be handled again", "update", it.IDs[0], "err", err)
			return
		}
	}
}

// handle runs the update's handler; a panic is its failure and nobody else's.
func (b *Bot) handle(ctx context.Context, person int64, it *item) (err error) {
	if it.Attempts > maxAttempts {
		return fmt.Errorf("given up after %d attempts that never ended", it.Attempts-1)
	}
	ctx, cancel := context.WithTimeout(ctx, handlerTime)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			b.log.Error("handler panicked", "update", it.IDs[0], "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = fmt.Errorf("handler panicked: %v", p)
		}
	}()
	if err := b.route(ctx, person, it); err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("handler took over %s: %v", handlerTime, err) // its own fault, not the line's
	} else if err != nil {
		return err
	}
	return nil
}

// settle decides what a handler's end means for its update.
func (b *Bot) settle(ctx context.Context, person int64, it *item, failure error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	at := b.now()
	if failure == nil {
		return b.mark(ctx, it, "done", "", at)
	}
	reason := reasonOf(failure)
	switch {
	case ClassOf(failure) == Gone: // nobody is there to be answered
		return b.mark(ctx, it, "done", reason, at)
	case passing(failure) && at.Sub(it.Received) < patience:
		return b.inbox.postpone(ctx, it, reason, at.Add(linePause(failure, at.Sub(it.Received))), true)
	case errors.Is(failure, errUndecodable), it.Attempts >= maxAttempts:
		b.log.Error("update given up", "update", it.IDs[0], "kind", it.Kind, "attempts", it.Attempts, "err", failure)
		if err := b.mark(ctx, it, "dead", reason, at); err != nil {
			return err
		}
		b.apologise(ctx, person, it)
		return nil
	}
	b.log.Warn("update failed; it will be tried again", "update", it.IDs[0], "kind", it.Kind, "attempts", it.Attempts, "err", failure)
	return b.inbox.postpone(ctx, it, reason, at.Add(b.backoff(it.Attempts)), false)
}

// reasonOf is a failure as the inbox keeps it: text that no column refuses.
func reasonOf(failure error) string {
	return cut(strings.ToValidUTF8(strings.ReplaceAll(failure.Error(), "\x00", ""), "?"), 500)
}

// mark insists for some seconds: an update that was handled and is not marked would be
// handled again.
func (b *Bot) mark(ctx context.Context, it *item, state, reason string, at time.Time) error {
	for try := 1; ; try++ {
		err := b.inbox.close(ctx, it, state, reason, at)
		if err == nil || try == 5 || !wait(ctx, time.Second) {
			return err
		}
	}
}

// passing reports whether a failure is the line's or the database's, not the update's:
// it does not count against the update.
func passing(err error) bool {
	switch Classify(err).Class {
	case Transient, Flood, Auth:
		return true
	}
	return postgres.Retryable(err)
}

// linePause is how long to wait for a line that has been down for age.
func linePause(failure error, age time.Duration) time.Duration {
	if f := Classify(failure); f.Class == Flood {
		return f.RetryAfter
	}
	return min(max(age/2, time.Second), 30*time.Second)
}
