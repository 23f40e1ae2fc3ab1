package bot

import (
	"strings"
	"testing"
	"time"

	"kopilka/internal/tgfake"
)

// sending is a bot that does not run, and a person who has started it.
func sending(t *testing.T) (*testBot, *tgfake.User) {
	t.Helper()
	b := idleTestBot(t, NewRoutes())
	anna := b.tg.User(tgfake.UserSpec{FirstName: "Анна"})
	anna.Start("")
	return b, anna
}

func TestABrokenTextArrivesAsPlainText(t *testing.T) {
	t.Parallel()
	b, anna := sending(t)
	for _, c := range []struct{ html, want string }{
		{"скидка <b>10%</b> & <i>кофе", "скидка 10% & кофе"},
		{"A <foo>B</foo>", "A B"},
		{strings.Repeat("я", 5000), strings.Repeat("я", 4095) + "…"},
	} {
		if _, err := b.Sender.Send(t.Context(), ReplyLane, Message{Chat: anna.ID(), HTML: c.html}); err != nil {
			t.Errorf("Send(%.40q) = %v", c.html, err)
		}
		if got := anna.Last().Text; got != c.want {
			t.Errorf("Send(%.40q) arrived as %.60q, want %.60q", c.html, got, c.want)
		}
	}
	long := Inline{Row(Tap("x", Action("a").Token(strings.Repeat("y", 70))))}
	if _, err := b.Sender.Send(t.Context(), ReplyLane, Message{Chat: anna.ID(), HTML: "кнопка", Keyboard: long}); err != nil {
		t.Errorf("Send with a button too long = %v", err)
	}
	if got := anna.Last(); got.Text != "кнопка" || len(got.Buttons) != 0 {
		t.Errorf("with a button too long %+v arrived, want the words alone", got)
	}
	if !strings.Contains(b.log.text(), "message broken") {
		t.Error("nobody is told of broken messages")
	}
}

func TestAMessageIsSentAsItsKind(t *testing.T) {
	t.Parallel()
	b, anna := sending(t)
	send := func(m Message) Sent {
		t.Helper()
		m.Chat = anna.ID()
		sent, err := b.Sender.Send(t.Context(), ReplyLane, m)
		if err != nil {
			t.Fatalf("Send(%+v) = %v", m, err)
		}
		return sent
	}
	text := send(Message{HTML: "раз", Silent: true, Protect: true})
	if m := anna.Last(); m.ID != text.ID || !m.Silent || !m.Protected {
		t.Errorf("a silent protected text arrived as %+v", m)
	}
	if again := send(Message{HTML: "раз", Edit: text.ID}); again.ID != text.ID {
		t.Errorf("an edit that changes nothing = %+v, want message %d", again, text.ID)
	}
	photo := send(Message{Photo: &Upload{Name: "карта.png", Data: sample(t, "kofe")}, HTML: "<b>карта</b>"})
	if photo.File == "" {
		t.Error("a photo has no id to be sent again by")
	}
	send(Message{Edit: photo.ID, Photo: &Upload{}, HTML: "другая подпись"})
	send(Message{Photo: &Upload{ID: photo.File}, HTML: "ещё раз"})
	send(Message{Document: &Upload{Name: "a.csv", Data: []byte("a;b")}, HTML: "выписка"})
	send(Message{Copy: &Copy{Chat: anna.ID(), Message: photo.ID}})
	var got []string
	for _, m := range anna.Messages()[1:] {
		got = append(got, string(m.Kind)+" "+m.Text)
	}
	want := "text раз|photo другая подпись|photo ещё раз|document выписка|photo другая подпись"
	if strings.Join(got, "|") != want {
		t.Errorf("the chat holds %q, want %q", strings.Join(got, "|"), want)
	}
	if _, err := b.Sender.Send(t.Context(), ReplyLane, Message{Chat: anna.ID(), Edit: 999, HTML: "x"}); ClassOf(err) != Stale {
		t.Errorf("an edit of no message = %v, want stale", err)
	}
}

func TestAShortPauseIsWaitedOut(t *testing.T) {
	t.Parallel()
	b, anna := sending(t)
	b.tg.Fail(tgfake.Fault{Method: "sendMessage", Times: 1, Status: 429, RetryAfter: 1})
	began := time.Now()
	if _, err := b.Sender.Send(t.Context(), ReplyLane, Message{Chat: anna.ID(), HTML: "раз"}); err != nil {
		t.Errorf("Send = %v", err)
	}
	if took := time.Since(began); took < time.Second {
		t.Errorf("it was sent again after %v, want a second", took)
	}
}

func TestALongPauseStopsTheLaneAndSurvivesARestart(t *testing.T) {
	t.Parallel()
	b, anna := sending(t)
	b.tg.Fail(tgfake.Fault{Method: "sendMessage", Times: 1, Status: 429, RetryAfter: 10_072})
	m := Message{Chat: anna.ID(), HTML: "раз"}
	_, err := b.Sender.Send(t.Context(), BulkLane, m)
	if f := Classify(err); f == nil || f.Class != Flood || f.RetryAfter != 10_072*time.Second {
		t.Fatalf("Send = %v, want a flood of 10072 s", err)
	}
	next := NewSender(b.db, b.client, b.Bot.log, b.now)
	if err := next.resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*Sender{"the same": b.Sender, "the next": next} {
		calls := len(b.tg.Calls("sendMessage"))
		if _, err := s.Send(t.Context(), BulkLane, m); ClassOf(err) != Flood {
			t.Errorf("%s sender in the pause = %v, want flood", name, err)
		}
		if got := len(b.tg.Calls("sendMessage")); got != calls {
			t.Errorf("%s sender called Telegram in the pause", name)
		}
		if _, err := s.Send(t.Context(), ReplyLane, m); err != nil {
			t.Errorf("%s sender: a reply waits behind the bulk's pause: %v", name, err)
		}
	}
	b.clock.advance(3 * time.Hour)
	if _, err := next.Send(t.Context(), BulkLane, m); err != nil {
		t.Errorf("after the pause Send = %v", err)
	}
}

func TestBulkKeepsItsPace(t *testing.T) {
	t.Parallel()
	b, _ := sending(t)
	b.Sender.now = time.Now
	began := time.Now()
	for i := range bulkPace + 15 {
		u := b.tg.User(tgfake.UserSpec{FirstName: string(rune('a' + i))})
		u.Start("")
		if _, err := b.Sender.Send(t.Context(), BulkLane, Message{Chat: u.ID(), HTML: "акция"}); err != nil {
			t.Fatal(err)
		}
	}
	if took, least := time.Since(began), 14*time.Second/bulkPace; took < least {
		t.Errorf("%d messages took %v, want at least %v", bulkPace+15, took, least)
	}
}

func TestAMessageThatMayHaveArrivedIsNotRepeated(t *testing.T) {
	t.Parallel()
	b, anna := sending(t)
	b.tg.Fail(tgfake.Fault{Method: "sendMessage", Times: 1, CutAfterDelivery: true})
	if _, err := b.Sender.Send(t.Context(), ReplyLane, Message{Chat: anna.ID(), HTML: "раз"}); ClassOf(err) != Transient {
		t.Errorf("Send = %v, want transient", err)
	}
	if got := said(anna); len(got) != 1 {
		t.Errorf("the person got %q, want it once", got)
	}
}
