package catalog

import (
	"errors"
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
	if err != nil || len(got) != 1 || got[0] != want {
		t.Errorf("ByTaxID = %+v, %v, want %+v", got, err, want)
	}
	if got, err := ByTaxID(t.Context(), tx, "KZ", "7707083893"); err != nil || len(got) != 0 {
		t.Errorf("ByTaxID in another country = %+v, %v, want none", got, err)
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
