package program

import (
	"context"
	"fmt"
	"time"

	"kopilka/ledger"
	"kopilka/members"
	"kopilka/receipts"

	"github.com/jackc/pgx/v5"
)

// credit books what a claimed receipt earns and tells of it.
func (j *judging) credit(ctx context.Context) error {
	s := j.out.Settings
	_, earned, err := receipts.CountAccepted(ctx, j.tx, int64(j.out.Member), 0, j.day, j.day.AddDate(0, 0, 1))
	if err != nil {
		return err
	}
	j.out.Breakdown = Earn(s, Purchase{Total: j.out.Receipt.Total, Merchant: int64(j.out.Place.Merchant.ID),
		Tier: j.wallet.tier, EarnedThatDay: ledger.Points(earned)})
	j.out.Points = j.out.Breakdown.Total
	first, err := j.firstPurchase(ctx)
	if err != nil {
		return err
	}
	if j.out.Points > 0 {
		if err := j.book(ctx); err != nil {
			return err
		}
	} else if j.out.Balance, err = ledger.BalanceOf(ctx, j.tx, j.wallet.account, j.at); err != nil {
		return err
	}
	var up *TierChange
	j.out.Standing, up, err = spent(ctx, j.tx, s, j.out.Member, j.purchased(), s.worth(j.out.Receipt.Total), j.at)
	if err != nil {
		return err
	}
	if err := tell(ctx, j.tx, PointsAccrued, j.out.Member, j.accrued(first), j.at); err != nil {
		return err
	}
	return tellTier(ctx, j.tx, j.out.Member, up, j.at)
}

// firstPurchase reports whether no purchase of the member has counted before.
func (j *judging) firstPurchase(ctx context.Context) (first bool, err error) {
	err = j.tx.QueryRow(ctx, `SELECT NOT EXISTS (SELECT FROM program.spend_day WHERE member_id = $1)`, j.out.Member).Scan(&first)
	if err != nil {
		return false, fmt.Errorf("look for purchases of member %d: %w", j.out.Member, err)
	}
	return first, nil
}

// book posts the accrual.
func (j *judging) book(ctx context.Context) error {
	pending := j.out.Settings.PendingDays
	if j.sub.Via == receipts.ViaOCR {
		pending = max(pending, j.out.Settings.Printed.PendingDays)
	}
	available := j.at
	if pending > 0 {
		available = j.day.AddDate(0, 0, pending+1) // a midnight of the store's clock
		j.out.AvailableAt = available
	}
	res, err := ledger.Accrue(ctx, j.tx, ledger.Accrual{
		Account: j.wallet.account, Key: ledger.Key{Source: "receipt", ID: string(j.out.Receipt.Key())},
		Points: j.out.Points, Origin: ledger.OriginPurchase, AvailableAt: j.out.AvailableAt,
		ExpiresAt: j.out.Settings.expiry(available), Actor: j.actor.String(),
		Reason: fmt.Sprint("receipt:", j.out.ID), At: j.at,
	})
	j.out.Op, j.out.Balance = res.Op, res.Balance
	return err
}

// expiry is when points available at that time are lost; zero for never.
func (s Settings) expiry(available time.Time) time.Time {
	if s.ExpiryDays == 0 {
		return time.Time{}
	}
	return available.AddDate(0, 0, s.ExpiryDays)
}

// purchased is the day that the purchase counts on, by the store's clock.
func (j *judging) purchased() time.Time {
	if t := j.out.Receipt.Time; !t.IsZero() {
		if zone := zoneOf(j.out.Place); j.out.Receipt.Zone != "" {
			t = receipts.LocalTimeOf(j.out.Receipt.When(zone).In(zone))
		}
		return time.Date(t.Year, time.Month(t.Month), t.Day, 0, 0, 0, 0, time.UTC)
	}
	return time.Date(j.day.Year(), j.day.Month(), j.day.Day(), 0, 0, 0, 0, time.UTC)
}

// purchased is the same of a receipt that was credited before.
func (p *Program) purchased(ctx context.Context, tx pgx.Tx, s receipts.Submitted) (time.Time, error) {
	out, err := p.outcome(ctx, tx, s)
	if err != nil {
		return time.Time{}, err
	}
	j := judging{out: out, day: s.Submission.At.In(zoneOf(out.Place))}
	return j.purchased(), nil
}

func (j *judging) accrued(first bool) Accrued {
	o := j.out
	a := Accrued{Op: o.Op, Receipt: o.ID, Points: o.Points, Available: o.Balance.Available,
		Pending: !o.AvailableAt.IsZero(), AvailableAt: o.AvailableAt, Merchant: int64(o.Place.Merchant.ID),
		MerchantOf: o.Place.Merchant.Name, Zone: zoneOf(o.Place).String(), Total: o.Receipt.Total,
		Tier: o.Standing.Tier.Code, First: first, Door: j.sub.Door, Message: o.Message}
	if o.Standing.Next != nil {
		a.NextTier, a.Left = o.Standing.Next.Code, o.Standing.Left
	}
	return a
}

// Sale is a purchase that staff type in: no fiscal code, a sum and maybe a number.
type Sale struct {
	Total    receipts.Money
	Document string
	// Ref is unique for ever: the same one again is the same sale.
	Ref string
}

// maxSale bounds what can be typed, in minor units.
const maxSale = 10_000_000_00

// AccrueSale books a sale that a cashier types in for a member, at the actor's own shop.
func (p *Program) AccrueSale(ctx context.Context, actor members.Actor, m members.ID, sale Sale) (Outcome, error) {
	if sale.Total.Minor <= 0 || sale.Total.Minor > maxSale {
		return Outcome{}, ErrSum
	}
	if actor.Member == m {
		return Outcome{}, ErrOwnAccount
	}
	at, err := p.placeOf(ctx, actor)
	if err != nil {
		return Outcome{}, err
	}
	r, err := receipts.FromSale(receipts.TillSale{Country: at.Merchant.Country, Document: sale.Document, Total: sale.Total,
		Time: receipts.LocalTimeOf(p.now().In(zoneOf(at))), Operation: receipts.Sale, Ref: "cashier:" + sale.Ref})
	if err != nil {
		return Outcome{}, err
	}
	return p.Accrue(ctx, actor, m, r, Submission{Door: "cashier", Ref: sale.Ref, Via: receipts.ViaTill,
		Merchant: at.Merchant.ID, Store: at.Store.ID})
}
