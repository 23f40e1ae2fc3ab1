package demopage

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"kopilka/internal/tgfake"
)

// heartbeat keeps proxies and browsers from taking a quiet chat for a dead one.
const heartbeat = 20 * time.Second

// happening is an event as the page gets it.
type happening struct {
	Chat string `json:"chat"`
	tgfake.Event
	*profile
}

// profile is what the bot says of itself in a person's language.
type profile struct {
	Commands    []tgfake.Command `json:"commands"`
	Description string           `json:"description"`
}

// state is a whole chat.
type state struct {
	Chat     string           `json:"chat"`
	Messages []tgfake.Message `json:"messages"`
	Keyboard tgfake.Keyboard  `json:"keyboard"`
	*profile
}

// streamAll sends the events of every chat on one connection: browsers allow
// six to a server over all tabs, so a connection a chat would stall the second
// tab.
func (p *Page) streamAll(w http.ResponseWriter, r *http.Request) error {
	return p.stream(w, r, p.chats)
}

func (p *Page) streamOne(w http.ResponseWriter, r *http.Request) error {
	c, err := p.chat(r)
	if err != nil {
		return err
	}
	return p.stream(w, r, []*Chat{c})
}

// stream sends events as they happen: first the whole chats, or, to a browser
// that was here before, what it missed.
// https://html.spec.whatwg.org/multipage/server-sent-events.html
func (p *Page) stream(w http.ResponseWriter, r *http.Request, chats []*Chat) error {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	out := http.NewResponseController(w)
	_ = errors.Join(out.SetWriteDeadline(time.Time{}), out.SetReadDeadline(time.Time{})) // a stream outlives the server's own
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	after := p.journal.number(r.Header.Get("Last-Event-ID"))
	for greeting := "retry: 1000\n\n"; ; greeting = "" {
		events, last, anew, changed := p.journal.since(after)
		err := p.write(w, greeting, chats, events, last, anew)
		if err != nil || out.Flush() != nil {
			return nil // the reader has gone
		}
		after = last
		select {
		case <-changed:
		case <-beat.C:
			_, _ = io.WriteString(w, ": still here\n\n")
		case <-r.Context().Done():
			return nil
		case <-p.ctx.Done():
			return nil
		}
	}
}

func (p *Page) write(w io.Writer, greeting string, chats []*Chat, events []event, last int64, anew bool) error {
	if _, err := io.WriteString(w, greeting); err != nil {
		return err
	}
	if anew {
		return p.writeStates(w, chats, last)
	}
	for _, e := range events {
		if !among(chats, e.chat) {
			continue
		}
		body := happening{Chat: e.chat.Key, Event: e.Event}
		if e.Type == tgfake.EventCommands {
			body.profile = p.profile(e.chat)
		}
		if err := send(w, p.journal.id(e.number), string(e.Type), body); err != nil {
			return err
		}
	}
	return nil
}

// writeStates sends the whole chats. They are taken after the number: an event
// in between is told twice, which a page doesn't notice, and never lost. The
// last alone bears the number: a browser cut off before it starts over.
func (p *Page) writeStates(w io.Writer, chats []*Chat, last int64) error {
	for i, c := range chats {
		id := ""
		if i == len(chats)-1 {
			id = p.journal.id(last)
		}
		if err := send(w, id, "state", p.state(c)); err != nil {
			return err
		}
	}
	return nil
}

func (p *Page) state(c *Chat) state {
	return state{
		Chat:     c.Key,
		Messages: c.User.Messages(),
		Keyboard: c.User.Keyboard(),
		profile:  p.profile(c),
	}
}

func (p *Page) profile(c *Chat) *profile {
	language := c.User.Spec().Lang
	return &profile{p.telegram.CommandsFor(c.User, language), p.telegram.Description(language)}
}

func among(chats []*Chat, c *Chat) bool {
	for _, other := range chats {
		if other == c {
			return true
		}
	}
	return false
}

func send(w io.Writer, id, kind string, body any) error {
	data, err := json.Marshal(body) // one line: JSON escapes line breaks
	if err != nil {
		return fmt.Errorf("encode %s: %w", kind, err)
	}
	if id != "" {
		id = "id: " + id + "\n"
	}
	_, err = fmt.Fprintf(w, "%sevent: %s\ndata: %s\n\n", id, kind, data)
	return err
}
