package bot

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"kopilka/internal/postgrestest"
	"kopilka/internal/tgfake"
	"kopilka/program"
	"kopilka/texts"

	"github.com/jackc/pgx/v5/pgxpool"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

// noon is when tests begin, unless they say otherwise.
var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// clock stands still until a test moves it.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// testBot is a bot on a simulated Telegram and a database of its own.
type testBot struct {
	*Bot
	t     *testing.T
	tg    *tgfake.Server
	clock *clock
	log   *logbook
	stop  func() // ends Run as a clean stop does
	after func() // what is to be waited for when the bot itself is done; nil for nothing
}

// newTestBot runs a bot with routes until the test ends. change, if given, is applied
// before it runs.
func newTestBot(t *testing.T, routes *Routes, change ...func(*Bot)) *testBot {
	t.Helper()
	b := idleTestBot(t, routes, change...)
	b.run()
	return b
}

// idleTestBot is a bot that does not run yet.
func idleTestBot(t *testing.T, routes *Routes, change ...func(*Bot)) *testBot {
	t.Helper()
	c := &clock{at: noon}
	fake := tgfake.New(tgfake.Options{Now: c.now, Quiet: 40 * time.Millisecond})
	if _, err := fake.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	return testBotOn(t, postgrestest.New(t), fake, c, routes, change...)
}

func testBotOn(t *testing.T, db *pgxpool.Pool, fake *tgfake.Server, c *clock, routes *Routes, change ...func(*Bot)) *testBot {
	t.Helper()
	all, err := texts.Load()
	if err != nil {
		t.Fatal(err)
	}
	client, err := NewClient(ClientOptions{Token: fake.Token(), URL: fake.URL()})
	if err != nil {
		t.Fatal(err)
	}
	book := newLogbook()
	b, err := New(Deps{
		DB: db, Client: client, Texts: all, Log: book.Logger, Now: c.now,
		Program: program.New(db, program.Options{Now: c.now}),
	}, routes, Options{Username: fake.Username()})
	if err != nil {
		t.Fatal(err)
	}
	b.backoff = func(int) time.Duration { return 0 }
	b.leaseTime = 600 * time.Millisecond
	for _, f := range change {
		f(b)
	}
	tb := &testBot{Bot: b, t: t, tg: fake, clock: c, log: book, stop: func() {}}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the bot's log:\n%s", book.text())
		}
		if text := book.text(); strings.Contains(text, fake.Token()) {
			t.Errorf("the log holds the token:\n%s", text)
		}
	})
	return tb
}

func (b *testBot) run() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.Run(ctx)
	}()
	b.stop = sync.OnceFunc(func() { cancel(); <-done })
	b.t.Cleanup(b.stop)
}

// settled waits until every update is handled and the bot has said all that it had to.
func (b *testBot) settled() {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for range 2 { // the second time for what the last handler said
		if err := b.tg.Idle(ctx); err != nil {
			b.t.Fatalf("%v; inbox: %s", err, b.inboxText())
		}
		for b.waiting() > 0 {
			if !wait(ctx, 10*time.Millisecond) {
				b.t.Fatalf("updates are still in the inbox: %s", b.inboxText())
			}
		}
	}
	if b.after != nil {
		b.after()
	}
}

func (b *testBot) waiting() int64 {
	b.t.Helper()
	h, err := ReadHealth(context.Background(), b.db, b.client.ID(), b.now())
	if err != nil {
		b.t.Fatalf("%v", err)
	}
	return h.Waiting
}

func (b *testBot) inboxText() string {
	var s string
	b.db.QueryRow(context.Background(), `
		SELECT coalesce(string_agg(format('%s %s %s %s %s', update_id, kind, state, attempts, error), E'\n' ORDER BY update_id), 'empty')
		FROM bot.inbox`).Scan(&s)
	return s
}

// states lists the states of the inbox in the order of the updates.
func (b *testBot) states() []string {
	b.t.Helper()
	var s []string
	err := b.db.QueryRow(context.Background(), `
		SELECT coalesce(array_agg(state ORDER BY update_id), '{}') FROM bot.inbox WHERE bot_id = $1`, b.client.ID()).Scan(&s)
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

// eventually waits for what a test expects of the running bot.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not in 20 s: %s", what)
		}
	}
}

// texts of the bot's messages to u.
func said(u *tgfake.User) []string {
	var out []string
	for _, m := range u.Messages() {
		if m.FromBot {
			out = append(out, m.Text)
		}
	}
	return out
}
