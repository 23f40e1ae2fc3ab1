package program

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"kopilka/catalog"
	"kopilka/internal/postgres"
	"kopilka/ledger"
	"kopilka/members"
	"kopilka/receipts"

	"github.com/jackc/pgx/v5"
)

// Submission is how a receipt came.
type Submission struct {
	// Door is the way in: "telegram", "api", "cashier".
	Door string
	// Ref is the door's own name for it: the same one again gets the same answer.
	Ref string
	Via receipts.Via
	// FileID is the door's reference of the picture, for a person who has to look at it.
	FileID string
	// Message is the door's message that is to be edited into the answer; "" for none.
	Message string
	// Merchant and Store of a sale that staff or a till tells of; 0 to find them by the
	// receipt's device or tax number.
	Merchant catalog.MerchantID
	Store    catalog.StoreID
}

// Outcome is the answer that a receipt gets, with what its words need.
type Outcome struct {
	Verdict Verdict
	Reason  Reason // of a review
	ID      receipts.ID
	Member  members.ID
	Receipt receipts.Receipt
	Place   catalog.Place // zero when the seller is not known

	Op          ledger.OpID
	Points      ledger.Points
	Breakdown   Breakdown
	AvailableAt time.Time // of pending points; zero when they can be spent
	Balance     ledger.Balance
	Standing    Standing

	// Earlier is the first submission of a receipt that came twice.
	Earlier  Earlier
	Settings Settings
	Message  string
	// Replay says that this very submission was answered before.
	Replay bool
}

// Earlier is when a receipt came first, and what it gave.
type Earlier struct {
	Receipt receipts.ID
	At      time.Time
	Points  ledger.Points
}

// Accrue judges a receipt and credits what it earns, in one transaction: the receipt's
// key is claimed for ever, the points are booked, the tier moves, the event is written.
// A refusal is an Outcome and no error. A shopper sends their own; staff and tills send
// a member's at their own merchant (ErrForbidden elsewhere).
func (p *Program) Accrue(ctx context.Context, actor members.Actor, m members.ID, r receipts.Receipt, sub Submission) (out Outcome, err error) {
	if own := actor.Role == members.RoleShopper && actor.Member == m; !own && !actor.Can(members.PermAccrue, actor.Merchant) {
		return out, ErrForbidden
	}
	err = p.write(ctx, func(tx pgx.Tx) error {
		j := &judging{p: p, tx: tx, actor: actor, sub: sub, at: p.now(),
			out: Outcome{Member: m, Receipt: r, Message: sub.Message}}
		err := j.run(ctx)
		out = j.out
		return err
	})
	return out, err
}

// judging is one receipt on its way through one transaction.
type judging struct {
	p     *Program
	tx    pgx.Tx
	actor members.Actor
	sub   Submission
	at    time.Time

	// today are the settings of now: what may be sent in a day is not the purchase's.
	today  Settings
	member members.Member
	// reviewed says that a person has decided, not the rules.
	reviewed bool
	// typed is what they read off a picture that nothing else could.
	typed  *receipts.Receipt
	wallet wallet
	day    time.Time // midnight of the member's day at the store
	out    Outcome
}

func (j *judging) run(ctx context.Context) error {
	var err error
	if j.wallet, err = lockWallet(ctx, j.tx, j.out.Member); err != nil {
		return err
	}
	if done, err := j.p.replay(ctx, j.tx, j.sub, &j.out); done || err != nil {
		return err
	}
	if err := j.look(ctx); err != nil {
		return err
	}
	j.out.ID, err = receipts.Record(ctx, j.tx, receipts.Submission{
		Member: int64(j.out.Member), Door: j.sub.Door, Ref: j.sub.Ref, Via: j.sub.Via, FileID: j.sub.FileID,
		At: j.at, Receipt: j.out.Receipt, Checks: j.out.Receipt.Checks(j.at),
	})
	if err != nil {
		return err
	}
	verdict, err := j.judge(ctx)
	if err != nil {
		return err
	}
	return j.settle(ctx, verdict)
}

// look finds out about the member and the seller.
func (j *judging) look(ctx context.Context) (err error) {
	if j.member, err = members.Get(ctx, j.tx, j.out.Member); err != nil {
		return err
	}
	if s := j.member.State; s != members.StateActive && s != members.StatePending && s != members.StateStopped {
		return ErrNotMember
	}
	if j.out.Place, err = place(ctx, j.tx, j.out.Receipt, j.sub); err != nil {
		return err
	}
	if known := j.out.Place.Merchant.ID != 0; known && j.actor.Role != members.RoleShopper &&
		!j.actor.Can(members.PermAccrue, int64(j.out.Place.Merchant.ID)) {
		return ErrForbidden
	}
	zone := zoneOf(j.out.Place)
	local := j.at.In(zone)
	j.day = time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, zone)
	bought := j.at
	if t := j.out.Receipt.Time; !t.IsZero() {
		bought = j.out.Receipt.When(zone)
	}
	if j.today, err = settingsAt(ctx, j.tx, j.at); err != nil {
		return err
	}
	j.out.Settings, err = settingsAt(ctx, j.tx, bought)
	return err
}

// place finds the seller: the store that staff named, else the registered device, else
// the tax number. A merchant known by its number alone has no store.
func place(ctx context.Context, tx pgx.Tx, r receipts.Receipt, sub Submission) (catalog.Place, error) {
	if sub.Merchant != 0 {
		return catalog.PlaceOf(ctx, tx, sub.Merchant, sub.Store)
	}
	if till := r.Till(); till != "" {
		at, err := catalog.ByDevice(ctx, tx, r.Country, till)
		if err == nil || !errors.Is(err, catalog.ErrNotFound) {
			return at, err
		}
	}
	if r.SellerTaxID == "" {
		return catalog.Place{}, nil
	}
	m, err := catalog.ByTaxID(ctx, tx, r.Country, catalog.TaxID(r.SellerTaxID))
	if errors.Is(err, catalog.ErrNotFound) {
		return catalog.Place{}, nil
	}
	if err != nil {
		return catalog.Place{}, err
	}
	return catalog.PlaceOf(ctx, tx, m.ID, 0)
}

// zoneOf is the clock that the store's receipts are printed by.
func zoneOf(at catalog.Place) *time.Location {
	if at.Store.Zone != nil {
		return at.Store.Zone
	}
	if zone, err := time.LoadLocation(zones[at.Merchant.Country]); err == nil {
		return zone
	}
	return time.UTC
}

// zones are the clocks of the capitals, for sellers whose store is not known.
var zones = map[string]string{
	"RU": "Europe/Moscow", "UA": "Europe/Kyiv", "BY": "Europe/Minsk", "MD": "Europe/Chisinau",
	"KZ": "Asia/Almaty", "KG": "Asia/Bishkek", "UZ": "Asia/Tashkent", "AM": "Asia/Yerevan", "AZ": "Asia/Baku",
	"DE": "Europe/Berlin", "AT": "Europe/Vienna", "PL": "Europe/Warsaw", "SK": "Europe/Bratislava", "SI": "Europe/Ljubljana",
	"HR": "Europe/Zagreb", "RS": "Europe/Belgrade", "BA": "Europe/Sarajevo", "ME": "Europe/Podgorica", "AL": "Europe/Tirane",
	"GR": "Europe/Athens", "BG": "Europe/Sofia", "ES": "Europe/Madrid", "PT": "Europe/Lisbon",
	"TR": "Europe/Istanbul", "SA": "Asia/Riyadh", "EG": "Africa/Cairo", "KE": "Africa/Nairobi", "TZ": "Africa/Dar_es_Salaam",
	"ID": "Asia/Jakarta", "BR": "America/Sao_Paulo", "AR": "America/Argentina/Buenos_Aires", "UY": "America/Montevideo",
	"PY": "America/Asuncion", "MX": "America/Mexico_City", "CO": "America/Bogota", "BO": "America/La_Paz",
}

// settle writes down what was decided.
func (j *judging) settle(ctx context.Context, v Verdict) error {
	j.out.Verdict = v
	d := receipts.Decision{Verdict: string(v), State: receipts.Refused, Reason: string(j.out.Reason), At: j.at,
		Merchant: int64(j.out.Place.Merchant.ID), Store: int64(j.out.Place.Store.ID)}
	switch v {
	case VerdictOK:
		if err := j.credit(ctx); err != nil {
			return err
		}
		d.State, d.Op, d.Points = receipts.Accepted, int64(j.out.Op), int64(j.out.Points)
	case VerdictLimit:
		d.State = receipts.Pending
	case VerdictReview, VerdictTotalMismatch:
		d.State = receipts.Review
		facts := Reviewed{Receipt: j.out.ID, Reason: j.out.Reason, Message: j.out.Message}
		if err := tell(ctx, j.tx, ReceiptReview, j.out.Member, facts, j.at); err != nil {
			return err
		}
	}
	if j.reviewed {
		d.ReviewedBy, d.Typed = int64(j.actor.Member), j.typed
		if j.out.Receipt.HasTotal {
			d.Total = &j.out.Receipt.Total
		}
	}
	var err error
	if d.Breakdown, err = json.Marshal(j.out.Breakdown); err != nil {
		return fmt.Errorf("write the breakdown of receipt %d: %w", j.out.ID, err)
	}
	return receipts.Decide(ctx, j.tx, j.out.ID, d)
}

// replay answers a submission that was answered before, as it was.
func (p *Program) replay(ctx context.Context, tx pgx.Tx, sub Submission, out *Outcome) (bool, error) {
	had, err := receipts.ByRef(ctx, tx, sub.Door, sub.Ref)
	if errors.Is(err, receipts.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if members.ID(had.Member) != out.Member {
		return false, ErrForbidden
	}
	*out, err = p.outcome(ctx, tx, had)
	out.Replay = true
	return true, err
}

// outcome rebuilds the answer of a submission from what was kept of it.
func (p *Program) outcome(ctx context.Context, tx postgres.Querier, s receipts.Submitted) (Outcome, error) {
	out := Outcome{ID: s.ID, Member: members.ID(s.Member), Receipt: s.Receipt, Verdict: Verdict(s.Verdict), Reason: Reason(s.Reason),
		Op: ledger.OpID(s.Op), Points: ledger.Points(s.Points)}
	if len(s.Breakdown) > 0 {
		if err := json.Unmarshal(s.Breakdown, &out.Breakdown); err != nil {
			return out, fmt.Errorf("read the breakdown of receipt %d: %w", s.ID, err)
		}
	}
	var err error
	if s.Merchant != 0 {
		if out.Place, err = catalog.PlaceOf(ctx, tx, catalog.MerchantID(s.Merchant), catalog.StoreID(s.Store)); err != nil {
			return out, err
		}
	}
	if out.Settings, err = settingsAt(ctx, tx, p.now()); err != nil {
		return out, err
	}
	if out.Standing, err = readStanding(ctx, tx, out.Settings, out.Member, p.now()); err != nil {
		return out, err
	}
	if out.Earlier, err = earlier(ctx, tx, s.Key); err != nil {
		return out, err
	}
	account, err := accountOf(ctx, tx, out.Member)
	if err != nil {
		return out, err
	}
	out.Balance, err = ledger.BalanceOf(ctx, tx, account, p.now())
	return out, err
}

// earlier tells of the submission that has the receipt.
func earlier(ctx context.Context, tx postgres.Querier, k receipts.Key) (Earlier, error) {
	c, found, err := receipts.ClaimOf(ctx, tx, k)
	if err != nil || !found {
		return Earlier{}, err
	}
	had, err := receipts.ByID(ctx, tx, c.Receipt)
	return Earlier{Receipt: c.Receipt, At: c.At, Points: ledger.Points(had.Points)}, err
}
