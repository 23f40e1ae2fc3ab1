package tgfake

import (
	"encoding/json"
	"slices"
	"time"
)

// The kinds of updates that the simulation makes.
const (
	updateMessage  = "message"
	updateEdited   = "edited_message"
	updateCallback = "callback_query"
	updateMyMember = "my_chat_member"
)

// unasked are the updates that a bot gets only when it lists them:
// https://core.telegram.org/bots/api#getupdates
var unasked = []string{"chat_member", "message_reaction", "message_reaction_count"}

// update waits until the bot confirms it or until it is too old.
type update struct {
	id      int
	kind    string
	body    json.RawMessage
	lane    int64 // webhooks keep the order inside one lane only
	expires time.Time
}

func (u update) MarshalJSON() ([]byte, error) {
	return json.Marshal(object{"update_id": u.id, u.kind: u.body})
}

// updates is the bot's queue. The server's lock guards it.
type updates struct {
	lastID  int
	waiting []update
	allowed []string // nil: all but the unasked ones
	poll    *poll    // the getUpdates that waits now
	offset  int      // of the last getUpdates
	started time.Time
	clashed time.Time // the last conflict
}

func newUpdates(first int) updates { return updates{lastID: first} }

func (q *updates) wants(kind string) bool {
	if len(q.allowed) == 0 {
		return !slices.Contains(unasked, kind)
	}
	return slices.Contains(q.allowed, kind)
}

func (q *updates) expire(now time.Time) {
	q.waiting = slices.DeleteFunc(q.waiting, func(u update) bool { return now.After(u.expires) })
}

// confirm forgets all updates below offset; a negative one keeps only the
// newest -offset.
func (q *updates) confirm(offset int) {
	if offset < 0 {
		keep := min(-offset, len(q.waiting))
		q.waiting = q.waiting[len(q.waiting)-keep:]
		return
	}
	q.waiting = slices.DeleteFunc(q.waiting, func(u update) bool { return u.id < offset })
}

func (q *updates) drop(id int) {
	q.waiting = slices.DeleteFunc(q.waiting, func(u update) bool { return u.id == id })
}

// lifetime is how long the server keeps an update.
func lifetime(kind string) time.Duration {
	switch kind {
	case updateCallback:
		return 150 * time.Second
	case "inline_query":
		return 30 * time.Second
	case "chosen_inline_result":
		return 600 * time.Second
	}
	return 24 * time.Hour
}

// laneOf is the webhook queue of an update: messages go by chat, the rest by
// person, so a tap can overtake a message of the same person.
func laneOf(kind string, id int64) int64 {
	shift := map[string]int64{
		"inline_query": 1, "chosen_inline_result": 2, updateCallback: 3, updateMyMember: 5, "chat_member": 6,
	}[kind]
	return id + shift<<33
}

// push queues an update about a chat (of a message) or a person (of the
// rest), if the bot wants its kind. s.mu is held.
func (s *Server) push(kind string, body any, about int64) int {
	defer s.wake()
	if !s.queue.wants(kind) {
		return 0
	}
	raw, err := json.Marshal(body)
	if err != nil {
		panic("tgfake: an update that is no JSON: " + err.Error())
	}
	s.queue.lastID++
	s.queue.waiting = append(s.queue.waiting, update{id: s.queue.lastID, kind: kind, body: raw,
		lane: laneOf(kind, about), expires: s.now().Add(lifetime(kind))})
	s.deliver()
	return s.queue.lastID
}

// Inject queues an update of any kind, such as one of a future Bot API. It
// returns its id, or 0 when the bot doesn't ask for the kind.
func (s *Server) Inject(kind string, body json.RawMessage) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.push(kind, body, 0)
}

// Waiting is how many updates the bot has not confirmed.
func (s *Server) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue.waiting)
}
