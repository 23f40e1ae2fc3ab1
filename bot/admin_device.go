package bot

import (
	"context"
	"errors"
	"strings"

	"kopilka/catalog"
	"kopilka/members"
	"kopilka/texts"
)

const (
	flowDevice   = "device"
	deviceCancel = Action("devx")
)

// newDevice is where a fiscal device is about to be registered.
type newDevice struct {
	Merchant catalog.MerchantID `json:"merchant"`
	Store    catalog.StoreID    `json:"store"`
}

// askDevice asks for devices' numbers; of several stores, which one first.
func askDevice(ctx context.Context, t *Talk) error {
	merchant, store := catalog.MerchantID(t.Params.Int(0)), catalog.StoreID(t.Params.Int(1))
	if _, ok := t.may(members.PermManageCatalog, int64(merchant)); !ok {
		return ErrStale
	}
	stores, err := catalog.Stores(ctx, t.DB, merchant)
	if err != nil {
		return err
	}
	if len(stores) == 1 {
		store = stores[0].ID
	}
	for _, s := range stores {
		if s.ID == store {
			return t.askDeviceOf(ctx, newDevice{merchant, store}, "")
		}
	}
	var k Inline
	for _, s := range stores[:min(len(stores), 20)] {
		k = append(k, Row(Tap(cut(s.Name, 60), actionDevice.Token(merchant, s.ID))))
	}
	return t.EditOrSay(ctx, "device_store", nil, append(k, Row(t.tap("button_merchant_back", actionMerchant, merchant))))
}

func (t *Talk) askDeviceOf(ctx context.Context, d newDevice, why string) error {
	if err := t.OpenFlow(ctx, flowDevice, "number", d); err != nil {
		return err
	}
	s, err := catalog.StoreByID(ctx, t.DB, d.Store)
	if err != nil {
		return err
	}
	if why != "" {
		why += "\n\n"
	}
	return t.EditOrSayHTML(ctx, why+t.P.Text("device_ask", texts.Data{"Store": s.Name}),
		Inline{Row(Tap(t.P.Plain("button_cancel"), t.FlowToken(deviceCancel)))})
}

func deviceAnswer(ctx context.Context, t *Talk) error {
	var d newDevice
	if err := t.Flow.Read(&d); err != nil {
		return err
	}
	text := strings.TrimSpace(t.Text())
	if text == "" || len(t.Pictures()) > 0 {
		return ErrPass
	}
	a, ok := t.may(members.PermManageCatalog, int64(d.Merchant))
	if !ok {
		return ErrStale
	}
	m, err := catalog.MerchantByID(ctx, t.DB, d.Merchant)
	if err != nil {
		return err
	}
	devices, why, err := t.typedDevices(ctx, m.Country, text)
	if err != nil {
		return err
	}
	if why != "" {
		return t.askDeviceOf(ctx, d, why)
	}
	for _, number := range devices {
		err := t.Program.RegisterDevice(ctx, a, catalog.Till{Store: d.Store, Device: number, Country: m.Country})
		if err != nil && !errors.Is(err, catalog.ErrTaken) { // taken since it was looked for: it is there
			return err
		}
	}
	if err := t.LeaveFlow(ctx); err != nil {
		return err
	}
	return t.showMerchant(ctx, d.Merchant)
}
