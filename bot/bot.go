// Package bot is the Telegram door: updates in, dialogues, messages out. It knows the
// Bot API, who sits in a chat and which button leads where; what a receipt is worth and
// who may do what it leaves to program.
//
// An update is stored in an inbox before Telegram is told that it arrived, and is
// handled after, in order for each person and for many people at once. A handler may
// run twice for one update (a kill between its work and the mark), so it hands
// Talk.Ref on as the key of whatever it does.
//
// # Writing a dialogue
//
// A dialogue is a file with its handlers and one function that adds them to the Routes:
//
//	func shops(r *Routes) {
//		r.Command("shops", listShops)
//		r.Key("key_shops", listShops)
//		r.Action("shops", turnShops) // buttons: Action("shops").Token(page)
//	}
//
//	func turnShops(ctx context.Context, t *Talk) error {
//		page, err := …(ctx, t.DB, t.Params.Int(0))
//		if err != nil {
//			return err
//		}
//		return t.EditOrSay(ctx, "shops_page", texts.Data{"List": …}, shopsKeyboard(t.P, page))
//	}
//
// A handler's error is logged, tried again and in the end told to the person in general
// words; what a person can mend, the handler says itself and returns nil. Navigation
// edits the tapped message (EditOrSay), points and money get a new one (Say). A dialogue
// of several steps is a flow: OpenFlow, Routes.Flow, LeaveFlow, and FlowToken with
// Routes.FlowAction for its buttons. Conversations in testdata/*.chat prove it.
package bot

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"kopilka/notify"
	"kopilka/program"
	"kopilka/texts"

	tg "github.com/go-telegram/bot"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Deps are what dialogues work with; a Talk has them too.
type Deps struct {
	DB      *pgxpool.Pool
	Client  *Client
	Texts   *texts.Bundle
	Program *program.Program
	// Notify runs broadcasts; its channel is NewChannel of the same Sender.
	Notify *notify.Notify
	// Sender sends for the whole process; nil means a new one.
	Sender *Sender
	// Print reads the print of a picture without a QR code; nil means that nobody does.
	Print PrintReader
	Log   *slog.Logger
	// Now is the one clock; nil means the machine's.
	Now func() time.Time
}

// Options say how updates come. The zero value polls.
type Options struct {
	// WebhookURL is the public https address under which Webhook is mounted; empty
	// means polling.
	WebhookURL string
	// WebhookSecret is what Telegram must show: 1 to 256 of A-Z a-z 0-9 _ -.
	WebhookSecret string
	// Username is the bot's name for links, without @; empty means Telegram is asked.
	Username string
	// OnUpdate, if set, is told of each new update, for metrics; known is false for a
	// kind that the bot does not handle.
	OnUpdate func(kind string, known bool)
}

// Bot is the running door.
type Bot struct {
	Deps

	client   *Client
	db       *pgxpool.Pool
	texts    *texts.Bundle
	log      *slog.Logger
	now      func() time.Time
	opts     Options
	onUpdate func(kind string, known bool)

	routes   *Routes
	labels   map[string]Handler // the reply keyboard's labels in every language
	inbox    inbox
	taps     taps
	username atomic.Value // string
	up       atomic.Bool  // the last word from Telegram was a good one

	woken      chan struct{}
	quit       chan struct{} // closed when Run ends
	background sync.WaitGroup

	// seams for tests
	backoff      func(attempts int) time.Duration
	drainTime    time.Duration
	leaseTime    time.Duration
	pollWait     time.Duration
	readingAfter time.Duration
}

// New returns a bot with its routes. Telegram is not called before Run.
func New(deps Deps, routes *Routes, opts Options) (*Bot, error) {
	if opts.WebhookURL != "" && opts.WebhookSecret == "" {
		return nil, errors.New("a webhook needs a secret")
	}
	if err := routes.check(); err != nil {
		return nil, err
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	b := &Bot{
		Deps: deps, client: deps.Client, db: deps.DB, texts: deps.Texts, log: deps.Log, now: deps.Now,
		opts: opts, onUpdate: opts.OnUpdate, routes: routes, labels: routes.labelsIn(deps.Texts),
		inbox: inbox{deps.DB, deps.Client.ID()},
		woken: make(chan struct{}, 1), quit: make(chan struct{}),
		backoff: backoff, drainTime: drainTime, leaseTime: leaseTime, pollWait: pollWait, readingAfter: readingAfter,
	}
	if b.Sender == nil {
		b.Sender = NewSender(deps.DB, deps.Client, deps.Log, deps.Now)
	}
	b.username.Store(opts.Username)
	return b, nil
}

// Run receives and handles updates until ctx ends, then lets begun handlers finish. A
// bot runs once. In webhook mode every replica must Run too: one of them dispatches.
func (b *Bot) Run(ctx context.Context) error {
	defer b.background.Wait()
	defer close(b.quit)
	if err := b.Sender.resume(ctx); err != nil {
		b.log.Warn("pauses of the sender not read", "err", err)
	}
	l := newLease(b.db, b.client.ID(), b.log)
	l.time = b.leaseTime
	l.while(ctx, b.lead)
	return nil
}

// lead is the work of the one replica that has the lease.
func (b *Bot) lead(ctx context.Context) {
	var work sync.WaitGroup
	work.Go(func() { b.introduce(ctx) })
	work.Go(func() { b.tidy(ctx) })
	if b.opts.WebhookURL == "" {
		work.Go(func() { b.poll(ctx) })
	}
	b.dispatch(ctx)
	work.Wait()
}

// introduce tells Telegram where updates go, and sets what the bot says of itself and the menus; again until it works.
func (b *Bot) introduce(ctx context.Context) {
	for pause := time.Second; ctx.Err() == nil; pause = min(2*pause, time.Minute) {
		err := b.register(ctx)
		if err == nil {
			err = b.SyncAbout(ctx)
		}
		if err == nil {
			err = b.SyncMenus(ctx)
		}
		if err == nil || ctx.Err() != nil {
			return
		}
		b.log.Warn("bot not set up at Telegram", "again_in", pause, "err", err)
		wait(ctx, pause)
	}
}

func (b *Bot) register(ctx context.Context) error {
	if b.opts.WebhookURL != "" {
		_, err := b.client.API.SetWebhook(ctx, &tg.SetWebhookParams{
			URL: b.opts.WebhookURL, SecretToken: b.opts.WebhookSecret, AllowedUpdates: kinds, MaxConnections: 40})
		if err != nil {
			return Classify(err)
		}
	} else if _, err := b.client.API.DeleteWebhook(ctx, &tg.DeleteWebhookParams{}); err != nil {
		return Classify(err)
	}
	if b.Username() == "" {
		me, err := b.client.API.GetMe(ctx)
		if err != nil {
			return Classify(err)
		}
		b.username.Store(me.Username)
	}
	b.up.Store(true)
	return nil
}

// tidy forgets old updates, once an hour.
func (b *Bot) tidy(ctx context.Context) {
	for {
		if err := b.inbox.prune(ctx, b.now().Add(-keep)); err != nil && ctx.Err() == nil {
			b.log.Warn("inbox not pruned", "err", err)
		}
		if !wait(ctx, time.Hour) {
			return
		}
	}
}

// Username is the bot's name at Telegram, or "" while that is not known.
func (b *Bot) Username() string { return b.username.Load().(string) }

// DeepLink opens the bot with a payload of up to 64 of A-Z a-z 0-9 _ -.
// https://core.telegram.org/bots/features#deep-linking
func (b *Bot) DeepLink(payload string) string {
	return "https://t.me/" + b.Username() + "?start=" + payload
}

// Up reports whether Telegram answered the last time that it was asked for updates.
func (b *Bot) Up() bool { return b.up.Load() }

func (b *Bot) pollState(up bool) { b.up.Store(up) }

// wake makes the dispatcher look into the inbox now.
func (b *Bot) wake() {
	select {
	case b.woken <- struct{}{}:
	default:
	}
}

// sleep waits for d unless the bot ends first, and reports whether it did.
func (b *Bot) sleep(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-b.quit:
		return false
	}
}
