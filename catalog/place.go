package catalog

import (
	"context"
	"fmt"

	"kopilka/internal/postgres"
)

// PlaceOf returns the merchant with one of its stores. Store 0 means the only one it has;
// where there are several, Store stays zero but for the clock, which is the first one's. It
// returns ErrNotFound when there is no such merchant, or the store is another merchant's.
func PlaceOf(ctx context.Context, q postgres.Querier, merchant MerchantID, store StoreID) (Place, error) {
	m, err := MerchantByID(ctx, q, merchant)
	if err != nil {
		return Place{}, err
	}
	if store == 0 {
		s, err := onlyStore(ctx, q, merchant)
		return Place{Merchant: m, Store: s}, err
	}
	s, err := StoreByID(ctx, q, store)
	if err != nil {
		return Place{}, err
	}
	if s.Merchant != merchant {
		return Place{}, fmt.Errorf("read store %d of merchant %d: %w", store, merchant, ErrNotFound)
	}
	return Place{Merchant: m, Store: s}, nil
}

func onlyStore(ctx context.Context, q postgres.Querier, merchant MerchantID) (Store, error) {
	all, err := Stores(ctx, q, merchant)
	switch {
	case err != nil || len(all) == 0:
		return Store{}, err
	case len(all) > 1:
		return Store{Zone: all[0].Zone}, nil
	}
	return all[0], nil
}
