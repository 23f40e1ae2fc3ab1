package bot

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kopilka/internal/tgfake"
)

const secret = "s3cret_of-the-webhook"

func post(t *testing.T, h http.Handler, method, secret string, body io.Reader) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, "/telegram", body)
	if secret != "" {
		r.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestWebhookRefusesWhatIsNotTelegrams(t *testing.T) {
	t.Parallel()
	b := idleTestBot(t, echo())
	good := string(textUpdate(1, 7, "x"))
	for _, c := range []struct {
		name, method, secret, body string
		want                       int
	}{
		{"forged secret", "POST", "guess", good, 401},
		{"no secret", "POST", "", good, 401},
		{"secret's beginning", "POST", secret[:5], good, 401},
		{"get", "GET", secret, "", 405},
		{"not JSON", "POST", secret, "{", 400},
		{"not an object", "POST", secret, "[1]", 400},
		{"null", "POST", secret, "null", 400},
		{"no id", "POST", secret, `{"message":{}}`, 400},
		{"id of another type", "POST", secret, `{"update_id":"1"}`, 400},
		{"too large", "POST", secret, `{"update_id":1,"x":"` + strings.Repeat("a", maxUpdate) + `"}`, 413},
	} {
		if got := post(t, b.Webhook(secret), c.method, c.secret, strings.NewReader(c.body)); got.Code != c.want {
			t.Errorf("%s: answered %d, want %d", c.name, got.Code, c.want)
		}
	}
	if got := post(t, b.Webhook(""), "POST", "", strings.NewReader(good)); got.Code != 401 {
		t.Errorf("a webhook without a secret answered %d, want 401", got.Code)
	}
	if got := b.states(); len(got) != 0 {
		t.Errorf("stored %v of what was refused, want nothing", got)
	}
}

func TestUnknownKindsAreStoredSkippedAndCounted(t *testing.T) {
	t.Parallel()
	var skipped atomic.Int64
	b := newTestBot(t, echo(), func(b *Bot) {
		b.onUpdate = func(kind string, known bool) {
			if !known && kind == "chat_wish" {
				skipped.Add(1)
			}
		}
	})
	got := post(t, b.Webhook(secret), "POST", secret, strings.NewReader(`{"update_id":5,"chat_wish":{"from":{"id":7},"what":"a\u0000b"}}`))
	if got.Code != 200 {
		t.Errorf("answered %d, want 200: Telegram would send it for ever", got.Code)
	}
	if got, want := b.states(), []string{"skipped"}; !slices.Equal(got, want) {
		t.Errorf("states = %v, want %v", got, want)
	}
	if skipped.Load() != 1 {
		t.Errorf("counted %d skipped updates, want 1", skipped.Load())
	}
	h, err := ReadHealth(t.Context(), b.db, b.client.ID(), b.now())
	if err != nil || h.Skipped != 1 {
		t.Errorf("ReadHealth = %+v, %v, want one skipped", h, err)
	}
}

func TestOneUpdateSentFiftyTimesAtOnceHasOneEffect(t *testing.T) {
	t.Parallel()
	var ran atomic.Int64
	r := NewRoutes()
	r.Other(func(ctx context.Context, t *Talk) error { ran.Add(1); return nil })
	b := newTestBot(t, r)
	h := b.Webhook(secret)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if got := post(t, h, "POST", secret, bytes.NewReader(textUpdate(9, 7, "раз"))); got.Code != 200 {
				t.Errorf("answered %d, want 200", got.Code)
			}
		})
	}
	all.Wait()
	b.settled()
	post(t, h, "POST", secret, bytes.NewReader(textUpdate(9, 7, "раз")))
	b.settled()
	if ran.Load() != 1 {
		t.Errorf("the handler ran %d times, want once", ran.Load())
	}
}

func TestWithoutADatabaseTelegramKeepsTheUpdate(t *testing.T) {
	t.Parallel()
	b := newTestBot(t, echo())
	fake, db := b.tg, b.db.Config()
	if _, err := b.db.Exec(t.Context(), "ALTER TABLE bot.inbox RENAME TO inbox_away"); err != nil {
		t.Fatal(err)
	}
	got := post(t, b.Webhook(secret), "POST", secret, bytes.NewReader(textUpdate(9, 7, "раз")))
	if got.Code != 503 || got.Header().Get("Retry-After") != "5" {
		t.Errorf("answered %d with Retry-After %q, want 503 and 5", got.Code, got.Header().Get("Retry-After"))
	}
	anna := fake.User(tgfake.UserSpec{FirstName: "Анна"})
	anna.Send("не теряйся")
	time.Sleep(300 * time.Millisecond)
	if n := fake.Waiting(); n != 1 {
		t.Errorf("Telegram keeps %d updates while %s has no inbox, want 1", n, db.ConnConfig.Database)
	}
	if _, err := b.db.Exec(t.Context(), "ALTER TABLE bot.inbox_away RENAME TO inbox"); err != nil {
		t.Fatal(err)
	}
	b.settled()
	if got, want := said(anna), []string{"эхо: не теряйся"}; !slices.Equal(got, want) {
		t.Errorf("after the database came back the bot said %q, want %q", got, want)
	}
}

func TestWebhookModeHandlesWhatTelegramPosts(t *testing.T) {
	t.Parallel()
	c := &clock{at: noon}
	fake := tgfake.New(tgfake.Options{Now: c.now, AnyWebhook: true, Quiet: 40 * time.Millisecond})
	if _, err := fake.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	var door atomic.Pointer[http.Handler]
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*door.Load()).ServeHTTP(w, r) }))
	t.Cleanup(front.Close)
	b := testBotOn(t, newDB(t), fake, c, echo(), func(b *Bot) {
		b.opts.WebhookURL, b.opts.WebhookSecret = front.URL+"/telegram", secret
	})
	h := b.Webhook(secret)
	door.Store(&h)
	b.run()
	anna := fake.User(tgfake.UserSpec{FirstName: "Анна"})
	anna.Send("раз")
	anna.Send("два")
	b.settled()
	if got, want := said(anna), []string{"эхо: раз", "эхо: два"}; !slices.Equal(got, want) {
		t.Errorf("the bot said %q, want %q", got, want)
	}
}

func FuzzEnvelope(f *testing.F) {
	for _, s := range []string{`{"update_id":1,"message":{"from":{"id":7},"chat":{"id":7},"media_group_id":"\u0000"}}`,
		`{"update_id":1,"callback_query":{"id":"q","from":{"id":7},"message":{"chat":{"id":7}},"data":"v1:x"}}`,
		`{"update_id":9223372036854775807}`, `{"update_id":1,"poll":null}`, `{"update_id":1,"message":[]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := openEnvelope(body)
		if err == nil && e.ID <= 0 {
			t.Errorf("openEnvelope(%q) gave the id %d", body, e.ID)
		}
		if strings.ContainsRune(e.Album+e.Kind, 0) || len([]rune(e.Kind)) > 64 {
			t.Errorf("openEnvelope(%q) gives what a column does not take: %q, %q", body, e.Album, e.Kind)
		}
	})
}
