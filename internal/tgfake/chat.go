package tgfake

import (
	"slices"
	"time"
)

// The kinds of chats.
const (
	chatPrivate    = "private"
	chatGroup      = "group"
	chatSupergroup = "supergroup"
)

// chat is a private chat with the bot or a group.
type chat struct {
	id         int64
	kind       string
	title      string
	forum      bool
	user       *User // of a private chat
	members    map[int64]*User
	status     string // the bot's own, in a group
	mute       bool   // the bot may not write texts
	topics     bool   // the bot may manage topics
	deleted    bool
	upgradedTo int64

	lastID   int
	messages []*message // by id
	threads  map[int]*topic
	pinned   []int
	keyboard *Keyboard
}

// topic is a thread of a forum.
type topic struct {
	name    string
	closed  bool
	deleted bool
}

func (c *chat) wire() object {
	o := object{"id": c.id, "type": c.kind}
	if c.user == nil {
		o["title"] = c.title
		if c.forum {
			o["is_forum"] = true
		}
		return o
	}
	p := c.user.peer()
	o["first_name"] = p.FirstName
	if p.LastName != "" {
		o["last_name"] = p.LastName
	}
	if p.Username != "" {
		o["username"] = p.Username
	}
	return o
}

// find is the message with an id, or nil.
func (c *chat) find(id int) *message {
	i, ok := slices.BinarySearchFunc(c.messages, id, func(m *message, id int) int { return m.id - id })
	if !ok {
		return nil
	}
	return c.messages[i]
}

func (c *chat) isPinned(id int) bool { return slices.Contains(c.pinned, id) }

// post appends m to c and shows it. s.mu is held.
func (s *Server) post(c *chat, m *message) *message {
	c.lastID++
	m.id, m.chat = c.lastID, c
	if m.date.IsZero() {
		m.date = s.now().Truncate(time.Second)
	}
	c.messages = append(c.messages, m)
	s.emitMessage(EventMessage, m)
	s.wake()
	return m
}

// remove deletes messages of c, those that are there.
func (s *Server) remove(c *chat, ids ...int) {
	c.messages = slices.DeleteFunc(c.messages, func(m *message) bool { return slices.Contains(ids, m.id) })
	c.pinned = slices.DeleteFunc(c.pinned, func(id int) bool { return slices.Contains(ids, id) })
	s.emit(c, Event{Type: EventDeleted, IDs: ids})
	s.wake()
}

func (s *Server) setKeyboard(c *chat, k *Keyboard) {
	c.keyboard = k
	if k == nil {
		k = &Keyboard{}
	}
	s.emit(c, Event{Type: EventKeyboard, Keyboard: k})
}

// chatOf finds the chat that a call means. s.mu is held.
func (s *Server) chatOf(c *call, field string) (*chat, error) {
	text := c.text(field)
	if text == "" {
		return nil, errNoChatID
	}
	if text[0] == '@' {
		for _, u := range s.users {
			if "@"+u.spec.Username == text {
				return u.chat, nil
			}
		}
		return nil, errNoChat
	}
	id, ok := c.int64(field)
	if !ok {
		return nil, errNoChat
	}
	if id == s.botID {
		return nil, errToBot
	}
	ch := s.chats[id]
	if ch == nil {
		return nil, errNoChat
	}
	return ch, ch.access()
}

// access says why the bot can do nothing in c.
func (c *chat) access() error {
	switch {
	case c.upgradedTo != 0:
		return &refusal{code: 400, text: "group chat was upgraded to a supergroup chat", migrateTo: c.upgradedTo}
	case c.deleted:
		return errGroupDeleted
	case c.status == "kicked":
		return forbidden("bot was kicked from the " + c.kind + " chat")
	case c.status == "left":
		return forbidden("bot is not a member of the " + c.kind + " chat")
	}
	return nil
}

// writable says why the bot can't write into c.
func (c *chat) writable() error {
	if c.mute {
		return errNoTextRight
	}
	if c.user == nil {
		return nil
	}
	switch c.user.state {
	case stateNew:
		return errNeverStarted
	case stateBlocked:
		return errBlocked
	case stateDeactivated:
		return errDeactivated
	}
	return nil
}
