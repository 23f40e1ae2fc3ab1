package bot

import (
	"slices"
	"testing"

	"kopilka/members"
)

func TestAMenuComesAndGoesWithTheRole(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	adam := h.admin()
	kira := h.tg.User(cast["kira"])
	m := h.meet(kira)
	menu := func() (names []string) {
		for _, c := range h.tg.CommandsFor(kira, "ru") {
			names = append(names, c.Command)
		}
		return names
	}
	token, err := h.Program.InviteStaff(t.Context(), members.System(), members.RoleCashier, h.coffee.Merchant.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	kira.Start("m_" + token)
	h.settled()
	h.say(kira, "[Принять приглашение]")
	if got := menu(); !slices.Contains(got, "add") || !slices.Contains(got, "card") || slices.Contains(got, "admin") {
		t.Errorf("a cashier's menu = %v", got)
	}
	h.say(kira, "/language", "[English]")
	if c := h.tg.CommandsFor(kira, "ru")[0]; c.Description != h.Texts.In("en").Plain("cmd_add") {
		t.Errorf("after a change of language the menu reads %q", c.Description)
	}
	h.say(adam, "/merchant", "[Кофейня на углу]", "[Сотрудники]", "[Убрать: Кира, кассир]", "[Убрать]")
	if got := menu(); slices.Contains(got, "add") {
		t.Errorf("the menu of a revoked cashier = %v", got)
	}
	if actors, err := members.ActorOf(t.Context(), h.db, m.ID); err != nil || len(actors) != 1 {
		t.Errorf("a revoked cashier acts as %v, %v", actors, err)
	}
}

func TestASaleIsTiedToTheCardItWasConfirmedOn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	anna := h.meet(h.tg.User(cast["anna"]))
	kira, boris := h.tg.User(cast["kira"]), h.tg.User(cast["boris"])
	h.hire(kira, members.RoleCashier, h.coffee.Merchant.ID)
	h.hire(boris, members.RoleCashier, h.coffee.Merchant.ID)
	h.say(kira, "/add "+string(anna.Card)+" 1000")
	old := kira.Last()
	h.say(kira, "[Изменить сумму]", "2000")
	// The same tap as on the first card, which a client may send at any time.
	h.say(boris, "/add "+string(anna.Card)+" 500")
	if err := kira.TapMessage(kira.Last().ID, "Начислить"); err != nil {
		t.Fatal(err)
	}
	h.settled()
	if _, err := h.Sender.Send(t.Context(), ReplyLane, Message{Chat: boris.ID(), HTML: "чужое", Keyboard: Inline{Row(buttonOf(old.Buttons[0][0].Data, "Чужое"))}}); err != nil {
		t.Fatal(err)
	}
	h.say(boris, "[Чужое]")
	account, err := h.Program.Account(t.Context(), members.System(), anna.ID)
	if err != nil || account.Balance.Available != 60_00 {
		t.Errorf("the buyer has %d, %v: want the 60 points of the one sale that was confirmed", account.Balance.Available, err)
	}
	if got, want := boris.Last().Text, h.Texts.In("ru").Plain("menu_outdated"); got != want {
		t.Errorf("another cashier's card answered %q, want %q", got, want)
	}
}

func buttonOf(data, label string) Button { return Tap(label, Token(data)) }
