package program

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"kopilka/ledger"
	"kopilka/members"
	"kopilka/receipts"

	"github.com/jackc/pgx/v5"
)

// EventType names what happened.
type EventType string

// What happens in a programme.
const (
	PointsAccrued       EventType = "points.accrued"       // Accrued; also when they are pending
	PointsRedeemed      EventType = "points.redeemed"      // Redeemed
	PointsReversed      EventType = "points.reversed"      // Reversed
	PointsExpired       EventType = "points.expired"       // Expired
	RedemptionRequested EventType = "redemption.requested" // RedemptionRequest
	RedemptionDeclined  EventType = "redemption.declined"  // RedemptionRequest
	ReceiptReview       EventType = "receipt.review"       // Reviewed, to the staff
	ReceiptRejected     EventType = "receipt.rejected"     // Reviewed, to the member
	TierChanged         EventType = "tier.changed"         // TierChange
	MemberJoined        EventType = "member.joined"        // Joining
)

// Event is something that happened, as it is told to people and to other systems.
type Event struct {
	ID     int64
	Type   EventType
	Member members.ID
	Data   json.RawMessage
	At     time.Time
}

// Read decodes the event's facts into v, the struct that its type names.
func (e Event) Read(v any) error {
	if err := json.Unmarshal(e.Data, v); err != nil {
		return fmt.Errorf("read event %d (%s): %w", e.ID, e.Type, err)
	}
	return nil
}

// Accrued are the facts of points.accrued.
type Accrued struct {
	Op          ledger.OpID    `json:"op"`
	Receipt     receipts.ID    `json:"receipt"`
	Points      ledger.Points  `json:"points"`
	Available   ledger.Points  `json:"available"` // the balance after
	Pending     bool           `json:"pending,omitempty"`
	AvailableAt time.Time      `json:"available_at,omitzero"`
	Merchant    int64          `json:"merchant"`
	MerchantOf  string         `json:"merchant_name"`
	Zone        string         `json:"zone"`
	Total       receipts.Money `json:"total"`
	Tier        string         `json:"tier"`
	NextTier    string         `json:"next_tier,omitempty"`
	Left        int64          `json:"left,omitempty"`
	First       bool           `json:"first,omitempty"` // the member's first points
	Door        string         `json:"door"`
	Message     string         `json:"message,omitempty"` // the door's message to edit into the answer
}

// Redeemed are the facts of points.redeemed.
type Redeemed struct {
	Op         ledger.OpID   `json:"op"`
	Redemption int64         `json:"redemption"`
	Points     ledger.Points `json:"points"`
	Available  ledger.Points `json:"available"`
	Merchant   int64         `json:"merchant"`
	MerchantOf string        `json:"merchant_name"`
	Cashier    members.ID    `json:"cashier"`
	Buyer      string        `json:"buyer"`
}

// Reversed are the facts of points.reversed. Points are what the balance changed by.
type Reversed struct {
	Op        ledger.OpID   `json:"op"`
	Of        ledger.OpID   `json:"of"`
	Kind      ledger.Kind   `json:"kind"` // of what was undone
	Points    ledger.Points `json:"points"`
	Available ledger.Points `json:"available"`
	Debt      ledger.Points `json:"debt,omitempty"`
}

// Expired are the facts of points.expired.
type Expired struct {
	Points ledger.Points `json:"points"`
}

// Reviewed are the facts of receipt.review and receipt.rejected.
type Reviewed struct {
	Receipt receipts.ID  `json:"receipt"`
	Reason  Reason       `json:"reason,omitempty"`
	Reject  RejectReason `json:"reject,omitempty"`
	Message string       `json:"message,omitempty"`
}

// TierChange are the facts of tier.changed.
type TierChange struct {
	From string `json:"from"`
	To   string `json:"to"`
	Up   bool   `json:"up"`
}

// Joining are the facts of member.joined.
type Joining struct {
	Source  string        `json:"source"`
	Welcome ledger.Points `json:"welcome,omitempty"`
}

// tell writes an event down in the transaction that makes it true.
func tell(ctx context.Context, tx pgx.Tx, t EventType, m members.ID, data any, at time.Time) error {
	body, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("write event %s: %w", t, err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO program.event (type, member_id, data, at) VALUES ($1, $2, $3, $4)`, t, m, body, at)
	if err != nil {
		return fmt.Errorf("tell %s of member %d: %w", t, m, err)
	}
	return nil
}

// TakeEvents locks up to limit events that nobody has handled, oldest first. Those that
// another replica holds are left to it.
func TakeEvents(ctx context.Context, tx pgx.Tx, limit int) ([]Event, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, type, member_id, data, at FROM program.event
		WHERE handled_at IS NULL ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED`, limit)
	if err != nil {
		return nil, fmt.Errorf("take events: %w", err)
	}
	events, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Event])
	if err != nil {
		return nil, fmt.Errorf("take events: %w", err)
	}
	return events, nil
}

// EventsHandled marks events as told.
func EventsHandled(ctx context.Context, tx pgx.Tx, events []Event, at time.Time) error {
	ids := make([]int64, len(events))
	for i, e := range events {
		ids[i] = e.ID
	}
	if _, err := tx.Exec(ctx, `UPDATE program.event SET handled_at = $2 WHERE id = ANY($1)`, ids, at); err != nil {
		return fmt.Errorf("mark events as told: %w", err)
	}
	return nil
}
