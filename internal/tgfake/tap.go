package tgfake

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// answerTime is how long a callback query may wait for its answer.
const answerTime = 15 * time.Second

// callback is a tapped inline button: its spinner turns until the bot answers.
type callback struct {
	id       string
	user     *User
	message  int
	label    string
	data     string
	at       time.Time
	answered bool
}

// Tap presses the button with a label: on the newest message of the bot that
// has it, or else on the reply keyboard. A newest message without it does not
// hide older ones; a keyboard under the input field hides nothing.
func (u *User) Tap(label string) error {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	for _, m := range slices.Backward(u.chat.messages) {
		if b := m.button(label); b != nil {
			return u.tapInline(m, *b)
		}
	}
	if k := u.chat.keyboard; k != nil {
		for _, row := range k.Rows {
			for _, b := range row {
				if b.Label == label {
					return u.tapKey(b)
				}
			}
		}
	}
	return fmt.Errorf("tap %q: %w", label, ErrNoButton)
}

// TapMessage presses the inline button with a label on the present version of
// one message.
func (u *User) TapMessage(id int, label string) error {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	if m := u.chat.find(id); m != nil {
		if b := m.button(label); b != nil {
			return u.tapInline(m, *b)
		}
	}
	return fmt.Errorf("tap %q on message %d: %w", label, id, ErrNoButton)
}

// TapAt presses the inline button at a row and a column, both from 0.
func (u *User) TapAt(id, row, column int) error {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	m := u.chat.find(id)
	if m == nil || row < 0 || row >= len(m.inline) || column < 0 || column >= len(m.inline[row]) {
		return fmt.Errorf("tap row %d column %d of message %d: %w", row, column, id, ErrNoButton)
	}
	return u.tapInline(m, m.inline[row][column])
}

func (m *message) button(label string) *inlineButton {
	for _, row := range m.inline {
		for i := range row {
			if row[i].Text == label {
				return &row[i]
			}
		}
	}
	return nil
}

func (u *User) tapInline(m *message, b inlineButton) error {
	if u.state != stateStarted {
		return fmt.Errorf("tap %q: %w", b.Text, ErrCannotWrite)
	}
	switch v := b.view(); v.Kind {
	case ButtonCallback:
		u.query(m, v)
	case ButtonURL, ButtonWebApp:
		return u.open(v)
	case ButtonCopy:
		u.s.emit(u.chat, Event{Type: EventCopy, Copy: v.Copy})
	default:
		return fmt.Errorf("tap %q: buttons of this kind do nothing here", b.Text)
	}
	return nil
}

// query sends the callback query of a tap.
func (u *User) query(m *message, b Button) {
	id := strconv.FormatInt(u.s.epoch<<20+u.s.next(), 10)
	u.s.callbacks[id] = &callback{id: id, user: u, message: m.id, label: b.Label, data: b.Data, at: u.s.now()}
	u.s.push(updateCallback, object{
		"id": id, "from": u.peer(), "message": u.s.wire(m),
		"chat_instance": strconv.FormatInt(u.id*7919, 10), "data": b.Data,
	}, u.id)
}

// open follows a link; one that starts this very bot is followed in the chat.
func (u *User) open(b Button) error {
	l, err := url.Parse(b.URL)
	if err == nil && l.Host == "t.me" && l.Path == "/"+u.s.opts.Username {
		u.say(content{kind: KindText, text: "/start " + l.Query().Get("start")})
		return nil
	}
	u.s.emit(u.chat, Event{Type: EventOpen, URL: b.URL})
	return nil
}

func (u *User) tapKey(b Button) error {
	switch b.Kind {
	case ButtonText:
		u.say(content{kind: KindText, text: b.Label})
	case ButtonContact:
		u.say(content{kind: KindContact, contact: &Contact{Phone: u.spec.Phone,
			FirstName: u.spec.FirstName, LastName: u.spec.LastName, UserID: u.id}})
	case ButtonWebApp:
		return u.open(b)
	default:
		return fmt.Errorf("tap %q: buttons of this kind do nothing here", b.Label)
	}
	return nil
}

// Pending are the labels of tapped buttons whose spinner still turns.
func (u *User) Pending() []string {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	var out []string
	for _, c := range u.s.callbacks {
		if c.user == u && !c.answered {
			out = append(out, c.label)
		}
	}
	slices.Sort(out)
	return out
}

func (s *Server) answerCallbackQuery(c *call) (any, error) {
	q := s.callbacks[c.text("callback_query_id")]
	if q == nil || q.answered || s.now().Sub(q.at) > answerTime {
		return nil, errStaleQuery
	}
	text := c.text("text")
	if len([]rune(text)) > 200 {
		return nil, errLongAnswer
	}
	link := c.text("url")
	if link != "" && !s.ownLink(link) {
		return nil, errAnswerURL
	}
	q.answered = true
	s.inspect(text)
	s.emit(q.user.chat, Event{Type: EventAnswer, URL: link,
		Answer: &Answer{Message: q.message, Data: q.data, Text: text, Alert: c.bool("show_alert")}})
	s.wake()
	return true, nil
}

// ownLink reports whether an answer may open a link: only ones of the bot itself.
func (s *Server) ownLink(link string) bool {
	u, err := url.Parse(link)
	return err == nil && u.Host == "t.me" && u.Path == "/"+s.opts.Username && u.Query().Has("start")
}
