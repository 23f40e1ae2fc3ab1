package ledger

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// Merger moves everything that one account has to another: lots are made anew there with
// the same dates and origin, those left behind are in their bucket moved.
type Merger struct {
	From, Into AccountID
	Key        Key
	Actor      string
	Reason     string
	At         time.Time
}

// Merge posts a merger. Result is that of Into; Points are what it got.
func Merge(ctx context.Context, tx pgx.Tx, m Merger) (Result, error) {
	return Result{}, errors.ErrUnsupported
}
