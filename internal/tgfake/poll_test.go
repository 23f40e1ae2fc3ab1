package tgfake

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"
)

type gotUpdate struct {
	ID       int             `json:"update_id"`
	Message  json.RawMessage `json:"message"`
	Edited   json.RawMessage `json:"edited_message"`
	Callback json.RawMessage `json:"callback_query"`
	Member   json.RawMessage `json:"my_chat_member"`
}

func poll0(t *testing.T, s *Server, args object) []gotUpdate {
	t.Helper()
	var got []gotUpdate
	must(t, s, "getUpdates", args, &got)
	return got
}

func TestUpdatesComeInOrderUntilConfirmed(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := start(t, Options{Now: clock.now})
	u := s.User(UserSpec{FirstName: "Анна"})
	for range 5 {
		u.Send("x")
	}
	first := poll0(t, s, nil)
	if len(first) != 5 || first[4].ID != first[0].ID+4 {
		t.Fatalf("getUpdates = %+v, want 5 with ids in a row", first)
	}
	clock.add(5 * time.Second)
	if got := poll0(t, s, object{"limit": 2}); len(got) != 2 || got[0].ID != first[0].ID {
		t.Errorf("not confirmed: getUpdates = %+v, want the first two again", got)
	}
	clock.add(5 * time.Second)
	if got := poll0(t, s, object{"offset": first[3].ID}); len(got) != 2 || got[0].ID != first[3].ID {
		t.Errorf("offset of the 4th: getUpdates = %+v, want the last two", got)
	}
	if s.Waiting() != 2 {
		t.Errorf("Waiting() = %d, want 2", s.Waiting())
	}
	if got := poll0(t, s, object{"offset": -1}); len(got) != 1 || got[0].ID != first[4].ID || s.Waiting() != 1 {
		t.Errorf("offset -1: getUpdates = %+v and %d wait, want the last one and 1", got, s.Waiting())
	}
}

func TestTheSameOffsetAtOnceGivesOneUpdate(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := start(t, Options{Now: clock.now})
	u := s.User(UserSpec{FirstName: "Анна"})
	u.Send("a")
	u.Send("b")
	poll0(t, s, nil)
	clock.add(400 * time.Millisecond)
	if got := poll0(t, s, nil); len(got) != 1 {
		t.Errorf("again in 0.4 s: %d updates, want 1", len(got))
	}
}

func TestALongPollWaitsForAnUpdate(t *testing.T) {
	t.Parallel()
	s := start(t, Options{})
	u := s.User(UserSpec{FirstName: "Анна"})
	began := time.Now()
	time.AfterFunc(100*time.Millisecond, func() { u.Send("x") })
	if got := poll0(t, s, object{"timeout": 59}); len(got) != 1 || time.Since(began) < 90*time.Millisecond {
		t.Errorf("getUpdates = %d updates in %s, want the one sent in 0.1 s", len(got), time.Since(began))
	}
}

func TestAllowedUpdatesStick(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := start(t, Options{Now: clock.now})
	u := s.User(UserSpec{FirstName: "Анна"})
	if id := s.Inject("chat_member", json.RawMessage(`{}`)); id != 0 {
		t.Errorf("chat_member came as %d though nobody asked for it", id)
	}
	poll0(t, s, object{"allowed_updates": []string{"my_chat_member", "future_thing"}})
	clock.add(5 * time.Second)
	u.Send("x")
	u.Block()
	s.Inject("future_thing", json.RawMessage(`{"x":1}`))
	if got := poll0(t, s, nil); len(got) != 2 || got[0].Member == nil {
		t.Errorf("getUpdates = %+v, want the block and the future thing only", got)
	}
}

func TestASecondPollerEndsTheFirst(t *testing.T) {
	t.Parallel()
	s := start(t, Options{Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})
	first := make(chan reply, 1)
	go func() { first <- ask(t, s, "getUpdates", object{"timeout": 50}) }()
	waitForPoll(t, s)
	second := make(chan reply, 1)
	go func() { second <- ask(t, s, "getUpdates", object{"timeout": 50, "offset": 1}) }()
	if got, want := <-first, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"; got.Code != 409 || got.Description != want {
		t.Errorf("the first poller got %d %q, want 409 %q", got.Code, got.Description, want)
	}
	waitForPoll(t, s)
	must(t, s, "setWebhook", object{"url": "https://e.org/"}, nil)
	if got, want := <-second, "Conflict: terminated by setWebhook request"; got.Code != 409 || got.Description != want {
		t.Errorf("the second poller got %d %q, want 409 %q", got.Code, got.Description, want)
	}
	if got, want := ask(t, s, "getUpdates", nil).Description, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"; got != want {
		t.Errorf("with a webhook getUpdates = %q, want %q", got, want)
	}
}

func waitForPoll(t *testing.T, s *Server) {
	t.Helper()
	for range 1000 {
		s.mu.Lock()
		p := s.queue.poll
		s.mu.Unlock()
		if p != nil && len(p.end) == 0 {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
	t.Fatal("no poll waits")
}

func TestConflictsInARowAreSlowedDown(t *testing.T) {
	t.Parallel()
	e := &ears{}
	s, waits := hooked(t, e)
	ask(t, s, "getUpdates", nil)
	ask(t, s, "getUpdates", nil)
	if got, want := waits(), []time.Duration{3 * time.Second}; !slices.Equal(got, want) {
		t.Errorf("waits = %v, want %v: the second conflict only", got, want)
	}
}

func TestLanesAreThoseOfTheServer(t *testing.T) {
	t.Parallel()
	s := start(t, Options{AnyWebhook: true})
	u := s.User(UserSpec{FirstName: "Анна"})
	m := u.Send("x")
	if _, err := u.Edit(m.ID, "y"); err != nil {
		t.Fatal(err)
	}
	u.Block()
	s.mu.Lock()
	defer s.mu.Unlock()
	var lanes []int64
	for _, w := range s.queue.waiting {
		lanes = append(lanes, w.lane)
	}
	if want := []int64{u.id, u.id, u.id + 5<<33}; !slices.Equal(lanes, want) {
		t.Errorf("lanes = %v, want %v: messages and edits by chat, the block apart", lanes, want)
	}
}
