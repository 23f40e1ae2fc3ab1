package bot

import (
	"context"

	"kopilka/catalog"
	"kopilka/members"
	"kopilka/notify"
	"kopilka/texts"
)

// The actions of people who run the programme, and of managers at their own merchant.
const (
	actionAdmin       Action = "admin"
	actionMerchants   Action = "admers"
	actionMerchant    Action = "admer"
	actionAddMerchant Action = "adnew"
	actionState       Action = "adstate"
	actionInvite      Action = "adinv"
	actionDevice      Action = "addev"
	actionStaff       Action = "adstaff"
	actionRevokeAsk   Action = "adrev"
	actionRevoke      Action = "adrevok"
	actionRates       Action = "adrates"
	actionRate        Action = "adrate"
	actionReview      Action = notify.ActionReview
	actionBroadcast   Action = "bc"
	actionBcStop      Action = notify.ActionStop
)

// adminRoutes are what admins can do, and managers for their own merchant.
func adminRoutes(r *Routes) {
	r.Command("admin", allowed(members.PermManageMerchant, adminMenu))
	r.Action(actionAdmin, allowed(members.PermManageMerchant, adminMenu))

	r.Key("key_admin", allowed(members.PermManageMerchant, adminMenu))
	r.Key("key_review", allowed(members.PermReview, review))
	r.Key("key_broadcast", allowed(members.PermBroadcast, broadcast))
	r.Key("key_merchants", allowed(members.PermManageCatalog, merchants))

	r.Command("merchant", allowed(members.PermManageCatalog, merchants))
	r.Action(actionMerchants, allowed(members.PermManageCatalog, merchants))
	r.Action(actionMerchant, allowed(members.PermManageCatalog, merchantOf))
	r.Action(actionInvite, allowed(members.PermInviteCashier, invite))
	r.Action(actionDevice, allowed(members.PermManageCatalog, askDevice))
	r.Action(actionStaff, allowed(members.PermInviteCashier, staffList))
	r.Action(actionRevokeAsk, allowed(members.PermInviteCashier, revokeAsk))
	r.Action(actionRevoke, allowed(members.PermInviteCashier, revoke))
	r.Action(actionState, allowed(members.PermManageMerchant, setMerchantState))
	r.Flow(flowDevice, allowed(members.PermManageCatalog, deviceAnswer))
	r.FlowAction(flowDevice, deviceCancel, cancelled)
	shopRoutes(r)

	r.Action(actionRates, allowed(members.PermSettings, rates))
	r.Action(actionRate, allowed(members.PermSettings, askRate))
	r.Flow(flowRate, allowed(members.PermSettings, rateAnswer))
	r.FlowAction(flowRate, ratePublish, allowed(members.PermSettings, publishRate))
	r.FlowAction(flowRate, rateCancel, cancelled)

	reviewRoutes(r)
	broadcastRoutes(r)
}

// allowed lets only people through who may do p somewhere; the programme checks the
// place again.
func allowed(p members.Permission, h Handler) Handler {
	return func(ctx context.Context, t *Talk) error {
		if _, ok := t.Actor(p); ok {
			return h(ctx, t)
		}
		if err := t.LeaveFlow(ctx); err != nil {
			return err
		}
		return t.Say(ctx, "admin_only", nil, t.keyboard())
	}
}

// may is the sender's role that may do p at a merchant; 0 is the whole programme.
func (t *Talk) may(p members.Permission, merchant int64) (members.Actor, bool) {
	for _, a := range t.Actors {
		if a.Can(p, merchant) {
			return a, true
		}
	}
	return members.Actor{}, false
}

// reviewShown bounds the number that the menu counts.
const reviewShown = 100

func adminMenu(ctx context.Context, t *Talk) error {
	a, _ := t.Actor(members.PermManageMerchant)
	s, err := t.Program.Settings(ctx)
	if err != nil {
		return err
	}
	waiting, err := t.Program.ReviewQueue(ctx, a, 0, reviewShown)
	if err != nil {
		return err
	}
	shops, err := catalog.Merchants(ctx, t.DB, "")
	if err != nil {
		return err
	}
	health, err := ReadHealth(ctx, t.DB, t.client.ID(), t.At)
	if err != nil {
		return err
	}
	data := texts.Data{"Programme": s.Name, "Merchants": texts.Count(len(shops)), "Review": texts.Count(len(waiting)),
		// this very update waits too
		"Waiting": texts.Count(max(0, health.Waiting-1)), "Dead": texts.Count(health.Dead)}
	return t.EditOrSay(ctx, "admin_menu", data, Inline{
		Row(t.tap("button_merchants", actionMerchants), t.tap("button_merchant_add", actionAddMerchant)),
		Row(t.tap("button_reviews", actionReview), t.tap("button_broadcast", actionBroadcast)),
		Row(t.tap("button_rates", actionRates), t.tap("button_admins", actionStaff, 0)),
	})
}

// runs reports whether one of the roles is over the whole programme.
func runs(actors []members.Actor) bool {
	for _, a := range actors {
		if a.Can(members.PermManageMerchant, 0) {
			return true
		}
	}
	return false
}

func adminKeyboard(p texts.Printer) Reply {
	return Reply{
		Rows: [][]ReplyKey{
			{Key(p.Plain("key_review")), Key(p.Plain("key_broadcast"))},
			{Key(p.Plain("key_merchants")), Key(p.Plain("key_admin"))},
			{Key(p.Plain("key_menu"))},
		},
		Placeholder: p.Plain("staff_placeholder"),
	}
}

// workRows are the menu's way to what an admin runs, or a manager.
func (t *Talk) workRows() Inline {
	if _, ok := t.may(members.PermManageMerchant, 0); ok {
		return Inline{Row(t.tap("button_run", actionAdmin))}
	}
	if _, ok := t.Actor(members.PermManageCatalog); ok {
		return Inline{Row(t.tap("button_my_shop", actionMerchants))}
	}
	return nil
}

// backToAdmin is the last row of the screens that the admin's menu opens.
func (t *Talk) backToAdmin() []Button { return Row(t.tap("button_admin", actionAdmin)) }
