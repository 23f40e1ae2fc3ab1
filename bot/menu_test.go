package bot

import (
	"context"
	"slices"
	"testing"

	"kopilka/internal/tgfake"
	"kopilka/members"

	"github.com/jackc/pgx/v5"
)

func TestMenusFollowRoleAndLanguage(t *testing.T) {
	t.Parallel()
	r := NewRoutes()
	for _, names := range menus {
		for _, name := range names {
			if r.commands[name] == nil {
				r.Command(name, func(context.Context, *Talk) error { return nil })
			}
		}
	}
	b := newTestBot(t, r)
	b.settled()
	eventually(t, "the menus are set", func() bool { return len(b.tg.Calls("setMyCommands")) >= 4 })
	anna := b.tg.User(tgfake.UserSpec{FirstName: "Анна"})
	anna.Start("")
	b.settled()
	see := func(lang string) []string {
		var names []string
		for _, c := range b.tg.CommandsFor(anna, lang) {
			names = append(names, c.Command)
		}
		return names
	}
	shopper := menus[members.RoleShopper]
	for lang, want := range map[string]string{"ru": "Моя карта", "uk": "Моя картка", "en": "My card", "de": "My card"} {
		if got := b.tg.CommandsFor(anna, lang); len(got) == 0 || got[0].Description != want {
			t.Errorf("menu in %s = %v, want it to begin with %q", lang, got, want)
		}
	}
	m := b.create(t, members.New{Name: "Анна", Lang: "ru", Telegram: anna.ID()})
	b.tx(t, func(tx pgx.Tx) error {
		return members.GrantRole(t.Context(), tx, members.Grant{Member: m.ID, Role: members.RoleCashier, Merchant: 1, Store: 1, By: m.ID, At: noon})
	})
	sync := func() {
		t.Helper()
		if err := b.SyncMenuOf(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	sync()
	if got, want := see("ru"), slices.Concat(menus[members.RoleCashier], shopper); !slices.Equal(got, want) {
		t.Errorf("a cashier's menu = %v, want %v", got, want)
	}
	b.tx(t, func(tx pgx.Tx) error {
		return members.Revoke(t.Context(), tx, m.ID, members.RoleCashier, 1, m.ID, noon)
	})
	sync()
	if got := see("ru"); !slices.Equal(got, shopper) {
		t.Errorf("the menu after the role was taken = %v, want %v", got, shopper)
	}
}

func TestMenusAreSetOnlyWhenTheyChange(t *testing.T) {
	t.Parallel()
	r := NewRoutes()
	r.Command("card", func(context.Context, *Talk) error { return nil })
	b := idleTestBot(t, r)
	for range 2 {
		if err := b.SyncMenus(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(b.tg.Calls("setMyCommands")); got != 4 {
		t.Errorf("two starts set menus %d times, want 4: once a language and once for all others", got)
	}
}

func (b *testBot) tx(t *testing.T, fn func(pgx.Tx) error) {
	t.Helper()
	if err := pgx.BeginFunc(t.Context(), b.db, fn); err != nil {
		t.Fatal(err)
	}
}

func (b *testBot) create(t *testing.T, n members.New) (m members.Member) {
	t.Helper()
	b.tx(t, func(tx pgx.Tx) (err error) {
		m, err = members.Create(t.Context(), tx, n, noon)
		return err
	})
	return m
}
