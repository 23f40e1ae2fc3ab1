package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"kopilka/members"
	"kopilka/program"
	"kopilka/texts"

	"github.com/jackc/pgx/v5"
)

// ErrCount says that the audience is not as large as the sender confirmed.
var ErrCount = errors.New("the audience has another size")

// BroadcastState is where a broadcast stands.
type BroadcastState string

// The states of a broadcast.
const (
	Draft   BroadcastState = "draft"
	Running BroadcastState = "running"
	Stopped BroadcastState = "stopped"
	Done    BroadcastState = "done"
)

// Broadcast is one message to many.
type Broadcast struct {
	ID      int64
	Author  members.ID
	Message Message
	Tier    string // "" is everybody
	State   BroadcastState
	Total   int64
	Sent    int64
	Gone    int64
	Failed  int64
	Waiting int64
	Started time.Time
}

// Draft keeps a message that may become a broadcast and returns it with the number of
// people it would reach. Only who may broadcast may draft (program.ErrForbidden).
func (n *Notify) Draft(ctx context.Context, actor members.Actor, msg Message, tier string) (b Broadcast, reach int64, err error) {
	if !actor.Can(members.PermBroadcast, 0) {
		return b, 0, program.ErrForbidden
	}
	body, err := json.Marshal(msg)
	if err != nil {
		return b, 0, fmt.Errorf("write a broadcast: %w", err)
	}
	b = Broadcast{Author: actor.Member, Message: msg, Tier: tier, State: Draft}
	err = n.DB.QueryRow(ctx, `
		INSERT INTO notify.broadcast (author_id, message, tier, created_at) VALUES ($1, $2, $3, $4) RETURNING id`,
		actor.Member, body, tier, n.Now()).Scan(&b.ID)
	if err != nil {
		return b, 0, fmt.Errorf("keep a broadcast: %w", err)
	}
	reach, err = n.Reach(ctx, actor, tier)
	return b, reach, err
}

// Reach is how many people a broadcast to that tier would reach now.
func (n *Notify) Reach(ctx context.Context, actor members.Actor, tier string) (count int64, err error) {
	if !actor.Can(members.PermBroadcast, 0) {
		return 0, program.ErrForbidden
	}
	err = n.DB.QueryRow(ctx, `SELECT count(*) FROM notify.audience WHERE $1 = '' OR tier = $1`, tier).Scan(&count)
	if err != nil {
		return 0, fmt.Errorf("count the audience: %w", err)
	}
	return count, nil
}

// Start sends a draft to its audience. count is the number that the sender confirmed; if
// the audience has changed, nothing is sent (ErrCount). A second start changes nothing.
// progress is the address where the channel shows how it goes.
func (n *Notify) Start(ctx context.Context, actor members.Actor, id, count int64, progress string) (b Broadcast, err error) {
	if !actor.Can(members.PermBroadcast, 0) {
		return b, program.ErrForbidden
	}
	err = pgx.BeginFunc(ctx, n.DB, func(tx pgx.Tx) error {
		now := n.Now()
		done, err := tx.Exec(ctx, `
			UPDATE notify.broadcast SET state = 'running', started_at = $2, progress_channel = $3, progress_address = $4
			WHERE id = $1 AND state = 'draft'`, id, now, n.Channel.Name(), progress)
		if err != nil {
			return fmt.Errorf("start broadcast %d: %w", id, err)
		}
		if done.RowsAffected() == 0 {
			return nil
		}
		planned, err := tx.Exec(ctx, `
			INSERT INTO notify.delivery (broadcast_id, member_id, channel, address, not_before, created_at)
			SELECT b.id, a.member_id, $2, a.address, $3, $3
			FROM notify.broadcast b JOIN notify.audience a ON b.tier = '' OR a.tier = b.tier
			WHERE b.id = $1
			ON CONFLICT (broadcast_id, member_id) DO NOTHING`, id, n.Channel.Name(), now)
		if err != nil {
			return fmt.Errorf("plan broadcast %d: %w", id, err)
		}
		if planned.RowsAffected() != count {
			return ErrCount
		}
		_, err = tx.Exec(ctx, `UPDATE notify.broadcast SET total = $2 WHERE id = $1`, id, count)
		return err
	})
	if err != nil {
		return b, err
	}
	return n.Broadcast(ctx, actor, id)
}

// Stop cancels what has not been sent yet.
func (n *Notify) Stop(ctx context.Context, actor members.Actor, id int64) (b Broadcast, err error) {
	if !actor.Can(members.PermBroadcast, 0) {
		return b, program.ErrForbidden
	}
	err = pgx.BeginFunc(ctx, n.DB, func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, `UPDATE notify.broadcast SET state = 'stopped', finished_at = $2 WHERE id = $1 AND state = 'running'`, id, n.Now())
		if err != nil || done.RowsAffected() == 0 {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE notify.delivery SET state = 'cancelled' WHERE broadcast_id = $1 AND state = 'queued'`, id)
		return err
	})
	if err != nil {
		return b, fmt.Errorf("stop broadcast %d: %w", id, err)
	}
	return n.Broadcast(ctx, actor, id)
}

// Broadcast returns one with its counts.
func (n *Notify) Broadcast(ctx context.Context, actor members.Actor, id int64) (b Broadcast, err error) {
	if !actor.Can(members.PermBroadcast, 0) {
		return b, program.ErrForbidden
	}
	return n.broadcast(ctx, id)
}

func (n *Notify) broadcast(ctx context.Context, id int64) (b Broadcast, err error) {
	var body []byte
	var started *time.Time
	err = n.DB.QueryRow(ctx, `
		SELECT b.id, b.author_id, b.message, b.tier, b.state, b.total, b.started_at,
			count(d.id) FILTER (WHERE d.state = 'sent'), count(d.id) FILTER (WHERE d.state = 'gone'),
			count(d.id) FILTER (WHERE d.state = 'failed'), count(d.id) FILTER (WHERE d.state IN ('queued', 'sending'))
		FROM notify.broadcast b LEFT JOIN notify.delivery d ON d.broadcast_id = b.id
		WHERE b.id = $1 GROUP BY b.id`, id).
		Scan(&b.ID, &b.Author, &body, &b.Tier, &b.State, &b.Total, &started, &b.Sent, &b.Gone, &b.Failed, &b.Waiting)
	if errors.Is(err, pgx.ErrNoRows) {
		return b, program.ErrNotFound
	}
	if err != nil {
		return b, fmt.Errorf("read broadcast %d: %w", id, err)
	}
	if started != nil {
		b.Started = *started
	}
	return b, json.Unmarshal(body, &b.Message)
}

// ProgressText is how a broadcast is going, in words.
func ProgressText(t texts.Printer, b Broadcast, now time.Time) string {
	data := texts.Data{"Total": texts.Count(b.Total), "Sent": texts.Count(b.Sent), "Gone": texts.Count(b.Gone),
		"Failed": texts.Count(b.Failed), "Waiting": texts.Count(b.Waiting), "Percent": texts.Percent(share(b))}
	switch b.State {
	case Done:
		return t.Text("broadcast_done", data)
	case Stopped:
		return t.Text("broadcast_stopped", data)
	}
	return t.Text("broadcast_running", data)
}

// share is how much has been settled, in basis points of whole per cents.
func share(b Broadcast) int64 {
	if b.Total == 0 {
		return 100_00
	}
	return (b.Total - b.Waiting) * 100 / b.Total * 100
}
