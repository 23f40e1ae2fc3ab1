package bot

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"kopilka/internal/tgfake"
	"kopilka/members"
	"kopilka/notify"
)

// crowd fills the house with people who agreed to news.
func (h *house) crowd(n int) (all []*tgfake.User) {
	for i := range n {
		u := h.tg.User(tgfake.UserSpec{FirstName: fmt.Sprint("Гость ", i), Lang: "ru"})
		u.Start("")
		all = append(all, u)
	}
	h.settled()
	for _, u := range all {
		h.member(u)
	}
	return all
}

func (h *house) admin() *tgfake.User {
	u := h.tg.User(cast["adam"])
	h.hire(u, members.RoleAdmin, 0)
	return u
}

// say sends each text, or taps it when it is in brackets, and waits for the answers.
func (h *house) say(u *tgfake.User, lines ...string) {
	h.t.Helper()
	for _, line := range lines {
		if label, ok := strings.CutPrefix(line, "["); ok {
			if err := u.Tap(strings.TrimSuffix(label, "]")); err != nil {
				h.t.Fatalf("tap %s: %v", line, err)
			}
		} else {
			u.Send(line)
		}
		h.settled()
		h.clock.advance(2 * time.Second)
	}
}

func TestManyPeopleAreConfirmedByTypingTheirNumber(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	people, adam := h.crowd(11), h.admin()
	h.say(adam, "/broadcast", "Скидки в субботу", "[Всем: 12]")
	if got := adam.Last(); len(got.Buttons) != 1 || !strings.Contains(got.Text, "12") {
		t.Errorf("for 12 people the bot asks %q with %d rows of buttons, want a number to type", got.Text, len(got.Buttons))
	}
	h.say(adam, "11")
	for _, u := range people {
		if got := u.Last().Text; strings.Contains(got, "Скидки") {
			t.Fatalf("a wrong number sent the broadcast to %s", u.Name())
		}
	}
	h.say(adam, "12")
	for _, u := range people {
		if got := u.Last().Text; got != "Скидки в субботу" {
			t.Errorf("%s got %q", u.Name(), got)
		}
	}
	// The same number again, as after a lost answer, sends nothing twice.
	h.say(adam, "12")
	if n := count(said(people[0]), "Скидки в субботу"); n != 1 {
		t.Errorf("a guest got the broadcast %d times", n)
	}
}

func count(all []string, one string) (n int) {
	for _, s := range all {
		if s == one {
			n++
		}
	}
	return n
}

func TestAStoppedBroadcastReachesNobodyElse(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	people, adam := h.crowd(3), h.admin()
	h.after = nil // nobody is told yet
	h.say(adam, "/broadcast", "Ошибка в цене", "[Всем: 4]", "[Отправить]")

	// Telegram has asked for a pause of bulk sending, so nothing leaves.
	h.Sender.slow(t.Context(), BulkLane, 0, 20*time.Second)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- h.Notify.Run(ctx) }()
	eventually(t, "the progress is shown", func() bool { return hasButton(adam, "Остановить") })
	h.say(adam, "[Остановить]")
	h.clock.advance(time.Minute)
	eventually(t, "the stop is shown", func() bool { return strings.Contains(adam.Last().Text, "остановлена") })
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	for _, u := range people {
		if n := count(said(u), "Ошибка в цене"); n != 0 {
			t.Errorf("%s got a stopped broadcast", u.Name())
		}
	}
	var id int64
	if err := h.db.QueryRow(t.Context(), `SELECT max(id) FROM notify.broadcast`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	b, err := h.Notify.Broadcast(t.Context(), members.System(), id)
	if err != nil || b.State != notify.Stopped || b.Sent != 0 {
		t.Errorf("the broadcast = %+v, %v, want stopped with nothing sent", b, err)
	}
}

func hasButton(u *tgfake.User, label string) bool {
	for _, row := range u.Last().Buttons {
		for _, b := range row {
			if b.Label == label {
				return true
			}
		}
	}
	return false
}

func TestAPreviewKeepsWhatItsAuthorChangesLater(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	people, adam := h.crowd(1), h.admin()
	h.say(adam, "/broadcast")
	news := adam.Send("Скидка 10 %")
	h.settled()
	h.say(adam, "[Всем: 2]")
	if _, err := adam.Edit(news.ID, "Скидка 100 %"); err != nil {
		t.Fatal(err)
	}
	h.say(adam, "[Отправить]")
	if got := people[0].Last().Text; got != "Скидка 10 %" {
		t.Errorf("after an edit behind the preview people got %q", got)
	}
}
