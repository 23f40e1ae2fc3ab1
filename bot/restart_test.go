package bot

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kopilka/internal/postgrestest"
	"kopilka/internal/tgfake"

	"github.com/jackc/pgx/v5/pgxpool"
)

func newDB(t *testing.T) *pgxpool.Pool { return postgrestest.New(t) }

// A process that is killed neither marks what it had in hand nor gives the lease back.
func TestTheNextStartContinuesWhereAKilledOneStopped(t *testing.T) {
	t.Parallel()
	b := idleTestBot(t, echo())
	anna := b.tg.User(tgfake.UserSpec{FirstName: "Анна"})
	anna.Start("") // comes last: its number is larger
	b.put(t, anna, 1, "в руках")
	b.put(t, anna, 2, "в очереди")
	dead := newLease(b.db, b.client.ID(), b.Bot.log)
	dead.time = 2 * time.Second
	if held, err := dead.take(t.Context()); err != nil || !held {
		t.Fatalf("take = %v, %v, want the lease", held, err)
	}
	if it, err := b.inbox.claim(t.Context(), anna.ID(), b.now()); err != nil || it.IDs[0] != 1 {
		t.Fatalf("claim = %+v, %v, want update 1", it, err)
	}
	b.run()
	time.Sleep(500 * time.Millisecond)
	if got := said(anna); len(got) != 0 {
		t.Errorf("a second process worked while the first one's lease ran: it said %q", got)
	}
	b.settled()
	if got, want := said(anna), []string{"эхо: в руках", "эхо: в очереди", "эхо: /start"}; !slices.Equal(got, want) {
		t.Errorf("the bot said %q, want %q", got, want)
	}
}

func TestAStopWaitsForTheHandlersThatHaveBegun(t *testing.T) {
	t.Parallel()
	began, finish := make(chan struct{}), make(chan struct{})
	var ended atomic.Bool
	r := NewRoutes()
	r.Other(func(ctx context.Context, t *Talk) error {
		close(began)
		<-finish
		ended.Store(ctx.Err() == nil)
		return nil
	})
	b := newTestBot(t, r)
	anna := b.tg.User(tgfake.UserSpec{FirstName: "Анна"})
	anna.Send("раз")
	anna.Send("два")
	<-began
	stopped := make(chan struct{})
	go func() { b.stop(); close(stopped) }()
	time.Sleep(100 * time.Millisecond)
	close(finish)
	<-stopped
	if !ended.Load() {
		t.Error("a stop cut off a handler that had begun")
	}
	if got, want := b.states(), []string{"done", "new"}; !slices.Equal(got, want) {
		t.Errorf("states after the stop = %v, want %v", got, want)
	}
}

func TestAHandlerThatOutlivesTheDrainIsRunAgainByTheNextStart(t *testing.T) {
	t.Parallel()
	var runs atomic.Int64
	r := NewRoutes()
	r.Other(func(ctx context.Context, t *Talk) error {
		if runs.Add(1) == 1 {
			<-ctx.Done()
			return ctx.Err()
		}
		return t.SayHTML(ctx, "готово", nil)
	})
	b := newTestBot(t, r, func(b *Bot) { b.drainTime = 50 * time.Millisecond })
	anna := b.tg.User(tgfake.UserSpec{FirstName: "Анна"})
	anna.Send("долгое")
	eventually(t, "the handler begins", func() bool { return runs.Load() == 1 })
	b.stop()
	next := testBotOn(t, b.db, b.tg, b.clock, r)
	next.run()
	b.clock.advance(time.Minute)
	next.settled()
	if got, want := said(anna), []string{"готово"}; !slices.Equal(got, want) {
		t.Errorf("the next start said %q, want %q", got, want)
	}
}

func TestOnlyOneReplicaDispatches(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var order []string
	r := NewRoutes()
	r.Other(func(ctx context.Context, t *Talk) error {
		time.Sleep(time.Millisecond)
		mu.Lock()
		defer mu.Unlock()
		order = append(order, t.Text())
		return nil
	})
	a := newTestBot(t, r)
	second := testBotOn(t, a.db, a.tg, a.clock, r)
	second.run()
	anna := a.tg.User(tgfake.UserSpec{FirstName: "Анна"})
	var want []string
	for i := range 40 {
		want = append(want, string(rune('а'+i%32)))
		anna.Send(want[i])
		if i == 20 {
			a.settled()
			go a.stop() // the other replica takes over in the middle
		}
	}
	second.settled()
	mu.Lock()
	defer mu.Unlock()
	if !slices.Equal(order, want) {
		t.Errorf("two replicas handled %q, want %q", order, want)
	}
}

func TestTelegramAwayForAWhileLosesNoAnswer(t *testing.T) {
	t.Parallel()
	b := newTestBot(t, echo())
	anna := b.tg.User(tgfake.UserSpec{FirstName: "Анна"})
	b.tg.Fail(tgfake.Fault{Method: "sendMessage", HTML502: true})
	anna.Send("раз")
	for range 2 * maxAttempts {
		b.clock.advance(time.Minute)
		time.Sleep(look)
	}
	if got := b.states(); !slices.Equal(got, []string{"new"}) {
		t.Errorf("states while Telegram is away = %v, want the update still open", got)
	}
	b.tg.Mend()
	b.clock.advance(time.Minute)
	b.settled()
	if got, want := said(anna), []string{"эхо: раз"}; !slices.Equal(got, want) {
		t.Errorf("the bot said %q, want %q", got, want)
	}
}
