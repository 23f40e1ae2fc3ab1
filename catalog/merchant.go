package catalog

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"kopilka/internal/postgres"

	"github.com/jackc/pgx/v5"
)

// AddMerchant adds a merchant, active at once. It returns ErrTaxID for a wrong number, and
// ErrTaken, with tx still usable, for one that is in the catalog.
func AddMerchant(ctx context.Context, tx pgx.Tx, m Merchant) (MerchantID, error) {
	m.TaxID = ParseTaxID(string(m.TaxID))
	if !m.TaxID.Valid(m.Country) {
		return 0, fmt.Errorf("add merchant %q: %w", m.Name, ErrTaxID)
	}
	if !named(m.Name, 128) || !fits(m.Category, 64) {
		return 0, fmt.Errorf("add merchant %q: %w", m.TaxID, ErrInvalid)
	}
	var id MerchantID
	err := tx.QueryRow(ctx, `
		INSERT INTO catalog.merchant (name, folded, country, tax_id, category)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT ON CONSTRAINT merchant_tax_id DO NOTHING
		RETURNING id`,
		strings.TrimSpace(m.Name), fold(m.Name), m.Country, m.TaxID, m.Category).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrTaken
	}
	if err != nil {
		return 0, fmt.Errorf("add merchant %q: %w", m.Name, err)
	}
	return id, nil
}

// Suspend takes the merchant out of the programme until Resume.
func Suspend(ctx context.Context, tx pgx.Tx, id MerchantID) error {
	return setState(ctx, tx, id, StateSuspended)
}

// Resume brings a suspended merchant back.
func Resume(ctx context.Context, tx pgx.Tx, id MerchantID) error {
	return setState(ctx, tx, id, StateActive)
}

func setState(ctx context.Context, tx pgx.Tx, id MerchantID, s State) error {
	done, err := tx.Exec(ctx, `UPDATE catalog.merchant SET state = $2 WHERE id = $1`, id, s)
	if err == nil && done.RowsAffected() == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("make merchant %d %s: %w", id, s, err)
	}
	return nil
}

// MerchantByID returns a merchant, ErrNotFound when there is none.
func MerchantByID(ctx context.Context, q postgres.Querier, id MerchantID) (Merchant, error) {
	rows, err := q.Query(ctx, `
		SELECT id, name, country, tax_id, category, state
		FROM catalog.merchant WHERE id = $1`, id)
	m, err := merchant(rows, err)
	if err != nil {
		return Merchant{}, fmt.Errorf("read merchant %d: %w", id, err)
	}
	return m, nil
}

// ByTaxID returns the merchant, perhaps a suspended one, who sells under the number, however
// padded. It returns ErrNotFound when nobody does.
func ByTaxID(ctx context.Context, q postgres.Querier, country string, t TaxID) (Merchant, error) {
	rows, err := q.Query(ctx, `
		SELECT id, name, country, tax_id, category, state
		FROM catalog.merchant WHERE country = $1 AND tax_id = $2`, country, ParseTaxID(string(t)))
	m, err := merchant(rows, err)
	if err != nil {
		return Merchant{}, fmt.Errorf("find merchant by tax number %q: %w", t, err)
	}
	return m, nil
}

func merchant(rows pgx.Rows, err error) (Merchant, error) {
	if err != nil {
		return Merchant{}, err
	}
	m, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Merchant])
	if errors.Is(err, pgx.ErrNoRows) {
		return Merchant{}, ErrNotFound
	}
	return m, err
}

// Merchants lists merchants, suspended ones too, whose name has search in it, those whose
// name begins with it first; "" lists all. Capitals and ё make no difference.
func Merchants(ctx context.Context, q postgres.Querier, search string) ([]Merchant, error) {
	if len(search) > 256 || strings.ContainsRune(search, 0) {
		return nil, nil // no name is so long
	}
	s := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(fold(strings.ToValidUTF8(search, "")))
	rows, err := q.Query(ctx, `
		SELECT id, name, country, tax_id, category, state
		FROM catalog.merchant
		WHERE folded LIKE '%' || $1 || '%'
		ORDER BY folded LIKE $1 || '%' DESC, folded, id
		LIMIT 1000`, s)
	if err != nil {
		return nil, fmt.Errorf("search merchants: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Merchant])
	if err != nil {
		return nil, fmt.Errorf("search merchants: %w", err)
	}
	return list, nil
}

// Active reports whether the merchant takes part now.
func (m Merchant) Active() bool { return m.State == StateActive }
