package bot

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"kopilka/catalog"
	"kopilka/program"
	"kopilka/receipts"
	"kopilka/texts"
)

// earn tells what a purchase would give: /earn 3000, or /earn 3000 with a shop's name.
func earn(ctx context.Context, t *Talk) error {
	amount, shop, _ := strings.Cut(t.Args, " ")
	minor, ok := minorUnits(amount)
	if !ok {
		return t.Say(ctx, "earn_how", nil, nil)
	}
	a, err := t.Program.Account(ctx, t.Shopper(), t.Member.ID)
	if err != nil {
		return err
	}
	total := receipts.Money{Minor: minor, Currency: a.Settings.Currency}
	if shop = strings.TrimSpace(shop); shop == "" {
		b := program.Earn(a.Settings, program.Purchase{Total: total, Tier: a.Standing.Tier.Code})
		return t.Say(ctx, "earn", texts.Data{"Total": sum(total), "Points": texts.Points(b.Total)}, Inline{Row(t.tap("button_shops", actionShops))})
	}
	found, err := activeMerchants(ctx, t.DB, shop)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return t.Say(ctx, "shops_none", nil, Inline{Row(t.tap("button_shops", actionShops))})
	}
	return t.earnAt(ctx, found[0], total)
}

func (t *Talk) earnAt(ctx context.Context, m catalog.Merchant, total receipts.Money) error {
	b, err := t.Program.Quote(ctx, t.Shopper(), t.Member.ID, m.ID, total)
	if errors.Is(err, program.ErrSum) {
		return t.Say(ctx, "earn_how", nil, nil)
	}
	if err != nil {
		return err
	}
	return t.Say(ctx, "earn_shop", texts.Data{"Shop": m.Name, "Total": sum(total), "Points": texts.Points(b.Total)}, nil)
}

// minorUnits reads a typed sum: 3000, 1249,90, 1249.9.
func minorUnits(s string) (int64, bool) {
	if !isSum(s) {
		return 0, false
	}
	whole, cents, _ := strings.Cut(strings.ReplaceAll(strings.TrimRight(s, "₽₴рубгн."), ",", "."), ".")
	n, err := strconv.ParseInt(whole+(cents + "00")[:2], 10, 64)
	return n, err == nil && n > 0
}
