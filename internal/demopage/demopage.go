// Package demopage is the web page of the demo: the chats of a few simulated
// people with the bot, side by side, each behaving like Telegram's own client,
// and a tray of sample receipts to send with one click.
//
// It knows the simulated Telegram and how to draw a chat. It knows nothing of
// points, of receipts or of what the bot will say. The page's own few words
// are in assets/words.json; everything else on it comes from the bot.
package demopage

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"kopilka/internal/tgfake"
)

// Options configure a Page.
type Options struct {
	// Telegram is the simulated Telegram in which the people and the bot are.
	Telegram *tgfake.Server
	// BotName stands above each chat; "" is "Kopilka".
	BotName string
	// Chats are drawn from left to right. The tray of samples stands beside
	// the first.
	Chats []Chat
	// Samples are the pictures in the tray.
	Samples []Sample
	// Log gets what went wrong; nil is silence.
	Log *slog.Logger
}

// Chat is one person's chat with the bot.
type Chat struct {
	// Key names the chat in addresses. For shopper, cashier and admin the
	// page knows the word in its languages.
	Key string
	// Title is the person's role, shown when the page has no word for Key.
	Title string
	// Subtitle stands under the role; "" is the person's name.
	Subtitle string
	User     *tgfake.User
}

// Sample is a picture that is sent with one click.
type Sample struct {
	// Name is the picture's name in its address, without an extension.
	Name string
	// Captions stand under the thumbnail, by the page's language.
	Captions map[string]string
	// Text is the text of the picture's QR, offered for typing; "" is none.
	Text string
	// NoQR marks a picture whose QR is torn off.
	NoQR bool
	// JPEG draws the picture. It is called once, when somebody first looks.
	JPEG func() ([]byte, error)
}

// Page is the page and its API. Close it to let go of the chats.
type Page struct {
	telegram *tgfake.Server
	botName  string
	chats    []*Chat
	journal  *journal
	samples  []*sample
	log      *slog.Logger
	handler  http.Handler

	ctx    context.Context
	cancel context.CancelFunc
	work   sync.WaitGroup
}

// New makes the page and begins to follow its chats.
func New(o Options) *Page {
	p := &Page{telegram: o.Telegram, botName: o.BotName, log: o.Log}
	if p.botName == "" {
		p.botName = "Kopilka"
	}
	if p.log == nil {
		p.log = slog.New(slog.DiscardHandler)
	}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.journal = newJournal(time.Now())
	for _, c := range o.Chats {
		p.follow(&c)
	}
	for _, s := range o.Samples {
		p.samples = append(p.samples, &sample{Sample: s, jpeg: sync.OnceValues(s.JPEG)})
	}
	p.handler = guarded(p.routes())
	return p
}

func (p *Page) follow(c *Chat) {
	p.chats = append(p.chats, c)
	seen, stop := p.telegram.Watch(c.User)
	p.work.Go(func() { p.journal.follow(p.ctx, p.telegram, c, seen, stop) })
}

// ServeHTTP serves the page, its API and its pictures.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.handler.ServeHTTP(w, r) }

// Close ends the streams of events and stops following the chats.
func (p *Page) Close() {
	p.cancel()
	p.work.Wait()
}

func (p *Page) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", asset("index.html"))
	mux.Handle("GET /static/{name}", http.HandlerFunc(serveAsset))
	mux.Handle("GET /api/page", p.answer(p.describe))
	mux.Handle("GET /api/events", p.answer(p.streamAll))
	mux.Handle("GET /api/chats/{key}/events", p.answer(p.streamOne))
	mux.Handle("POST /api/chats/{key}/start", p.action(p.start))
	mux.Handle("POST /api/chats/{key}/text", p.action(p.text))
	mux.Handle("POST /api/chats/{key}/tap", p.action(p.tap))
	mux.Handle("POST /api/chats/{key}/contact", p.action(p.contact))
	mux.Handle("POST /api/chats/{key}/photo", p.action(p.photo))
	mux.Handle("POST /api/chats/{key}/file", p.action(p.file))
	mux.Handle("POST /api/chats/{key}/album", p.action(p.album))
	mux.Handle("POST /api/chats/{key}/sample", p.action(p.sample))
	mux.Handle("GET /files/{id}", p.answer(p.serveFile))
	mux.Handle("GET /samples/{name}", p.answer(p.serveSample))
	return mux
}

// policy lets the page use its own files and nothing else: what a bot says can
// neither run nor call out.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// guarded sets the headers of every answer and refuses what other sites' pages
// post here.
func guarded(next http.Handler) http.Handler {
	next = http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}
