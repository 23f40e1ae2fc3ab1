package catalog

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kopilka/internal/postgres"

	"github.com/jackc/pgx/v5"
)

// OfferID names an offer or a piece of news.
type OfferID int64

// OfferKind tells an offer from news.
type OfferKind string

// The kinds of offers.
const (
	KindOffer OfferKind = "offer"
	KindNews  OfferKind = "news"
)

// Words are one text in several languages, by ISO 639-1 code.
type Words map[string]string

// In returns the text in lang, or in the nearest language that there is: Russian, English,
// the first one by code.
func (w Words) In(lang string) string {
	for _, l := range []string{lang, "ru", "en"} {
		if w[l] != "" {
			return w[l]
		}
	}
	codes := make([]string, 0, len(w))
	for l := range w {
		codes = append(codes, l)
	}
	if len(codes) == 0 {
		return ""
	}
	return w[slices.Min(codes)]
}

// Offer is what a merchant, or the whole mall, tells shoppers for a while.
type Offer struct {
	ID       OfferID
	Kind     OfferKind
	Merchant MerchantID // 0 is the whole mall
	Title    Words
	Body     Words
	From     time.Time
	Until    time.Time // the first moment when it is over
}

// AddOffer adds an offer or news.
func AddOffer(ctx context.Context, tx pgx.Tx, o Offer) (OfferID, error) {
	if !worded(o.Title, 128) || len(o.Title) == 0 || !worded(o.Body, 2048) || !o.Until.After(o.From) {
		return 0, fmt.Errorf("add an offer of merchant %d: %w", o.Merchant, ErrInvalid)
	}
	if o.Kind == "" {
		o.Kind = KindOffer
	}
	if o.Body == nil {
		o.Body = Words{}
	}
	var id OfferID
	err := tx.QueryRow(ctx, `
		INSERT INTO catalog.offer (kind, merchant_id, title, body, from_at, until_at)
		VALUES ($1, nullif($2::bigint, 0), $3, $4, $5, $6)
		RETURNING id`, o.Kind, o.Merchant, o.Title, o.Body, o.From, o.Until).Scan(&id)
	if postgres.Violates(err, "offer_merchant") {
		err = ErrNotFound
	}
	if err != nil {
		return 0, fmt.Errorf("add an offer of merchant %d: %w", o.Merchant, err)
	}
	return id, nil
}

// worded reports whether each text is there and at most limit characters long.
func worded(w Words, limit int) bool {
	for _, text := range w {
		if !named(text, limit) {
			return false
		}
	}
	return len(w) <= 16
}

// WithdrawOffer ends an offer before its time.
func WithdrawOffer(ctx context.Context, tx pgx.Tx, id OfferID, at time.Time) error {
	done, err := tx.Exec(ctx, `
		UPDATE catalog.offer SET withdrawn_at = $2 WHERE id = $1 AND withdrawn_at IS NULL`, id, at)
	if err == nil && done.RowsAffected() == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("withdraw offer %d: %w", id, err)
	}
	return nil
}

// Offers lists what is on at the moment, of the mall and of active merchants, what ends first
// first.
func Offers(ctx context.Context, q postgres.Querier, at time.Time) ([]Offer, error) {
	rows, err := q.Query(ctx, `
		SELECT o.id, o.kind, coalesce(o.merchant_id, 0), o.title, o.body, o.from_at, o.until_at
		FROM catalog.offer o
		LEFT JOIN catalog.merchant m ON m.id = o.merchant_id
		WHERE o.withdrawn_at IS NULL AND o.from_at <= $1 AND o.until_at > $1
			AND (m.id IS NULL OR m.state = 'active')
		ORDER BY o.until_at, o.id
		LIMIT 1000`, at)
	if err != nil {
		return nil, fmt.Errorf("list offers: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Offer])
	if err != nil {
		return nil, fmt.Errorf("list offers: %w", err)
	}
	return list, nil
}
