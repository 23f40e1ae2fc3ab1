package demopage

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"kopilka/internal/tgfake"
)

// kept is how many events a reader may miss and still be told each; one that
// missed more gets the chats anew.
const kept = 1024

// event is something that happened in one of the chats.
type event struct {
	number int64
	chat   *Chat
	tgfake.Event
}

// journal numbers the events of all chats and keeps the last ones, so that a
// page that lost its connection takes up where it left.
type journal struct {
	run string // of this process: numbers of an earlier one mean nothing

	mu      sync.Mutex
	last    int64   // number of the newest event
	events  []event // the newest, in order, without gaps
	changed chan struct{}
}

func newJournal(at time.Time) *journal {
	return &journal{run: strconv.FormatInt(at.UnixMilli(), 36), changed: make(chan struct{})}
}

// follow writes what happens in a chat into j until ctx ends.
func (j *journal) follow(ctx context.Context, s *tgfake.Server, c *Chat, seen <-chan tgfake.Event, stop func()) {
	for j.keep(ctx, c, seen) {
		// The server has cut us off for being slow: look again.
		seen, stop = s.Watch(c.User)
		j.forget()
	}
	stop()
}

// keep records events until the channel is closed, which it reports, or until
// ctx ends.
func (j *journal) keep(ctx context.Context, c *Chat, seen <-chan tgfake.Event) (cut bool) {
	for {
		select {
		case <-ctx.Done():
			return false
		case e, ok := <-seen:
			if !ok {
				return true
			}
			j.add(c, e)
		}
	}
}

func (j *journal) add(c *Chat, e tgfake.Event) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.last++
	j.events = append(j.events, event{j.last, c, e})
	if len(j.events) > kept {
		j.events = append([]event(nil), j.events[len(j.events)-kept:]...)
	}
	j.wake()
}

// forget makes every reader take the chats anew.
func (j *journal) forget() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.last++
	j.events = nil
	j.wake()
}

func (j *journal) wake() {
	close(j.changed)
	j.changed = make(chan struct{})
}

// since gives the events after a number and the number of the newest. Anew
// says that they are not all there and the chats are needed whole. Changed is
// closed at the next event.
func (j *journal) since(after int64) (events []event, last int64, anew bool, changed <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	missed := j.last - after
	if after < 0 || missed < 0 || missed > int64(len(j.events)) {
		return nil, j.last, true, j.changed
	}
	return j.events[len(j.events)-int(missed):], j.last, false, j.changed
}

// id is the id of an event for the browser to come back with.
func (j *journal) id(number int64) string { return fmt.Sprintf("%s-%d", j.run, number) }

// number reads an id; -1 means that it isn't one of this run.
func (j *journal) number(id string) int64 {
	run, digits, _ := strings.Cut(id, "-")
	n, err := strconv.ParseInt(digits, 10, 64)
	if run != j.run || err != nil {
		return -1
	}
	return n
}
