package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kopilka/internal/tgfake"
)

// answers lists the toasts that a person saw, in order.
func answers(events <-chan tgfake.Event) []string {
	var out []string
	for {
		select {
		case e := <-events:
			if e.Type == tgfake.EventAnswer {
				out = append(out, e.Answer.Text)
			}
		default:
			return out
		}
	}
}

func TestATapIsAnsweredBeforeTheMessageAheadOfIt(t *testing.T) {
	t.Parallel()
	hold := make(chan struct{})
	var order []string
	r := NewRoutes()
	r.Command("start", func(ctx context.Context, t *Talk) error {
		return t.SayHTML(ctx, "меню", Inline{Row(Tap("Жми", Action("go").Token(12)))})
	})
	r.Action("go", func(ctx context.Context, t *Talk) error {
		order = append(order, fmt.Sprint("tap ", t.Params.Int(0)))
		return t.Edit(ctx, "menu_outdated", nil, nil)
	})
	r.Other(func(ctx context.Context, t *Talk) error {
		<-hold
		order = append(order, "slow")
		return nil
	})
	b := newTestBot(t, r)
	anna := b.tg.User(tgfake.UserSpec{FirstName: "Анна", Lang: "ru"})
	anna.Start("")
	b.settled()
	events, cancel := b.tg.Watch(anna)
	defer cancel()
	anna.Send("медленное")
	if err := anna.Tap("Жми"); err != nil {
		t.Fatal(err)
	}
	var got []string
	eventually(t, "the spinner stops", func() bool { got = append(got, answers(events)...); return len(got) == 1 })
	close(hold)
	b.settled()
	if want := []string{"slow", "tap 12"}; !slices.Equal(order, want) {
		t.Errorf("handled %v, want %v", order, want)
	}
	if got, want := anna.Last().Text, b.Texts.In("ru").Plain("menu_outdated"); got != b.Texts.In("ru").Plain("menu_outdated") {
		t.Errorf("the tapped message reads %q, want %q", got, want)
	}
}

func TestAToastIsTheRoutesOwn(t *testing.T) {
	t.Parallel()
	r := NewRoutes()
	r.Command("start", func(ctx context.Context, t *Talk) error {
		return t.SayHTML(ctx, "меню", Inline{Row(Tap("Слово", Action("say").Token()), Tap("Молча", Action("mute").Token()))})
	})
	r.ToastAction("say", func(ctx context.Context, t *Talk) error { t.Answer("Готово"); return nil })
	r.ToastAction("mute", func(ctx context.Context, t *Talk) error { return nil })
	b := newTestBot(t, r)
	anna := b.tg.User(tgfake.UserSpec{FirstName: "Анна"})
	anna.Start("")
	b.settled()
	events, cancel := b.tg.Watch(anna)
	defer cancel()
	for _, label := range []string{"Слово", "Молча"} {
		if err := anna.Tap(label); err != nil {
			t.Fatal(err)
		}
		b.settled()
	}
	if got, want := answers(events), []string{"Готово", ""}; !slices.Equal(got, want) {
		t.Errorf("toasts = %q, want %q", got, want)
	}
}

func TestAButtonOfAnOlderVersionSaysThatTheMenuIsOutdated(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"v0:go:1", "v1:gone", `{"a":1}`, "v1:", "x"} {
		b := newTestBot(t, NewRoutes())
		anna := b.tg.User(tgfake.UserSpec{FirstName: "Анна", Lang: "uk"})
		anna.Start("")
		b.settled()
		old := inlineMarkup{Rows: [][]inlineButton{{{Text: "Старе", Data: Token(token)}}}}
		if _, err := b.Sender.Send(t.Context(), ReplyLane, Message{Chat: anna.ID(), HTML: "меню", Keyboard: ready{old}}); err != nil {
			t.Fatal(err)
		}
		events, cancel := b.tg.Watch(anna)
		defer cancel()
		if err := anna.Tap("Старе"); err != nil {
			t.Fatal(err)
		}
		b.settled()
		if got, want := answers(events), []string{b.Texts.In("uk").Plain("menu_outdated")}; !slices.Equal(got, want) {
			t.Errorf("token %q: toasts = %q, want %q", token, got, want)
		}
		if got := anna.Last(); len(got.Buttons) != 0 {
			t.Errorf("token %q: the dead buttons are still there", token)
		}
		if got, want := b.states(), []string{"done", "done"}; !slices.Equal(got, want) {
			t.Errorf("token %q: states = %v, want %v", token, got, want)
		}
	}
}

// ready is a keyboard as it is, past every check.
type ready struct{ any }

func (r ready) markup() (any, error) { return r.any, nil }

// order is a flow of two steps with a button, as a dialogue writes it.
func order() *Routes {
	r := NewRoutes()
	ask := func(ctx context.Context, t *Talk, step string) error {
		if err := t.OpenFlow(ctx, "order", step, map[string]string{"from": t.Text()}); err != nil {
			return err
		}
		return t.SayHTML(ctx, step, Inline{Row(Tap("Да "+step, t.FlowToken("yes")))})
	}
	r.Command("order", func(ctx context.Context, t *Talk) error { return ask(ctx, t, "сколько") })
	r.Command("leave", func(ctx context.Context, t *Talk) error { return t.SayHTML(ctx, "вышли", nil) })
	r.Flow("order", func(ctx context.Context, t *Talk) error {
		if strings.HasPrefix(t.Text(), "?") {
			return ErrPass
		}
		return ask(ctx, t, "точно")
	})
	r.FlowAction("order", "yes", func(ctx context.Context, t *Talk) error {
		var data map[string]string
		if err := t.Flow.Read(&data); err != nil {
			return err
		}
		if err := t.LeaveFlow(ctx); err != nil {
			return err
		}
		return t.SayHTML(ctx, "заказано "+data["from"], nil)
	})
	r.Other(func(ctx context.Context, t *Talk) error { return t.SayHTML(ctx, "другое", nil) })
	return r
}

func TestAFlowKeepsItsPlaceAndAStaleTapDoesNothing(t *testing.T) {
	t.Parallel()
	b := newTestBot(t, order())
	anna := b.tg.User(tgfake.UserSpec{FirstName: "Анна", Lang: "ru"})
	stale := b.Texts.In("ru").Plain("menu_outdated")
	tap := func(label string) func() {
		return func() {
			if err := anna.Tap(label); err != nil {
				t.Errorf("tap %s: %v", label, err)
			}
		}
	}
	send := func(text string) func() { return func() { anna.Send(text) } }
	for i, c := range []struct {
		do   func()
		want string
	}{
		{send("вне"), "другое"},
		{send("/order"), "сколько"},
		{send("? а это"), "другое"}, // passed on, the flow stays
		{send("три"), "точно"},      // its answer
		{tap("Да сколько"), stale},  // a button of the step before
		{tap("Да точно"), "заказано три"},
		{tap("Да точно"), stale}, // a second tap
		{send("вне"), "другое"},
		{send("/order"), "сколько"},
		{send("/leave"), "вышли"}, // any command leaves it
		{send("три"), "другое"},
		{send("/order"), "сколько"},
		{func() { b.clock.advance(31 * time.Minute); anna.Send("три") }, "другое"}, // it waited too long
	} {
		before := len(said(anna))
		c.do()
		b.settled()
		if got := said(anna)[before:]; len(got) != 1 || got[0] != c.want {
			t.Errorf("step %d: the bot said %q, want %q", i, got, c.want)
		}
		b.clock.advance(2 * time.Second)
	}
}

func TestAFlowSurvivesARestart(t *testing.T) {
	t.Parallel()
	b := newTestBot(t, order())
	anna := b.tg.User(tgfake.UserSpec{FirstName: "Анна"})
	anna.Send("/order")
	b.settled()
	b.stop()
	next := testBotOn(t, b.db, b.tg, b.clock, order())
	next.run()
	anna.Send("семь")
	next.settled()
	if got, want := said(anna), []string{"сколько", "точно"}; !slices.Equal(got, want) {
		t.Errorf("the bot said %q, want %q", got, want)
	}
}

func TestAnAlbumIsOneUpdate(t *testing.T) {
	t.Parallel()
	r := NewRoutes()
	r.Picture(func(ctx context.Context, t *Talk) error {
		refs := map[string]bool{}
		for _, p := range t.Pictures() {
			refs[p.Ref] = true
		}
		return t.SayHTML(ctx, fmt.Sprintf("%d фото, %d ключа", len(t.Pictures()), len(refs)), nil)
	})
	r.Other(func(ctx context.Context, t *Talk) error { return t.SayHTML(ctx, t.Text(), nil) })
	b := newTestBot(t, r)
	anna := b.tg.User(tgfake.UserSpec{FirstName: "Анна"})
	anna.Start("")
	b.settled()
	jpeg := sample(t, "kofe")
	if _, err := anna.SendAlbum([][]byte{jpeg, jpeg, jpeg}); err != nil {
		t.Fatal(err)
	}
	anna.Send("и ещё")
	time.Sleep(3 * look)
	if got := said(anna); len(got) != 1 {
		t.Errorf("before the album was over the bot said %q", got)
	}
	b.clock.advance(albumWait)
	b.settled()
	if got, want := said(anna)[1:], []string{"3 фото, 3 ключа", "и ещё"}; !slices.Equal(got, want) {
		t.Errorf("the bot said %q, want %q", got, want)
	}
}
