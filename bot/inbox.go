package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"kopilka/internal/postgres"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// kinds are the updates that the bot asks for and handles; any other that arrives all
// the same is stored as skipped. https://core.telegram.org/bots/api#update
var kinds = []string{"message", "edited_message", "callback_query", "my_chat_member"}

// albumWait is how long an album may pause between two of its pictures: they are
// updates of their own with no mark on the last.
const albumWait = 1200 * time.Millisecond

// maxAlbum is how many pictures an album has at most.
const maxAlbum = 10

// keep is how long a handled update stays: longer than the 24 hours for which Telegram
// may send it again, short because it holds what people wrote.
const keep = 72 * time.Hour

// ErrBadUpdate says that something is not an update: no JSON object with an update_id.
var ErrBadUpdate = errors.New("not an update")

// envelope is as much of an update as storing it needs; it takes any shape beside.
type envelope struct {
	ID       int64
	Kind     string
	Person   int64 // who sent it, else its chat
	Chat     int64
	Album    string
	Callback string // the id and the data of a tap, to answer it at once
	Data     string
	Lang     string
}

type anyone struct {
	ID   int64  `json:"id"`
	Lang string `json:"language_code"`
}

func openEnvelope(body []byte) (envelope, error) {
	var fields map[string]json.RawMessage
	var e envelope
	if err := json.Unmarshal(body, &fields); err != nil {
		return e, fmt.Errorf("read an update: %w", ErrBadUpdate)
	}
	if err := json.Unmarshal(fields["update_id"], &e.ID); err != nil || e.ID <= 0 {
		return e, fmt.Errorf("read an update's id: %w", ErrBadUpdate)
	}
	for name, field := range fields {
		if name == "update_id" {
			continue
		}
		e.Kind = column(name)
		e.read(field)
	}
	return e, nil
}

// read takes what it can from the update's one field; a shape that it does not know
// leaves zeros.
func (e *envelope) read(field json.RawMessage) {
	var in struct {
		ID   json.RawMessage `json:"id"`
		From anyone          `json:"from"`
		Chat anyone          `json:"chat"`
		// a tap's own chat stands in its message
		Message struct {
			Chat anyone `json:"chat"`
		} `json:"message"`
		Album string `json:"media_group_id"`
		Data  string `json:"data"`
	}
	if json.Unmarshal(field, &in) != nil {
		return
	}
	e.Album, e.Lang = column(in.Album), in.From.Lang
	e.Chat = cmp.Or(in.Chat.ID, in.Message.Chat.ID)
	e.Person = cmp.Or(in.From.ID, e.Chat)
	if e.Kind == "callback_query" {
		json.Unmarshal(in.ID, &e.Callback)
		e.Data = in.Data
	}
}

// column makes a string fit for a text column, which takes no zero byte, and short.
func column(s string) string { return cut(strings.ReplaceAll(s, "\x00", ""), 64) }

func (e envelope) known() bool {
	for _, k := range kinds {
		if e.Kind == k {
			return e.Person != 0
		}
	}
	return false
}

// inbox is the table of updates in hand.
type inbox struct {
	db    *pgxpool.Pool
	botID int64
}

// put stores an update in tx and reports whether it is new: Telegram sends one again
// whenever it is not sure.
func (in inbox) put(ctx context.Context, tx pgx.Tx, e envelope, body []byte, at time.Time) (bool, error) {
	state, due, handled := "new", at, (*time.Time)(nil)
	if !e.known() {
		state, handled = "skipped", &at
	}
	if e.Album != "" {
		due = at.Add(albumWait)
	}
	tag, err := tx.Exec(ctx, `
		INSERT INTO bot.inbox (bot_id, update_id, person, kind, album, body, state, not_before, received_at, handled_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (bot_id, update_id) DO NOTHING`,
		in.botID, e.ID, e.Person, e.Kind, e.Album, body, state, due, at, handled)
	if err != nil {
		return false, fmt.Errorf("store update %d: %w", e.ID, err)
	}
	if tag.RowsAffected() == 1 && e.Album != "" {
		err = in.holdAlbum(ctx, tx, e, due)
	}
	return tag.RowsAffected() == 1, err
}

// holdAlbum lets the album's other pictures wait for what may follow this one.
func (in inbox) holdAlbum(ctx context.Context, tx pgx.Tx, e envelope, due time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE bot.inbox SET not_before = $4
		WHERE bot_id = $1 AND person = $2 AND album = $3 AND state = 'new' AND attempts = 0`,
		in.botID, e.Person, e.Album, due)
	if err != nil {
		return fmt.Errorf("hold the album of update %d: %w", e.ID, err)
	}
	return nil
}

// due lists people whose oldest open update may be handled now, longest waiting first.
func (in inbox) due(ctx context.Context, busy []int64, limit int, at time.Time) ([]int64, error) {
	rows, err := in.db.Query(ctx, `
		SELECT i.person FROM bot.inbox i
		WHERE i.bot_id = $1 AND i.state = 'new' AND i.not_before <= $2 AND i.person <> ALL ($3)
			-- only the head of a person's queue: one that waits holds back what follows it
			AND NOT EXISTS (SELECT 1 FROM bot.inbox e
				WHERE e.bot_id = i.bot_id AND e.person = i.person AND e.state = 'new' AND e.update_id < i.update_id)
		ORDER BY i.not_before, i.update_id LIMIT $4`, in.botID, at, busy, limit)
	if err != nil {
		return nil, fmt.Errorf("list people with updates: %w", err)
	}
	people, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("list people with updates: %w", err)
	}
	return people, nil
}

// item is an update in hand: one, or the pictures of an album.
type item struct {
	IDs      []int64
	Kind     string
	Bodies   [][]byte
	Attempts int // this one included
	Received time.Time
}

// claim takes a person's oldest open update, and all of its album, and counts the
// attempt before it is made: so an update that kills the process is given up too. It
// returns nil when nothing is due.
func (in inbox) claim(ctx context.Context, person int64, at time.Time) (*item, error) {
	rows, err := in.db.Query(ctx, `
		WITH head AS (
			SELECT update_id, album, not_before FROM bot.inbox
			WHERE bot_id = $1 AND person = $2 AND state = 'new' ORDER BY update_id LIMIT 1
		), taken AS (
			SELECT i.update_id FROM bot.inbox i, head h
			WHERE i.bot_id = $1 AND i.person = $2 AND i.state = 'new' AND h.not_before <= $3
				AND (i.update_id = h.update_id OR h.album <> '' AND i.album = h.album)
			ORDER BY i.update_id LIMIT $4
		), claimed AS (
			UPDATE bot.inbox i SET attempts = i.attempts + 1 FROM taken t
			WHERE i.bot_id = $1 AND i.update_id = t.update_id AND i.state = 'new'
			RETURNING i.update_id, i.kind, i.body, i.attempts, i.received_at
		)
		SELECT update_id, kind, body, attempts, received_at FROM claimed ORDER BY update_id`,
		in.botID, person, at, maxAlbum)
	if err != nil {
		return nil, fmt.Errorf("claim an update: %w", err)
	}
	var it item
	var id int64
	var attempts int
	var body []byte
	var received time.Time
	_, err = pgx.ForEachRow(rows, []any{&id, &it.Kind, &body, &attempts, &received}, func() error {
		it.IDs, it.Bodies = append(it.IDs, id), append(it.Bodies, append([]byte(nil), body...))
		it.Attempts, it.Received = max(it.Attempts, attempts), received
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("claim an update: %w", err)
	}
	if len(it.IDs) == 0 {
		return nil, nil
	}
	return &it, nil
}

// close marks an update as done or dead; a dead one keeps its error for people to see.
func (in inbox) close(ctx context.Context, it *item, state, reason string, at time.Time) error {
	_, err := in.db.Exec(ctx, `
		UPDATE bot.inbox SET state = $3, error = $4, handled_at = $5
		WHERE bot_id = $1 AND update_id = ANY ($2) AND state = 'new'`,
		in.botID, it.IDs, state, reason, at)
	if err != nil {
		return fmt.Errorf("mark update %d as %s: %w", it.IDs[0], state, err)
	}
	return nil
}

// postpone lets an update wait; the person's later ones wait behind it. With free set
// the attempt does not count.
func (in inbox) postpone(ctx context.Context, it *item, reason string, until time.Time, free bool) error {
	_, err := in.db.Exec(ctx, `
		UPDATE bot.inbox SET not_before = $4, error = $3, attempts = attempts - CASE WHEN $5 THEN 1 ELSE 0 END
		WHERE bot_id = $1 AND update_id = ANY ($2) AND state = 'new'`,
		in.botID, it.IDs, reason, until, free)
	if err != nil {
		return fmt.Errorf("postpone update %d: %w", it.IDs[0], err)
	}
	return nil
}

// prune forgets what was handled long ago. Dead updates stay.
func (in inbox) prune(ctx context.Context, before time.Time) error {
	_, err := in.db.Exec(ctx, `
		DELETE FROM bot.inbox WHERE bot_id = $1 AND handled_at < $2 AND state IN ('done', 'skipped')`, in.botID, before)
	if err != nil {
		return fmt.Errorf("prune the inbox: %w", err)
	}
	return nil
}

// Health is what a readiness page and the admin's own screen tell of the door.
type Health struct {
	Waiting int64 // updates not yet handled
	Dead    int64 // updates given up
	Skipped int64 // updates of kinds that the bot does not handle
	Oldest  time.Duration
}

// ReadHealth counts the inbox of a bot.
func ReadHealth(ctx context.Context, q postgres.Querier, botID int64, at time.Time) (Health, error) {
	var h Health
	var oldest *time.Time
	err := q.QueryRow(ctx, `
		SELECT count(*) FILTER (WHERE state = 'new'), count(*) FILTER (WHERE state = 'dead'),
			count(*) FILTER (WHERE state = 'skipped'), min(received_at) FILTER (WHERE state = 'new')
		FROM bot.inbox WHERE bot_id = $1`, botID).Scan(&h.Waiting, &h.Dead, &h.Skipped, &oldest)
	if err != nil {
		return h, fmt.Errorf("count the inbox: %w", err)
	}
	if oldest != nil {
		h.Oldest = at.Sub(*oldest)
	}
	return h, nil
}
