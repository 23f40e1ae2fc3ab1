package members

import (
	"context"
	"fmt"
	"time"

	"kopilka/internal/postgres"

	"github.com/jackc/pgx/v5"
)

// The kinds of consent.
const (
	ConsentTerms   = "terms"
	ConsentPrivacy = "privacy"
	ConsentPromo   = "promo"
)

// Consent is one yes or no to one version of one text.
type Consent struct {
	Kind     string
	Version  string
	Given    bool
	Lang     string // the language in which the text was shown
	Evidence string // what proves it, as "telegram update 123, button join"
	At       time.Time
}

// RecordConsent adds a consent to the member's file. Nothing is ever edited there: taking a
// consent back is another row.
func RecordConsent(ctx context.Context, tx pgx.Tx, id ID, c Consent) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO members.consent (member_id, kind, version, given, lang, evidence, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		id, c.Kind, c.Version, c.Given, clean(c.Lang, 16), clean(c.Evidence, 512), c.At)
	if err != nil {
		return fmt.Errorf("record %s consent of member %d: %w", c.Kind, id, err)
	}
	return nil
}

// Consents returns what holds now: the newest consent of each kind.
func Consents(ctx context.Context, q postgres.Querier, id ID) ([]Consent, error) {
	rows, err := q.Query(ctx, `
		SELECT DISTINCT ON (kind) kind, version, given, lang, evidence, at
		FROM members.consent
		WHERE member_id = $1
		ORDER BY kind, id DESC`, id)
	if err != nil {
		return nil, fmt.Errorf("read consents of member %d: %w", id, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Consent])
	if err != nil {
		return nil, fmt.Errorf("read consents of member %d: %w", id, err)
	}
	return list, nil
}
