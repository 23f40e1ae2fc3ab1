package program

import (
	"context"
	"fmt"
	"time"

	"kopilka/catalog"
	"kopilka/ledger"
	"kopilka/members"
	"kopilka/receipts"

	"github.com/jackc/pgx/v5"
)

// TillOp is one operation that somebody at a till began.
type TillOp struct {
	Op     ledger.OpID
	Kind   ledger.Kind
	Member members.ID
	// Buyer is the member's name, Phone their number; either may be empty.
	Buyer  string
	Phone  members.Phone
	Total  receipts.Money // of a sale
	Points ledger.Points  // above zero for a sale, below for a redemption
	At     time.Time
	Undone bool
}

// Undoable lists the operations that the actor may still take back, newest first: a
// cashier's own of the last quarter of an hour, for a manager all of the merchant's day.
func (p *Program) Undoable(ctx context.Context, actor members.Actor, limit int) ([]TillOp, error) {
	if actor.Merchant == 0 || !actor.Can(members.PermUndo, actor.Merchant) {
		return nil, ErrForbidden
	}
	since := p.now().Add(-undoTime)
	if actor.Can(members.PermUndoAny, actor.Merchant) {
		since = p.now().Add(-24 * time.Hour)
	}
	rows, err := p.db.Query(ctx, `
		SELECT op_id, kind, member_id, total_minor, currency, points, at, undone FROM program.till_op
		WHERE merchant_id = $1 AND at >= $2 AND NOT undone AND ($3 = '' OR actor = $3)
		ORDER BY at DESC, op_id DESC LIMIT $4`, actor.Merchant, since, ownOnly(actor), limit)
	if err != nil {
		return nil, fmt.Errorf("list what %s may undo: %w", actor, err)
	}
	ops, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (o TillOp, err error) {
		err = row.Scan(&o.Op, &o.Kind, &o.Member, &o.Total.Minor, &o.Total.Currency, &o.Points, &o.At, &o.Undone)
		return o, err
	})
	if err != nil {
		return nil, fmt.Errorf("list what %s may undo: %w", actor, err)
	}
	for i := range ops {
		m, err := members.Get(ctx, p.db, ops[i].Member)
		if err != nil {
			return nil, err
		}
		ops[i].Buyer, ops[i].Phone = m.Name, m.Phone
	}
	return ops, nil
}

// ownOnly is whose operations the actor sees at the merchant: a cashier their own, "" is
// everybody's.
func ownOnly(actor members.Actor) string {
	if actor.Can(members.PermUndoAny, actor.Merchant) {
		return ""
	}
	return actor.String()
}

// Shift is what was done at a till on one day; what was taken back is counted apart.
type Shift struct {
	Place       catalog.Place
	Day         time.Time // its midnight, by the store's clock
	Whole       bool      // of the whole merchant, not of one cashier
	Sales       int64
	Sold        []receipts.Money // one sum a currency
	Accrued     ledger.Points
	Redemptions int64
	Redeemed    ledger.Points
	Undone      int64
}

// Today sums up the day so far: a cashier's own operations, for a manager all of the
// merchant's.
func (p *Program) Today(ctx context.Context, actor members.Actor) (s Shift, err error) {
	if !actor.Can(members.PermUndo, actor.Merchant) {
		return s, ErrForbidden
	}
	if s.Place, err = p.placeOf(ctx, actor); err != nil {
		return s, err
	}
	local := p.now().In(zoneOf(s.Place))
	s.Day = time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, local.Location())
	s.Whole = ownOnly(actor) == ""
	rows, err := p.db.Query(ctx, `
		SELECT kind, currency, undone, count(*), sum(total_minor)::bigint, sum(points)::bigint FROM program.till_op
		WHERE merchant_id = $1 AND at >= $2 AND ($3 = '' OR actor = $3)
		GROUP BY kind, currency, undone ORDER BY kind, currency, undone`, actor.Merchant, s.Day, ownOnly(actor))
	if err != nil {
		return s, fmt.Errorf("sum up the day of %s: %w", actor, err)
	}
	var kind ledger.Kind
	var sold receipts.Money
	var undone bool
	var n int64
	var points ledger.Points
	_, err = pgx.ForEachRow(rows, []any{&kind, &sold.Currency, &undone, &n, &sold.Minor, &points}, func() error {
		s.add(kind, undone, n, sold, points)
		return nil
	})
	if err != nil {
		return s, fmt.Errorf("sum up the day of %s: %w", actor, err)
	}
	return s, nil
}

func (s *Shift) add(kind ledger.Kind, undone bool, n int64, sold receipts.Money, points ledger.Points) {
	switch {
	case undone:
		s.Undone += n
	case kind == ledger.KindRedemption:
		s.Redemptions, s.Redeemed = s.Redemptions+n, s.Redeemed-points
	default:
		s.Sales, s.Accrued, s.Sold = s.Sales+n, s.Accrued+points, append(s.Sold, sold)
	}
}
