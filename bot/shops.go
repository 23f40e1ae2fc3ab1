package bot

import (
	"context"
	"strings"

	"kopilka/catalog"
	"kopilka/program"
	"kopilka/texts"
)

// shops pages through the merchants that take part; /shops with words searches them.
func shops(ctx context.Context, t *Talk) error {
	all, err := activeMerchants(ctx, t.DB, t.Args)
	if err != nil {
		return err
	}
	s, err := t.Program.Settings(ctx)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return t.show(ctx, t.P.Text("shops_none"), Inline{Row(t.tap("button_shops", actionShops)), t.backToMenu()})
	}
	const shown = 2 * page
	from := min(int(t.Params.Int(0)), (len(all)-1)/shown*shown)
	lines := []string{t.P.Plural("shops", int64(len(all)))}
	for _, m := range all[max(0, from):min(len(all), max(0, from)+shown)] {
		line, err := t.shop(ctx, m, s)
		if err != nil {
			return err
		}
		lines = append(lines, line)
	}
	return t.show(ctx, strings.Join(lines, "\n"), Inline{t.pages(actionShops, from, shown, len(all)), Row(t.tap("button_promos", actionPromos)), t.backToMenu()})
}

// pages is the row that leads to the neighbouring pages of a list.
func (t *Talk) pages(a Action, from, shown, total int) (row []Button) {
	if from > 0 {
		row = append(row, t.tap("button_prev", a, max(0, from-shown)))
	}
	if from+shown < total {
		row = append(row, t.tap("button_next", a, from+shown))
	}
	return row
}

// shop is one merchant's line: its name, what it sells, its own rate, where it is.
func (t *Talk) shop(ctx context.Context, m catalog.Merchant, s program.Settings) (string, error) {
	line := t.P.Text("shop_line", texts.Data{"Shop": m.Name})
	if m.Category != "" {
		line += ", " + t.category(m.Category)
	}
	if rate, ok := s.Merchants[int64(m.ID)]; ok {
		line += " — " + t.P.Text("shop_rate", texts.Data{"Rate": texts.Percent(rate)})
	}
	stores, err := catalog.Stores(ctx, t.DB, m.ID)
	if err != nil || len(stores) == 0 {
		return line, err
	}
	where := stores[0].Place
	if where == "" {
		where = stores[0].Address
	}
	if where != "" {
		line += ". " + texts.Escape(where)
	}
	return line, nil
}

// category names what a merchant sells, in the reader's words where there are any.
func (t *Talk) category(code string) string {
	key := "category_" + code
	if words := t.P.Text(key); words != key {
		return words
	}
	return texts.Escape(code)
}

// promos lists the offers that are on.
func promos(ctx context.Context, t *Talk) error {
	all, err := catalog.Offers(ctx, t.DB, t.At)
	if err != nil {
		return err
	}
	s, err := t.Program.Settings(ctx)
	if err != nil {
		return err
	}
	k := Inline{nil, Row(t.tap("button_shops", actionShops)), t.backToMenu()}
	if len(all) == 0 {
		return t.show(ctx, t.P.Text("promos_none"), k)
	}
	from := max(0, min(int(t.Params.Int(0)), (len(all)-1)/page*page))
	lines := []string{t.P.Text("promos")}
	for _, o := range all[from:min(len(all), from+page)] {
		line, err := t.offer(ctx, o, s)
		if err != nil {
			return err
		}
		lines = append(lines, line)
	}
	k[0] = t.pages(actionPromos, from, page, len(all))
	return t.show(ctx, strings.Join(lines, "\n\n"), k)
}

func (t *Talk) offer(ctx context.Context, o catalog.Offer, s program.Settings) (string, error) {
	place := catalog.Place{}
	if o.Merchant != 0 {
		var err error
		if place, err = catalog.PlaceOf(ctx, t.DB, o.Merchant, 0); err != nil {
			return "", err
		}
	}
	// The first moment when it is over belongs to no day of the offer.
	until := t.day(o.Until.Add(-1), t.zoneAt(place, s))
	line := t.P.Text("offer", texts.Data{"Title": o.Title.In(t.P.Lang()), "Shop": place.Merchant.Name, "Until": until})
	if o.Merchant == 0 {
		line = t.P.Text("offer_mall", texts.Data{"Title": o.Title.In(t.P.Lang()), "Until": until})
	}
	if body := o.Body.In(t.P.Lang()); body != "" {
		line += "\n" + texts.Escape(cut(body, 400)) // a page of these must fit a message
	}
	return line, nil
}
