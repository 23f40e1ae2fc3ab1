package catalog

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // a store's zone must load on a machine without the zones too

	"kopilka/internal/postgres"

	"github.com/jackc/pgx/v5"
)

// AddStore adds a store. Its Zone must be an IANA one, as Europe/Moscow: the machine's own
// would change with the machine.
func AddStore(ctx context.Context, tx pgx.Tx, s Store) (StoreID, error) {
	if !named(s.Name, 128) || !fits(s.Address, 256) || !fits(s.Place, 64) || !isIANA(s.Zone) {
		return 0, fmt.Errorf("add store %q of merchant %d: %w", s.Name, s.Merchant, ErrInvalid)
	}
	var id StoreID
	err := tx.QueryRow(ctx, `
		INSERT INTO catalog.store (merchant_id, name, address, place, zone)
		SELECT id, $2, $3, $4, $5 FROM catalog.merchant WHERE id = $1
		RETURNING id`,
		s.Merchant, strings.TrimSpace(s.Name), s.Address, s.Place, s.Zone.String()).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return 0, fmt.Errorf("add store %q of merchant %d: %w", s.Name, s.Merchant, err)
	}
	return id, nil
}

// isIANA reports whether the zone can be found again by its name.
func isIANA(z *time.Location) bool {
	if z == nil || z == time.Local {
		return false
	}
	_, err := time.LoadLocation(z.String())
	return err == nil && z.String() != ""
}

// StoreByID returns a store, ErrNotFound when there is none.
func StoreByID(ctx context.Context, q postgres.Querier, id StoreID) (Store, error) {
	rows, err := q.Query(ctx, `
		SELECT id, merchant_id, name, address, place, zone
		FROM catalog.store WHERE id = $1`, id)
	if err != nil {
		return Store{}, fmt.Errorf("read store %d: %w", id, err)
	}
	s, err := pgx.CollectExactlyOneRow(rows, scanStore)
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return Store{}, fmt.Errorf("read store %d: %w", id, err)
	}
	return s, nil
}

// Stores lists a merchant's stores in the order in which they were added.
func Stores(ctx context.Context, q postgres.Querier, merchant MerchantID) ([]Store, error) {
	rows, err := q.Query(ctx, `
		SELECT id, merchant_id, name, address, place, zone
		FROM catalog.store WHERE merchant_id = $1
		ORDER BY id
		LIMIT 1000`, merchant)
	if err != nil {
		return nil, fmt.Errorf("list stores of merchant %d: %w", merchant, err)
	}
	list, err := pgx.CollectRows(rows, scanStore)
	if err != nil {
		return nil, fmt.Errorf("list stores of merchant %d: %w", merchant, err)
	}
	return list, nil
}

func scanStore(row pgx.CollectableRow) (Store, error) {
	var s Store
	var zone string
	err := row.Scan(&s.ID, &s.Merchant, &s.Name, &s.Address, &s.Place, &zone)
	if err != nil {
		return Store{}, err
	}
	s.Zone, err = time.LoadLocation(zone)
	return s, err
}
