package catalog

import (
	"errors"
	"testing"
	"time"

	"kopilka/internal/postgrestest"
)

func TestAStoreKeepsItsZone(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	m, s := shop(t, tx, "7707083893")
	got, err := StoreByID(t.Context(), tx, s)
	if err != nil {
		t.Fatalf("StoreByID: %v", err)
	}
	if got.Merchant != m || got.Name != "Атриум" || got.Place != "1 этаж" || got.Address != "Земляной вал, 33" || got.Zone.String() != "Europe/Moscow" {
		t.Errorf("StoreByID = %+v", got)
	}
	if list, err := Stores(t.Context(), tx, m); err != nil || len(list) != 1 || list[0].ID != s {
		t.Errorf("Stores = %+v, %v, want store %d", list, err, s)
	}
	if _, err := StoreByID(t.Context(), tx, s+1000); !errors.Is(err, ErrNotFound) {
		t.Errorf("StoreByID of none: %v, want ErrNotFound", err)
	}
}

func TestAStoreWithoutAZoneOrAMerchantIsRefused(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	m := add(t, tx, "Кофейня", "7707083893")
	for _, c := range []struct {
		s    Store
		want error
	}{
		{Store{Merchant: m, Name: "Атриум"}, ErrInvalid},
		{Store{Merchant: m, Name: "Атриум", Zone: time.Local}, ErrInvalid},
		{Store{Merchant: m, Name: "", Zone: time.UTC}, ErrInvalid},
		{Store{Merchant: m + 1000, Name: "Атриум", Zone: time.UTC}, ErrNotFound},
		{Store{Merchant: m, Name: "Атриум", Zone: time.FixedZone("MSK", 3*60*60)}, ErrInvalid},
	} {
		if _, err := AddStore(t.Context(), tx, c.s); !errors.Is(err, c.want) {
			t.Errorf("AddStore(%+v): %v, want %v", c.s, err, c.want)
		}
	}
}

func TestAPlaceIsAStoreOfItsOwnMerchant(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	m, s := shop(t, tx, "7707083893")
	other, _ := shop(t, tx, "7736207543")
	if p, err := PlaceOf(t.Context(), tx, m, s); err != nil || p.Merchant.ID != m || p.Store.ID != s {
		t.Errorf("PlaceOf(%d, %d) = %+v, %v", m, s, p, err)
	}
	if p, err := PlaceOf(t.Context(), tx, m, 0); err != nil || p.Merchant.ID != m || p.Store.ID != s {
		t.Errorf("PlaceOf(%d, 0) = %+v, %v, want the only store", m, p, err)
	}
	if _, err := AddStore(t.Context(), tx, Store{Merchant: m, Name: "Вторая", Zone: time.UTC}); err != nil {
		t.Fatalf("AddStore: %v", err)
	}
	if p, err := PlaceOf(t.Context(), tx, m, 0); err != nil || p.Store.ID != 0 || p.Store.Zone.String() != "Europe/Moscow" {
		t.Errorf("PlaceOf(%d, 0) of two stores = %+v, %v, want no store and the first one's clock", m, p, err)
	}
	bare := add(t, tx, "Без магазина", "500100732259")
	if p, err := PlaceOf(t.Context(), tx, bare, 0); err != nil || p.Merchant.ID != bare || !p.Merchant.Active() || p.Store.Zone != nil {
		t.Errorf("PlaceOf(%d, 0) = %+v, %v, want the merchant alone", bare, p, err)
	}
	for _, c := range []struct {
		m MerchantID
		s StoreID
	}{{other, s}, {m, s + 1000}, {0, 0}, {m + 1000, s}} {
		if p, err := PlaceOf(t.Context(), tx, c.m, c.s); !errors.Is(err, ErrNotFound) {
			t.Errorf("PlaceOf(%d, %d) = %+v, %v, want ErrNotFound", c.m, c.s, p, err)
		}
	}
}
