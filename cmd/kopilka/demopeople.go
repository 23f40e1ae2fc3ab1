package main

import (
	"context"
	"fmt"

	"kopilka/internal/demopage"
	"kopilka/internal/tgfake"
	"kopilka/members"
	"kopilka/program"
	"kopilka/texts"
)

// demoPeople are those whose chats the page shows. The shopper has not joined yet: that
// is the visitor's first step.
type demoPeople struct {
	shopper, cashier, admin *tgfake.User
}

// people makes the three, and gives two of them their roles.
func (m *demoMall) people(ctx context.Context, telegram *tgfake.Server, lang string) (*demoPeople, error) {
	names := map[string][3]string{"ru": {"Анна", "Олег", "Мария"}, "uk": {"Олена", "Олег", "Марія"}, "en": {"Anna", "Oleg", "Maria"}}[texts.Language(lang)]
	p := &demoPeople{
		shopper: telegram.User(tgfake.UserSpec{FirstName: names[0], Lang: lang, Phone: "79001112233"}),
		cashier: telegram.User(tgfake.UserSpec{FirstName: names[1], Lang: lang, Phone: "79002223344"}),
		admin:   telegram.User(tgfake.UserSpec{FirstName: names[2], Lang: lang, Phone: "79003334455"}),
	}
	if err := m.employ(ctx, p.cashier, members.RoleCashier, 0); err != nil {
		return nil, err
	}
	return p, m.employ(ctx, p.admin, members.RoleAdmin, -1)
}

// employ makes a person a member and gives them a role, at a shop of the mall or, with -1,
// in all of it.
func (m *demoMall) employ(ctx context.Context, u *tgfake.User, role members.Role, shop int) error {
	at, lang := m.now(), u.Spec().Lang
	var consents []members.Consent
	for _, kind := range []string{"terms", "privacy", "promo"} {
		consents = append(consents, members.Consent{Kind: kind, Version: program.Defaults().Terms, Given: true, Lang: lang, Evidence: "demo", At: at})
	}
	j, err := m.program.Join(ctx, program.Join{Telegram: u.ID(), Name: u.Name(), Lang: lang, Source: "demo", Consents: consents})
	if err != nil {
		return fmt.Errorf("join the demo's %s: %w", role, err)
	}
	place := program.Shop{}
	if shop >= 0 {
		place.Merchant, place.Store = m.shops[shop].Merchant, m.shops[shop].Store
	}
	token, err := m.program.InviteStaff(ctx, members.System(), role, place.Merchant.ID, place.Store.ID)
	if err != nil {
		return fmt.Errorf("invite the demo's %s: %w", role, err)
	}
	if _, err := m.program.AcceptInvitation(ctx, j.Member.ID, token); err != nil {
		return fmt.Errorf("employ the demo's %s: %w", role, err)
	}
	return nil
}

// arrive has the staff open their chats, so that their menus stand there.
func (p *demoPeople) arrive() {
	p.cashier.Start("")
	p.admin.Start("")
}

func (p *demoPeople) chats() []demopage.Chat {
	return []demopage.Chat{
		{Key: "shopper", Title: "Покупатель", User: p.shopper},
		{Key: "cashier", Title: "Кассир", Subtitle: demoShops[0].name, User: p.cashier},
		{Key: "admin", Title: "Администратор", Subtitle: "ТРЦ «Копилка»", User: p.admin},
	}
}
