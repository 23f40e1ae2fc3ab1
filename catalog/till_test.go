package catalog

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"kopilka/internal/postgrestest"

	"github.com/jackc/pgx/v5"
)

func moscow(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Moscow")
	if err != nil {
		t.Fatalf("load a zone: %v", err)
	}
	return zone
}

// shop adds a merchant with one store.
func shop(t *testing.T, tx pgx.Tx, tax TaxID) (MerchantID, StoreID) {
	t.Helper()
	m := add(t, tx, "Кофейня "+string(tax), tax)
	s, err := AddStore(t.Context(), tx, Store{Merchant: m, Name: "Атриум", Address: "Земляной вал, 33", Place: "1 этаж", Zone: moscow(t)})
	if err != nil {
		t.Fatalf("AddStore: %v", err)
	}
	return m, s
}

func TestADeviceTellsItsPlace(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	m, s := shop(t, tx, "7707083893")
	id, err := RegisterDevice(t.Context(), tx, Till{Store: s, Device: "9960 4403-00000001", Country: "RU", Name: "Касса 1"})
	if err != nil {
		t.Fatalf("RegisterDevice: %v", err)
	}
	p, err := ByDevice(t.Context(), tx, "RU", "9960440300000001")
	if err != nil {
		t.Fatalf("ByDevice: %v", err)
	}
	if p.Merchant.ID != m || p.Store.ID != s || p.Store.Merchant != m || p.Till.ID != id || p.Till.Store != s {
		t.Errorf("ByDevice = %+v, want merchant %d, store %d, till %d", p, m, s, id)
	}
	if p.Store.Zone.String() != "Europe/Moscow" || p.Till.Device != "9960440300000001" || p.Till.Name != "Касса 1" {
		t.Errorf("ByDevice = %+v, want the zone and the device as registered", p)
	}
	if _, err := ByDevice(t.Context(), tx, "UA", "9960440300000001"); !errors.Is(err, ErrNotFound) {
		t.Errorf("ByDevice in another country: %v, want ErrNotFound", err)
	}
}

func TestADeviceIsInOneTill(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	_, s := shop(t, tx, "7707083893")
	_, other := shop(t, tx, "7736207543")
	till := Till{Store: s, Device: "9960440300000001", Country: "RU"}
	if _, err := RegisterDevice(t.Context(), tx, till); err != nil {
		t.Fatalf("RegisterDevice: %v", err)
	}
	till.Store = other
	if _, err := RegisterDevice(t.Context(), tx, till); !errors.Is(err, ErrTaken) {
		t.Errorf("RegisterDevice of a taken device: %v, want ErrTaken", err)
	}
	if tills, err := Tills(t.Context(), tx, other); err != nil || len(tills) != 0 {
		t.Errorf("a refused RegisterDevice left tills %+v, %v", tills, err)
	}
	till.Country = "UA" // the numbers of two countries' devices may be equal
	if _, err := RegisterDevice(t.Context(), tx, till); err != nil {
		t.Errorf("RegisterDevice of the same number in another country: %v", err)
	}
}

func TestOfTwoWhoRegisterOneDeviceAtOnceOneIsRefused(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	var s StoreID
	if err := pgx.BeginFunc(t.Context(), db, func(tx pgx.Tx) error { _, s = shop(t, tx, "7707083893"); return nil }); err != nil {
		t.Fatalf("prepare a store: %v", err)
	}
	var group sync.WaitGroup
	results := make([]error, 8)
	for i := range results {
		group.Go(func() {
			results[i] = pgx.BeginFunc(t.Context(), db, func(tx pgx.Tx) error {
				_, err := RegisterDevice(t.Context(), tx, Till{Store: s, Device: "9960440300000001", Country: "RU"})
				return err
			})
		})
	}
	group.Wait()
	done := 0
	for _, err := range results {
		if err == nil {
			done++
		} else if !errors.Is(err, ErrTaken) {
			t.Errorf("RegisterDevice at once: %v, want ErrTaken", err)
		}
	}
	if done != 1 {
		t.Errorf("%d of %d registered one device, want 1", done, len(results))
	}
}

func TestAReplacedDeviceStillTellsItsTill(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	_, s := shop(t, tx, "7707083893")
	id, err := RegisterDevice(t.Context(), tx, Till{Store: s, Device: "9960440300000001", Country: "RU"})
	if err != nil {
		t.Fatalf("RegisterDevice: %v", err)
	}
	if err := ReplaceDevice(t.Context(), tx, id, "RU", "9960440300000002", noon); err != nil {
		t.Fatalf("ReplaceDevice: %v", err)
	}
	for _, device := range []string{"9960440300000001", "9960440300000002"} {
		if p, err := ByDevice(t.Context(), tx, "RU", device); err != nil || p.Till.ID != id {
			t.Errorf("ByDevice(%s) = till %d, %v, want %d", device, p.Till.ID, err, id)
		}
	}
	if tills, err := Tills(t.Context(), tx, s); err != nil || len(tills) != 1 || tills[0].Device != "9960440300000002" {
		t.Errorf("Tills = %+v, %v, want the one till with the new device", tills, err)
	}
	if err := ReplaceDevice(t.Context(), tx, id, "RU", "9960440300000001", noon); !errors.Is(err, ErrTaken) {
		t.Errorf("ReplaceDevice by a retired one: %v, want ErrTaken", err)
	}
	if tills, _ := Tills(t.Context(), tx, s); len(tills) != 1 || tills[0].Device != "9960440300000002" {
		t.Errorf("a refused ReplaceDevice left %+v, want the device as it was", tills)
	}
	if err := ReplaceDevice(t.Context(), tx, id+1000, "RU", "9960440300000003", noon); !errors.Is(err, ErrNotFound) {
		t.Errorf("ReplaceDevice in no till: %v, want ErrNotFound", err)
	}
}

func TestAWrongDeviceIsRefused(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	_, s := shop(t, tx, "7707083893")
	for _, device := range []string{"", "   ", "ФН 1", "1;DROP", strings.Repeat("1", 41), "1\x00"} {
		if _, err := RegisterDevice(t.Context(), tx, Till{Store: s, Device: device, Country: "RU"}); !errors.Is(err, ErrDevice) {
			t.Errorf("RegisterDevice(%.20q): %v, want ErrDevice", device, err)
		}
	}
	if _, err := RegisterDevice(t.Context(), tx, Till{Store: s + 1000, Device: "1", Country: "RU"}); !errors.Is(err, ErrNotFound) {
		t.Errorf("RegisterDevice in no store: %v, want ErrNotFound", err)
	}
}
