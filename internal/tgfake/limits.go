package tgfake

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// lane is a token bucket of flood control.
type lane struct {
	rate   float64 // a second
	room   float64
	left   float64
	at     time.Time
	told   time.Time // when the caller was told to wait
	closed time.Time // until when
}

// The pace that Telegram's FAQ names: one message a second in a chat (bursts
// pass), 20 a minute in a group, 30 a second in all
// (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this).
const (
	chatRate, chatRoom     = 1.0, 5
	groupRate, groupRoom   = 20.0 / 60, 20
	globalRate, globalRoom = 30.0, 30
)

// inFlight is how long after a 429 calls may still come that were made before
// the bot could read it.
const inFlight = 500 * time.Millisecond

// pace takes a message's place in the lanes of its chat and of the whole bot;
// edits in a group take one in the chat's lane only. s.mu is held.
func (s *Server) pace(c *chat, global int) error {
	if !s.opts.Limits {
		return nil
	}
	rate, room := chatRate, chatRoom
	if c.user == nil {
		rate, room = groupRate, groupRoom
	}
	lanes := []*lane{s.lane("chat "+strconv.FormatInt(c.id, 10), rate, room)}
	if global > 0 {
		lanes = append(lanes, s.lane("all", globalRate, globalRoom))
	}
	now := s.now()
	for _, l := range lanes {
		l.fill(now)
		if now.Before(l.closed) {
			if now.Sub(l.told) <= inFlight {
				return flood(seconds(l.closed.Sub(now)))
			}
			s.broken = append(s.broken, fmt.Sprintf("sent into chat %d though told to wait until %s", c.id, l.closed.Format(time.TimeOnly)))
			return flood(seconds(l.closed.Sub(now)))
		}
		if l.left < 1 {
			wait := seconds(time.Duration((1 - l.left) / l.rate * float64(time.Second)))
			l.told, l.closed = now, now.Add(time.Duration(wait)*time.Second)
			return flood(wait)
		}
	}
	for _, l := range lanes {
		l.left--
	}
	return nil
}

func seconds(d time.Duration) int { return max(1, int(math.Ceil(d.Seconds()))) }

func (s *Server) lane(name string, rate float64, room int) *lane {
	if s.lanes[name] == nil {
		s.lanes[name] = &lane{rate: rate, room: float64(room), left: float64(room), at: s.now()}
	}
	return s.lanes[name]
}

func (l *lane) fill(now time.Time) {
	l.left = min(l.room, l.left+now.Sub(l.at).Seconds()*l.rate)
	l.at = now
}
