package bot

import (
	"context"
	"errors"
	"strings"

	"kopilka/members"
	"kopilka/program"
	"kopilka/texts"
)

// invitation answers a link m_<token>.
func invitation(ctx context.Context, t *Talk) error { return acceptInvitation(ctx, t, t.Args) }

// acceptInvitation shows what an invitation offers and asks to take it. Whoever is no
// member yet agrees to the terms first.
func acceptInvitation(ctx context.Context, t *Talk, token string) error {
	i, err := members.PeekInvitation(ctx, t.DB, token, t.At)
	if errors.Is(err, members.ErrInvitation) {
		return t.deadInvitation(ctx)
	}
	if err != nil {
		return err
	}
	where, err := t.invitedTo(ctx, i.Role, i.Merchant, i.Store)
	if err != nil {
		return err
	}
	html := t.P.Text("invite_"+string(i.Role), texts.Data{"Shop": where})
	switch {
	case t.Known && t.Member.State == members.StateBlocked:
		return t.Say(ctx, "blocked", nil, nil)
	case !t.joined():
		return t.EditOrSayHTML(ctx, html+"\n\n"+t.P.Text("invite_join")+"\n\n"+t.P.Text("welcome_terms"),
			Inline{Row(t.tap("button_invite_join", actionInvJoin, token).In(Success))})
	}
	return t.EditOrSayHTML(ctx, html, Inline{Row(t.tap("button_invite_accept", actionAccept, token).In(Success))})
}

// invitedTo names the place of a role; an admin's is the whole programme.
func (t *Talk) invitedTo(ctx context.Context, role members.Role, merchant, store int64) (string, error) {
	if role == members.RoleAdmin {
		s, err := t.Program.Settings(ctx)
		return s.Name, err
	}
	at, err := t.place(ctx, members.Actor{Merchant: merchant, Store: store})
	return placeName(at), err
}

// joinInvited makes a member of somebody who was invited. News are asked for another time.
func joinInvited(ctx context.Context, t *Talk) error {
	s, err := t.Program.Settings(ctx)
	if err != nil {
		return err
	}
	_, err = t.Program.Join(ctx, program.Join{Telegram: t.Person, Lang: t.P.Lang(), Source: "invitation",
		Name: strings.TrimSpace(t.From.FirstName + " " + t.From.LastName), Consents: t.consents(s, false)})
	if err != nil {
		return err
	}
	if err := t.Reload(ctx); err != nil {
		return err
	}
	return acceptInvitation(ctx, t, t.Params.Text(0))
}

// accept gives the role, and the keys and the menu that go with it.
func accept(ctx context.Context, t *Talk) error {
	if !t.joined() {
		return acceptInvitation(ctx, t, t.Params.Text(0))
	}
	g, err := t.Program.AcceptInvitation(ctx, t.Member.ID, t.Params.Text(0))
	if errors.Is(err, members.ErrInvitation) {
		return t.deadInvitation(ctx)
	}
	if err != nil {
		return err
	}
	if err := t.Reload(ctx); err != nil {
		return err
	}
	where, err := t.invitedTo(ctx, g.Role, g.Merchant, g.Store)
	if err != nil {
		return err
	}
	if err := t.EditOrSay(ctx, "invite_taken", texts.Data{"Role": t.roleName(g.Role), "Shop": where}, nil); err != nil {
		return err
	}
	return t.welcomeStaff(ctx, g.Role)
}

// welcomeStaff shows what somebody can do now.
func (t *Talk) welcomeStaff(ctx context.Context, role members.Role) error {
	if err := t.SyncMenuOf(ctx, t.Member); err != nil {
		t.log.Warn("menu of staff not set", "class", ClassOf(err))
	}
	if role == members.RoleAdmin {
		return t.Say(ctx, "invite_start_admin", nil, t.keyboard())
	}
	return t.Say(ctx, "invite_start_till", nil, t.keyboard())
}

// deadInvitation answers a link that is used, expired or was never made. To who works
// here already it may be their own second tap, so they get their keys again.
func (t *Talk) deadInvitation(ctx context.Context) error {
	if len(t.Actors) > 1 {
		return t.Say(ctx, "invite_used_staff", nil, t.keyboard())
	}
	return t.EditOrSay(ctx, "invite_dead", nil, nil)
}

func (t *Talk) roleName(r members.Role) string { return t.P.Plain("role_" + string(r)) }
