package members

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"kopilka/internal/postgrestest"

	"github.com/jackc/pgx/v5"
)

func TestANewPhoneRetiresTheOldOneForItsNextOwner(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	anna := create(t, tx, New{Phone: "+79001112233"})
	if err := AttachPhone(t.Context(), tx, anna.ID, "+79004445566", noon); err != nil {
		t.Fatalf("AttachPhone: %v", err)
	}
	if m, err := Get(t.Context(), tx, anna.ID); err != nil || m.Phone != "+79004445566" {
		t.Errorf("Phone = %q, %v, want the new one", m.Phone, err)
	}
	boris := create(t, tx, New{Phone: "+79001112233"})
	if m, err := ByPhone(t.Context(), tx, "+79001112233"); err != nil || m.ID != boris.ID {
		t.Errorf("the retired number is of member %d, %v, want its next owner %d", m.ID, err, boris.ID)
	}
	if err := AttachPhone(t.Context(), tx, anna.ID, "+79001112233", noon); !errors.Is(err, ErrTaken) {
		t.Errorf("AttachPhone of a number that went to another: %v, want ErrTaken", err)
	}
	if m, err := Get(t.Context(), tx, anna.ID); err != nil || m.Phone != "+79004445566" {
		t.Errorf("a refused AttachPhone left phone %q, %v, want it as it was", m.Phone, err)
	}
}

func TestAttachingOnesOwnChangesNothing(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	m := create(t, tx, New{Telegram: 7, Phone: "+79001112233"})
	if err := AttachTelegram(t.Context(), tx, m.ID, 7, noon.Add(time.Hour)); err != nil {
		t.Fatalf("AttachTelegram: %v", err)
	}
	if err := AttachPhone(t.Context(), tx, m.ID, "+79001112233", noon.Add(time.Hour)); err != nil {
		t.Fatalf("AttachPhone: %v", err)
	}
	if got, err := Get(t.Context(), tx, m.ID); err != nil || got != m {
		t.Errorf("Get = %+v, %v, want %+v", got, err, m)
	}
}

func TestASecondCardLeavesTheFirstGood(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	m := create(t, tx, New{})
	second, err := NewCard()
	if err != nil {
		t.Fatalf("NewCard: %v", err)
	}
	if err := Attach(t.Context(), tx, m.ID, Identity{CardID, string(second)}, noon); err != nil {
		t.Fatalf("Attach: %v", err)
	}
	for _, c := range []Card{m.Card, second} {
		if got, err := ByCard(t.Context(), tx, c); err != nil || got.ID != m.ID || got.Card != second {
			t.Errorf("ByCard = member %d with main card %q, %v, want %d with %q", got.ID, got.Card, err, m.ID, second)
		}
	}
	list, err := Identities(t.Context(), tx, m.ID)
	if want := []Identity{{CardID, string(second)}, {CardID, string(m.Card)}}; err != nil || !slices.Equal(list, want) {
		t.Errorf("Identities = %v, %v, want %v", list, err, want)
	}
}

func TestAClosedMemberTakesNoIdentity(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	m := closed(t, tx, New{})
	if err := AttachPhone(t.Context(), tx, m.ID, "+79001112233", noon); !errors.Is(err, ErrClosed) {
		t.Errorf("AttachPhone to a closed member: %v, want ErrClosed", err)
	}
	if err := AttachPhone(t.Context(), tx, m.ID+1000, "+79001112233", noon); !errors.Is(err, ErrNotFound) {
		t.Errorf("AttachPhone to nobody: %v, want ErrNotFound", err)
	}
}

// atOnce runs do n times in transactions of their own at one moment and counts those that
// committed; every other must fail with want.
func atOnce(t *testing.T, n int, want error, do func(tx pgx.Tx, i int) error) int {
	t.Helper()
	db := postgrestest.New(t)
	if err := pgx.BeginFunc(t.Context(), db, func(tx pgx.Tx) error { return do(tx, -1) }); err != nil {
		t.Fatalf("prepare: %v", err)
	}
	results := make([]error, n)
	start := make(chan struct{})
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			<-start
			results[i] = pgx.BeginFunc(t.Context(), db, func(tx pgx.Tx) error { return do(tx, i) })
		})
	}
	close(start)
	group.Wait()
	done := 0
	for _, err := range results {
		if err == nil {
			done++
		} else if !errors.Is(err, want) {
			t.Errorf("at once: %v, want %v", err, want)
		}
	}
	return done
}

func TestOfManyWhoTakeOnePhoneAtOnceOneGetsIt(t *testing.T) {
	t.Parallel()
	const n = 12
	var ids [n]ID
	done := atOnce(t, n, ErrTaken, func(tx pgx.Tx, i int) error {
		if i >= 0 {
			return AttachPhone(t.Context(), tx, ids[i], "+79001112233", noon)
		}
		for j := range ids {
			m, err := Create(t.Context(), tx, New{}, noon)
			if err != nil {
				return err
			}
			ids[j] = m.ID
		}
		return nil
	})
	if done != 1 {
		t.Errorf("%d of %d took one phone, want 1", done, n)
	}
}

func TestOfManyWhoJoinByOneAccountAtOnceOneIsCreated(t *testing.T) {
	t.Parallel()
	done := atOnce(t, 12, ErrTaken, func(tx pgx.Tx, i int) error {
		if i < 0 {
			return nil
		}
		_, err := Create(t.Context(), tx, New{Telegram: 7}, noon)
		return err
	})
	if done != 1 {
		t.Errorf("%d joined by one Telegram account, want 1", done)
	}
}
