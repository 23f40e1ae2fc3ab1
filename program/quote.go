package program

import (
	"context"
	"time"

	"kopilka/catalog"
	"kopilka/ledger"
	"kopilka/members"
	"kopilka/receipts"
)

// placeOf is where staff stand: their merchant, and their store if they have one.
func (p *Program) placeOf(ctx context.Context, actor members.Actor) (catalog.Place, error) {
	if actor.Merchant == 0 {
		return catalog.Place{}, ErrForbidden
	}
	return catalog.PlaceOf(ctx, p.db, catalog.MerchantID(actor.Merchant), catalog.StoreID(actor.Store))
}

// Quote is what a purchase would earn now: the same computation as the accrual's, with
// the day's cap as it stands.
func (p *Program) Quote(ctx context.Context, actor members.Actor, m members.ID, merchant catalog.MerchantID, total receipts.Money) (Breakdown, error) {
	if actor.Member != m && !actor.Can(members.PermQuote, int64(merchant)) {
		return Breakdown{}, ErrForbidden
	}
	if total.Minor <= 0 || total.Minor > maxSale {
		return Breakdown{}, ErrSum
	}
	s, err := settingsAt(ctx, p.db, p.now())
	if err != nil {
		return Breakdown{}, err
	}
	at, err := catalog.PlaceOf(ctx, p.db, merchant, 0)
	if err != nil {
		return Breakdown{}, err
	}
	standing, err := readStanding(ctx, p.db, s, m, p.now())
	if err != nil {
		return Breakdown{}, err
	}
	local := p.now().In(zoneOf(at))
	day := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, local.Location())
	_, earned, err := receipts.CountAccepted(ctx, p.db, int64(m), 0, day, day.AddDate(0, 0, 1))
	if err != nil {
		return Breakdown{}, err
	}
	if c, ok := s.Currencies[total.Currency]; !ok || total.Minor < c.MinSum {
		return Breakdown{Settings: s.Version}, nil
	}
	return Earn(s, Purchase{Total: total, Merchant: int64(merchant), Tier: standing.Tier.Code, EarnedThatDay: ledger.Points(earned)}), nil
}
