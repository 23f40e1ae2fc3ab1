package bot

import (
	"context"
	"errors"
	"fmt"

	"kopilka/catalog"
	"kopilka/members"
	"kopilka/program"
	"kopilka/receipts"
	"kopilka/texts"
)

// askSum asks for the sum of a sale.
func (t *Talk) askSum(ctx context.Context, d deal, why string) error {
	_, a, err := t.buyer(ctx, d)
	if err != nil {
		return t.dealTrouble(ctx, d, err)
	}
	return t.askDeal(ctx, d, "sum", t.line(why)+t.P.Text("deal_sum", t.buyerData(a)), nil)
}

func (t *Talk) sumAnswer(ctx context.Context, d deal) error {
	minor, document, ok := splitSum(t.Text())
	if !ok {
		return t.next(ctx, d, "deal_sum_unclear")
	}
	d.Minor, d.Document = minor, document
	return t.next(ctx, d, "")
}

// showSale shows what the sale would give, to be confirmed.
func (t *Talk) showSale(ctx context.Context, d deal) error {
	actor, a, err := t.buyer(ctx, d)
	if err != nil {
		return t.dealTrouble(ctx, d, err)
	}
	total, err := t.total(ctx, d, a.Settings)
	if err != nil {
		return err
	}
	if least := a.Settings.Currencies[total.Currency].MinSum; total.Minor < least {
		return t.tooSmall(ctx, d, a, total, least)
	}
	quote, err := t.Program.Quote(ctx, actor, d.Buyer, catalog.MerchantID(d.Merchant), total)
	if errors.Is(err, program.ErrSum) {
		d.Minor = 0
		return t.next(ctx, d, "deal_sum_range")
	}
	if err != nil {
		return t.dealTrouble(ctx, d, err)
	}
	html, err := t.saleCard(ctx, d, a, total, quote)
	if err != nil {
		return err
	}
	return t.askDeal(ctx, d, "confirm", html, func() Inline {
		return Inline{
			Row(t.tap("button_sell", actionSell, t.Flow.Version).In(Success)),
			Row(Tap(t.P.Plain("button_change_sum"), t.FlowToken(dealChange))),
		}
	})
}

// tooSmall asks for another sum when the one that was given earns nothing.
func (t *Talk) tooSmall(ctx context.Context, d deal, a program.Account, total receipts.Money, least int64) error {
	d.Minor, d.Document = 0, ""
	html := t.P.Text("sale_min_sum", texts.Data{"Min": texts.Money{Minor: least, Currency: total.Currency}, "Total": sum(total)})
	return t.askDeal(ctx, d, "sum", html+"\n\n"+t.P.Text("deal_sum", t.buyerData(a)), nil)
}

// saleCard is what a cashier checks before a tap: whom, how much, what for.
func (t *Talk) saleCard(ctx context.Context, d deal, a program.Account, total receipts.Money, quote program.Breakdown) (string, error) {
	at, err := t.place(ctx, members.Actor{Merchant: d.Merchant, Store: d.Store})
	if err != nil {
		return "", err
	}
	key := "deal_sale"
	if quote.Total == 0 {
		key = "deal_sale_none"
	}
	html := t.P.Text(key, t.buyerData(a), texts.Data{"Total": sum(total), "Points": texts.Points(quote.Total), "Shop": placeName(at)})
	if d.Document != "" {
		html += "\n" + t.P.Text("deal_document", texts.Data{"Document": d.Document})
	}
	return html, nil
}

func changeSum(ctx context.Context, t *Talk) error {
	var d deal
	if err := t.Flow.Read(&d); err != nil {
		return err
	}
	d.Minor, d.Document = 0, ""
	return t.next(ctx, d, "")
}

// saleRef names the sale of one confirmation card: every tap on it is the same sale.
func (t *Talk) saleRef(version int64) string {
	return fmt.Sprintf("telegram:%d:%d:%d", t.client.ID(), t.Person, version)
}

// sell books the sale. The dialogue is over after the first tap; a second one is answered
// as the first was.
func sell(ctx context.Context, t *Talk) error {
	version := t.Params.Int(0)
	if t.Flow == nil || t.Flow.Name != flowDeal || t.Flow.Version != version {
		return t.soldBefore(ctx, version)
	}
	var d deal
	if err := t.Flow.Read(&d); err != nil {
		return err
	}
	actor, a, err := t.buyer(ctx, d)
	if err != nil {
		return t.dealTrouble(ctx, d, err)
	}
	total, err := t.total(ctx, d, a.Settings)
	if err != nil {
		return err
	}
	out, err := t.Program.AccrueSale(ctx, actor, d.Buyer, program.Sale{Total: total, Document: d.Document, Ref: t.saleRef(version)})
	if err != nil {
		return t.dealTrouble(ctx, d, err)
	}
	if err := t.sold(ctx, out, a.Member); err != nil {
		return err
	}
	return t.LeaveFlow(ctx)
}

// soldBefore answers a tap on the card of a sale that was booked; the reference holds
// the person, so nobody sees another's.
func (t *Talk) soldBefore(ctx context.Context, version int64) error {
	had, err := receipts.ByRef(ctx, t.DB, "cashier", t.saleRef(version))
	if errors.Is(err, receipts.ErrNotFound) {
		return ErrStale
	}
	if err != nil {
		return err
	}
	out, err := t.Program.Receipt(ctx, t.desks()[0], had.ID)
	if errors.Is(err, program.ErrNotFound) {
		return ErrStale
	}
	if err != nil {
		return err
	}
	buyer, err := members.Get(ctx, t.DB, out.Member)
	if err != nil {
		return err
	}
	return t.sold(ctx, out, buyer)
}

// sold tells the cashier what came of a sale; the buyer is told by the programme's event.
func (t *Talk) sold(ctx context.Context, out program.Outcome, buyer members.Member) error {
	s := out.Settings
	data := texts.Data{"Name": shortName(buyer), "Total": sum(out.Receipt.Total), "Points": texts.Points(out.Points),
		"Balance": texts.Points(out.Balance.Available), "Shop": out.Place.Merchant.Name,
		"Min": texts.Money{Minor: s.Currencies[out.Receipt.Total.Currency].MinSum, Currency: out.Receipt.Total.Currency}}
	if out.Verdict != program.VerdictOK {
		return t.EditOrSay(ctx, saleRefusal(out.Verdict), data, nil)
	}
	if out.Op == 0 {
		return t.EditOrSay(ctx, "sale_done_none", data, nil)
	}
	html := t.P.Text("sale_done", data)
	if !out.AvailableAt.IsZero() {
		html += "\n" + t.P.Text("sale_pending", texts.Data{"Day": t.day(out.AvailableAt, program.Zone(out.Place))})
	}
	return t.EditOrSayHTML(ctx, html, Inline{Row(t.tap("button_undo", actionUndo, out.Op))})
}

// saleRefusal is the key of what a cashier hears when a sale earns nothing.
func saleRefusal(v program.Verdict) string {
	switch v {
	case program.VerdictReview:
		return "sale_review"
	case program.VerdictShopOut:
		return "sale_suspended"
	case program.VerdictMinSum:
		return "sale_min_sum"
	}
	return "sale_refused"
}
