package bot

import (
	"context"
	"errors"
	"strings"

	"kopilka/members"
	"kopilka/program"
	"kopilka/texts"
)

// staff reports whether the sender works at a till or runs the programme.
func (t *Talk) staff() bool { return len(t.desks()) > 0 || runs(t.Actors) }

// hello greets who comes back: staff by what they do here, a shopper by what comes next.
func (t *Talk) hello(ctx context.Context) error {
	if len(t.desks()) > 0 {
		return t.helloTill(ctx)
	}
	if a, ok := t.may(members.PermReview, 0); ok {
		return t.helloAdmin(ctx, a)
	}
	return t.Say(ctx, "hello_again", texts.Data{"Name": t.Member.Name}, t.keyboard())
}

func (t *Talk) helloTill(ctx context.Context) error {
	var names []string
	for _, a := range t.desks() {
		at, err := t.place(ctx, a)
		if err != nil {
			return err
		}
		names = append(names, placeName(at))
	}
	if len(names) > 1 {
		return t.Say(ctx, "hello_tills", texts.Data{"Name": t.Member.Name, "Shops": strings.Join(names, ", ")}, t.keyboard())
	}
	return t.Say(ctx, "hello_till", texts.Data{"Name": t.Member.Name, "Role": t.roleName(t.desks()[0].Role), "Shop": names[0]}, t.keyboard())
}

func (t *Talk) helloAdmin(ctx context.Context, a members.Actor) error {
	s, err := t.Program.Settings(ctx)
	if err != nil {
		return err
	}
	queue, err := t.Program.ReviewQueue(ctx, a, 0, reviewShown)
	if err != nil {
		return err
	}
	return t.Say(ctx, "hello_admin", texts.Data{"Name": t.Member.Name, "Programme": s.Name, "Review": texts.Count(len(queue))}, t.keyboard())
}

// staffHelp is the help for what the sender does here, "" for a shopper.
func (t *Talk) staffHelp() string {
	var parts []string
	if len(t.desks()) > 0 {
		parts = append(parts, t.P.Text("help_till"))
	}
	if runs(t.Actors) {
		parts = append(parts, t.P.Text("help_admin"))
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(append(parts, t.P.Text("help_own")), "\n\n")
}

// otherOfStaff answers what is no command or answer: a buyer's card or phone opens the
// buyer, for anything else the keys are named.
func (t *Talk) otherOfStaff(ctx context.Context) error {
	if len(t.desks()) == 0 {
		return t.Say(ctx, "unknown_admin", nil, t.keyboard())
	}
	if who, ok := readBuyer(t.Text(), t.country(ctx, deal{})); ok {
		return t.showBuyer(ctx, who)
	}
	if isCardLike(t.Text()) {
		return t.Say(ctx, "deal_card_wrong", nil, t.keyboard())
	}
	return t.Say(ctx, "unknown_till", nil, t.keyboard())
}

// showBuyer offers what can be done for a buyer who was named before the deed.
func (t *Talk) showBuyer(ctx context.Context, who identity) error {
	a := t.desks()[0]
	m, err := t.Program.FindMember(ctx, a, who.find)
	switch {
	case errors.Is(err, program.ErrNotFound):
		return t.Say(ctx, "deal_unknown", nil, nil)
	case err != nil:
		return t.dealTrouble(ctx, deal{}, err)
	case m.State == members.StateBlocked:
		return t.Say(ctx, "deal_blocked", nil, nil)
	}
	account, err := t.Program.Account(ctx, a, m.ID)
	if err != nil {
		return t.dealTrouble(ctx, deal{Buyer: m.ID}, err)
	}
	return t.Say(ctx, "deal_buyer", t.buyerData(account), Inline{
		Row(t.tap("button_add", actionAccrue, m.ID), t.tap("button_redeem", actionRedeem, m.ID)),
	})
}
