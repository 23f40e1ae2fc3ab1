package tgfake

import (
	"fmt"
	"slices"
)

// GroupSpec describes a simulated group.
type GroupSpec struct {
	Title   string
	Basic   bool // a basic group, not a supergroup
	Forum   bool // with topics
	Topics  bool // the bot is an administrator who may manage topics
	Members []*User
}

// Group is a simulated group with the bot in it. The bot sees every message:
// privacy mode is off.
type Group struct {
	s    *Server
	chat *chat
}

// Group adds a group.
func (s *Server) Group(spec GroupSpec) *Group {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := int64(len(s.chats) + 1)
	c := &chat{id: -1_000_000_000_000 - n, kind: chatSupergroup, title: spec.Title, forum: spec.Forum,
		topics: spec.Topics, status: "member", members: map[int64]*User{}, threads: map[int]*topic{}}
	if spec.Basic {
		c.id, c.kind = -n, chatGroup
	}
	if spec.Topics {
		c.status = "administrator"
	}
	for _, u := range spec.Members {
		c.members[u.id] = u
	}
	s.chats[c.id] = c
	return &Group{s: s, chat: c}
}

// ID is the group's chat id.
func (g *Group) ID() int64 { return g.chat.id }

// Say posts a member's text; thread 0 is outside the topics.
func (g *Group) Say(u *User, thread int, text string) (Message, error) {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	if g.chat.members[u.id] == nil {
		return Message{}, fmt.Errorf("say in %q: %s is not a member", g.chat.title, u.Name())
	}
	m := g.s.post(g.chat, &message{from: u.peer(), thread: thread,
		body: content{kind: KindText, text: text, entities: detect(text, nil)}})
	if g.chat.access() == nil {
		g.s.push(updateMessage, g.s.wire(m), g.chat.id)
	}
	return m.view(), nil
}

// Messages are the group's messages, the oldest first.
func (g *Group) Messages() []Message {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	var out []Message
	for _, m := range g.chat.messages {
		out = append(out, m.view())
	}
	return out
}

// Topics are the names of the topics that are there.
func (g *Group) Topics() []string {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	var out []string
	for _, t := range g.chat.threads {
		if !t.deleted {
			out = append(out, t.name)
		}
	}
	slices.Sort(out)
	return out
}

// Bot sets the bot's own status: member, administrator, left or kicked.
func (g *Group) Bot(by *User, status string) {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	was := g.chat.status
	g.chat.status = status
	g.s.push(updateMyMember, g.s.memberChange(g.chat, by.peer(), was, status), by.id)
}

// Mute takes from the bot the right to write.
func (g *Group) Mute() {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	g.chat.mute = true
}

// Delete deletes the group.
func (g *Group) Delete() {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	g.chat.deleted = true
}

// Upgrade makes a supergroup of a basic group: it gets a new id.
func (g *Group) Upgrade() *Group {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	old := g.chat
	c := &chat{id: -1_000_000_000_000 + old.id, kind: chatSupergroup, title: old.title,
		status: old.status, members: old.members, threads: map[int]*topic{}}
	g.s.chats[c.id] = c
	old.upgradedTo = c.id
	m := g.s.post(old, &message{from: g.s.bot(), body: content{kind: KindService,
		service: object{"migrate_to_chat_id": c.id}}})
	g.s.push(updateMessage, g.s.wire(m), old.id)
	return &Group{s: g.s, chat: c}
}
