// Package tgfake is a Bot API server for tests and for the demo: it stands in
// for api.telegram.org, keeps the rules and the error strings of the real
// server (https://core.telegram.org/bots/api,
// https://github.com/tdlib/telegram-bot-api), and simulates the people who
// write to the bot.
//
// It knows Telegram. It knows nothing of points, receipts or of the bot that
// talks to it; all of its state is in memory.
package tgfake

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options configure a Server. The zero value works.
type Options struct {
	// Token is the bot's token; "" is a token fit for tests.
	Token string
	// Username is the bot's username; "" is "kopilka_bot".
	Username string
	// Name is the bot's first name; "" is "Kopilka".
	Name string
	// Now gives the date of messages and the age of updates; nil is time.Now.
	Now func() time.Time
	// Sleep waits for d or until ctx ends: webhook retries and delayed
	// conflicts use it. Nil really waits.
	Sleep func(ctx context.Context, d time.Duration) error
	// Limits turns on flood control: 429 by chat, by group and overall.
	Limits bool
	// AnyWebhook allows webhooks over plain HTTP, on any port and to this
	// very machine, all of which Telegram refuses.
	AnyWebhook bool
	// Quiet is how long no call may arrive before Idle returns; 0 is 100 ms.
	Quiet time.Duration
	// Log gets each refused call; nil is silence.
	Log *slog.Logger
}

// Server is a simulated Telegram with one bot. It is an http.Handler of the
// Bot API: mount it anywhere, or let Start listen on the loopback.
type Server struct {
	opts  Options
	botID int64
	epoch int64 // makes ids of different runs differ
	table map[string]method

	ctx    context.Context
	cancel context.CancelFunc
	work   sync.WaitGroup
	http   *http.Server
	url    string

	mu        sync.Mutex
	changed   chan struct{} // closed and replaced at each change
	serial    int64         // last number given to a file, callback or album
	chats     map[int64]*chat
	users     map[int64]*User
	files     map[string]*file
	links     map[string]link
	callbacks map[string]*callback
	queue     updates
	hook      *webhook
	hookError hookError
	menus     []menu
	profile   map[string]map[string]string // field → language → text
	buttons   map[int64]any                // chat → menu button
	faults    []*Fault
	lanes     map[string]*lane
	calls     []Call
	lastCall  time.Time // by the wall clock: Idle measures real quiet
	running   int
	broken    []string
	watchers  map[int64]map[*watcher]bool
}

// New makes a server. It does not listen yet: see Start.
func New(o Options) *Server {
	o = o.withDefaults()
	ctx, cancel := context.WithCancel(context.Background())
	id, _, _ := strings.Cut(o.Token, ":")
	botID, _ := strconv.ParseInt(id, 10, 64)
	s := &Server{
		opts: o, botID: botID, epoch: o.Now().Unix(),
		ctx: ctx, cancel: cancel,
		changed:   make(chan struct{}),
		chats:     map[int64]*chat{},
		users:     map[int64]*User{},
		files:     map[string]*file{},
		links:     map[string]link{},
		callbacks: map[string]*callback{},
		profile:   map[string]map[string]string{},
		buttons:   map[int64]any{},
		lanes:     map[string]*lane{},
		watchers:  map[int64]map[*watcher]bool{},
	}
	// Update ids of a new run must not repeat those of the run before: a bot
	// that remembers ids would take the new updates for old ones.
	s.queue = newUpdates(int(s.epoch % 1_000_000_000))
	s.table = s.methods()
	return s
}

func (o Options) withDefaults() Options {
	if o.Token == "" {
		o.Token = "7000000001:AAtgfake-token-of-no-real-bot-0000000"
	}
	if o.Username == "" {
		o.Username = "kopilka_bot"
	}
	if o.Name == "" {
		o.Name = "Kopilka"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.Quiet == 0 {
		o.Quiet = 100 * time.Millisecond
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Start listens on a free port of the loopback and serves until Close. It
// returns the base URL to give to the bot.
func (s *Server) Start() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("listen for the simulated Bot API: %w", err)
	}
	s.url = "http://" + l.Addr().String()
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	s.work.Go(func() { _ = s.http.Serve(l) }) // returns when Close closes it
	return s.url, nil
}

// URL is the base URL after Start.
func (s *Server) URL() string { return s.url }

// Token is the bot's token.
func (s *Server) Token() string { return s.opts.Token }

// Username is the bot's username, without the @.
func (s *Server) Username() string { return s.opts.Username }

// Close stops polls, webhook deliveries and the listener, and waits for them.
func (s *Server) Close() {
	s.mu.Lock() // no delivery may start between the end and the wait for the others
	s.cancel()
	s.mu.Unlock()
	if s.http != nil {
		_ = s.http.Close()
	}
	s.work.Wait()
}

// wake tells everybody who waits that something changed. s.mu is held.
func (s *Server) wake() {
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *Server) now() time.Time { return s.opts.Now() }

// next numbers files, callbacks and albums. s.mu is held.
func (s *Server) next() int64 {
	s.serial++
	return s.serial
}

func (s *Server) bot() peer {
	return peer{ID: s.botID, IsBot: true, FirstName: s.opts.Name, Username: s.opts.Username}
}
