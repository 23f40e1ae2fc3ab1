package ledger

import (
	"fmt"

	"kopilka/internal/postgres"

	"github.com/jackc/pgx/v5"
)

// outcome is a row of ledger.result. All but the status may be absent.
type outcome struct {
	status                         string
	op, seq, points                *int64
	available, pending, held, debt *int64
}

// columns of ledger.result, as outcome.fields scans them.
const columns = `status, op, seq, points, available, pending, held, debt`

func (o *outcome) fields() []any {
	return []any{&o.status, &o.op, &o.seq, &o.points, &o.available, &o.pending, &o.held, &o.debt}
}

// scan reads the one outcome of a call.
func scan(row pgx.Row) (outcome, error) {
	var o outcome
	err := row.Scan(o.fields()...)
	if postgres.Violates(err, "op_key") {
		// Two accounts raced for one key, so the requests differ.
		return o, ErrReused
	}
	return o, err
}

// result is what the outcome says: done or replayed, or why not.
func (o outcome) result(wanted Points) (Result, error) {
	switch o.status {
	case "done", "replay":
		return Result{
			Op:     OpID(value(o.op)),
			Seq:    value(o.seq),
			Points: Points(value(o.points)),
			Balance: Balance{
				Available: Points(value(o.available)),
				Pending:   Points(value(o.pending)),
				Held:      Points(value(o.held)),
				Debt:      Points(value(o.debt)),
			},
			Replay: o.status == "replay",
		}, nil
	case "reused":
		return Result{}, ErrReused
	case "no_account":
		return Result{}, ErrNoAccount
	case "not_found":
		return Result{}, ErrNotFound
	case "reversed":
		return Result{}, ErrReversed
	case "insufficient":
		return Result{}, &InsufficientError{Have: Points(value(o.available)), Want: wanted}
	}
	return Result{}, fmt.Errorf("the ledger answered %q", o.status)
}

func value(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}
