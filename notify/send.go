package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// try is how long a channel may take over one message.
	try = 20 * time.Second
	// lease is when another sender tries it: after a crash, one message, and those to the
	// same person behind it, wait that long.
	lease = 30 * time.Second
	// attempts after which a message that could not be sent is given up: with the pauses
	// below that is about a day.
	attempts = 16
	// side by side, messages to different people.
	abreast = 8
)

// sendReplies sends what is told to single people. Messages to one person keep their
// order: the next is taken only when the one before it has been settled.
func (n *Notify) sendReplies(ctx context.Context) (int, error) {
	return n.send(ctx, `
		SELECT d.id FROM notify.delivery d
		WHERE d.state = 'queued' AND d.broadcast_id IS NULL AND d.not_before <= $1
			AND NOT EXISTS (
				SELECT FROM notify.delivery before
				WHERE before.member_id = d.member_id AND before.id < d.id
					AND before.state IN ('queued', 'sending') AND before.broadcast_id IS NULL)
		ORDER BY d.id LIMIT $3 FOR UPDATE OF d SKIP LOCKED`, abreast)
}

// sendBulk sends broadcasts; the channel keeps the pace.
func (n *Notify) sendBulk(ctx context.Context) (int, error) {
	return n.send(ctx, `
		SELECT d.id FROM notify.delivery d
		WHERE d.state = 'queued' AND d.broadcast_id IS NOT NULL AND d.not_before <= $1
		ORDER BY d.id LIMIT $3 FOR UPDATE OF d SKIP LOCKED`, abreast)
}

func (n *Notify) send(ctx context.Context, pick string, limit int) (int, error) {
	batch, err := n.take(ctx, pick, limit)
	if err != nil {
		return 0, err
	}
	var wg sync.WaitGroup
	for _, d := range batch {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, try)
			defer cancel()
			n.settle(ctx, d, n.Channel.Send(ctx, d))
		})
	}
	wg.Wait()
	return len(batch), nil
}

// take leases deliveries that pick finds, so that no other sender has them.
func (n *Notify) take(ctx context.Context, pick string, limit int) ([]Delivery, error) {
	now := n.Now()
	rows, err := n.DB.Query(ctx, `
		WITH taken AS (
			UPDATE notify.delivery SET state = 'sending', lease_until = $2, attempts = attempts + 1
			WHERE id IN (`+pick+`)
			RETURNING id, member_id, address, message, broadcast_id, attempts)
		SELECT t.id, t.member_id, t.address, coalesce(t.message, b.message), t.broadcast_id IS NOT NULL, t.attempts
		FROM taken t LEFT JOIN notify.broadcast b ON b.id = t.broadcast_id ORDER BY t.id`, now, now.Add(lease), limit)
	if err != nil {
		return nil, fmt.Errorf("take deliveries: %w", err)
	}
	batch, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d Delivery, err error) {
		var message []byte
		if err := row.Scan(&d.ID, &d.Member, &d.Address, &message, &d.Bulk, &d.Attempt); err != nil {
			return d, err
		}
		return d, json.Unmarshal(message, &d.Message)
	})
	if err != nil {
		return nil, fmt.Errorf("take deliveries: %w", err)
	}
	return batch, nil
}

// settle writes down what became of a try. It outlives ctx: a message that was sent must
// not be sent again because the program is stopping.
func (n *Notify) settle(ctx context.Context, d Delivery, out Outcome) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	now := n.Now()
	state, notBefore := string(out.State), now
	if out.State == Retry {
		state, notBefore = "queued", now.Add(pause(d.Attempt, out.After))
		if d.Attempt >= attempts {
			state = string(Failed)
		}
	}
	_, err := n.DB.Exec(ctx, `
		UPDATE notify.delivery SET state = $2, lease_until = NULL, not_before = $3, reason = $4,
			sent_at = CASE WHEN $2 = 'sent' THEN $5::timestamptz END
		WHERE id = $1 AND state = 'sending'`, d.ID, state, notBefore, out.Reason, now)
	if err != nil {
		n.Log.Error("a delivery could not be settled; its lease will end", "delivery", d.ID, "err", err)
	}
	if out.State == Failed {
		n.Log.Warn("a message will never arrive", "delivery", d.ID, "member", d.Member, "reason", out.Reason)
	}
}

// pause grows from a second to two hours, and is never shorter than the channel asks.
func pause(attempt int, asked time.Duration) time.Duration {
	grown := min(time.Second<<min(attempt-1, 13), 2*time.Hour)
	return max(grown, asked)
}

// releaseLeases gives back the deliveries of senders that died. Whether their messages
// arrived nobody knows; they are sent again, for a lost one would never be told.
func (n *Notify) releaseLeases(ctx context.Context) (int, error) {
	done, err := n.DB.Exec(ctx, `
		UPDATE notify.delivery SET state = 'queued', lease_until = NULL
		WHERE state = 'sending' AND lease_until < $1`, n.Now())
	if err != nil {
		return 0, fmt.Errorf("release the leases of dead senders: %w", err)
	}
	return int(done.RowsAffected()), nil
}
