package catalog

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"kopilka/internal/postgres"

	"github.com/jackc/pgx/v5"
)

// RegisterDevice adds the till with its fiscal device, so that a receipt tells its store. It
// returns ErrDevice for a number that cannot be one, and ErrTaken, with tx still usable and
// nothing written, for a device that is registered.
func RegisterDevice(ctx context.Context, tx pgx.Tx, t Till) (TillID, error) {
	if !fits(t.Name, 64) {
		return 0, fmt.Errorf("register a till in store %d: %w", t.Store, ErrInvalid)
	}
	var id TillID
	err := pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `
			INSERT INTO catalog.till (store_id, name)
			SELECT id, $2 FROM catalog.store WHERE id = $1
			RETURNING id`, t.Store, t.Name).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		return addDevice(ctx, tx, id, t.Country, t.Device)
	})
	if err != nil {
		return 0, fmt.Errorf("register a till in store %d: %w", t.Store, err)
	}
	return id, nil
}

// ReplaceDevice puts another fiscal device into the till, as when a ФН has expired. Receipts
// of the retired one still tell this till.
func ReplaceDevice(ctx context.Context, tx pgx.Tx, id TillID, country, device string, at time.Time) error {
	err := pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE catalog.device SET retired_at = $2 WHERE till_id = $1 AND retired_at IS NULL`, id, at)
		if err != nil {
			return err
		}
		return addDevice(ctx, tx, id, country, device)
	})
	if postgres.Violates(err, "device_till") {
		err = ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("replace the device of till %d: %w", id, err)
	}
	return nil
}

func addDevice(ctx context.Context, tx pgx.Tx, id TillID, country, device string) error {
	device = foldDevice(device)
	if device == "" || len(device) > 40 || strings.Trim(device, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return ErrDevice
	}
	done, err := tx.Exec(ctx, `
		INSERT INTO catalog.device (country, device, till_id)
		VALUES ($1, $2, $3)
		ON CONFLICT (country, device) DO NOTHING`, country, device, id)
	if err == nil && done.RowsAffected() == 0 {
		return ErrTaken
	}
	return err
}

// foldDevice writes a device's number one way: no blanks or dashes, capitals.
func foldDevice(s string) string { return string(ParseTaxID(s)) }

// ByDevice tells where the fiscal device is, or was before it was retired. It returns
// ErrNotFound for a device that nobody registered.
func ByDevice(ctx context.Context, q postgres.Querier, country, device string) (Place, error) {
	var p Place
	var zone string
	err := q.QueryRow(ctx, `
		SELECT m.id, m.name, m.country, m.tax_id, m.category, m.state,
			s.id, s.merchant_id, s.name, s.address, s.place, s.zone,
			t.id, t.store_id, d.device, d.country, t.name
		FROM catalog.device d
		JOIN catalog.till t ON t.id = d.till_id
		JOIN catalog.store s ON s.id = t.store_id
		JOIN catalog.merchant m ON m.id = s.merchant_id
		WHERE d.country = $1 AND d.device = $2`, country, foldDevice(device)).Scan(
		&p.Merchant.ID, &p.Merchant.Name, &p.Merchant.Country, &p.Merchant.TaxID, &p.Merchant.Category, &p.Merchant.State,
		&p.Store.ID, &p.Store.Merchant, &p.Store.Name, &p.Store.Address, &p.Store.Place, &zone,
		&p.Till.ID, &p.Till.Store, &p.Till.Device, &p.Till.Country, &p.Till.Name)
	if errors.Is(err, pgx.ErrNoRows) {
		return Place{}, ErrNotFound
	}
	if err == nil {
		p.Store.Zone, err = time.LoadLocation(zone)
	}
	if err != nil {
		return Place{}, fmt.Errorf("find device %s %s: %w", country, device, err)
	}
	return p, nil
}

// Tills lists a store's tills, each with the device that is in it now.
func Tills(ctx context.Context, q postgres.Querier, store StoreID) ([]Till, error) {
	rows, err := q.Query(ctx, `
		SELECT t.id, t.store_id, coalesce(d.device, ''), coalesce(d.country, ''), t.name
		FROM catalog.till t
		LEFT JOIN catalog.device d ON d.till_id = t.id AND d.retired_at IS NULL
		WHERE t.store_id = $1
		ORDER BY t.id
		LIMIT 1000`, store)
	if err != nil {
		return nil, fmt.Errorf("list tills of store %d: %w", store, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Till])
	if err != nil {
		return nil, fmt.Errorf("list tills of store %d: %w", store, err)
	}
	return list, nil
}
