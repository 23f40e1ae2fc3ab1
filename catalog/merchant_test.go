package catalog

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"kopilka/internal/postgrestest"

	"github.com/jackc/pgx/v5"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// add adds a merchant or ends the test.
func add(t *testing.T, tx pgx.Tx, name string, tax TaxID) MerchantID {
	t.Helper()
	id, err := AddMerchant(t.Context(), tx, Merchant{Name: name, Country: "RU", TaxID: tax, Category: "food"})
	if err != nil {
		t.Fatalf("AddMerchant(%q): %v", name, err)
	}
	return id
}

func names(ms []Merchant) []string {
	list := make([]string, len(ms))
	for i, m := range ms {
		list[i] = m.Name
	}
	return list
}

func TestAMerchantIsFoundByItsTaxNumberHoweverPadded(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	id := add(t, tx, "Кофейня", "7707083893")
	want := Merchant{ID: id, Name: "Кофейня", Country: "RU", TaxID: "7707083893", Category: "food", State: StateActive}
	got, err := ByTaxID(t.Context(), tx, "RU", " 7707083893  ")
	if err != nil || got != want {
		t.Errorf("ByTaxID = %+v, %v, want %+v", got, err, want)
	}
	if got, err := ByTaxID(t.Context(), tx, "KZ", "7707083893"); !errors.Is(err, ErrNotFound) {
		t.Errorf("ByTaxID in another country = %+v, %v, want ErrNotFound", got, err)
	}
	if got, err := MerchantByID(t.Context(), tx, id); err != nil || got != want {
		t.Errorf("MerchantByID = %+v, %v, want %+v", got, err, want)
	}
	if _, err := MerchantByID(t.Context(), tx, id+1000); !errors.Is(err, ErrNotFound) {
		t.Errorf("MerchantByID of nobody: %v, want ErrNotFound", err)
	}
}

func TestATaxNumberBelongsToOneMerchant(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	add(t, tx, "Кофейня", "7707083893")
	if _, err := AddMerchant(t.Context(), tx, Merchant{Name: "Другая", Country: "RU", TaxID: "77 0708 3893"}); !errors.Is(err, ErrTaken) {
		t.Errorf("AddMerchant of a taken number: %v, want ErrTaken", err)
	}
	add(t, tx, "Третья", "7736207543") // the transaction is still usable
}

func TestASuspendedMerchantIsStillThereAndComesBack(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	id := add(t, tx, "Кофейня", "7707083893")
	for _, step := range []struct {
		do   func() error
		want State
	}{
		{func() error { return Suspend(t.Context(), tx, id) }, StateSuspended},
		{func() error { return Resume(t.Context(), tx, id) }, StateActive},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("make the merchant %s: %v", step.want, err)
		}
		if m, err := ByTaxID(t.Context(), tx, "RU", "7707083893"); err != nil || m.State != step.want {
			t.Errorf("ByTaxID = %s, %v, want %s", m.State, err, step.want)
		}
	}
	if err := Suspend(t.Context(), tx, id+1000); !errors.Is(err, ErrNotFound) {
		t.Errorf("Suspend of nobody: %v, want ErrNotFound", err)
	}
}

func TestAWrongMerchantIsRefused(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	for _, c := range []struct {
		m    Merchant
		want error
	}{
		{Merchant{Name: "Кофейня", Country: "RU", TaxID: "7707083894"}, ErrTaxID},
		{Merchant{Name: "Кофейня", Country: "ru", TaxID: "7707083893"}, ErrTaxID},
		{Merchant{Name: "Кофейня", Country: "", TaxID: "7707083893"}, ErrTaxID},
		{Merchant{Name: "  ", Country: "RU", TaxID: "7707083893"}, ErrInvalid},
		{Merchant{Name: "a\x00b", Country: "RU", TaxID: "7707083893"}, ErrInvalid},
		{Merchant{Name: strings.Repeat("ы", 129), Country: "RU", TaxID: "7707083893"}, ErrInvalid},
	} {
		if _, err := AddMerchant(t.Context(), tx, c.m); !errors.Is(err, c.want) {
			t.Errorf("AddMerchant(%+v): %v, want %v", c.m, err, c.want)
		}
	}
}

func TestSearchKnowsNoCapitalsAndPutsBeginningsFirst(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	add(t, tx, "Старая Ёлка", "7707083893")
	add(t, tx, "ЁЛКА и шишки", "7736207543")
	add(t, tx, "100%  Обувь_", "500100732259")
	for _, c := range []struct {
		search string
		want   []string
	}{
		{"елк", []string{"ЁЛКА и шишки", "Старая Ёлка"}},
		{"ШИШ", []string{"ЁЛКА и шишки"}},
		{"%", []string{"100%  Обувь_"}},
		{"_", []string{"100%  Обувь_"}},
		{"100% обувь", []string{"100%  Обувь_"}},
		{`\`, []string{}},
		{"\x00", []string{}},
		{strings.Repeat("a", 10_000), []string{}},
		{"", []string{"100%  Обувь_", "ЁЛКА и шишки", "Старая Ёлка"}},
	} {
		got, err := Merchants(t.Context(), tx, c.search)
		if err != nil || !slices.Equal(names(got), c.want) {
			t.Errorf("Merchants(%.20q) = %q, %v, want %q", c.search, names(got), err, c.want)
		}
	}
}
