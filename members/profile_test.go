package members

import (
	"errors"
	"testing"

	"kopilka/internal/postgrestest"

	"github.com/jackc/pgx/v5"
)

func TestMergeGivesThePendingProfilesIdentitiesToItsPerson(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	pending := create(t, tx, New{State: StatePending, Phone: "+79001112233"})
	anna := create(t, tx, New{Name: "Анна", Telegram: 7})
	if err := Merge(t.Context(), tx, pending.ID, anna.ID, noon); err != nil {
		t.Fatalf("Merge: %v", err)
	}
	for name, find := range map[string]func() (Member, error){
		"the till's phone": func() (Member, error) { return ByPhone(t.Context(), tx, "+79001112233") },
		"the till's card":  func() (Member, error) { return ByCard(t.Context(), tx, pending.Card) },
		"her own card":     func() (Member, error) { return ByCard(t.Context(), tx, anna.Card) },
	} {
		m, err := find()
		if err != nil || m.ID != anna.ID {
			t.Errorf("by %s: member %d, %v, want %d", name, m.ID, err, anna.ID)
		}
		if m.Phone != "+79001112233" || m.Card != anna.Card || m.Telegram != 7 {
			t.Errorf("by %s: %+v, want her own card and the till's phone as main", name, m)
		}
	}
	m, err := Get(t.Context(), tx, pending.ID)
	if err != nil || m.State != StateClosed || m.MergedInto != anna.ID || m.Phone != "" || m.Card != "" {
		t.Errorf("the merged profile is %+v, %v, want it closed, empty and pointing at %d", m, err, anna.ID)
	}
}

func TestOnlyAPendingProfileIsMergedAndOnlyIntoALivingOne(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	pending := create(t, tx, New{State: StatePending})
	active, gone := create(t, tx, New{}), closed(t, tx, New{})
	for _, c := range []struct {
		name       string
		from, into ID
		want       error
	}{
		{"an active one", active.ID, pending.ID, ErrNotPending},
		{"one into itself", pending.ID, pending.ID, ErrNotPending},
		{"into a closed one", pending.ID, gone.ID, ErrClosed},
		{"into nobody", pending.ID, gone.ID + 1000, ErrNotFound},
		{"nobody", gone.ID + 1000, active.ID, ErrNotFound},
	} {
		if err := Merge(t.Context(), tx, c.from, c.into, noon); !errors.Is(err, c.want) {
			t.Errorf("Merge of %s: %v, want %v", c.name, err, c.want)
		}
	}
	if m, err := Get(t.Context(), tx, pending.ID); err != nil || m != pending {
		t.Errorf("refused merges left %+v, %v, want %+v", m, err, pending)
	}
}

func TestAProfileIsMergedOnceAtOnce(t *testing.T) {
	t.Parallel()
	var from, into ID
	done := atOnce(t, 8, ErrNotPending, func(tx pgx.Tx, i int) error {
		if i >= 0 {
			return Merge(t.Context(), tx, from, into, noon)
		}
		pending, err := Create(t.Context(), tx, New{State: StatePending, Phone: "+79001112233"}, noon)
		if err != nil {
			return err
		}
		anna, err := Create(t.Context(), tx, New{Telegram: 7}, noon)
		from, into = pending.ID, anna.ID
		return err
	})
	if done != 1 {
		t.Errorf("one profile was merged %d times, want 1", done)
	}
}

func TestAClosedMemberStaysAsItIs(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	m := closed(t, tx, New{Name: "Анна", Lang: "ru"})
	for name, err := range map[string]error{
		"SetName":  SetName(t.Context(), tx, m.ID, "Борис"),
		"SetLang":  SetLang(t.Context(), tx, m.ID, "uk"),
		"SetState": SetState(t.Context(), tx, m.ID, StateActive),
	} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%s of a closed member: %v, want ErrClosed", name, err)
		}
	}
	if err := SetState(t.Context(), tx, m.ID, StateClosed); err != nil {
		t.Errorf("closing twice: %v, want nil", err)
	}
	if got, err := Get(t.Context(), tx, m.ID); err != nil || got != m {
		t.Errorf("Get = %+v, %v, want %+v", got, err, m)
	}
}

func TestAProfileChanges(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	want := create(t, tx, New{Name: "Анна", Lang: "ru", Telegram: 7})
	for _, err := range []error{
		SetName(t.Context(), tx, want.ID, "Ганна"),
		SetLang(t.Context(), tx, want.ID, "uk"),
		SetState(t.Context(), tx, want.ID, StateStopped),
		SetReachable(t.Context(), tx, want.ID, false, noon),
	} {
		if err != nil {
			t.Fatalf("change a member: %v", err)
		}
	}
	want.Name, want.Lang, want.State, want.Reachable = "Ганна", "uk", StateStopped, false
	if got, err := Get(t.Context(), tx, want.ID); err != nil || got != want {
		t.Errorf("Get = %+v, %v, want %+v", got, err, want)
	}
}
