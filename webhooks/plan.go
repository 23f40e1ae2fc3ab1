package webhooks

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"kopilka/program"

	"github.com/jackc/pgx/v5"
)

// message is the body of an event, in the form of Standard Webhooks. It is thin: ids
// and sums, no names and no phones, because it leaves the house.
type message struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      any       `json:"data"`
}

// AccruedEvent is the data of points.accrued.
type AccruedEvent struct {
	Member      MemberID   `json:"member" doc:"Who got the points."`
	Purchase    PurchaseID `json:"purchase" doc:"The receipt that earned them."`
	Merchant    MerchantID `json:"merchant" doc:"Where it was bought."`
	Points      Points     `json:"points" doc:"How many."`
	Pending     bool       `json:"pending" doc:"Whether they are to be waited for."`
	AvailableAt *time.Time `json:"available_at,omitempty" doc:"When pending points can be spent."`
	Total       Money      `json:"total" doc:"The sum of the receipt."`
	Tier        string     `json:"tier" doc:"The member's tier after it."`
	Door        string     `json:"door" example:"telegram" doc:"Which way the receipt came."`
}

// Plan writes down that e is to be sent to every endpoint that asks for such events,
// in the transaction that handles e; a rolled back transaction sends nothing, and the
// same event planned twice is sent once.
func (h *Hooks) Plan(ctx context.Context, tx pgx.Tx, e program.Event) error {
	if e.Type != program.PointsAccrued {
		return nil
	}
	var a program.Accrued
	if err := e.Read(&a); err != nil {
		return err
	}
	body, err := json.Marshal(message{EventPointsAccrued, e.At.UTC(), accruedEvent(e, a)})
	if err != nil {
		return fmt.Errorf("write the body of event %d: %w", e.ID, err)
	}
	ids, err := h.insert(ctx, tx, e, a.Merchant, body)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := h.jobs.Enqueue(ctx, tx, deliverArgs{id}, nil); err != nil {
			return fmt.Errorf("plan webhook delivery %d: %w", id, err)
		}
	}
	return nil
}

func (h *Hooks) insert(ctx context.Context, tx pgx.Tx, e program.Event, merchant int64, body []byte) ([]int64, error) {
	rows, err := tx.Query(ctx, `
		INSERT INTO webhooks.delivery (endpoint_id, event_id, type, body, state, created_at)
		SELECT p.id, $1, $2, $3, 'pending', $4
		FROM webhooks.endpoint p
		WHERE p.state = 'enabled' AND $2 = ANY (p.event_types) AND p.merchant_id IN (0, $5)
		ON CONFLICT ON CONSTRAINT delivery_event_once DO NOTHING
		RETURNING id`,
		e.ID, string(e.Type), string(body), h.now(), merchant)
	if err != nil {
		return nil, fmt.Errorf("plan event %d: %w", e.ID, err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("plan event %d: %w", e.ID, err)
	}
	return ids, nil
}

func accruedEvent(e program.Event, a program.Accrued) AccruedEvent {
	return AccruedEvent{
		Member: MemberID(e.Member), Purchase: PurchaseID(a.Receipt), Merchant: MerchantID(a.Merchant),
		Points: points(a.Points), Pending: a.Pending, AvailableAt: moment(a.AvailableAt),
		Total: money(a.Total), Tier: a.Tier, Door: a.Door,
	}
}
