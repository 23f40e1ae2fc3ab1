package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"kopilka/internal/postgres"

	"github.com/jackc/pgx/v5"
)

// flowTime is how long a dialogue waits for its next answer.
const flowTime = 30 * time.Minute

// Flow is a dialogue of several steps that a person is in. One is open at a time, any
// command leaves it, and it survives a restart.
type Flow struct {
	Name    string
	Step    string
	Version int64 // new with each step and never the same again
	data    []byte
}

// Read decodes what the flow remembers into v.
func (f *Flow) Read(v any) error {
	if err := json.Unmarshal(f.data, v); err != nil {
		return fmt.Errorf("read the data of flow %s: %w", f.Name, err)
	}
	return nil
}

func openFlow(ctx context.Context, q postgres.Querier, botID, person int64, at time.Time) (*Flow, error) {
	var f Flow
	err := q.QueryRow(ctx, `
		SELECT flow, step, data, version FROM bot.flow
		WHERE bot_id = $1 AND person = $2 AND expires_at > $3`, botID, person, at).Scan(&f.Name, &f.Step, &f.data, &f.Version)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the open flow: %w", err)
	}
	return &f, nil
}

// OpenFlow begins a flow at a step, or moves the one in hand on to it, and remembers data
// for the next update. ErrStale says that the flow has moved on under this update's feet.
func (t *Talk) OpenFlow(ctx context.Context, name, step string, data any) error {
	b, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("write the data of flow %s: %w", name, err)
	}
	was := int64(0)
	if t.Flow != nil {
		was = t.Flow.Version
	}
	next := Flow{Name: name, Step: step, data: b}
	err = t.DB.QueryRow(ctx, `
		INSERT INTO bot.flow AS f (bot_id, person, flow, step, data, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (bot_id, person) DO UPDATE SET
			flow = excluded.flow, step = excluded.step, data = excluded.data,
			version = excluded.version, expires_at = excluded.expires_at
			-- an expired one is in nobody's way
			WHERE f.version = $7 OR f.expires_at <= $8
		RETURNING version`,
		t.client.ID(), t.Person, name, step, b, t.At.Add(flowTime), was, t.At).Scan(&next.Version)
	if errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("move flow %s to %s: %w", name, step, ErrStale)
	}
	if err != nil {
		return fmt.Errorf("move flow %s to %s: %w", name, step, err)
	}
	t.Flow = &next
	return nil
}

// LeaveFlow ends the open flow, if there is one.
func (t *Talk) LeaveFlow(ctx context.Context) error {
	if t.Flow == nil {
		return nil
	}
	_, err := t.DB.Exec(ctx, `DELETE FROM bot.flow WHERE bot_id = $1 AND person = $2 AND version = $3`,
		t.client.ID(), t.Person, t.Flow.Version)
	if err != nil {
		return fmt.Errorf("leave flow %s: %w", t.Flow.Name, err)
	}
	t.Flow = nil
	return nil
}

// FlowToken is a button that works only while the flow stands where it stands now. Its
// action is registered with Routes.FlowAction.
func (t *Talk) FlowToken(a Action, args ...any) Token {
	version := int64(0)
	if t.Flow != nil {
		version = t.Flow.Version
	}
	return a.Token(append([]any{version}, args...)...)
}
