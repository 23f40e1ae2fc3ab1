package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kopilka/internal/tgfake"

	"github.com/google/go-cmp/cmp"
)

// echo answers everything with its own words.
func echo() *Routes {
	r := NewRoutes()
	r.Other(func(ctx context.Context, t *Talk) error { return t.SayHTML(ctx, "эхо: "+t.Text(), nil) })
	return r
}

func TestUpdatesAreHandledAndMarked(t *testing.T) {
	t.Parallel()
	b := newTestBot(t, echo())
	anna := b.tg.User(tgfake.UserSpec{FirstName: "Анна", Lang: "ru"})
	anna.Start("")
	anna.Send("привет")
	b.settled()
	if got, want := said(anna), []string{"эхо: /start", "эхо: привет"}; !slices.Equal(got, want) {
		t.Errorf("the bot said %q, want %q", got, want)
	}
	if got, want := b.states(), []string{"done", "done"}; !slices.Equal(got, want) {
		t.Errorf("states = %v, want %v", got, want)
	}
	if v := b.tg.Violations(); len(v) > 0 {
		t.Errorf("violations: %q", v)
	}
}

func TestEachPersonKeepsTheirOrder(t *testing.T) {
	t.Parallel()
	const people, each = 12, 25
	var mu sync.Mutex
	got := map[int64][]string{}
	var at, most atomic.Int64
	r := NewRoutes()
	r.Other(func(ctx context.Context, t *Talk) error {
		most.Store(max(most.Load(), at.Add(1)))
		defer at.Add(-1)
		time.Sleep(time.Duration(t.updates[0]%3) * time.Millisecond)
		mu.Lock()
		defer mu.Unlock()
		got[t.Person] = append(got[t.Person], t.Text())
		return nil
	})
	b := newTestBot(t, r)
	var users []*tgfake.User
	for i := range people {
		users = append(users, b.tg.User(tgfake.UserSpec{FirstName: fmt.Sprint("u", i)}))
	}
	var want []string
	for n := range each {
		want = append(want, fmt.Sprint("m", n))
		for _, u := range users {
			u.Send(want[n])
		}
	}
	b.settled()
	for _, u := range users {
		if d := cmp.Diff(want, got[u.ID()]); d != "" {
			t.Errorf("messages of %s (-sent +handled):\n%s", u.Name(), d)
		}
	}
	if most.Load() < 2 {
		t.Error("people were served one after another, want many at once")
	}
}

func TestAnUpdateThatFailsIsTriedAgainAndThenGivenUp(t *testing.T) {
	t.Parallel()
	var tries atomic.Int64
	r := NewRoutes()
	r.Other(func(ctx context.Context, t *Talk) error {
		switch t.Text() {
		case "дурное":
			tries.Add(1)
			return errors.New("no way\x00\xff") // no column takes these two
		case "паника":
			panic("at the disco")
		}
		return t.SayHTML(ctx, t.Text(), nil)
	})
	b := newTestBot(t, r)
	anna := b.tg.User(tgfake.UserSpec{FirstName: "Анна", Lang: "ru"})
	boris := b.tg.User(tgfake.UserSpec{FirstName: "Борис", Lang: "uk"})
	for _, text := range []string{"дурное", "второе"} {
		anna.Send(text)
	}
	for _, text := range []string{"паника", "третье"} {
		boris.Send(text)
	}
	b.settled()
	if tries.Load() != maxAttempts {
		t.Errorf("the failing update was tried %d times, want %d", tries.Load(), maxAttempts)
	}
	if got, want := b.states(), []string{"dead", "done", "dead", "done"}; !slices.Equal(got, want) {
		t.Errorf("states = %v, want %v", got, want)
	}
	for _, c := range []struct {
		u           *tgfake.User
		lang, after string
	}{{anna, "ru", "второе"}, {boris, "uk", "третье"}} {
		want := []string{b.Texts.In(c.lang).Plain("something_wrong"), c.after}
		if got := said(c.u); !slices.Equal(got, want) {
			t.Errorf("%s was told %q, want %q", c.u.Name(), got, want)
		}
	}
	for _, reason := range []string{"no way", "at the disco"} {
		if text := b.inboxText(); !strings.Contains(text, reason) {
			t.Errorf("the dead letters do not say %q:\n%s", reason, text)
		}
	}
}

func TestAFailingPersonHoldsUpNobodyElse(t *testing.T) {
	t.Parallel()
	r := NewRoutes()
	r.Other(func(ctx context.Context, t *Talk) error {
		if t.Text() == "дурное" {
			return errors.New("not yet")
		}
		return t.SayHTML(ctx, t.Text(), nil)
	})
	b := newTestBot(t, r, func(b *Bot) { b.backoff = backoff })
	anna, boris := b.tg.User(tgfake.UserSpec{FirstName: "Анна"}), b.tg.User(tgfake.UserSpec{FirstName: "Борис"})
	anna.Send("дурное")
	anna.Send("за ним")
	boris.Send("раз")
	eventually(t, "the other person is answered", func() bool { return len(said(boris)) == 1 })
	if got := said(anna); len(got) != 0 {
		t.Errorf("a later update overtook one that waits: %q", got)
	}
	for range maxAttempts {
		b.clock.advance(time.Minute)
		time.Sleep(2 * look)
	}
	b.settled()
	if got := said(anna); len(got) != 2 || got[1] != "за ним" {
		t.Errorf("after the dead letter the bot said %q, want the apology and then %q", got, "за ним")
	}
}

func TestAnUpdateOfAnUnknownShapeSpoilsOnlyItself(t *testing.T) {
	t.Parallel()
	b := newTestBot(t, echo())
	anna := b.tg.User(tgfake.UserSpec{FirstName: "Анна", Lang: "ru"})
	anna.Start("")
	b.settled()
	// The library refuses an origin of a type that it does not know.
	odd := fmt.Sprintf(`{"message_id":900,"date":1,"from":{"id":%[1]d,"first_name":"A","language_code":"en"},
		"chat":{"id":%[1]d,"type":"private"},"text":"?","forward_origin":{"type":"from_the_future","date":1}}`, anna.ID())
	b.tg.Inject("message", json.RawMessage(odd))
	anna.Send("дальше")
	b.settled()
	if got, want := b.states(), []string{"done", "dead", "done"}; !slices.Equal(got, want) {
		t.Errorf("states = %v, want %v: %s", got, want, b.inboxText())
	}
	if got, want := said(anna)[1:], []string{b.Texts.In("en").Plain("something_wrong"), "эхо: дальше"}; !slices.Equal(got, want) {
		t.Errorf("the bot said %q, want %q", got, want)
	}
}

func TestAnUpdateThatKillsTheProcessIsGivenUp(t *testing.T) {
	t.Parallel()
	b := idleTestBot(t, echo())
	anna := b.tg.User(tgfake.UserSpec{FirstName: "Анна"})
	// As many starts as attempts have ended in the middle of it.
	b.put(t, anna, 1, "смертельное")
	for range maxAttempts {
		if it, err := b.inbox.claim(t.Context(), anna.ID(), b.now()); err != nil || it == nil {
			t.Fatalf("claim = %v, %v, want the update", it, err)
		}
	}
	b.put(t, anna, 2, "живое")
	b.run()
	b.settled()
	if got, want := b.states(), []string{"dead", "done"}; !slices.Equal(got, want) {
		t.Errorf("states = %v, want %v", got, want)
	}
}

// put stores a text message as if it had come from Telegram.
func (b *testBot) put(t *testing.T, u *tgfake.User, update int64, text string) {
	t.Helper()
	if err := b.receive(t.Context(), textUpdate(update, u.ID(), text)); err != nil {
		t.Fatal(err)
	}
}

func textUpdate(update, person int64, text string) []byte {
	return fmt.Appendf(nil, `{"update_id":%d,"message":{"message_id":%d,"date":1,"from":{"id":%[3]d,"first_name":"A"},
		"chat":{"id":%[3]d,"type":"private"},"text":%[4]q}}`, update, update, person, text)
}
