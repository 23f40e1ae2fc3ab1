package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"kopilka/members"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/time/rate"
)

// Lane is how a message travels: a reply must not wait behind a broadcast.
type Lane string

// The lanes.
const (
	ReplyLane Lane = "reply"
	BulkLane  Lane = "bulk"
)

const (
	// bulkPace is messages a second of all bulk sending together. Telegram allows about
	// 30: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
	bulkPace = 25
	// chatBurst is how many messages one chat may get at once before one a second.
	chatBurst = 5
	// inlineWait is the longest retry_after that a sender sits out by itself; longer
	// ones are told to the caller, who has a table to wait in.
	inlineWait = 5 * time.Second
	// persistFrom is the pause that a restart must not forget.
	persistFrom = 30 * time.Second
)

// Sender sends messages at the pace that Telegram takes them.
type Sender struct {
	db     *pgxpool.Pool
	client *Client
	log    *slog.Logger
	now    func() time.Time

	bulk  *rate.Limiter
	mu    sync.Mutex
	chats map[int64]*rate.Limiter
	until map[Lane]time.Time // when a paused lane goes on
}

// NewSender returns a sender of one bot. All sending of a process goes through one.
func NewSender(db *pgxpool.Pool, client *Client, log *slog.Logger, now func() time.Time) *Sender {
	return &Sender{db: db, client: client, log: log, now: now,
		bulk: rate.NewLimiter(bulkPace, bulkPace), chats: map[int64]*rate.Limiter{}, until: map[Lane]time.Time{}}
}

// Send sends or changes one message. An edit that changes nothing is a success. Its
// error is a *Failure; after Transient the message may have been delivered. A chat that
// is Gone is noted as unreachable.
func (s *Sender) Send(ctx context.Context, lane Lane, m Message) (Sent, error) {
	if err := s.turn(ctx, lane, m.Chat); err != nil {
		return Sent{}, err
	}
	plain, moved := false, false
	for try := 1; ; try++ {
		sent, err := m.post(ctx, s.client.API, plain)
		f := Classify(err)
		switch {
		case f == nil:
			return sent, nil
		case f.Class == Noop:
			return Sent{ID: m.Edit}, nil
		case f.Class == Moved && f.MovedTo != 0 && !moved:
			m.Chat, moved = f.MovedTo, true
			continue
		case f.Class == BadFormat && !plain:
			s.log.Error("message broken; sent as plain text", "err", f.Err)
			plain = true
			continue
		case f.Class == Flood:
			s.slow(ctx, lane, m.Chat, f.RetryAfter)
			if f.RetryAfter <= inlineWait && try < 3 && wait(ctx, f.RetryAfter) {
				continue
			}
		case f.Class == Gone:
			s.gone(ctx, m.Chat)
		case f.Class == Transient && unsent(err) && try < 3 && wait(ctx, time.Duration(try)*300*time.Millisecond):
			continue
		}
		return Sent{}, f
	}
}

// unsent reports whether a call surely never left this machine, so that a repeat cannot
// deliver it twice.
func unsent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// turn waits for the message's turn in its lane and in its chat.
func (s *Sender) turn(ctx context.Context, lane Lane, chat int64) error {
	if left := s.left(lane); left > inlineWait {
		return &Failure{Class: Flood, RetryAfter: left, Err: fmt.Errorf("lane %s is paused", lane)}
	} else if left > 0 {
		wait(ctx, left)
	}
	var lines []*rate.Limiter
	if lane == BulkLane {
		lines = append(lines, s.bulk)
	}
	for _, l := range append(lines, s.chat(chat)) {
		if err := s.queue(ctx, l); err != nil {
			return &Failure{Class: Transient, Err: err}
		}
	}
	return nil
}

func (s *Sender) queue(ctx context.Context, l *rate.Limiter) error {
	at := s.now()
	r := l.ReserveN(at, 1)
	if d := r.DelayFrom(at); d > 0 && !wait(ctx, d) {
		r.CancelAt(at)
		return ctx.Err()
	}
	return nil
}

// maxChats bounds the limiters kept; those at rest are forgotten first.
const maxChats = 10_000

func (s *Sender) chat(id int64) *rate.Limiter {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l, ok := s.chats[id]; ok {
		return l
	}
	if len(s.chats) >= maxChats {
		for id, l := range s.chats {
			if l.TokensAt(s.now()) >= chatBurst {
				delete(s.chats, id)
			}
		}
	}
	l := rate.NewLimiter(1, chatBurst)
	s.chats[id] = l
	return l
}

// left is for how long the lane is still paused.
func (s *Sender) left(lane Lane) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.until[lane].Sub(s.now())
}

// slow obeys a retry_after. A short one of a reply concerns its chat, which the caller
// waits out; any other stops the lane.
func (s *Sender) slow(ctx context.Context, lane Lane, chat int64, d time.Duration) {
	if lane == ReplyLane && d < persistFrom {
		return
	}
	until := s.now().Add(d)
	s.mu.Lock()
	if until.After(s.until[lane]) {
		s.until[lane] = until
	}
	s.mu.Unlock()
	s.log.Warn("telegram asks for a pause", "lane", lane, "pause", d)
	if d < persistFrom {
		return
	}
	_, err := s.db.Exec(ctx, `
		INSERT INTO bot.pause AS p (bot_id, lane, until) VALUES ($1, $2, $3)
		ON CONFLICT (bot_id, lane) DO UPDATE SET until = greatest(p.until, excluded.until)`,
		s.client.ID(), string(lane), until)
	if err != nil {
		s.log.Warn("pause not kept", "lane", lane, "err", err)
	}
}

// resume takes over the pauses of the process before.
func (s *Sender) resume(ctx context.Context) error {
	rows, err := s.db.Query(ctx, `SELECT lane, until FROM bot.pause WHERE bot_id = $1 AND until > $2`, s.client.ID(), s.now())
	if err != nil {
		return fmt.Errorf("read the pauses: %w", err)
	}
	var lane string
	var until time.Time
	_, err = pgx.ForEachRow(rows, []any{&lane, &until}, func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.until[Lane(lane)] = until
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the pauses: %w", err)
	}
	return nil
}

func (s *Sender) gone(ctx context.Context, chat int64) {
	if err := setReachable(ctx, s.db, chat, false, s.now()); err != nil {
		s.log.Warn("unreachable chat not noted", "err", err)
	}
}

// setReachable notes on a member whether the chat takes messages; others are not written
// to unasked, so nothing is noted of them.
func setReachable(ctx context.Context, db *pgxpool.Pool, telegram int64, reachable bool, at time.Time) error {
	err := pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		m, err := members.ByTelegram(ctx, tx, telegram)
		if err != nil {
			return err
		}
		return members.SetReachable(ctx, tx, m.ID, reachable, at)
	})
	if errors.Is(err, members.ErrNotFound) || errors.Is(err, members.ErrClosed) {
		return nil
	}
	return err
}
