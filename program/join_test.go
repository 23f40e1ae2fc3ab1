package program_test

import (
	"errors"
	"sync"
	"testing"

	"kopilka/members"
	"kopilka/program"
)

const phone members.Phone = "+79001112233"

func TestJoinTwiceIsOneMember(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	m.publish(func(s *program.Settings) { s.Welcome = 50_00 })
	var wg sync.WaitGroup
	ids := make([]members.ID, 8)
	for i := range ids {
		wg.Go(func() {
			j, err := m.Join(t.Context(), program.Join{Telegram: 777, Name: "Анна", Lang: "ru", Source: "poster"})
			if err != nil && !errors.Is(err, members.ErrTaken) {
				t.Errorf("join: %v", err)
			}
			ids[i] = j.Member.ID
		})
	}
	wg.Wait()
	j, err := m.Join(t.Context(), program.Join{Telegram: 777, Name: "Анна", Lang: "ru"})
	if err != nil || j.New || j.Points != 50_00 || j.Member.Source != "poster" {
		t.Errorf("join again: %+v, %v", j, err)
	}
	for _, id := range ids {
		if id != 0 && id != j.Member.ID {
			t.Errorf("one person is members %d and %d", id, j.Member.ID)
		}
	}
}

func TestBuyerTakesOverWhatACashierOpened(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	pending, isNew, err := m.RegisterByPhone(t.Context(), m.cashier, phone, "Олена")
	if err != nil || !isNew || pending.State != members.StatePending {
		t.Fatalf("register: %+v, %v", pending, err)
	}
	if again, isNew, err := m.RegisterByPhone(t.Context(), m.cashier, phone, "Олена"); err != nil || isNew || again.ID != pending.ID {
		t.Errorf("register again: %+v, %v", again, err)
	}
	if _, err := m.AccrueSale(t.Context(), m.cashier, pending.ID, sale("s1", 100000)); err != nil {
		t.Fatalf("book a sale: %v", err)
	}
	token, err := m.NewClaimLink(t.Context(), m.cashier, pending.ID)
	if err != nil {
		t.Fatal(err)
	}
	j, err := m.Join(t.Context(), program.Join{Telegram: 555, Name: "Olena K", Lang: "uk", Claim: token})
	if err != nil || j.Member.ID != pending.ID || j.Points != 30_00 || j.Member.State != members.StateActive {
		t.Errorf("the claim gives %+v, %v", j, err)
	}
	// The link is used up: another gets a profile of their own.
	if other, err := m.Join(t.Context(), program.Join{Telegram: 556, Name: "X", Lang: "uk", Claim: token}); err != nil || other.Member.ID == pending.ID || other.Points != 0 {
		t.Errorf("the used link gives %+v, %v", other, err)
	}
}

func TestSharedPhoneBringsTheTillsPoints(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	anna := m.join()
	m.send(anna, m.receipt(1, "2000.00"))
	pending, _, err := m.RegisterByPhone(t.Context(), m.cashier, phone, "Анна")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.AccrueSale(t.Context(), m.cashier, pending.ID, sale("s1", 14_000_00)); err != nil {
		t.Fatal(err)
	}
	got, err := m.SharePhone(t.Context(), anna.Member, phone)
	if err != nil || !got.Merged || got.Points != 420_00 {
		t.Fatalf("share: %+v, %v", got, err)
	}
	a, err := m.Account(t.Context(), anna, anna.Member)
	if err != nil || a.Balance.Available != 480_00 || a.Standing.Spend != 16_000_00 || a.Standing.Tier.Code != "silver" || a.Member.Phone != phone {
		t.Errorf("after the merger: %+v, %v", a, err)
	}
	if again, err := m.SharePhone(t.Context(), anna.Member, phone); err != nil || again.Merged {
		t.Errorf("share again: %+v, %v", again, err)
	}
	boris := m.join()
	if _, err := m.SharePhone(t.Context(), boris.Member, phone); !errors.Is(err, members.ErrTaken) {
		t.Errorf("another member shares the same number: %v", err)
	}
}

func TestWhoLeftComesBack(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	anna := m.join()
	m.send(anna, m.receipt(1, "1000.00"))
	if err := m.Leave(t.Context(), anna.Member); err != nil {
		t.Fatal(err)
	}
	a, err := m.Account(t.Context(), anna, anna.Member)
	if err != nil || a.Member.State != members.StateStopped || a.Balance.Available != 30_00 {
		t.Fatalf("after leaving: %+v, %v", a, err)
	}
	j, err := m.Join(t.Context(), program.Join{Telegram: a.Member.Telegram, Name: "Анна", Lang: "ru"})
	if err != nil || j.New || j.Member.State != members.StateActive || j.Points != 30_00 {
		t.Errorf("back: %+v, %v", j, err)
	}
}
