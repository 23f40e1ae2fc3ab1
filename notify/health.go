package notify

import (
	"context"
	"fmt"

	"kopilka/internal/postgres"
)

// Health is what an operator watches.
type Health struct {
	Events  int64 // events that nobody has been told of
	Waiting int64 // messages not yet sent
	Failed  int64 // messages that will never arrive
}

// ReadHealth counts what waits to be told.
func ReadHealth(ctx context.Context, q postgres.Querier) (h Health, err error) {
	err = q.QueryRow(ctx, `
		SELECT (SELECT count(*) FROM program.event WHERE handled_at IS NULL),
			count(*) FILTER (WHERE state IN ('queued', 'sending')), count(*) FILTER (WHERE state = 'failed')
		FROM notify.delivery`).Scan(&h.Events, &h.Waiting, &h.Failed)
	if err != nil {
		return h, fmt.Errorf("count what waits to be told: %w", err)
	}
	return h, nil
}
