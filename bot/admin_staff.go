package bot

import (
	"context"
	"errors"
	"strings"

	"kopilka/catalog"
	"kopilka/members"
	"kopilka/program"
	"kopilka/texts"
)

// inviteRight is what it takes to give or take a role.
var inviteRight = map[members.Role]members.Permission{members.RoleCashier: members.PermInviteCashier,
	members.RoleManager: members.PermInviteManager, members.RoleAdmin: members.PermInviteAdmin}

// staffShown is how many people one list of staff has.
const staffShown = 20

// staffList shows who works for a merchant; merchant 0 shows the programme's admins.
func staffList(ctx context.Context, t *Talk) error { return t.showStaff(ctx, t.Params.Int(0), "") }

func (t *Talk) showStaff(ctx context.Context, merchant int64, why string) error {
	if _, ok := t.may(members.PermInviteCashier, merchant); !ok {
		return ErrStale
	}
	grants, err := t.staffOf(ctx, merchant)
	if err != nil {
		return err
	}
	var k Inline
	var lines []string
	for _, g := range grants[:min(len(grants), staffShown)] {
		m, err := members.Get(ctx, t.DB, g.Member)
		if err != nil {
			return err
		}
		lines = append(lines, t.P.Text("staff_person", texts.Data{"Name": m.Name, "Role": t.roleName(g.Role)}))
		if _, ok := t.may(inviteRight[g.Role], merchant); ok {
			label := t.P.Plain("button_revoke", texts.Data{"Name": shortName(m), "Role": t.roleName(g.Role)})
			k = append(k, Row(Tap(cut(label, 60), actionRevokeAsk.Token(g.Member, string(g.Role), merchant))))
		}
	}
	if len(lines) == 0 {
		lines = []string{t.P.Text("staff_nobody")}
	}
	if merchant == 0 {
		k = append(k, Row(t.tap("button_invite_admin", actionInvite, string(members.RoleAdmin), 0)), t.backToAdmin())
	} else {
		k = append(k, Row(t.tap("button_merchant_back", actionMerchant, merchant)))
	}
	return t.EditOrSayHTML(ctx, t.line(why)+t.P.Text("staff_list")+"\n"+strings.Join(lines, "\n"), k)
}

func (t *Talk) staffOf(ctx context.Context, merchant int64) (grants []members.Grant, err error) {
	all, err := members.Staff(ctx, t.DB, merchant)
	for _, g := range all {
		if merchant != 0 || g.Role == members.RoleAdmin {
			grants = append(grants, g)
		}
	}
	return grants, err
}

// revokeAsk asks before a role is taken away.
func revokeAsk(ctx context.Context, t *Talk) error {
	role, merchant := members.Role(t.Params.Text(1)), t.Params.Int(2)
	m, err := members.Get(ctx, t.DB, members.ID(t.Params.Int(0)))
	if errors.Is(err, members.ErrNotFound) {
		return ErrStale
	}
	if err != nil {
		return err
	}
	if _, ok := t.may(inviteRight[role], merchant); !ok {
		return ErrStale
	}
	return t.EditOrSay(ctx, "revoke_ask", texts.Data{"Name": m.Name, "Role": t.roleName(role)}, Inline{
		Row(t.tap("button_revoke_yes", actionRevoke, m.ID, string(role), merchant).In(Danger)),
		Row(t.tap("button_back", actionStaff, merchant)),
	})
}

// revoke takes a role away; the person is told, and their keys and menu go with it.
func revoke(ctx context.Context, t *Talk) error {
	id, role, merchant := members.ID(t.Params.Int(0)), members.Role(t.Params.Text(1)), t.Params.Int(2)
	a, ok := t.may(inviteRight[role], merchant)
	if !ok {
		return ErrStale
	}
	err := t.Program.RevokeStaff(ctx, a, id, role, catalog.MerchantID(merchant))
	switch {
	case errors.Is(err, members.ErrLastAdmin):
		return t.showStaff(ctx, merchant, "revoke_last")
	case errors.Is(err, members.ErrNotFound):
		return t.showStaff(ctx, merchant, "revoke_gone")
	case errors.Is(err, program.ErrForbidden):
		return ErrStale
	case err != nil:
		return err
	}
	if err := t.tellRevoked(ctx, id, role, merchant); err != nil {
		return err
	}
	if id == t.Member.ID {
		return t.EditOrSay(ctx, "revoke_done", nil, nil)
	}
	return t.showStaff(ctx, merchant, "revoke_done")
}

func (t *Talk) tellRevoked(ctx context.Context, id members.ID, role members.Role, merchant int64) error {
	m, err := members.Get(ctx, t.DB, id)
	if err != nil {
		return err
	}
	actors, err := members.ActorOf(ctx, t.DB, id)
	if err != nil {
		return err
	}
	where, err := t.invitedTo(ctx, role, merchant, 0)
	if err != nil {
		return err
	}
	if err := t.SyncMenuOf(ctx, m); err != nil {
		t.log.Warn("menu of staff not taken away", "class", ClassOf(err))
	}
	if m.Telegram == 0 {
		return nil
	}
	p := t.Texts.In(m.Lang)
	_, err = t.Send(ctx, Message{Chat: m.Telegram, Keyboard: keyboardFor(p, actors),
		HTML: p.Text("revoked", texts.Data{"Role": p.Plain("role_" + string(role)), "Shop": where})})
	if ClassOf(err) == Gone {
		return nil // they have left; their role is gone all the same
	}
	return err
}
