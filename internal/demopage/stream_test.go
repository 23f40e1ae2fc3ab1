package demopage

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"kopilka/internal/tgfake"
)

// told is one event as a browser reads it.
type told struct {
	id, kind string
	body     struct {
		Chat        string
		Message     *tgfake.Message
		Messages    []tgfake.Message
		IDs         []int
		Action      string
		Answer      *tgfake.Answer
		Keyboard    *tgfake.Keyboard
		Commands    []tgfake.Command
		Description string
	}
}

// listen opens a stream and gives the function that reads its next event.
func (w *world) listen(path, lastID string) (next func() told, leave func()) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	w.t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	if lastID != "" {
		r.Header.Set("Last-Event-ID", lastID)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { resp.Body.Close() })
	if got := resp.Header.Get("Content-Type"); resp.StatusCode != http.StatusOK || got != "text/event-stream" {
		w.t.Fatalf("GET %s = %d %q", path, resp.StatusCode, got)
	}
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	return func() told { return w.read(lines) }, cancel
}

func (w *world) read(lines *bufio.Scanner) (e told) {
	w.t.Helper()
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		switch name {
		case "id":
			e.id = value
		case "event":
			e.kind = value
		case "data":
			if err := json.Unmarshal([]byte(value), &e.body); err != nil {
				w.t.Fatalf("data %s: %v", value, err)
			}
		case "":
			if e.kind != "" {
				return e
			}
		}
	}
	w.t.Fatalf("the stream ended: %v", lines.Err())
	return e
}

func TestAStreamTellsTheStateFirstAndThenEachChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.anna.Start("")
	w.bot("setMyDescription", map[string]any{"description": "Копилка", "language_code": "uk"})
	next, _ := w.listen("/api/chats/shopper/events", "")
	first := next()
	if first.kind != "state" || first.body.Chat != "shopper" || len(first.body.Messages) != 1 || first.body.Description != "Копилка" {
		t.Fatalf("first event = %+v, want the state with one message and the description", first)
	}
	w.bot("sendMessage", map[string]any{"chat_id": w.anna.ID(), "text": "<b>ку</b>", "parse_mode": "HTML",
		"reply_markup": map[string]any{"keyboard": [][]any{{"Карта"}}}})
	for seen := map[string]bool{}; len(seen) < 2; {
		e := next()
		seen[e.kind] = true
		switch {
		case e.kind == "message" && e.body.Message.HTML == "<b>ку</b>":
		case e.kind == "keyboard" && e.body.Keyboard.Rows[0][0].Label == "Карта":
		default:
			t.Fatalf("event = %+v, want the message or its keyboard", e)
		}
	}
	w.bot("sendMessage", map[string]any{"chat_id": w.anna.ID(), "text": "ещё"})
	if e := next(); e.kind != "message" || e.body.Message.ID != 3 {
		t.Fatalf("event = %+v, want message 3", e)
	}
	w.bot("editMessageText", map[string]any{"chat_id": w.anna.ID(), "message_id": 3, "text": "му"})
	if e := next(); e.kind != "edited" || e.body.Message.Text != "му" {
		t.Errorf("event = %+v, want the edited message", e)
	}
	w.bot("sendChatAction", map[string]any{"chat_id": w.anna.ID(), "action": "typing"})
	if e := next(); e.kind != "action" || e.body.Action != "typing" {
		t.Errorf("event = %+v, want typing", e)
	}
	w.bot("deleteMessage", map[string]any{"chat_id": w.anna.ID(), "message_id": 3})
	if e := next(); e.kind != "deleted" || len(e.body.IDs) != 1 || e.body.IDs[0] != 3 {
		t.Errorf("event = %+v, want message 3 deleted", e)
	}
	w.bot("setMyCommands", map[string]any{"commands": []any{map[string]any{"command": "card", "description": "Картка"}}})
	if e := next(); e.kind != "commands" || len(e.body.Commands) != 1 || e.body.Commands[0].Command != "card" {
		t.Errorf("event = %+v, want the commands", e)
	}
}

func TestAStreamTellsOnlyItsOwnChat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	next, _ := w.listen("/api/chats/cashier/events", "")
	next()
	w.anna.Start("")
	w.oleg.Start("m_1")
	if e := next(); e.body.Chat != "cashier" || e.body.Message.Text != "/start m_1" {
		t.Errorf("event = %+v, want the cashier's start", e)
	}
}

func TestOneStreamServesAllChats(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	next, _ := w.listen("/api/events", "")
	a, b := next(), next()
	if a.body.Chat != "shopper" || b.body.Chat != "cashier" || a.id != "" || b.id == "" {
		t.Fatalf("states = %+v, %+v, want both chats and an id on the last alone", a, b)
	}
	w.oleg.Start("")
	if e := next(); e.body.Chat != "cashier" || e.kind != "message" {
		t.Errorf("event = %+v, want the cashier's message", e)
	}
}

func TestAReaderWhoComesBackIsToldWhatItMissed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	next, leave := w.listen("/api/chats/shopper/events", "")
	next()
	w.anna.Send("раз")
	seen := next()
	leave()
	w.anna.Send("два")
	w.oleg.Send("чужое")
	w.anna.Send("три")
	next, _ = w.listen("/api/chats/shopper/events", seen.id)
	for _, want := range []string{"два", "три"} {
		if e := next(); e.kind != "message" || e.body.Message.Text != want {
			t.Errorf("event = %+v, want the message %q", e, want)
		}
	}
}

func TestAReaderOfAnotherRunOrTooFarBehindGetsTheStateAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	next, _ := w.listen("/api/chats/shopper/events", "")
	old := next().id
	w.anna.Start("")
	for _, id := range []string{"another-1", "nonsense", w.page.journal.id(1 << 40), w.page.journal.run + "--5"} {
		next, _ := w.listen("/api/chats/shopper/events", id)
		if e := next(); e.kind != "state" {
			t.Errorf("after id %q the first event is %s, want state", id, e.kind)
		}
	}
	for range kept + 1 {
		w.page.journal.add(w.page.chats[0], tgfake.Event{Type: tgfake.EventAction, Action: "typing"})
	}
	next, _ = w.listen("/api/chats/shopper/events", old)
	if e := next(); e.kind != "state" || len(e.body.Messages) != 1 {
		t.Errorf("after %d missed events the first is %s, want state", kept+2, e.kind)
	}
}

func TestAReaderIsToldAnewWhenTheJournalLostEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	next, _ := w.listen("/api/chats/shopper/events", "")
	next()
	w.page.journal.forget()
	if e := next(); e.kind != "state" {
		t.Errorf("event = %s, want state", e.kind)
	}
}

func TestCloseEndsStreams(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	r, _ := http.NewRequestWithContext(ctx, http.MethodGet, w.url+"/api/events", nil)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	w.read(lines)
	w.page.Close()
	for lines.Scan() {
	}
	if err := lines.Err(); err != nil {
		t.Errorf("the stream broke off: %v, want a clean end", err)
	}
}
