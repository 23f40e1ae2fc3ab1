package program

import (
	"context"
	"errors"

	"kopilka/catalog"
	"kopilka/internal/postgres"
	"kopilka/ledger"
	"kopilka/members"
	"kopilka/receipts"
)

// Account is what a member has and where they stand.
type Account struct {
	Member   members.Member
	Balance  ledger.Balance
	Standing Standing
	Settings Settings
}

// Account returns a member's account to the member, to staff and to keys that may read it.
func (p *Program) Account(ctx context.Context, actor members.Actor, m members.ID) (a Account, err error) {
	if actor.Member != m && !actor.Can(members.PermReadPoints, actor.Merchant) {
		return a, ErrForbidden
	}
	if a.Member, err = members.Get(ctx, p.db, m); err != nil {
		return a, notFound(err)
	}
	if a.Settings, err = p.Settings(ctx); err != nil {
		return a, err
	}
	account, err := accountOf(ctx, p.db, m)
	if err != nil {
		return a, err
	}
	if a.Balance, err = ledger.BalanceOf(ctx, p.db, account, p.now()); err != nil {
		return a, err
	}
	a.Standing, err = readStanding(ctx, p.db, a.Settings, m, p.now())
	return a, err
}

func notFound(err error) error {
	if errors.Is(err, members.ErrNotFound) || errors.Is(err, receipts.ErrNotFound) || errors.Is(err, catalog.ErrNotFound) {
		return ErrNotFound
	}
	return err
}

// Entry is a line of a member's history with what lies behind it.
type Entry struct {
	ledger.Entry
	// Receipt that earned the points, nil for none.
	Receipt *receipts.Submitted
	// Place where it happened; zero for none.
	Place catalog.Place
}

// History returns a member's entries, newest first; before is the Seq of the last one of
// the page before, 0 for the first page.
func (p *Program) History(ctx context.Context, actor members.Actor, m members.ID, before int64, limit int) ([]Entry, error) {
	if actor.Member != m && !actor.Can(members.PermReadPoints, actor.Merchant) {
		return nil, ErrForbidden
	}
	account, err := accountOf(ctx, p.db, m)
	if err != nil {
		return nil, err
	}
	entries, err := ledger.History(ctx, p.db, account, before, limit)
	if err != nil {
		return nil, err
	}
	ops := make([]int64, len(entries))
	for i, e := range entries {
		ops[i] = int64(e.Op)
	}
	byOp, err := receipts.OfOps(ctx, p.db, ops)
	if err != nil {
		return nil, err
	}
	out := make([]Entry, len(entries))
	for i, e := range entries {
		out[i].Entry = e
		if err := p.explain(ctx, &out[i], byOp); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// explain finds what lies behind an entry.
func (p *Program) explain(ctx context.Context, e *Entry, byOp map[int64]receipts.Submitted) error {
	var merchant catalog.MerchantID
	var store catalog.StoreID
	if s, ok := byOp[int64(e.Op)]; ok {
		e.Receipt, merchant, store = &s, catalog.MerchantID(s.Merchant), catalog.StoreID(s.Store)
	} else if e.Kind == ledger.KindRedemption {
		r, err := redemption(ctx, p.db, `op_id = $1`, e.Op)
		if err := ignore(err, ErrNotFound); err != nil {
			return err
		}
		merchant, store = r.Merchant, r.Store
	}
	if merchant == 0 {
		return nil
	}
	var err error
	e.Place, err = catalog.PlaceOf(ctx, p.db, merchant, store)
	return err
}

// Receipts lists what a member has sent, newest first, whatever became of it.
func (p *Program) Receipts(ctx context.Context, actor members.Actor, m members.ID, before receipts.ID, limit int) ([]receipts.Submitted, error) {
	if actor.Member != m && !actor.Can(members.PermReview, 0) {
		return nil, ErrForbidden
	}
	return receipts.OfMember(ctx, p.db, int64(m), before, limit)
}

// Receipt returns the answer that a receipt got, to its member, to the staff of its
// merchant and to reviewers.
func (p *Program) Receipt(ctx context.Context, actor members.Actor, id receipts.ID) (out Outcome, err error) {
	s, err := receipts.ByID(ctx, p.db, id)
	if err != nil {
		return out, notFound(err)
	}
	own := actor.Member != 0 && actor.Member == members.ID(s.Member)
	merchant := s.Merchant != 0 && actor.Can(members.PermReadPoints, actor.Merchant) && (actor.Merchant == 0 || actor.Merchant == s.Merchant)
	if !own && !merchant && !actor.Can(members.PermReview, 0) {
		return out, ErrNotFound
	}
	return p.outcome(ctx, p.db, s)
}

// MemberOf returns whose wallet an account is.
func MemberOf(ctx context.Context, q postgres.Querier, a ledger.AccountID) (m members.ID, err error) {
	err = q.QueryRow(ctx, `SELECT member_id FROM program.wallet WHERE account_id = $1`, a).Scan(&m)
	return m, err
}
