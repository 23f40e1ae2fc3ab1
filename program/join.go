package program

import (
	"context"
	"errors"
	"fmt"

	"kopilka/ledger"
	"kopilka/members"

	"github.com/jackc/pgx/v5"
)

// Join is a person who agrees to the terms in a chat.
type Join struct {
	Telegram int64
	Name     string
	Lang     string
	// Source is the tag of the link that brought them: a poster, a till.
	Source   string
	Consents []members.Consent
	// Claim is the token of a cashier's link; "" for none.
	Claim string
}

// Joined is what came of it.
type Joined struct {
	Member members.Member
	// New says that the person was not a member before.
	New bool
	// Points that are on the account: a welcome, or what a cashier booked before.
	Points ledger.Points
}

// Join makes a member of a person, or brings back one who had left. A cashier's claim
// link gives them the profile, and the points, that the cashier opened for them.
func (p *Program) Join(ctx context.Context, j Join) (Joined, error) {
	var out Joined
	err := p.write(ctx, func(tx pgx.Tx) error {
		var err error
		out, err = p.join(ctx, tx, j)
		return err
	})
	return out, err
}

func (p *Program) join(ctx context.Context, tx pgx.Tx, j Join) (out Joined, err error) {
	at := p.now()
	s, err := settingsAt(ctx, tx, at)
	if err != nil {
		return out, err
	}
	out.Member, err = members.ByTelegram(ctx, tx, j.Telegram)
	if errors.Is(err, members.ErrNotFound) {
		out.New = true
		out.Member, err = p.enrol(ctx, tx, s, j)
	}
	if err != nil {
		return out, err
	}
	if out.Member.State == members.StateStopped {
		if err := members.SetState(ctx, tx, out.Member.ID, members.StateActive); err != nil {
			return out, err
		}
		out.Member.State = members.StateActive
	}
	for _, c := range j.Consents {
		if err := members.RecordConsent(ctx, tx, out.Member.ID, c); err != nil {
			return out, err
		}
	}
	w, err := lockWallet(ctx, tx, out.Member.ID)
	if err != nil {
		return out, err
	}
	if out.New {
		if err := p.welcome(ctx, tx, s, w, j.Source); err != nil {
			return out, err
		}
	}
	balance, err := ledger.BalanceOf(ctx, tx, w.account, at)
	out.Points = balance.Available + balance.Pending
	return out, err
}

// enrol finds the profile that a claim link opens, or makes a new one.
func (p *Program) enrol(ctx context.Context, tx pgx.Tx, s Settings, j Join) (members.Member, error) {
	at := p.now()
	if j.Claim != "" {
		pending, err := p.takeClaim(ctx, tx, j)
		if err != nil || pending.ID != 0 {
			return pending, err
		}
	}
	m, err := members.Create(ctx, tx, members.New{Name: j.Name, Lang: j.Lang, Source: j.Source, Telegram: j.Telegram}, at)
	if err != nil {
		return m, err
	}
	_, err = openWallet(ctx, tx, s, m.ID, at)
	return m, err
}

// takeClaim gives the person the profile that a cashier opened for them, if the link
// names one and is still good; a stale link is no reason to refuse to join.
func (p *Program) takeClaim(ctx context.Context, tx pgx.Tx, j Join) (members.Member, error) {
	pending, _, err := members.TakeClaim(ctx, tx, j.Claim, p.now())
	if errors.Is(err, members.ErrClaim) || err == nil && pending == 0 {
		return members.Member{}, nil
	}
	if err != nil {
		return members.Member{}, err
	}
	// Somebody may have become its owner since, by phone: then the link opens nothing.
	if m, err := members.Lock(ctx, tx, pending); err != nil || m.State != members.StatePending {
		return members.Member{}, err
	}
	if err := members.AttachTelegram(ctx, tx, pending, j.Telegram, p.now()); err != nil {
		return members.Member{}, err
	}
	return p.activate(ctx, tx, pending, j)
}

// activate makes a pending profile the person's own.
func (p *Program) activate(ctx context.Context, tx pgx.Tx, id members.ID, j Join) (members.Member, error) {
	if err := members.SetState(ctx, tx, id, members.StateActive); err != nil {
		return members.Member{}, err
	}
	if err := members.SetLang(ctx, tx, id, j.Lang); err != nil {
		return members.Member{}, err
	}
	m, err := members.Get(ctx, tx, id)
	if err == nil && m.Name == "" && j.Name != "" {
		m.Name = j.Name
		err = members.SetName(ctx, tx, id, j.Name)
	}
	return m, err
}

func (p *Program) welcome(ctx context.Context, tx pgx.Tx, s Settings, w wallet, source string) error {
	at := p.now()
	if s.Welcome > 0 {
		_, err := ledger.Accrue(ctx, tx, ledger.Accrual{
			Account: w.account, Key: ledger.Key{Source: "welcome", ID: fmt.Sprint(w.member)}, Points: s.Welcome,
			Origin: "welcome", ExpiresAt: s.expiry(at), Actor: members.System().String(), Reason: "welcome", At: at,
		})
		if err != nil {
			return err
		}
	}
	return tell(ctx, tx, MemberJoined, w.member, Joining{Source: source, Welcome: s.Welcome}, at)
}

// RegisterByPhone opens a pending profile for a buyer at a till: it earns at once, and
// is the buyer's own when they share that number in the chat or open the cashier's link.
func (p *Program) RegisterByPhone(ctx context.Context, actor members.Actor, phone members.Phone, name string) (m members.Member, isNew bool, err error) {
	if !actor.Can(members.PermRegister, actor.Merchant) {
		return m, false, ErrForbidden
	}
	err = p.write(ctx, func(tx pgx.Tx) error {
		m, err = members.ByPhone(ctx, tx, phone)
		if isNew = errors.Is(err, members.ErrNotFound); !isNew {
			return err
		}
		at := p.now()
		s, err := settingsAt(ctx, tx, at)
		if err != nil {
			return err
		}
		m, err = members.Create(ctx, tx, members.New{Name: name, State: members.StatePending, Phone: phone, Source: "till"}, at)
		if err != nil {
			return err
		}
		if _, err := openWallet(ctx, tx, s, m.ID, at); err != nil {
			return err
		}
		return audit(ctx, tx, actor, "member.register", fmt.Sprint("member:", m.ID), nil, at)
	})
	return m, isNew, err
}

// NewClaimLink makes the token of a link that a buyer opens to join at a till; pending
// is the profile that waits for them, or 0.
func (p *Program) NewClaimLink(ctx context.Context, actor members.Actor, pending members.ID) (token string, err error) {
	if !actor.Can(members.PermRegister, actor.Merchant) {
		return "", ErrForbidden
	}
	err = p.write(ctx, func(tx pgx.Tx) error {
		token, err = members.NewClaim(ctx, tx, pending, actor, p.now())
		return err
	})
	return token, err
}

// Shared is what came of sharing a phone number.
type Shared struct {
	// Merged says that a profile opened at a till was waiting under this number; Points
	// came with it.
	Merged bool
	Points ledger.Points
}

// SharePhone books a member's own, proven phone number. A profile that a cashier opened
// under it is merged into the member's, points and all.
func (p *Program) SharePhone(ctx context.Context, m members.ID, phone members.Phone) (out Shared, err error) {
	err = p.write(ctx, func(tx pgx.Tx) error {
		out = Shared{}
		at := p.now()
		other, err := members.ByPhone(ctx, tx, phone)
		switch {
		case errors.Is(err, members.ErrNotFound):
			return members.AttachPhone(ctx, tx, m, phone, at)
		case err != nil || other.ID == m:
			return err
		case other.State != members.StatePending:
			return members.ErrTaken
		}
		out.Merged = true
		out.Points, err = p.takeOver(ctx, tx, other.ID, m)
		return err
	})
	return out, err
}

// takeOver moves everything of a pending member to another: points with their lots,
// spending, identities.
func (p *Program) takeOver(ctx context.Context, tx pgx.Tx, from, into members.ID) (ledger.Points, error) {
	at := p.now()
	first, second := min(from, into), max(from, into) // one order for all, so that two merges cannot deadlock
	wallets := map[members.ID]wallet{}
	for _, m := range []members.ID{first, second} {
		w, err := lockWallet(ctx, tx, m)
		if err != nil {
			return 0, err
		}
		wallets[m] = w
	}
	moved, err := ledger.Merge(ctx, tx, ledger.Merger{
		From: wallets[from].account, Into: wallets[into].account, At: at, Actor: members.System().String(),
		Key: ledger.Key{Source: "merge", ID: fmt.Sprintf("%d:%d", from, into)}, Reason: "merge",
	})
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `
		WITH moved AS (DELETE FROM program.spend_day WHERE member_id = $1 RETURNING day, amount)
		INSERT INTO program.spend_day (member_id, day, amount) SELECT $2, day, amount FROM moved
		ON CONFLICT (member_id, day) DO UPDATE SET amount = spend_day.amount + excluded.amount`, from, into)
	if err != nil {
		return 0, fmt.Errorf("move the spending of member %d to %d: %w", from, into, err)
	}
	s, err := settingsAt(ctx, tx, at)
	if err != nil {
		return 0, err
	}
	_, up, err := raise(ctx, tx, s, into, at)
	if err != nil {
		return 0, err
	}
	if err := tellTier(ctx, tx, into, up, at); err != nil {
		return 0, err
	}
	if err := members.Merge(ctx, tx, from, into, at); err != nil {
		return 0, err
	}
	return -moved.Points, audit(ctx, tx, members.System(), "member.merge", fmt.Sprint("member:", into), map[string]any{"from": from}, at)
}

// Leave stops all messages to a member; the points stay, and /start brings them back.
func (p *Program) Leave(ctx context.Context, m members.ID) error {
	return p.write(ctx, func(tx pgx.Tx) error {
		return members.SetState(ctx, tx, m, members.StateStopped)
	})
}
