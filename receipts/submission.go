package receipts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// ID names one submission.
type ID int64

// Via says how a submission's fields were read.
type Via string

const (
	ViaText Via = "text"
	ViaQR   Via = "qr"
	ViaOCR  Via = "ocr"
	ViaTill Via = "till"
)

// State is where a submission stands. Accepted and refused are final.
type State string

const (
	Pending  State = "pending"
	Review   State = "review"
	Accepted State = "accepted"
	Refused  State = "refused"
)

var (
	// ErrRecorded says that the door has recorded this submission before.
	ErrRecorded = errors.New("submission already recorded")
	// ErrDecided says that a submission has its final state.
	ErrDecided = errors.New("submission already decided")
	// ErrNotFound says that there is no such submission.
	ErrNotFound = errors.New("no such submission")
)

// Submission is one receipt sent by one member through one door, whatever becomes of it.
type Submission struct {
	Member int64
	Door   string // "telegram", "api" …
	Ref    string // the door's own name of it, unique there; a repeat is not recorded
	Via    Via
	FileID string // the door's reference of the picture, "" without one
	At     time.Time

	Receipt Receipt
	Checks  []Check
}

// Decision is what became of a submission. Zero Merchant, Store and Op mean none.
type Decision struct {
	State     State
	Verdict   string // the programme's code, as "OK" or "DUP_SELF"
	Merchant  int64
	Store     int64
	Points    int64           // hundredths of a point, as the ledger counts
	Breakdown json.RawMessage // why so many; nil for none
	Op        int64           // the ledger's operation
	Total     *Money          // the sum that a person settled, nil to keep the receipt's
	Typed     *Receipt        // what a person read off a picture that nothing else could; nil for none

	ReviewedBy int64 // the staff member, 0 when the programme decided
	Reason     string
	At         time.Time
}

// Record keeps s as pending and returns its ID. A repeat of (Door, Ref) returns the
// first one's ID with ErrRecorded and changes nothing.
func Record(ctx context.Context, tx pgx.Tx, s Submission) (ID, error) {
	warnings, checks, err := remarks(s)
	if err != nil {
		return 0, err
	}
	r := s.Receipt
	var id ID
	// DO NOTHING waits for a concurrent insert of the same reference to end.
	err = tx.QueryRow(ctx, `
		INSERT INTO receipts.receipt (
			member_id, door, ref, via, file_id, created_at,
			key, country, format, text, total_minor, currency, local_time, zone,
			device, document, sign, operation, seller_tax_id, warnings, checks)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
		ON CONFLICT (door, ref) DO NOTHING
		RETURNING id`,
		s.Member, s.Door, s.Ref, s.Via, s.FileID, s.At,
		r.Key(), r.Country, r.Format, r.withoutBuyer(), totalOrNull(r), r.Currency(), r.Time.String(), r.Zone,
		r.Device, r.Document, r.Sign, r.Operation, r.SellerTaxID, warnings, checks,
	).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		had, err := ByRef(ctx, tx, s.Door, s.Ref)
		if err != nil {
			return 0, err
		}
		return had.ID, ErrRecorded
	}
	if err != nil {
		return 0, fmt.Errorf("record submission %s %s: %w", s.Door, s.Ref, err)
	}
	return id, nil
}

// Decide gives a pending or reviewed submission its next state. It returns ErrDecided
// for one that has its final state, ErrNotFound for none.
func Decide(ctx context.Context, tx pgx.Tx, id ID, d Decision) error {
	var minor *int64
	var currency *string
	if d.Total != nil {
		minor, currency = &d.Total.Minor, &d.Total.Currency
	}
	var typed Receipt
	if d.Typed != nil {
		typed = *d.Typed
	}
	tag, err := tx.Exec(ctx, `
		UPDATE receipts.receipt SET
			key = coalesce(nullif($14, ''), key), country = coalesce(nullif($15, ''), country),
			format = coalesce(nullif($16, ''), format), document = coalesce(nullif($17, ''), document),
			state = $2, verdict = $3, merchant_id = nullif($4, 0::bigint), store_id = nullif($5, 0::bigint),
			points = $6, breakdown = $7, op_id = nullif($8, 0::bigint),
			total_minor = coalesce($9, total_minor), currency = coalesce($10, currency),
			reviewed_by = nullif($11, 0::bigint), reviewed_at = CASE WHEN $11 <> 0 THEN $13::timestamptz END,
			reason = $12, decided_at = $13
		WHERE id = $1 AND state IN ('pending', 'review')`,
		id, d.State, d.Verdict, d.Merchant, d.Store, d.Points, d.Breakdown, d.Op,
		minor, currency, d.ReviewedBy, d.Reason, d.At, typed.Key(), typed.Country, typed.Format, typed.Document)
	if err != nil {
		return fmt.Errorf("decide submission %d: %w", id, err)
	}
	if tag.RowsAffected() == 1 {
		return nil
	}
	if _, err := ByID(ctx, tx, id); err != nil {
		return err
	}
	return fmt.Errorf("decide submission %d: %w", id, ErrDecided)
}

func remarks(s Submission) (warnings, checks []byte, err error) {
	if warnings, err = json.Marshal(append([]Warning{}, s.Receipt.Warnings...)); err != nil {
		return nil, nil, fmt.Errorf("write a receipt's warnings: %w", err)
	}
	if checks, err = json.Marshal(append([]Check{}, s.Checks...)); err != nil {
		return nil, nil, fmt.Errorf("write a receipt's checks: %w", err)
	}
	return warnings, checks, nil
}

func totalOrNull(r Receipt) *int64 {
	if !r.HasTotal {
		return nil
	}
	return &r.Total.Minor
}
