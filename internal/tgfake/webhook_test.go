package tgfake

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"
)

// ears is a bot behind a webhook.
type ears struct {
	mu     sync.Mutex
	heard  []string // texts and callback data, as they were taken or refused
	answer func(text string, n int) (status int, retryAfter, body string)
	secret string
	tries  map[string]int
}

func (e *ears) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var u struct {
		Message  struct{ Text string }
		Callback struct{ Data string } `json:"callback_query"`
	}
	_ = json.NewDecoder(r.Body).Decode(&u)
	text := u.Message.Text + u.Callback.Data
	e.mu.Lock()
	if e.tries == nil {
		e.tries = map[string]int{}
	}
	e.tries[text]++
	n := e.tries[text]
	e.heard = append(e.heard, text)
	e.secret = r.Header.Get("X-Telegram-Bot-Api-Secret-Token")
	e.mu.Unlock()
	status, retry, body := http.StatusOK, "", ""
	if e.answer != nil {
		status, retry, body = e.answer(text, n)
	}
	if retry != "" {
		w.Header().Set("Retry-After", retry)
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func (e *ears) all() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.heard)
}

// hooked is a server that delivers to e without real waits; it notes the waits.
func hooked(t *testing.T, e *ears) (*Server, func() []time.Duration) {
	t.Helper()
	return hookedAt(t, e, newClock())
}

// hookedAt is hooked with a clock that moves by the waits.
func hookedAt(t *testing.T, e *ears, clock *clock) (*Server, func() []time.Duration) {
	t.Helper()
	var mu sync.Mutex
	var waits []time.Duration
	s := start(t, Options{AnyWebhook: true, Now: clock.now, Sleep: func(ctx context.Context, d time.Duration) error {
		mu.Lock()
		defer mu.Unlock()
		clock.add(d)
		waits = append(waits, d)
		return ctx.Err()
	}})
	srv := httptest.NewServer(e)
	t.Cleanup(srv.Close)
	must(t, s, "setWebhook", object{"url": srv.URL, "secret_token": "s3cret-_"}, nil)
	return s, func() []time.Duration {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(waits)
	}
}

func idle(t *testing.T, s *Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := s.Idle(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestWebhookKeepsTheOrderOfAChatThroughFailures(t *testing.T) {
	t.Parallel()
	e := &ears{answer: func(text string, n int) (int, string, string) {
		if text == "b" && n < 4 {
			return http.StatusInternalServerError, "", ""
		}
		return http.StatusOK, "", ""
	}}
	s, waits := hooked(t, e)
	u := s.User(UserSpec{FirstName: "Анна"})
	for _, text := range []string{"a", "b", "c"} {
		u.Send(text)
	}
	idle(t, s)
	if got, want := e.all(), []string{"a", "b", "b", "b", "b", "c"}; !slices.Equal(got, want) {
		t.Errorf("the bot heard %q, want %q", got, want)
	}
	if got, want := waits(), []time.Duration{0, time.Second, 2 * time.Second}; !slices.Equal(got, want) {
		t.Errorf("waits = %v, want %v: the first try again is at once, then they double", got, want)
	}
	if e.secret != "s3cret-_" {
		t.Errorf("secret header = %q, want the one set", e.secret)
	}
}

func TestWebhookHonoursRetryAfterUpToAnHour(t *testing.T) {
	t.Parallel()
	e := &ears{answer: func(_ string, n int) (int, string, string) {
		return []int{503, 503, 200}[n-1], []string{"7", "9999", ""}[n-1], ""
	}}
	s, waits := hooked(t, e)
	s.User(UserSpec{FirstName: "Анна"}).Send("a")
	idle(t, s)
	if got, want := waits(), []time.Duration{7 * time.Second, time.Hour}; !slices.Equal(got, want) {
		t.Errorf("waits = %v, want %v", got, want)
	}
}

func TestABlockedChatBlocksNeitherOthersNorItsOwnTaps(t *testing.T) {
	t.Parallel()
	e := &ears{answer: func(text string, _ int) (int, string, string) {
		if text == "stuck" {
			return http.StatusInternalServerError, "", ""
		}
		return http.StatusOK, "", ""
	}}
	held := make(chan struct{})
	s := start(t, Options{AnyWebhook: true, Sleep: func(ctx context.Context, d time.Duration) error {
		select {
		case <-held:
		case <-ctx.Done():
		}
		return ctx.Err()
	}})
	srv := httptest.NewServer(e)
	t.Cleanup(srv.Close)
	anna, boris := s.User(UserSpec{FirstName: "Анна"}), s.User(UserSpec{FirstName: "Борис"})
	anna.Start("")
	must(t, s, "sendMessage", object{"chat_id": anna.ID(), "text": "?", "reply_markup": object{
		"inline_keyboard": [][]object{{{"text": "Да", "callback_data": "yes"}}}}}, nil)
	must(t, s, "setWebhook", object{"url": srv.URL, "drop_pending_updates": true}, nil)
	anna.Send("stuck")
	anna.Send("behind")
	if err := anna.Tap("Да"); err != nil {
		t.Fatal(err)
	}
	boris.Send("other")
	deadline := time.Now().Add(5 * time.Second)
	for s.Waiting() > 2 && time.Now().Before(deadline) {
		time.Sleep(5 * time.Millisecond)
	}
	got := e.all()
	if !slices.Contains(got, "yes") || !slices.Contains(got, "other") || slices.Contains(got, "behind") {
		t.Errorf("the bot heard %q, want yes and other, and not what is behind stuck", got)
	}
	var info struct {
		Pending int    `json:"pending_update_count"`
		Trouble string `json:"last_error_message"`
	}
	must(t, s, "getWebhookInfo", nil, &info)
	if info.Pending != 2 || info.Trouble != "Wrong response from the webhook: 500 Internal Server Error" {
		t.Errorf("getWebhookInfo = %+v, want 2 pending and the bot's 500", info)
	}
	close(held)
}

func TestAnAnswerMayCarryACall(t *testing.T) {
	t.Parallel()
	e := &ears{}
	s, _ := hooked(t, e)
	u := s.User(UserSpec{FirstName: "Анна"})
	e.answer = func(string, int) (int, string, string) {
		return http.StatusOK, "", fmt.Sprintf(`{"method":"sendMessage","chat_id":%d,"text":"принято"}`, u.ID())
	}
	u.Send("a")
	idle(t, s)
	if got := u.Last().Text; got != "принято" {
		t.Errorf("Last() = %q, want the message of the answer", got)
	}
}

func TestAnExpiredUpdateIsDropped(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := start(t, Options{Now: clock.now})
	u := s.User(UserSpec{FirstName: "Анна"})
	u.Start("")
	must(t, s, "sendMessage", object{"chat_id": u.ID(), "text": "?", "reply_markup": object{
		"inline_keyboard": [][]object{{{"text": "Да", "callback_data": "yes"}}}}}, nil)
	if err := u.Tap("Да"); err != nil {
		t.Fatal(err)
	}
	clock.add(151 * time.Second)
	var got []map[string]any
	must(t, s, "getUpdates", nil, &got)
	if len(got) != 1 || got[0]["message"] == nil {
		t.Errorf("after 151 s getUpdates = %v, want the message without the tap", got)
	}
	clock.add(24 * time.Hour)
	if must(t, s, "getUpdates", object{"limit": 99}, &got); len(got) != 0 {
		t.Errorf("after a day getUpdates = %v, want nothing", got)
	}
}

// clock is a clock that a test sets.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}
