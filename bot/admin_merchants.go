package bot

import (
	"context"
	"errors"
	"slices"
	"strings"

	"kopilka/catalog"
	"kopilka/members"
	"kopilka/program"
	"kopilka/texts"
)

// pageOfMerchants is how many merchants one screen lists.
const pageOfMerchants = 8

// merchants lists them to an admin; a manager of one sees their own at once.
func merchants(ctx context.Context, t *Talk) error {
	if _, all := t.may(members.PermManageMerchant, 0); !all {
		return t.ownMerchants(ctx)
	}
	list, err := catalog.Merchants(ctx, t.DB, t.Args)
	if err != nil {
		return err
	}
	from := int(min(max(0, t.Params.Int(0)), int64(len(list))))
	page := list[from:min(from+pageOfMerchants, len(list))]
	var k Inline
	for _, m := range page {
		label := m.Name
		if !m.Active() {
			label = "⏸ " + label
		}
		k = append(k, Row(Tap(cut(label, 60), actionMerchant.Token(m.ID))))
	}
	var turn []Button
	if from > 0 {
		turn = append(turn, t.tap("button_earlier_page", actionMerchants, max(0, from-pageOfMerchants)))
	}
	if from+pageOfMerchants < len(list) {
		turn = append(turn, t.tap("button_later_page", actionMerchants, from+pageOfMerchants))
	}
	k = append(k, turn, append(Row(t.tap("button_merchant_add", actionAddMerchant)), t.backToAdmin()...))
	return t.EditOrSay(ctx, "merchants", texts.Data{"N": texts.Count(len(list))}, k)
}

// ownMerchants lets a manager of several choose; of one there is nothing to choose.
func (t *Talk) ownMerchants(ctx context.Context) error {
	var own []catalog.MerchantID
	for _, a := range t.Actors {
		if id := catalog.MerchantID(a.Merchant); a.Can(members.PermManageCatalog, a.Merchant) && !slices.Contains(own, id) {
			own = append(own, id)
		}
	}
	if len(own) == 1 {
		return t.showMerchant(ctx, own[0])
	}
	var k Inline
	for _, id := range own {
		m, err := catalog.MerchantByID(ctx, t.DB, id)
		if err != nil {
			return err
		}
		k = append(k, Row(Tap(cut(m.Name, 60), actionMerchant.Token(m.ID))))
	}
	return t.EditOrSay(ctx, "merchants_own", nil, k)
}

func merchantOf(ctx context.Context, t *Talk) error {
	return t.showMerchant(ctx, catalog.MerchantID(t.Params.Int(0)))
}

// showMerchant is a merchant's card: who, where, which tills, and what can be done.
func (t *Talk) showMerchant(ctx context.Context, id catalog.MerchantID) error {
	if _, ok := t.may(members.PermManageCatalog, int64(id)); !ok {
		return ErrStale
	}
	m, err := catalog.MerchantByID(ctx, t.DB, id)
	if errors.Is(err, catalog.ErrNotFound) {
		return ErrStale
	}
	if err != nil {
		return err
	}
	html, err := t.merchantText(ctx, m)
	if err != nil {
		return err
	}
	return t.EditOrSayHTML(ctx, html, t.merchantKeys(m))
}

func (t *Talk) merchantText(ctx context.Context, m catalog.Merchant) (string, error) {
	state := "merchant_active"
	if !m.Active() {
		state = "merchant_suspended"
	}
	lines := []string{t.P.Text("merchant", texts.Data{"Name": m.Name, "Country": t.countryName(m.Country), "Tax": t.taxName(m.Country),
		"TaxID": string(m.TaxID), "State": t.P.Plain(state)})}
	stores, err := catalog.Stores(ctx, t.DB, m.ID)
	if err != nil {
		return "", err
	}
	for _, s := range stores[:min(len(stores), 20)] {
		tills, err := catalog.Tills(ctx, t.DB, s.ID)
		if err != nil {
			return "", err
		}
		where := strings.Join(strings.Fields(s.Place+" "+s.Address), " ")
		if where != "" {
			where = ", " + where
		}
		lines = append(lines, t.P.Text("merchant_store", texts.Data{"Store": s.Name, "Where": where, "Devices": devicesText(tills)}))
	}
	return strings.Join(lines, "\n"), nil
}

// devicesText lists the fiscal devices of some tills, as many as a screen bears.
func devicesText(tills []catalog.Till) string {
	var all []string
	for _, till := range tills {
		if till.Device != "" {
			all = append(all, till.Device)
		}
	}
	if len(all) == 0 {
		return "—"
	}
	more := ""
	if len(all) > 6 {
		all, more = all[:6], " …"
	}
	return strings.Join(all, ", ") + more
}

func (t *Talk) merchantKeys(m catalog.Merchant) Inline {
	k := Inline{Row(t.tap("button_invite_cashier", actionInvite, string(members.RoleCashier), m.ID))}
	if _, ok := t.may(members.PermInviteManager, int64(m.ID)); ok {
		k = append(k, Row(t.tap("button_invite_manager", actionInvite, string(members.RoleManager), m.ID)))
	}
	k = append(k, Row(t.tap("button_device_add", actionDevice, m.ID, 0), t.tap("button_staff", actionStaff, m.ID)))
	if _, ok := t.may(members.PermManageMerchant, 0); !ok {
		return k
	}
	state := t.tap("button_suspend", actionState, m.ID, string(catalog.StateSuspended)).In(Danger)
	if !m.Active() {
		state = t.tap("button_resume", actionState, m.ID, string(catalog.StateActive))
	}
	return append(k, Row(state), Row(t.tap("button_merchants_back", actionMerchants)))
}

func setMerchantState(ctx context.Context, t *Talk) error {
	a, _ := t.Actor(members.PermManageMerchant)
	id, to := catalog.MerchantID(t.Params.Int(0)), catalog.State(t.Params.Text(1))
	if err := t.Program.SetMerchantState(ctx, a, id, to); errors.Is(err, program.ErrNotFound) {
		return ErrStale
	} else if err != nil {
		return err
	}
	return t.showMerchant(ctx, id)
}

// invite makes a link for one new person of the staff. It stands in the text to be
// forwarded: as a button it would invite the one who taps it.
func invite(ctx context.Context, t *Talk) error {
	role, merchant := members.Role(t.Params.Text(0)), t.Params.Int(1)
	a, ok := t.may(inviteRight[role], merchant)
	if !ok {
		return ErrStale
	}
	where, err := t.invitedTo(ctx, role, merchant, 0)
	if errors.Is(err, catalog.ErrNotFound) {
		return ErrStale
	}
	if err != nil {
		return err
	}
	token, err := t.Program.InviteStaff(ctx, a, role, catalog.MerchantID(merchant), 0)
	if err != nil {
		return err
	}
	link := t.DeepLink("m_" + token)
	return t.Say(ctx, "invite_link", texts.Data{"Role": t.roleName(role), "Shop": where, "Link": link},
		Inline{Row(CopyText(t.P.Plain("button_copy_link"), link))})
}

func (t *Talk) countryName(code string) string {
	if currencies[code] == "" {
		return code
	}
	return t.P.Plain("country_" + strings.ToLower(code))
}

// taxName is what a tax number is called in a country.
func (t *Talk) taxName(code string) string {
	if currencies[code] == "" {
		return t.P.Plain("tax_other")
	}
	return t.P.Plain("tax_" + strings.ToLower(code))
}
