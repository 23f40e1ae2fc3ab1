package bot

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"kopilka/internal/tgfake"
	"kopilka/members"
)

func TestCommand(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, name, args string
		ok               bool
	}{
		{"/start", "start", "", true},
		{"/start s_12", "start", "s_12", true},
		{"/START@Kopilka_bot  s_12 x ", "start", "s_12 x", true},
		{"/add 4521\n1249,90", "add", "4521\n1249,90", true},
		{"/start@another_bot", "", "", false},
		{"Привет /start", "", "", false},
		{"🎉 /start", "", "", false},
		{"/", "", "", false},
		{"/баланс", "баланс", "", false},
		{"", "", "", false},
	} {
		name, args, ok := command(c.text, "kopilka_bot")
		if ok != c.ok || ok && (name != c.name || args != c.args) {
			t.Errorf("command(%q) = %q, %q, %v, want %q, %q, %v", c.text, name, args, ok, c.name, c.args, c.ok)
		}
	}
}

func tell(words string) Handler {
	return func(ctx context.Context, t *Talk) error {
		return t.SayHTML(ctx, fmt.Sprintf("%s(%s%s)", words, t.Command, t.Args), nil)
	}
}

func TestEachUpdateFindsItsHandler(t *testing.T) {
	t.Parallel()
	r := NewRoutes()
	r.Command("start", tell("start"))
	r.Command("card", tell("card"))
	r.Link("c_", tell("claim"))
	r.Link("c_x", tell("longer"))
	r.Key("cmd_shops", tell("shops"))
	r.Match(func(s string) bool { return len(s) > 5 && s[:2] == "t=" }, tell("qr"))
	r.Contact(func(ctx context.Context, t *Talk) error {
		phone, own := t.Contact()
		return t.SayHTML(ctx, fmt.Sprint(phone, " ", own), nil)
	})
	r.Picture(func(ctx context.Context, t *Talk) error {
		p := t.Pictures()[0]
		data, err := t.Download(ctx, p)
		if err != nil {
			return err
		}
		return t.SayHTML(ctx, fmt.Sprintf("%s %v %s", p.MIME, p.AsFile, data), nil)
	})
	r.Other(tell("other"))
	b := newTestBot(t, r)
	anna := b.tg.User(tgfake.UserSpec{FirstName: "Анна", Lang: "ru", Phone: "+79001112233"})
	b.tg.User(tgfake.UserSpec{FirstName: "Борис", Phone: "+79004445566"})
	group := b.tg.Group(tgfake.GroupSpec{Title: "Группа"})
	for _, c := range []struct {
		do   func()
		want string
	}{
		{func() { anna.Start("") }, "start(start)"},
		{func() { anna.Start("c_abc") }, "claim(startabc)"},
		{func() { anna.Start("c_xabc") }, "longer(startabc)"},
		{func() { anna.Start("zzz") }, "start(startzzz)"},
		{func() { anna.Send("/card@kopilka_bot 1") }, "card(card1)"},
		{func() { anna.Send("/nothing") }, "other(nothing)"},
		{func() { anna.Send("Participating shops") }, "shops()"},
		{func() { anna.Send("Магазини-учасники") }, "shops()"},
		{func() { anna.Send("t=20260314T0927") }, "qr()"},
		{func() { anna.Send("болтовня") }, "other()"},
		{func() { anna.SendSticker("🎉") }, "other()"},
		{func() { anna.ShareContact() }, "+79001112233 true"},
		{func() { anna.SendContact(tgfake.Contact{Phone: "+79004445566", FirstName: "Б"}) }, "+79004445566 false"},
		{func() { anna.SendFile("a.pdf", "application/pdf", []byte("PDF"), "") }, "application/pdf true PDF"},
		{func() { anna.Edit(anna.Send("/card").ID, "/card 2") }, "card(card)"}, // once: the edit runs nothing
		{func() { group.Say(anna, 0, "/card@kopilka_bot") }, ""},
	} {
		b.settled()
		before := len(said(anna))
		c.do()
		b.settled()
		got := said(anna)[before:]
		if c.want == "" && len(got) == 0 {
			continue
		}
		if len(got) != 1 || got[0] != c.want {
			t.Errorf("the bot said %q, want %q", got, c.want)
		}
		b.clock.advance(2 * time.Second)
	}
	if got := group.Messages(); len(got) > 1 {
		t.Errorf("the bot spoke in a group: %+v", got)
	}
}

func TestTwoRoutesForOneThingAreRefused(t *testing.T) {
	t.Parallel()
	r := NewRoutes()
	r.Command("card", tell(""))
	r.Action("buy", tell(""))
	if err := r.check(); err != nil {
		t.Errorf("good routes are refused: %v", err)
	}
	for name, again := range map[string]func(*Routes){
		"command": func(r *Routes) { r.Command("card", tell("")) },
		"action":  func(r *Routes) { r.ToastAction("buy", tell("")) },
		"word":    func(r *Routes) { r.Action("a:b", tell("")) },
		"letters": func(r *Routes) { r.Command("Карта", tell("")) },
	} {
		r := NewRoutes()
		r.Command("card", tell(""))
		r.Action("buy", tell(""))
		again(r)
		if r.check() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestABlockedBotIsNotedOnTheMember(t *testing.T) {
	t.Parallel()
	b := newTestBot(t, echo())
	anna := b.tg.User(tgfake.UserSpec{FirstName: "Анна"})
	id := b.create(t, members.New{Name: "Анна", Lang: "uk", Telegram: anna.ID()}).ID
	reachable := func() bool {
		m, err := members.Get(t.Context(), b.db, id)
		if err != nil {
			t.Fatal(err)
		}
		return m.Reachable
	}
	anna.Start("")
	b.settled()
	anna.Block()
	b.settled()
	if reachable() {
		t.Error("a member who blocked the bot is still reachable")
	}
	if _, err := b.Sender.Send(t.Context(), BulkLane, Message{Chat: anna.ID(), HTML: "x"}); ClassOf(err) != Gone {
		t.Errorf("sending to them = %v, want gone", err)
	}
	anna.Unblock()
	b.settled()
	if !reachable() {
		t.Error("a member who came back is not reachable")
	}
	anna.Block()
	b.settled()
	anna.Start("")
	b.settled()
	if !reachable() {
		t.Error("a member who wrote again is not reachable")
	}
}

func TestThePersonsLanguageIsTheirChoice(t *testing.T) {
	t.Parallel()
	r := NewRoutes()
	r.Command("uk", func(ctx context.Context, t *Talk) error { return t.SetLang(ctx, "uk") })
	r.Other(func(ctx context.Context, t *Talk) error { return t.SayHTML(ctx, t.P.Lang(), nil) })
	b := newTestBot(t, r)
	anna := b.tg.User(tgfake.UserSpec{FirstName: "Анна", Lang: "kk"})
	for _, text := range []string{"x", "/uk", "x"} {
		anna.Send(text)
	}
	b.settled()
	b.create(t, members.New{Name: "Анна", Lang: "en", Telegram: anna.ID()})
	for _, text := range []string{"x", "/uk", "x"} {
		anna.Send(text)
	}
	b.settled()
	if got, want := said(anna), []string{"ru", "uk", "en", "uk"}; !slices.Equal(got, want) {
		t.Errorf("languages = %v, want %v", got, want)
	}
}
