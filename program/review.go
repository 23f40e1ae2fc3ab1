package program

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"kopilka/catalog"
	"kopilka/members"
	"kopilka/receipts"

	"github.com/jackc/pgx/v5"
)

// RejectReason says why a person refused a receipt: a closed list, so that the member
// gets words in their language.
type RejectReason string

// The reasons to reject.
const (
	RejectUnreadable RejectReason = "unreadable"
	RejectNotSale    RejectReason = "not_sale"
	RejectShop       RejectReason = "shop"
	RejectDuplicate  RejectReason = "duplicate"
	RejectForged     RejectReason = "forged"
)

// RejectReasons lists them in the order they are offered.
func RejectReasons() []RejectReason {
	return []RejectReason{RejectUnreadable, RejectNotSale, RejectShop, RejectDuplicate, RejectForged}
}

// Correction is what a person sets right while approving; zero values keep what is there.
type Correction struct {
	Merchant catalog.MerchantID
	Store    catalog.StoreID
	Total    receipts.Money
	// RegisterDevice adds the receipt's device to the store, so that the next receipt of
	// that till needs no person.
	RegisterDevice bool
}

// ReviewQueue lists the receipts that wait for a person, oldest first.
func (p *Program) ReviewQueue(ctx context.Context, actor members.Actor, after receipts.ID, limit int) ([]receipts.Submitted, error) {
	if !actor.Can(members.PermReview, 0) {
		return nil, ErrForbidden
	}
	return receipts.InReview(ctx, p.db, after, limit)
}

// Approve accepts a receipt that waited for a person and credits it. ErrDone when
// another has decided already. Who sent a receipt cannot approve it.
func (p *Program) Approve(ctx context.Context, actor members.Actor, id receipts.ID, c Correction) (out Outcome, err error) {
	if !actor.Can(members.PermReview, 0) {
		return out, ErrForbidden
	}
	err = p.write(ctx, func(tx pgx.Tx) error {
		j, err := p.reopen(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		j.reviewed = true
		if err := j.correct(ctx, c); err != nil {
			return err
		}
		err = j.approve(ctx)
		out = j.out
		return err
	})
	return out, err
}

// reopen takes up a receipt in review, with its member locked.
func (p *Program) reopen(ctx context.Context, tx pgx.Tx, actor members.Actor, id receipts.ID) (*judging, error) {
	s, err := receipts.ByID(ctx, tx, id)
	if errors.Is(err, receipts.ErrNotFound) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	j := &judging{p: p, tx: tx, actor: actor, at: p.now(), out: Outcome{ID: id, Member: members.ID(s.Member), Receipt: s.Receipt},
		sub: Submission{Door: s.Door, Ref: s.Ref, Via: s.Via, FileID: s.FileID, Merchant: catalog.MerchantID(s.Merchant), Store: catalog.StoreID(s.Store)}}
	if j.wallet, err = lockWallet(ctx, tx, j.out.Member); err != nil {
		return nil, err
	}
	if s, err = receipts.ByID(ctx, tx, id); err != nil { // again, now that nobody else can decide it
		return nil, err
	}
	if s.State != receipts.Review && s.State != receipts.Pending {
		return nil, ErrDone
	}
	if actor.Member == j.out.Member {
		return nil, ErrForbidden
	}
	return j, j.look(ctx)
}

// correct applies what the reviewer set right.
func (j *judging) correct(ctx context.Context, c Correction) error {
	if c.Merchant != 0 {
		at, err := catalog.PlaceOf(ctx, j.tx, c.Merchant, c.Store)
		if err != nil {
			return err
		}
		j.out.Place = at
	}
	if c.Total.Minor > 0 && c.Total.Minor <= maxSale {
		j.out.Receipt.Total, j.out.Receipt.HasTotal = c.Total, true
	}
	if c.RegisterDevice && j.out.Receipt.Till() != "" && j.out.Place.Store.ID != 0 {
		_, err := catalog.RegisterDevice(ctx, j.tx, catalog.Till{Store: j.out.Place.Store.ID, Device: j.out.Receipt.Till(), Country: j.out.Receipt.Country})
		if err != nil && !errors.Is(err, catalog.ErrTaken) {
			return err
		}
	}
	return nil
}

// approve credits unless the receipt is still incomplete, or another has it.
func (j *judging) approve(ctx context.Context) error {
	if j.out.Place.Merchant.ID == 0 || !j.out.Receipt.HasTotal || j.out.Settings.Currencies[j.out.Receipt.Total.Currency].Worth == 0 {
		return ErrSum
	}
	if j.out.Receipt.Key() == "" { // nothing could be read; the person has typed the sum
		r, err := receipts.FromSale(receipts.TillSale{Country: j.out.Place.Merchant.Country, Total: j.out.Receipt.Total,
			Operation: receipts.Sale, Ref: fmt.Sprint("review:", j.out.ID)})
		if err != nil {
			return err
		}
		j.out.Receipt, j.typed = r, &r
	}
	claimed, err := receipts.Claim(ctx, j.tx, j.out.Receipt.Key(), j.out.ID, int64(j.out.Member), j.out.Receipt.Sign, j.at)
	if err != nil {
		return err
	}
	verdict := VerdictOK
	if !claimed.First {
		if verdict, err = j.duplicate(ctx, claimed); err != nil {
			return err
		}
		if verdict == VerdictReview {
			verdict = VerdictDupOther // a person has looked, and the key can count once only
		}
	}
	if err := j.settle(ctx, verdict); err != nil {
		return err
	}
	return audit(ctx, j.tx, j.actor, "receipt.approve", fmt.Sprint("receipt:", j.out.ID), map[string]any{"verdict": verdict, "total": j.out.Receipt.Total}, j.at)
}

// Reject refuses a receipt that waited for a person; its member is told why.
func (p *Program) Reject(ctx context.Context, actor members.Actor, id receipts.ID, why RejectReason) error {
	if !actor.Can(members.PermReview, 0) {
		return ErrForbidden
	}
	if !slices.Contains(RejectReasons(), why) {
		return ErrNotFound
	}
	return p.write(ctx, func(tx pgx.Tx) error {
		j, err := p.reopen(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		err = receipts.Decide(ctx, tx, id, receipts.Decision{State: receipts.Refused, Verdict: string(VerdictReview), Reason: string(why),
			ReviewedBy: int64(actor.Member), Merchant: int64(j.out.Place.Merchant.ID), Store: int64(j.out.Place.Store.ID), At: j.at})
		if err != nil {
			return err
		}
		if err := tell(ctx, tx, ReceiptRejected, j.out.Member, Reviewed{Receipt: id, Reject: why}, j.at); err != nil {
			return err
		}
		return audit(ctx, tx, actor, "receipt.reject", fmt.Sprint("receipt:", id), map[string]any{"reason": why}, j.at)
	})
}

// Dispute asks a person to look at a receipt that was refused: «это мой чек», «это
// магазин-партнёр». Once a receipt; again it stays as it is.
func (p *Program) Dispute(ctx context.Context, m members.ID, id receipts.ID) error {
	return p.write(ctx, func(tx pgx.Tx) error {
		s, err := receipts.ByID(ctx, tx, id)
		if errors.Is(err, receipts.ErrNotFound) || err == nil && s.Member != int64(m) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		reopened, err := receipts.Reopen(ctx, tx, id, string(ReasonDispute))
		if err != nil || !reopened {
			return err
		}
		return tell(ctx, tx, ReceiptReview, m, Reviewed{Receipt: id, Reason: ReasonDispute}, p.now())
	})
}

// Unread keeps a picture that no receipt could be read from, so that its answer can be
// found again and a person can look at it.
func (p *Program) Unread(ctx context.Context, m members.ID, v Verdict, sub Submission) (id receipts.ID, err error) {
	err = p.write(ctx, func(tx pgx.Tx) error {
		id, err = receipts.Record(ctx, tx, receipts.Submission{Member: int64(m), Door: sub.Door, Ref: sub.Ref, Via: sub.Via, FileID: sub.FileID, At: p.now()})
		if errors.Is(err, receipts.ErrRecorded) {
			return nil
		}
		if err != nil {
			return err
		}
		return receipts.Decide(ctx, tx, id, receipts.Decision{State: receipts.Refused, Verdict: string(v), At: p.now()})
	})
	return id, err
}
