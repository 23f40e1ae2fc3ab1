package bot

import (
	"context"
	"strings"

	"kopilka/catalog"
	"kopilka/members"
	"kopilka/texts"
)

// The actions of people at a till.
const (
	actionAccept   Action = "invyes"  // an invitation
	actionInvJoin  Action = "invjoin" // join, then the invitation
	actionSell     Action = "sell"
	actionAccrue   Action = "add"
	actionRedeem   Action = "redeem"
	actionRegister Action = "reg"
	actionClaim    Action = "claim"
	actionUndo     Action = "undo"
	actionUndoList Action = "undos"
)

// staffRoutes are what cashiers and managers can do.
func staffRoutes(r *Routes) {
	r.Link("m_", invitation)
	r.Action(actionInvJoin, joinInvited)
	r.Action(actionAccept, accept)

	for name, h := range map[string]Handler{"add": accrue, "redeem": redeem, "register": register, "new": register,
		"undo": undoList, "today": today} {
		r.Command(name, atTill(h))
	}
	for key, h := range map[string]Handler{"key_add": accrue, "key_redeem": redeem, "key_register": register,
		"key_undo": undoList, "key_today": today} {
		r.Key(key, atTill(h))
	}
	for a, h := range map[Action]Handler{actionAccrue: accrueFor, actionRedeem: redeemFor, actionRegister: register,
		actionClaim: claimLink, actionSell: sell, actionUndo: undo, actionUndoList: undoList} {
		r.Action(a, atTill(h))
	}
	dealRoutes(r)
	r.Flow(flowRegister, registerAnswer)
	r.FlowAction(flowRegister, registerCancel, cancelled)
}

// desks are where the sender works: roles at a merchant, the strongest first.
func (t *Talk) desks() []members.Actor { return desksOf(t.Actors) }

func desksOf(actors []members.Actor) (all []members.Actor) {
	seen := map[[2]int64]bool{}
	for _, a := range actors {
		at := [2]int64{a.Merchant, a.Store}
		if a.Merchant != 0 && a.Can(members.PermAccrue, a.Merchant) && !seen[at] {
			seen[at] = true
			all = append(all, a)
		}
	}
	return all
}

// desk is the sender's role at one place; false when they do not work there any more.
func (t *Talk) desk(merchant, store int64) (members.Actor, bool) {
	for _, a := range t.desks() {
		if a.Merchant == merchant && a.Store == store {
			return a, true
		}
	}
	return members.Actor{}, false
}

// atTill lets only people through who work at a till; whose role was taken away gets the
// shopper's keys back.
func atTill(h Handler) Handler {
	return func(ctx context.Context, t *Talk) error {
		if len(t.desks()) == 0 {
			return t.noTill(ctx)
		}
		return h(ctx, t)
	}
}

func (t *Talk) noTill(ctx context.Context) error {
	if err := t.LeaveFlow(ctx); err != nil {
		return err
	}
	if _, admin := t.Actor(members.PermManageMerchant); admin {
		return t.Say(ctx, "staff_no_till", nil, nil)
	}
	return t.Say(ctx, "staff_only", nil, mainKeyboard(t.P))
}

// keyboard is what stands under the sender's input field.
func (t *Talk) keyboard() Reply { return keyboardFor(t.P, t.Actors) }

// keyboardFor has a till's keys for who works at one, the programme's for who runs it,
// else the shopper's.
func keyboardFor(p texts.Printer, actors []members.Actor) Reply {
	switch till, admin := len(desksOf(actors)) > 0, runs(actors); {
	case till && admin:
		k := staffKeyboard(p)
		k.Rows = append(k.Rows, []ReplyKey{Key(p.Plain("key_admin"))})
		return k
	case till:
		return staffKeyboard(p)
	case admin:
		return adminKeyboard(p)
	}
	return mainKeyboard(p)
}

func staffKeyboard(p texts.Printer) Reply {
	return Reply{
		Rows: [][]ReplyKey{
			{Key(p.Plain("key_add")), Key(p.Plain("key_redeem"))},
			{Key(p.Plain("key_register")), Key(p.Plain("key_undo"))},
			{Key(p.Plain("key_today")), Key(p.Plain("key_menu"))},
		},
		Placeholder: p.Plain("staff_placeholder"),
	}
}

// place is the merchant of a desk and, for who works in one store alone, the store.
func (t *Talk) place(ctx context.Context, a members.Actor) (catalog.Place, error) {
	at, err := catalog.PlaceOf(ctx, t.DB, catalog.MerchantID(a.Merchant), catalog.StoreID(a.Store))
	if a.Store == 0 {
		at.Store.Name = ""
	}
	return at, err
}

// placeName is how staff call a place.
func placeName(at catalog.Place) string {
	if at.Store.Name == "" || at.Store.Name == at.Merchant.Name {
		return at.Merchant.Name
	}
	return at.Merchant.Name + ", " + at.Store.Name
}

// shortName is enough to greet a buyer and no more: «Анна К.».
func shortName(m members.Member) string {
	words := strings.Fields(m.Name)
	switch {
	case len(words) > 1:
		return words[0] + " " + string([]rune(words[len(words)-1])[:1]) + "."
	case len(words) == 1:
		return words[0]
	case m.Phone != "":
		return m.Phone.Masked()
	case len(m.Card) > 4:
		return "•• " + string(m.Card[len(m.Card)-4:])
	}
	return "—"
}

// cancelled ends a dialogue at the person's wish.
func cancelled(ctx context.Context, t *Talk) error {
	if err := t.LeaveFlow(ctx); err != nil {
		return err
	}
	return t.EditOrSay(ctx, "staff_cancelled", nil, nil)
}
