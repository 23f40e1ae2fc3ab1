package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"kopilka/bot"
	"kopilka/internal/jobs"
	"kopilka/notify"
	"kopilka/program"
	"kopilka/receipts"
	"kopilka/receipts/ocr"
	"kopilka/texts"
	"kopilka/webhooks"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"
)

// plan is what a house is built from.
type plan struct {
	db       *pgxpool.Pool
	log      *slog.Logger
	telegram bot.ClientOptions // an empty Token builds a house without the chat
	username string            // of the bot, if it is known
	public   string            // the address that the world sees; empty means polling
	listen   string
	ops      string // "" is no operations' address
	proxied  bool
	loopback bool // outgoing webhooks may go to this machine
	seal     *webhooks.Seal
	// pages are added to the HTTP side, by pattern.
	pages map[string]http.Handler
}

// house is the running product.
type house struct {
	plan
	program *program.Program
	bot     *bot.Bot
	notify  *notify.Notify
	jobs    *jobs.Client
	reader  *ocr.Reader
	http    *http.Server
	ops     *http.Server
}

// build wires the product. Nothing runs and nothing outside is called before live.
func build(p plan) (*house, error) {
	h := &house{plan: p}
	words, err := texts.Load()
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program to read print with: %w", err)
	}
	h.program = program.New(p.db, program.Options{})
	h.reader = ocr.New(ocr.Options{Command: []string{self, "ocr-child"}, Log: p.log})
	registry := prometheus.NewRegistry()

	enqueuer, err := jobs.New(p.db, nil, p.log)
	if err != nil {
		return nil, err
	}
	hooks := webhooks.NewHooks(webhooks.HooksOptions{DB: p.db, Jobs: enqueuer, AllowLoopback: p.loopback, Seal: p.seal, Log: p.log})
	set := jobs.NewSet()
	work(set, h.program)
	hooks.Work(set)
	if h.jobs, err = jobs.New(p.db, set, p.log); err != nil {
		return nil, err
	}

	deps := webhooks.Deps{Program: h.program, DB: p.db, Log: p.log, Metrics: registry, TrustProxy: p.proxied, PublicURL: p.public, Telegram: h.telegramState}
	mux := http.NewServeMux()
	mux.Handle("/", webhooks.New(deps))
	voice := notify.Options{DB: p.db, Program: h.program, Texts: words, Log: p.log, Sinks: []notify.Sink{hooks}}
	if p.telegram.Token == "" {
		h.notify = notify.New(voice)
	} else if err := h.openChat(voice, registry, mux); err != nil {
		return nil, err
	}
	waiting := &figures{db: p.db, log: p.log}
	if h.bot != nil {
		waiting.botID = h.bot.Client.ID()
	}
	registry.MustRegister(waiting)
	for pattern, page := range p.pages {
		mux.Handle(pattern, page)
	}
	h.http = server(p.listen, mux)
	if p.ops != "" {
		h.ops = server(p.ops, webhooks.Ops(deps))
	}
	return h, nil
}

// openChat adds the Telegram door and gives the voice its channel.
func (h *house) openChat(voice notify.Options, registry *prometheus.Registry, mux *http.ServeMux) error {
	client, err := bot.NewClient(h.telegram)
	if err != nil {
		return err
	}
	updates := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kopilka_telegram_updates_total", Help: "Updates received, by kind; known is false for kinds that are skipped."}, []string{"kind", "known"})
	registry.MustRegister(updates)
	opts := bot.Options{Username: h.username, OnUpdate: func(kind string, known bool) {
		updates.WithLabelValues(kind, fmt.Sprint(known)).Inc()
	}}
	if h.public != "" {
		opts.WebhookURL = strings.TrimSuffix(h.public, "/") + "/telegram"
		opts.WebhookSecret = webhookSecret(h.telegram.Token)
	}
	sender := bot.NewSender(h.db, client, h.log, time.Now)
	voice.Channel = bot.NewChannel(sender, voice.Texts)
	h.notify = notify.New(voice)
	d := bot.Deps{DB: h.db, Client: client, Sender: sender, Texts: voice.Texts, Program: h.program, Notify: h.notify, Print: h.print, Log: h.log}
	if h.bot, err = bot.New(d, bot.Dialogues(), opts); err != nil {
		return err
	}
	if opts.WebhookURL != "" {
		mux.Handle("/telegram", h.bot.Webhook(opts.WebhookSecret))
	}
	return nil
}

// webhookSecret is what Telegram has to show. It follows from the token, so that all
// replicas agree without telling each other, and does not tell the token.
func webhookSecret(token string) string {
	sum := sha256.Sum256([]byte("kopilka webhook " + token))
	return hex.EncodeToString(sum[:])
}

func (h *house) print(ctx context.Context, picture []byte, country string) (receipts.Receipt, bool, error) {
	return print(ctx, h.reader, picture, country)
}

func (h *house) telegramState() string {
	switch {
	case h.bot == nil:
		return "not configured"
	case h.bot.Up():
		return "ok"
	}
	return "unreachable"
}

// live runs the house until ctx ends, then lets what has begun finish. Each part of it
// goes on when another's outside world is away.
func (h *house) live(ctx context.Context) error {
	defer h.reader.Close()
	if err := h.jobs.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start background jobs: %w", err)
	}
	g, ctx := errgroup.WithContext(ctx)
	for _, s := range []*http.Server{h.http, h.ops} {
		if s != nil {
			g.Go(func() error { return listen(ctx, s, h.log) })
		}
	}
	g.Go(func() error { return h.notify.Run(ctx) })
	if h.bot != nil {
		g.Go(func() error { return h.bot.Run(ctx) })
	}
	g.Go(func() error {
		<-ctx.Done()
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
		defer cancel()
		return h.jobs.Stop(stop)
	})
	return g.Wait()
}

// server bounds what a slow or hostile caller can hold.
func server(addr string, h http.Handler) *http.Server {
	return &http.Server{Addr: addr, Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
}

func listen(ctx context.Context, s *http.Server, log *slog.Logger) error {
	l, err := net.Listen("tcp", s.Addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", s.Addr, err)
	}
	log.Info("listening", "address", l.Addr().String())
	stopped := context.AfterFunc(ctx, func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if s.Shutdown(end) != nil {
			s.Close()
		}
	})
	defer stopped()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
