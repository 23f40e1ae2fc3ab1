package program_test

import (
	"errors"
	"testing"
	"time"

	"kopilka/ledger"
	"kopilka/members"
	"kopilka/program"
)

func (m *mall) booked(actor, buyer members.Actor, ref string, minor int64) program.Outcome {
	m.t.Helper()
	out, err := m.AccrueSale(m.t.Context(), actor, buyer.Member, sale(ref, minor))
	if err != nil || out.Verdict != program.VerdictOK {
		m.t.Fatalf("book sale %s: %s, %v", ref, out.Verdict, err)
	}
	return out
}

func (m *mall) undoable(actor members.Actor) (ops []ledger.OpID) {
	m.t.Helper()
	all, err := m.Undoable(m.t.Context(), actor, 10)
	if err != nil {
		m.t.Fatalf("list what %s may undo: %v", actor, err)
	}
	for _, o := range all {
		ops = append(ops, o.Op)
	}
	return ops
}

func TestACashierIsOfferedOnlyWhatUndoTakes(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	anna := m.join()
	other, manager := m.staff(members.RoleCashier, m.shop.Merchant.ID), m.staff(members.RoleManager, m.shop.Merchant.ID)
	first := m.booked(m.cashier, anna, "1", 1000_00)
	theirs := m.booked(other, anna, "2", 2000_00)
	m.pass(10 * time.Minute)
	second := m.booked(m.cashier, anna, "3", 3000_00)
	for _, c := range []struct {
		what  string
		actor members.Actor
		after time.Duration
		want  int
		first ledger.OpID
	}{
		{"at once", m.cashier, 0, 2, second.Op},
		{"the other cashier", other, 0, 1, theirs.Op},
		{"the manager", manager, 0, 3, second.Op},
		{"when the first is too old", m.cashier, 6 * time.Minute, 1, second.Op},
		{"the manager later", manager, 0, 3, second.Op},
	} {
		m.pass(c.after)
		got := m.undoable(c.actor)
		if len(got) != c.want || got[0] != c.first {
			t.Errorf("%s: %v, want %d with %d first", c.what, got, c.want, c.first)
		}
		for _, op := range got {
			if op == first.Op && c.actor.Member == m.cashier.Member && c.after > 0 {
				t.Errorf("%s: %d is still offered", c.what, op)
			}
		}
	}
	if _, err := m.Undo(t.Context(), m.cashier, second.Op); err != nil {
		t.Fatal(err)
	}
	if got := m.undoable(m.cashier); len(got) != 0 {
		t.Errorf("after the undo: %v, want none", got)
	}
}

func TestTheDayCountsWhatStands(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	anna := m.join()
	manager := m.staff(members.RoleManager, m.shop.Merchant.ID)
	m.booked(m.cashier, anna, "1", 10_000_00)
	m.booked(manager, anna, "2", 2000_00)
	wrong := m.booked(m.cashier, anna, "3", 3000_00)
	if _, err := m.Undo(t.Context(), m.cashier, wrong.Op); err != nil {
		t.Fatal(err)
	}
	r, err := m.RequestRedemption(t.Context(), m.cashier, anna.Member, 100_00, "r1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.ConfirmRedemption(t.Context(), anna, r.ID); err != nil {
		t.Fatal(err)
	}
	own, err := m.Today(t.Context(), m.cashier)
	if err != nil {
		t.Fatal(err)
	}
	if own.Sales != 1 || len(own.Sold) != 1 || own.Sold[0] != rub(10_000_00) || own.Accrued != 300_00 ||
		own.Redemptions != 1 || own.Redeemed != 100_00 || own.Undone != 1 || own.Whole {
		t.Errorf("the cashier's day = %+v", own)
	}
	whole, err := m.Today(t.Context(), manager)
	if err != nil {
		t.Fatal(err)
	}
	if whole.Sales != 2 || whole.Sold[0] != rub(12_000_00) || !whole.Whole {
		t.Errorf("the manager's day = %+v", whole)
	}
	m.pass(24 * time.Hour)
	if next, err := m.Today(t.Context(), manager); err != nil || next.Sales+next.Redemptions+next.Undone != 0 {
		t.Errorf("the next day = %+v, %v", next, err)
	}
}

func TestAShopperSeesNoTill(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	anna := m.join()
	if _, err := m.Today(t.Context(), anna); !errors.Is(err, program.ErrForbidden) {
		t.Errorf("a shopper's day at the till: %v", err)
	}
	if _, err := m.Undoable(t.Context(), anna, 5); !errors.Is(err, program.ErrForbidden) {
		t.Errorf("what a shopper may undo: %v", err)
	}
}

func TestAClaimLinkOpensOnlyAPendingProfile(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	anna := m.join()
	m.send(anna, m.receipt(1, "10000.00"))
	token, err := m.NewClaimLink(t.Context(), m.cashier, anna.Member)
	if err != nil {
		t.Fatal(err)
	}
	thief, err := m.Join(t.Context(), program.Join{Telegram: 999, Name: "Чужой", Claim: token})
	if err != nil {
		t.Fatalf("join by a link to somebody's own profile: %v", err)
	}
	if thief.Member.ID == anna.Member || thief.Points != 0 {
		t.Errorf("the link gave member %d with %d points away", thief.Member.ID, thief.Points)
	}
}
