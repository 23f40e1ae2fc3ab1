package bot

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"kopilka/catalog"
	"kopilka/texts"
)

// shopTap takes an answer that is a button.
func shopTap(ctx context.Context, t *Talk) error {
	var d shopDraft
	if err := t.Flow.Read(&d); err != nil {
		return err
	}
	switch choice := t.Params.Text(0); t.Action {
	case shopCountry:
		if !slices.Contains(shopCountries, choice) {
			return ErrStale
		}
		d.Country = choice
	case shopZone:
		if !slices.Contains(shopZones[d.Country], choice) {
			return ErrStale
		}
		d.Zone = choice
	case shopNoTills:
		d.NoTills = true
	}
	return t.nextShop(ctx, d, "")
}

// shopAnswer takes an answer that is typed.
func shopAnswer(ctx context.Context, t *Talk) error {
	var d shopDraft
	if err := t.Flow.Read(&d); err != nil {
		return err
	}
	text := strings.TrimSpace(t.Text())
	if text == "" || len(t.Pictures()) > 0 {
		return ErrPass
	}
	why := ""
	switch t.Flow.Step {
	case "name":
		if d.Name = oneLine(text, 128); d.Name == "" {
			why = t.P.Text("shop_wrong")
		}
	case "tax":
		var err error
		if why, err = t.typedTax(ctx, &d, text); err != nil {
			return err
		}
	case "store":
		name, address, _ := strings.Cut(text, "\n")
		d.Store, d.Address = oneLine(name, 128), oneLine(address, 256)
	case "devices":
		var err error
		if d.Devices, why, err = t.typedDevices(ctx, d.Country, text); err != nil {
			return err
		}
	default:
		why = t.P.Text("shop_buttons")
	}
	return t.nextShop(ctx, d, why)
}

// oneLine is a typed name: its blanks made one, cut to what the catalog keeps.
func oneLine(s string, limit int) string {
	return cut(strings.Join(strings.Fields(s), " "), limit)
}

// typedTax takes a tax number whose check digits hold and which nobody has.
func (t *Talk) typedTax(ctx context.Context, d *shopDraft, text string) (why string, err error) {
	id := catalog.ParseTaxID(text)
	if !id.Valid(d.Country) {
		return t.P.Text("shop_tax_wrong"), nil
	}
	had, err := catalog.ByTaxID(ctx, t.DB, d.Country, id)
	if err == nil {
		return t.P.Text("shop_tax_taken", texts.Data{"Name": had.Name}), nil
	}
	if !errors.Is(err, catalog.ErrNotFound) {
		return "", err
	}
	d.TaxID = string(id)
	return "", nil
}

// A fiscal device's number, as people type several of them.
var (
	between    = regexp.MustCompile(`[\s,;]+`)
	deviceLike = regexp.MustCompile(`^[0-9A-Za-z]{4,40}$`)
)

// maxDevices bounds one message; a store has few tills.
const maxDevices = 50

func (t *Talk) typedDevices(ctx context.Context, country, text string) (devices []string, why string, err error) {
	for _, word := range between.Split(text, -1) {
		word = strings.ToUpper(strings.ReplaceAll(word, "-", ""))
		switch {
		case word == "" || slices.Contains(devices, word):
			continue
		case !deviceLike.MatchString(word) || len(devices) == maxDevices:
			return nil, t.P.Text("shop_device_wrong", texts.Data{"Device": cut(word, 40)}), nil
		}
		at, err := catalog.ByDevice(ctx, t.DB, country, word)
		if err == nil {
			return nil, t.P.Text("shop_device_taken", texts.Data{"Device": word, "Name": at.Merchant.Name}), nil
		}
		if !errors.Is(err, catalog.ErrNotFound) {
			return nil, "", err
		}
		devices = append(devices, word)
	}
	return devices, "", nil
}
