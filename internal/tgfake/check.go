package tgfake

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Call is a call that the bot made.
type Call struct {
	Method string    `json:"method"`
	Chat   int64     `json:"chat,omitempty"`
	At     time.Time `json:"at"`
	Status int       `json:"status"` // 200, or the error_code
	Error  string    `json:"error,omitempty"`
}

// callsRoom is how many of the last calls are remembered.
const callsRoom = 10_000

// record remembers a call. s.mu is held.
func (s *Server) record(c *call, name string, err error) {
	if len(s.calls) >= callsRoom {
		s.calls = slices.Delete(s.calls, 0, callsRoom/2)
	}
	out := Call{Method: name, At: s.now(), Status: 200}
	out.Chat, _ = c.int64("chat_id")
	if err != nil {
		r := refusalOf(err)
		out.Status, out.Error = r.status(), r.description()
	}
	s.calls = append(s.calls, out)
}

// Calls are the last calls of a method, of all but getUpdates with "".
func (s *Server) Calls(method string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Call
	for _, c := range s.calls {
		if method == "" || strings.EqualFold(c.Method, method) {
			out = append(out, c)
		}
	}
	return out
}

// spinnerTime is after how long a turning spinner is a fault of the bot.
const spinnerTime = 10 * time.Second

// Idle waits until the bot confirmed all updates, answered all taps (or let
// them wait for 10 s) and made no call for Options.Quiet.
func (s *Server) Idle(ctx context.Context) error {
	for {
		s.mu.Lock()
		changed, busy := s.changed, s.busy()
		wait := s.opts.Quiet - time.Since(s.lastCall)
		s.mu.Unlock()
		if busy == "" && wait <= 0 {
			return nil
		}
		if busy != "" {
			wait = 50 * time.Millisecond // time itself may end it
		}
		t := time.NewTimer(wait)
		select {
		case <-changed:
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return fmt.Errorf("wait for the bot (%s): %w", busy, ctx.Err())
		}
		t.Stop()
	}
}

// busy says what the bot has to do yet. s.mu is held.
func (s *Server) busy() string {
	s.queue.expire(s.now())
	if n := len(s.queue.waiting); n > 0 {
		return fmt.Sprintf("%d updates not confirmed", n)
	}
	if s.running > 0 {
		return "a call runs"
	}
	for _, c := range s.callbacks {
		if !c.answered && s.now().Sub(c.at) < spinnerTime {
			return fmt.Sprintf("%q of %s not answered", c.label, c.user.Name())
		}
	}
	return ""
}

// leftovers are what no person should read: unfilled templates, faults of
// fmt, keys of sentences that nobody wrote.
var leftovers = regexp.MustCompile(`\{\{|\}\}|%!\w?\(|<no value>|<nil>|^[a-z][a-z0-9]*([._][a-z0-9]+)+$`)

// inspect looks for what must not be in a text. s.mu is held.
func (s *Server) inspect(text string) {
	if at := leftovers.FindString(text); at != "" {
		s.broken = append(s.broken, fmt.Sprintf("a text has a leftover %q: %.80q", at, text))
	}
	if strings.Contains(text, s.opts.Token) {
		s.broken = append(s.broken, "a text has the bot's token")
	}
}

func (s *Server) inspectMarkup(m markup) {
	count := 0
	for _, row := range m.inline {
		count += len(row)
		if len(row) > 8 {
			s.broken = append(s.broken, fmt.Sprintf("a row has %d buttons; clients show 8", len(row)))
		}
		for _, b := range row {
			s.inspect(b.Text)
			if strings.Contains(b.URL, s.opts.Token) {
				s.broken = append(s.broken, "a link has the bot's token")
			}
		}
	}
	if count > 100 {
		s.broken = append(s.broken, fmt.Sprintf("a keyboard has %d buttons; Telegram keeps 100", count))
	}
	if m.keyboard != nil {
		for _, row := range m.keyboard.Rows {
			for _, b := range row {
				s.inspect(b.Label)
			}
		}
	}
}

// Violations are what the bot did that a good bot doesn't: taps without an
// answer, texts with leftovers, messages sent in spite of a 429. Call it
// after Idle.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := slices.Clone(s.broken)
	for _, c := range s.callbacks {
		if !c.answered && s.now().Sub(c.at) >= spinnerTime {
			out = append(out, fmt.Sprintf("the tap on %q by %s got no answer in %s", c.label, c.user.Name(), spinnerTime))
		}
	}
	slices.Sort(out)
	return out
}
