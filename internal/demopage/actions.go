package demopage

import (
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"unicode/utf8"

	"kopilka/internal/tgfake"
)

// What a client lets a person write:
// https://core.telegram.org/bots/api#sendmessage, …#sendphoto
const (
	textRoom    = 4096
	captionRoom = 1024
)

// jsonRoom is more than any text of textRoom characters takes.
const jsonRoom = 64 << 10

// payload is what may follow ?start=: https://core.telegram.org/bots/features#deep-linking
var payload = regexp.MustCompile(`^[A-Za-z0-9_-]{0,64}$`)

// chat finds the chat that the address names.
func (p *Page) chat(r *http.Request) (*Chat, error) {
	for _, c := range p.chats {
		if c.Key == r.PathValue("key") {
			return c, nil
		}
	}
	return nil, errNoChat
}

// action does one thing as the chat's person. What comes of it is told by the
// chat's events.
func (p *Page) action(do func(*tgfake.User, *http.Request) error) http.Handler {
	return p.answer(func(w http.ResponseWriter, r *http.Request) error {
		c, err := p.chat(r)
		if err != nil {
			return err
		}
		if err := do(c.User, limited(w, r)); err != nil {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	})
}

// limited bounds the body by what the kind of request needs.
func limited(w http.ResponseWriter, r *http.Request) *http.Request {
	room := int64(jsonRoom)
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		room = uploadRoom
	}
	r.Body = http.MaxBytesReader(w, r.Body, room)
	return r
}

func (p *Page) start(u *tgfake.User, r *http.Request) error {
	in, err := decode[struct{ Payload string }](r)
	if err != nil {
		return err
	}
	if !payload.MatchString(in.Payload) {
		return bad("a start parameter is up to 64 of A-Z, a-z, 0-9, _ and -")
	}
	return sent(u.Start(in.Payload))
}

func (p *Page) text(u *tgfake.User, r *http.Request) error {
	in, err := decode[struct{ Text string }](r)
	if err != nil {
		return err
	}
	text := strings.TrimSpace(in.Text)
	if text == "" {
		return bad("the text is empty")
	}
	if utf8.RuneCountInString(text) > textRoom {
		return bad("the text is over 4096 characters")
	}
	return sent(u.Send(text))
}

// tap presses an inline button. It names the button by its place and by its
// label: the message may have been edited while the finger was on its way.
func (p *Page) tap(u *tgfake.User, r *http.Request) error {
	in, err := decode[struct {
		Message, Row, Column int
		Label                string
	}](r)
	if err != nil {
		return err
	}
	if !has(u, in.Message, in.Row, in.Column, in.Label) {
		return &refusal{http.StatusConflict, "the button has changed"}
	}
	err = u.TapAt(in.Message, in.Row, in.Column)
	if errors.Is(err, tgfake.ErrNoButton) {
		return &refusal{http.StatusConflict, "the button has changed"}
	}
	if errors.Is(err, tgfake.ErrCannotWrite) {
		return errBlocked
	}
	return err
}

func has(u *tgfake.User, message, row, column int, label string) bool {
	for _, m := range u.Messages() {
		if m.ID == message && row >= 0 && row < len(m.Buttons) && column >= 0 && column < len(m.Buttons[row]) {
			return m.Buttons[row][column].Label == label
		}
	}
	return false
}

// contact shares the person's own number, or attaches somebody else's.
func (p *Page) contact(u *tgfake.User, r *http.Request) error {
	in, err := decode[struct {
		Own         bool
		Phone, Name string
	}](r)
	if err != nil {
		return err
	}
	if in.Own {
		return sent(u.ShareContact())
	}
	if in.Phone == "" || len(in.Phone) > 32 || len(in.Name) > 256 {
		return bad("a contact has a phone number of up to 32 characters and a name of up to 256")
	}
	if in.Name == "" {
		in.Name = in.Phone
	}
	return sent(u.SendContact(tgfake.Contact{Phone: in.Phone, FirstName: in.Name}))
}

// sent reports whether a message went: nothing goes from somebody who has
// blocked the bot.
func sent(m tgfake.Message) error {
	if m.ID == 0 {
		return errBlocked
	}
	return nil
}

func decode[T any](r *http.Request) (T, error) {
	var in T
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return in, bad("the body is not the JSON that is wanted here")
	}
	return in, nil
}
