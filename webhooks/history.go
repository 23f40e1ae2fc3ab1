package webhooks

import (
	"context"
	"fmt"
	"time"

	"kopilka/members"
	"kopilka/program"
)

// Entry is one thing that moved points.
type Entry struct {
	ID          string      `json:"id" example:"e_17" doc:"Unique within the member."`
	Kind        string      `json:"kind" example:"accrual" doc:"accrual, redemption, reversal, expiry, maturity; more may come."`
	At          time.Time   `json:"at"`
	Points      Points      `json:"points" doc:"What it changed of what can be spent."`
	Pending     Points      `json:"pending" doc:"What it changed of what is to be waited for."`
	After       Points      `json:"balance_after" doc:"What could be spent after it."`
	Reversed    bool        `json:"reversed" doc:"Whether it was taken back later."`
	AvailableAt *time.Time  `json:"available_at,omitempty"`
	ExpiresAt   *time.Time  `json:"expires_at,omitempty"`
	Purchase    *PurchaseID `json:"purchase,omitempty"`
	Merchant    string      `json:"merchant,omitempty" doc:"The seller's name."`
}

func (s *Server) getHistory(ctx context.Context, in *historyInput) (*historyOutput, error) {
	id, err := memberID(in.ID)
	if err != nil {
		return nil, err
	}
	before, err := cursorSeq(in.Cursor)
	if err != nil {
		return nil, err
	}
	entries, err := s.program.History(ctx, actorOf(ctx), id, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &historyOutput{HistoryPage{Entries: []Entry{}}}
	if len(entries) > in.Limit {
		entries = entries[:in.Limit]
		out.Body.HasMore, out.Body.NextCursor = true, cursor(entries[in.Limit-1].Seq)
	}
	for _, e := range entries {
		out.Body.Entries = append(out.Body.Entries, entry(e, actorOf(ctx)))
	}
	return out, nil
}

// entry tells a merchant's key nothing of what the member bought elsewhere.
func entry(e program.Entry, caller members.Actor) Entry {
	out := Entry{
		ID: fmt.Sprintf("e_%d", e.Seq), Kind: string(e.Kind), At: e.At.UTC(),
		Points: points(e.Available), Pending: points(e.Pending), After: points(e.BalanceAfter), Reversed: e.ReversedBy != 0,
		AvailableAt: moment(e.AvailableAt), ExpiresAt: moment(e.ExpiresAt),
	}
	if caller.Merchant != 0 && caller.Merchant != int64(e.Place.Merchant.ID) {
		return out
	}
	out.Merchant = e.Place.Merchant.Name
	if e.Receipt != nil {
		out.Purchase = new(PurchaseID(e.Receipt.ID))
	}
	return out
}
