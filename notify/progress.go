package notify

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// shown is how often a running broadcast's message is changed: Telegram lets a message be
// edited about once in three seconds for long.
const shown = 3 * time.Second

// showProgress keeps the message of each running broadcast true, and ends those that have
// nothing left to send.
func (n *Notify) showProgress(ctx context.Context) (int, error) {
	rows, err := n.DB.Query(ctx, `
		SELECT id, progress_address, progress_message, progress_shown FROM notify.broadcast
		WHERE state = 'running' OR state IN ('stopped', 'done') AND progress_shown NOT LIKE state || ':%' AND progress_address <> ''
		ORDER BY id`)
	if err != nil {
		return 0, fmt.Errorf("find running broadcasts: %w", err)
	}
	type show struct {
		ID                      int64
		Address, Message, Shown string
	}
	running, err := pgx.CollectRows(rows, pgx.RowToStructByPos[show])
	if err != nil {
		return 0, fmt.Errorf("find running broadcasts: %w", err)
	}
	for _, r := range running {
		if err := n.show(ctx, r.ID, r.Address, r.Message, r.Shown); err != nil {
			return 0, err
		}
	}
	if len(running) > 0 {
		select {
		case <-ctx.Done():
		case <-time.After(min(shown, 10*n.Poll)):
		}
	}
	return 0, nil
}

func (n *Notify) show(ctx context.Context, id int64, address, message, last string) error {
	b, err := n.broadcast(ctx, id)
	if err != nil {
		return err
	}
	if b.State == Running && b.Waiting == 0 {
		b.State = Done
		_, err := n.DB.Exec(ctx, `UPDATE notify.broadcast SET state = 'done', finished_at = $2 WHERE id = $1 AND state = 'running'`, id, n.Now())
		if err != nil {
			return fmt.Errorf("end broadcast %d: %w", id, err)
		}
	}
	now := fmt.Sprintf("%s:%d", b.State, b.Waiting)
	if address == "" || now == last {
		return nil
	}
	_, t, err := n.reader(ctx, n.DB, b.Author)
	if err != nil {
		return err
	}
	msg := Message{Text: ProgressText(t, b, n.Now()), Edit: message}
	if b.State == Running {
		msg.Buttons = [][]Button{{{Label: t.Plain("button_broadcast_stop"), Action: ActionStop, Arg: id, Style: "danger"}}}
	}
	out := n.Channel.Send(ctx, Delivery{Member: b.Author, Address: address, Message: msg, Attempt: 1})
	if out.State != Sent {
		n.Log.Warn("a broadcast's progress could not be shown", "broadcast", id, "reason", out.Reason)
		return nil
	}
	if out.Message == "" {
		out.Message = message
	}
	_, err = n.DB.Exec(ctx, `UPDATE notify.broadcast SET progress_message = $2, progress_shown = $3 WHERE id = $1`, id, out.Message, now)
	if err != nil {
		return fmt.Errorf("note the progress of broadcast %d: %w", id, err)
	}
	return nil
}
