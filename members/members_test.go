package members

import (
	"errors"
	"testing"
	"time"

	"kopilka/internal/postgrestest"

	"github.com/jackc/pgx/v5"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// create adds a member or ends the test.
func create(t *testing.T, tx pgx.Tx, n New) Member {
	t.Helper()
	m, err := Create(t.Context(), tx, n, noon)
	if err != nil {
		t.Fatalf("Create(%+v): %v", n, err)
	}
	return m
}

// closed adds a member and closes it.
func closed(t *testing.T, tx pgx.Tx, n New) Member {
	t.Helper()
	m := create(t, tx, n)
	if err := SetState(t.Context(), tx, m.ID, StateClosed); err != nil {
		t.Fatalf("SetState: %v", err)
	}
	m.State = StateClosed
	return m
}

func TestANewMemberIsFoundByEveryIdentity(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	m := create(t, tx, New{Name: "Анна", Lang: "uk", Source: "cafe_qr", Telegram: 7_000_000_001, Phone: "+380501234567"})
	if m.State != StateActive || m.Country != "UA" || !m.JoinedAt.Equal(noon) || m.Source != "cafe_qr" || !m.Reachable {
		t.Errorf("Create = %+v, want an active reachable member of UA who joined at %v by cafe_qr", m, noon)
	}
	if c, err := ParseCard(string(m.Card)); err != nil || c != m.Card {
		t.Errorf("the card issued at once is %q, which does not parse: %v", m.Card, err)
	}
	found := map[string]func() (Member, error){
		"ByTelegram": func() (Member, error) { return ByTelegram(t.Context(), tx, 7_000_000_001) },
		"ByPhone":    func() (Member, error) { return ByPhone(t.Context(), tx, "+380501234567") },
		"ByCard":     func() (Member, error) { return ByCard(t.Context(), tx, m.Card) },
		"Get":        func() (Member, error) { return Get(t.Context(), tx, m.ID) },
	}
	for name, find := range found {
		if got, err := find(); err != nil || got != m {
			t.Errorf("%s = %+v, %v, want %+v", name, got, err, m)
		}
	}
}

func TestNobodyIsNotFound(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	if _, err := Get(t.Context(), tx, 1<<40); !errors.Is(err, ErrNotFound) {
		t.Errorf("Get of nobody: %v, want ErrNotFound", err)
	}
	if _, err := ByTelegram(t.Context(), tx, 5); !errors.Is(err, ErrNotFound) {
		t.Errorf("ByTelegram of nobody: %v, want ErrNotFound", err)
	}
	if err := SetLang(t.Context(), tx, 1<<40, "uk"); !errors.Is(err, ErrNotFound) {
		t.Errorf("SetLang of nobody: %v, want ErrNotFound", err)
	}
}

func TestATakenIdentityLeavesNothingAndTheTransactionUsable(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	first := create(t, tx, New{Name: "Анна", Phone: "+79001112233"})
	count := func() (n int) {
		if err := tx.QueryRow(t.Context(), `SELECT count(*) FROM members.member`).Scan(&n); err != nil {
			t.Fatalf("count members: %v", err)
		}
		return n
	}
	before := count()
	if _, err := Create(t.Context(), tx, New{Name: "Борис", Telegram: 5, Phone: "+79001112233"}, noon); !errors.Is(err, ErrTaken) {
		t.Errorf("Create with another's phone: %v, want ErrTaken", err)
	}
	if after := count(); after != before {
		t.Errorf("a refused Create left %d members, want %d", after, before)
	}
	if got, err := ByPhone(t.Context(), tx, "+79001112233"); err != nil || got.ID != first.ID {
		t.Errorf("ByPhone after the refusal = %d, %v, want %d", got.ID, err, first.ID)
	}
}

func TestAStrangersTextIsCleanedAndBounded(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	long := make([]rune, 500)
	for i := range long {
		long[i] = 'ы'
	}
	m := create(t, tx, New{Name: " Ан\x00на\u202e\n\xff ", Lang: string(long), Source: string(long)})
	if m.Name != "Анна" {
		t.Errorf("Name = %q, want %q", m.Name, "Анна")
	}
	if n := len([]rune(m.Lang)); n != 16 {
		t.Errorf("Lang has %d characters, want 16", n)
	}
	if n := len([]rune(m.Source)); n != 64 {
		t.Errorf("Source has %d characters, want 64", n)
	}
}
