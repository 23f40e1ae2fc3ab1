package bot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"kopilka/catalog"
	"kopilka/members"
	"kopilka/program"
	"kopilka/texts"
)

const (
	flowShop    = "shop"
	shopCountry = Action("shopc")
	shopZone    = Action("shopz")
	shopNoTills = Action("shopnt")
	shopAdd     = Action("shopadd")
	shopCancel  = Action("shopx")
)

// shopDraft is a merchant being put together; nextShop asks for what it lacks.
type shopDraft struct {
	Name    string   `json:"name,omitempty"`
	Country string   `json:"country,omitempty"`
	TaxID   string   `json:"tax_id,omitempty"`
	Store   string   `json:"store,omitempty"`
	Address string   `json:"address,omitempty"`
	Zone    string   `json:"zone,omitempty"`
	Devices []string `json:"devices,omitempty"`
	// NoTills says that devices will be added later.
	NoTills bool `json:"no_tills,omitempty"`
}

// shopZones are the clocks of a country's shops; where there is one, nobody is asked.
var shopZones = map[string][]string{
	"RU": {"Europe/Moscow", "Europe/Kaliningrad", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Omsk", "Asia/Novosibirsk",
		"Asia/Krasnoyarsk", "Asia/Irkutsk", "Asia/Yakutsk", "Asia/Vladivostok", "Asia/Magadan", "Asia/Kamchatka"},
	"UA": {"Europe/Kyiv"}, "KZ": {"Asia/Almaty"}, "BY": {"Europe/Minsk"}, "KG": {"Asia/Bishkek"}, "UZ": {"Asia/Tashkent"},
}

// shopCountries are in the order in which they are offered.
var shopCountries = []string{"RU", "UA", "KZ", "BY", "KG", "UZ"}

func shopRoutes(r *Routes) {
	guard := func(h Handler) Handler { return allowed(members.PermManageMerchant, h) }
	r.Action(actionAddMerchant, guard(addMerchant))
	r.Flow(flowShop, guard(shopAnswer))
	r.FlowAction(flowShop, shopCountry, guard(shopTap))
	r.FlowAction(flowShop, shopZone, guard(shopTap))
	r.FlowAction(flowShop, shopNoTills, guard(shopTap))
	r.FlowAction(flowShop, shopAdd, guard(addShop))
	r.FlowAction(flowShop, shopCancel, cancelled)
}

func addMerchant(ctx context.Context, t *Talk) error {
	return t.nextShop(ctx, shopDraft{}, "")
}

// nextShop asks for what the draft lacks, or shows it to be confirmed. why is ready HTML
// to stand before the question, or "".
func (t *Talk) nextShop(ctx context.Context, d shopDraft, why string) error {
	if all := shopZones[d.Country]; d.Zone == "" && len(all) == 1 {
		d.Zone = all[0]
	}
	switch {
	case d.Name == "":
		return t.askShop(ctx, d, "name", why, nil, nil)
	case d.Country == "":
		return t.askShop(ctx, d, "country", why, nil, t.countryKeys)
	case d.TaxID == "":
		return t.askShop(ctx, d, "tax", why, texts.Data{"Tax": t.taxName(d.Country)}, nil)
	case d.Store == "":
		return t.askShop(ctx, d, "store", why, nil, nil)
	case d.Zone == "":
		return t.askShop(ctx, d, "zone", why, nil, func() Inline { return t.zoneKeys(d.Country) })
	case len(d.Devices) == 0 && !d.NoTills:
		return t.askShop(ctx, d, "devices", why, nil, func() Inline {
			return Inline{Row(Tap(t.P.Plain("button_no_tills"), t.FlowToken(shopNoTills)))}
		})
	}
	return t.askShop(ctx, d, "summary", why, t.shopData(d), func() Inline {
		return Inline{Row(Tap(t.P.Plain("button_shop_add"), t.FlowToken(shopAdd)).In(Success))}
	})
}

// askShop asks the question shop_<step>, with a way out.
func (t *Talk) askShop(ctx context.Context, d shopDraft, step, why string, data texts.Data, rows func() Inline) error {
	if err := t.OpenFlow(ctx, flowShop, step, d); err != nil {
		return err
	}
	var k Inline
	if rows != nil {
		k = rows()
	}
	if why != "" {
		why += "\n\n"
	}
	return t.EditOrSayHTML(ctx, why+t.P.Text("shop_"+step, data), append(k, Row(Tap(t.P.Plain("button_cancel"), t.FlowToken(shopCancel)))))
}

func (t *Talk) countryKeys() (k Inline) {
	var all []Button
	for _, code := range shopCountries {
		all = append(all, Tap(t.countryName(code), t.FlowToken(shopCountry, code)))
	}
	for row := range slices.Chunk(all, 2) {
		k = append(k, row)
	}
	return k
}

func (t *Talk) zoneKeys(country string) (k Inline) {
	var all []Button
	for _, zone := range shopZones[country] {
		all = append(all, Tap(t.zoneName(zone), t.FlowToken(shopZone, zone)))
	}
	for row := range slices.Chunk(all, 2) {
		k = append(k, row)
	}
	return k
}

// zoneName is the city that gives a clock its name.
func (t *Talk) zoneName(zone string) string {
	_, city, _ := strings.Cut(zone, "/")
	return t.P.Plain("zone_" + strings.ToLower(city))
}

func (t *Talk) shopData(d shopDraft) texts.Data {
	devices := strings.Join(d.Devices, ", ")
	if devices == "" {
		devices = "—"
	}
	store := d.Store
	if d.Address != "" {
		store += ", " + d.Address
	}
	return texts.Data{"Name": d.Name, "Country": t.countryName(d.Country), "Tax": t.taxName(d.Country), "TaxID": d.TaxID,
		"Store": store, "Zone": t.zoneName(d.Zone), "Devices": devices}
}

// addShop adds what was put together and shows its card, from which staff are invited.
func addShop(ctx context.Context, t *Talk) error {
	var d shopDraft
	if err := t.Flow.Read(&d); err != nil {
		return err
	}
	zone, err := time.LoadLocation(d.Zone)
	if err != nil {
		return err
	}
	a, _ := t.Actor(members.PermManageMerchant)
	at, err := t.Program.AddShop(ctx, a, program.Shop{
		Merchant: catalog.Merchant{Name: d.Name, Country: d.Country, TaxID: catalog.TaxID(d.TaxID)},
		Store:    catalog.Store{Name: d.Store, Address: d.Address, Zone: zone}, Devices: d.Devices})
	switch {
	case errors.Is(err, catalog.ErrTaken):
		return t.shopTaken(ctx, d)
	case errors.Is(err, catalog.ErrInvalid), errors.Is(err, catalog.ErrDevice), errors.Is(err, catalog.ErrTaxID):
		return t.nextShop(ctx, shopDraft{}, t.P.Text("shop_wrong"))
	case err != nil:
		return err
	}
	return t.shopAdded(ctx, at.Merchant.ID)
}

func (t *Talk) shopAdded(ctx context.Context, id catalog.MerchantID) error {
	if err := t.EditOrSay(ctx, "shop_added", nil, nil); err != nil {
		return err
	}
	if err := t.LeaveFlow(ctx); err != nil {
		return err
	}
	m, err := catalog.MerchantByID(ctx, t.DB, id)
	if err != nil {
		return err
	}
	html, err := t.merchantText(ctx, m)
	if err != nil {
		return err
	}
	return t.SayHTML(ctx, html, t.merchantKeys(m))
}

// shopTaken answers when the merchant is there already, as after a first try whose answer
// was lost; or else one of its devices is.
func (t *Talk) shopTaken(ctx context.Context, d shopDraft) error {
	had, err := catalog.ByTaxID(ctx, t.DB, d.Country, catalog.TaxID(d.TaxID))
	if errors.Is(err, catalog.ErrNotFound) {
		d.Devices = nil
		return t.nextShop(ctx, d, t.P.Text("shop_device_gone"))
	}
	if err != nil {
		return err
	}
	return t.shopAdded(ctx, had.ID)
}
