package tgfake

import (
	"context"
	"encoding/json"
	"time"
)

// poll is one getUpdates that waits. Whoever ends it says why.
type poll struct{ end chan error }

func (p *poll) stop(why error) {
	select {
	case p.end <- why:
	default: // it is ending already
	}
}

// getUpdates keeps the rules of Client::process_get_updates_query: a new poll
// ends the old one, and an offset that does not move is slowed down.
func (s *Server) getUpdates(ctx context.Context, c *call) (any, error) {
	offset, limit, timeout := c.int("offset"), c.int("limit"), min(max(c.int("timeout"), 0), 50)
	if limit < 1 || limit > 100 {
		limit = 100
	}
	s.mu.Lock()
	if s.hook != nil {
		s.mu.Unlock()
		return nil, s.clash(ctx, errHookActive)
	}
	if err := s.allow(c); err != nil {
		s.mu.Unlock()
		return nil, err
	}
	if old := s.queue.poll; old != nil {
		old.stop(errOtherPoller)
	}
	p := &poll{end: make(chan error, 1)}
	s.queue.poll = p
	limit, timeout = s.queue.slow(offset, limit, timeout, s.now())
	s.queue.expire(s.now())
	s.queue.confirm(offset)
	s.wake()
	s.mu.Unlock()
	got, err := s.await(ctx, p, limit, time.Duration(timeout)*time.Second)
	if err != nil {
		return nil, s.clash(ctx, err)
	}
	return got, nil
}

// slow tames a bot that asks again and again for the same offset.
func (q *updates) slow(offset, limit, timeout int, now time.Time) (int, int) {
	again := offset == q.offset && !q.started.IsZero()
	since := now.Sub(q.started)
	if again && timeout < 3 && since < 3*time.Second {
		timeout = 3
	}
	if again && since < 500*time.Millisecond {
		limit = 1
	}
	q.offset, q.started = offset, now
	return limit, timeout
}

// await waits until there are updates, the time is up or the poll is ended.
func (s *Server) await(ctx context.Context, p *poll, limit int, timeout time.Duration) ([]update, error) {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	defer s.leave(p)
	for {
		s.mu.Lock()
		s.queue.expire(s.now())
		got := append([]update{}, s.queue.waiting[:min(limit, len(s.queue.waiting))]...)
		changed := s.changed
		s.mu.Unlock()
		select {
		case err := <-p.end:
			return nil, err
		default:
		}
		if len(got) > 0 || timeout == 0 {
			return got, nil
		}
		select {
		case <-changed:
		case err := <-p.end:
			return nil, err
		case <-timer.C:
			return []update{}, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-s.ctx.Done():
			return nil, &refusal{code: 500, text: "Internal Server Error: closing"}
		}
	}
}

func (s *Server) leave(p *poll) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.queue.poll == p {
		s.queue.poll = nil
	}
}

// clash delays the second and later conflicts within 3 s by 3 s, as the real
// server does to spare itself.
func (s *Server) clash(ctx context.Context, err error) error {
	if refusalOf(err).code != 409 {
		return err
	}
	s.mu.Lock()
	now := s.now()
	again := !s.queue.clashed.IsZero() && now.Sub(s.queue.clashed) < 3*time.Second
	s.queue.clashed = now
	s.mu.Unlock()
	if again {
		_ = s.opts.Sleep(ctx, 3*time.Second)
	}
	return err
}

// allow remembers allowed_updates until a call names others. s.mu is held.
func (s *Server) allow(c *call) error {
	text := c.text("allowed_updates")
	if text == "" {
		return nil
	}
	var kinds []string
	if err := json.Unmarshal([]byte(text), &kinds); err != nil {
		return bad("can't parse allowed updates JSON object")
	}
	s.queue.allowed = kinds
	return nil
}
