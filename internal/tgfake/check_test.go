package tgfake

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestFaultsComeAsInTheWorld(t *testing.T) {
	t.Parallel()
	s := start(t, Options{})
	u := s.User(UserSpec{FirstName: "Анна"})
	u.Start("")
	message := object{"chat_id": u.ID(), "text": "x"}
	s.Fail(Fault{Method: "sendMessage", Times: 1, RetryAfter: 17})
	s.Fail(Fault{Method: "sendmessage", Times: 1, Status: 403, Description: "bot was blocked by the user"})
	got := ask(t, s, "sendMessage", message)
	if got.Code != 429 || got.Description != "Too Many Requests: retry after 17" || got.Parameters.RetryAfter != 17 || got.Header.Get("Retry-After") != "17" {
		t.Errorf("flood = %+v, want 429 with retry_after and Retry-After of 17", got)
	}
	if got := ask(t, s, "sendMessage", message); got.Description != "Forbidden: bot was blocked by the user" {
		t.Errorf("the second fault = %q", got.Description)
	}
	s.Fail(Fault{Method: "sendMessage", Times: 1, HTML502: true})
	resp, err := http.Get(s.URL() + "/bot" + s.Token() + "/sendMessage?chat_id=1&text=x")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, _ := io.ReadAll(resp.Body); resp.StatusCode != 502 || !strings.Contains(string(body), "<h1>502 Bad Gateway</h1>") {
		t.Errorf("gateway trouble = %d %q, want a page", resp.StatusCode, body)
	}
	if got := ask(t, s, "sendMessage", message); !got.OK {
		t.Errorf("after the faults sendMessage = %q, want it to pass", got.Description)
	}
}

func TestACutAnswerMayHideADelivery(t *testing.T) {
	t.Parallel()
	s := start(t, Options{})
	u := s.User(UserSpec{FirstName: "Анна"})
	u.Start("")
	for _, f := range []Fault{{CutAfterDelivery: true, Times: 1}, {Timeout: time.Millisecond, Times: 1}} {
		s.Fail(f)
		resp, err := http.Post(s.URL()+"/bot"+s.Token()+"/sendMessage", "application/json", strings.NewReader(`{"chat_id":1001,"text":"x"}`))
		if err == nil {
			resp.Body.Close()
			t.Errorf("%+v answered %s, want a cut connection", f, resp.Status)
		}
	}
	if got := len(u.Messages()); got != 2 {
		t.Errorf("%d messages, want /start and the one that was delivered before the cut", got)
	}
}

func TestFloodControl(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := start(t, Options{Now: clock.now, Limits: true})
	u := s.User(UserSpec{FirstName: "Анна"})
	u.Start("")
	message := object{"chat_id": u.ID(), "text": "x"}
	for range chatRoom {
		must(t, s, "sendMessage", message, nil)
	}
	if got := ask(t, s, "sendMessage", message); got.Code != 429 || got.Parameters.RetryAfter != 1 {
		t.Fatalf("message %d at once = %d %q, want 429 with 1 s", chatRoom+1, got.Code, got.Description)
	}
	if got := s.Violations(); len(got) != 0 {
		t.Errorf("Violations() = %q: meeting a 429 is none", got)
	}
	clock.add(time.Second)
	must(t, s, "sendMessage", message, nil)
	ask(t, s, "sendMessage", message)
	ask(t, s, "sendMessage", message) // was on its way already
	if got := s.Violations(); len(got) != 0 {
		t.Errorf("Violations() = %q: calls in flight are none", got)
	}
	clock.add(600 * time.Millisecond)
	ask(t, s, "sendMessage", message)
	if got := s.Violations(); len(got) != 1 || !strings.Contains(got[0], "told to wait") {
		t.Errorf("Violations() = %q, want the message sent in spite of the 429", got)
	}
	for i := range globalRoom + 1 {
		other := s.User(UserSpec{FirstName: "Борис"})
		other.Start("")
		if got := ask(t, s, "sendMessage", object{"chat_id": other.ID(), "text": "x"}); got.Code == 429 {
			if i < globalRoom-10 {
				t.Errorf("the bot met the overall limit after %d", i)
			}
			return
		}
	}
	t.Error("the bot never met the overall limit")
}

func TestLeftoversAreViolations(t *testing.T) {
	t.Parallel()
	s := start(t, Options{Token: "7:secret"})
	u := s.User(UserSpec{FirstName: "Анна"})
	u.Start("")
	for _, text := range []string{"{{.Name}}", "%!s(MISSING)", "<no value>", "verdict.dup_self", "см. 7:secret", "Баланс: 5 %, вот e.org"} {
		must(t, s, "sendMessage", object{"chat_id": u.ID(), "text": text}, nil)
	}
	if got := s.Violations(); len(got) != 5 {
		t.Errorf("Violations() = %q, want 5: all but the last text", got)
	}
}

func TestIdleWaitsForConfirmationsAndAnswers(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := start(t, Options{Now: clock.now, Quiet: time.Millisecond})
	u := s.User(UserSpec{FirstName: "Анна"})
	u.Start("")
	short := func() error {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		return s.Idle(ctx)
	}
	if err := short(); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Idle with an update = %v, want to wait", err)
	}
	got := poll0(t, s, nil)
	clock.add(time.Minute)
	poll0(t, s, object{"offset": got[0].ID + 1})
	must(t, s, "sendMessage", object{"chat_id": u.ID(), "text": "?", "reply_markup": yesNo()}, nil)
	if err := short(); err != nil {
		t.Errorf("Idle with all confirmed = %v", err)
	}
	if err := u.Tap("Да"); err != nil {
		t.Fatal(err)
	}
	got = poll0(t, s, object{"offset": -1})
	poll0(t, s, object{"offset": got[0].ID + 1})
	if err := short(); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Idle with a turning spinner = %v, want to wait", err)
	}
	clock.add(11 * time.Second)
	if err := short(); err != nil {
		t.Errorf("Idle with a spinner given up = %v", err)
	}
	if got := s.Violations(); len(got) != 1 || !strings.Contains(got[0], "got no answer") {
		t.Errorf("Violations() = %q, want the tap without an answer", got)
	}
}

func TestAWatcherThatFallsBehindIsCutOff(t *testing.T) {
	t.Parallel()
	s := start(t, Options{})
	u := s.User(UserSpec{FirstName: "Анна"})
	events, stop := s.Watch(u)
	for range watcherRoom + 1 {
		u.Send("x")
	}
	n := 0
	for range events {
		n++
	}
	if n != watcherRoom {
		t.Errorf("the watcher got %d events before the end, want %d", n, watcherRoom)
	}
	stop() // once more does no harm
}
