package tgfake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// UserSpec describes a simulated person.
type UserSpec struct {
	ID        int64 // 0: the server chooses
	FirstName string
	LastName  string
	Lang      string // language_code of their client, "" if it tells none
	Phone     string
	Username  string
}

// User is a simulated person with a private chat with the bot. Its methods
// may be called from any goroutine. What a person sends who blocked the bot
// comes back as a zero Message: nothing was sent.
type User struct {
	s     *Server
	id    int64
	spec  UserSpec
	chat  *chat
	state state
}

// state is how a person stands to the bot.
type state int

const (
	stateNew         state = iota // never pressed START
	stateStarted                  // writes with the bot
	stateBlocked                  // blocked the bot
	stateDeactivated              // deleted the account
)

// ErrNoButton is a tap on a button that is not on the present version of the
// message.
var ErrNoButton = errors.New("no such button")

// ErrCannotWrite is a tap of somebody who blocked the bot.
var ErrCannotWrite = errors.New("the person blocked the bot")

// User adds a person. They have not started the bot yet.
func (s *Server) User(spec UserSpec) *User {
	s.mu.Lock()
	defer s.mu.Unlock()
	if spec.ID == 0 {
		spec.ID = int64(1001 + len(s.users))
	}
	u := &User{s: s, id: spec.ID, spec: spec}
	u.chat = &chat{id: u.id, kind: chatPrivate, user: u}
	s.users[u.id] = u
	s.chats[u.id] = u.chat
	return u
}

// ID is the person's id and the id of their private chat.
func (u *User) ID() int64 { return u.id }

// Name is the person's full name.
func (u *User) Name() string { return u.peer().name() }

// Spec is what the person was made with.
func (u *User) Spec() UserSpec { return u.spec }

func (u *User) peer() peer {
	return peer{ID: u.id, FirstName: u.spec.FirstName, LastName: u.spec.LastName,
		Username: u.spec.Username, LanguageCode: u.spec.Lang}
}

// Start presses START, or opens the link t.me/<bot>?start=payload. A person
// who had blocked the bot unblocks it so.
func (u *User) Start(payload string) Message {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	if u.state == stateBlocked {
		u.setBlocked(false)
	}
	u.state = stateStarted
	return u.say(content{kind: KindText, text: strings.TrimSpace("/start " + payload)})
}

// Send writes a text.
func (u *User) Send(text string) Message {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	return u.say(content{kind: KindText, text: text})
}

// SendPhoto sends a picture as a photo: like every client it turns it upright,
// makes it at most 1280 px wide and high and compresses it as JPEG.
func (u *User) SendPhoto(picture []byte, caption string) (Message, error) {
	out, err := u.sendPhotos([][]byte{picture}, caption)
	if err != nil {
		return Message{}, err
	}
	return out[0], nil
}

// SendAlbum sends several photos as one album.
func (u *User) SendAlbum(pictures [][]byte) ([]Message, error) { return u.sendPhotos(pictures, "") }

func (u *User) sendPhotos(pictures [][]byte, caption string) ([]Message, error) {
	var ladders [][]rung
	for i, p := range pictures {
		l, err := compress(p)
		if err != nil {
			return nil, fmt.Errorf("send photo %d: %w", i+1, err)
		}
		ladders = append(ladders, l)
	}
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	album := ""
	if len(pictures) > 1 {
		album = u.s.albumID()
	}
	var out []Message
	for i, l := range ladders {
		c := content{kind: KindPhoto, photo: u.s.keepPhoto(l)}
		if i == 0 {
			c.text = caption
		}
		out = append(out, u.sayIn(album, c))
	}
	return out, nil
}

// SendFile sends a document, byte for byte.
func (u *User) SendFile(name, mime string, data []byte, caption string) Message {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	return u.say(content{kind: KindDocument, text: caption, document: u.s.keepDocument(name, mime, data)})
}

// SendSticker sends a sticker with its emoji.
func (u *User) SendSticker(emoji string) Message {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	return u.say(content{kind: KindSticker, emoji: emoji, sticker: u.s.keep(fileSticker, "", "image/webp", []byte(emoji))})
}

// SendVoice sends a voice note.
func (u *User) SendVoice(data []byte) Message {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	return u.say(content{kind: KindVoice, voice: u.s.keep(fileVoice, "", "audio/ogg", data)})
}

// ShareContact presses the button that shares the person's own number.
func (u *User) ShareContact() Message {
	return u.SendContact(Contact{Phone: u.spec.Phone, FirstName: u.spec.FirstName, LastName: u.spec.LastName, UserID: u.id})
}

// SendContact attaches an address card. Telegram sets its user id by itself
// when the number belongs to somebody whom it knows.
func (u *User) SendContact(c Contact) Message {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	c.UserID = 0
	for _, other := range u.s.users {
		if other.spec.Phone != "" && samePhone(other.spec.Phone, c.Phone) {
			c.UserID = other.id
		}
	}
	return u.say(content{kind: KindContact, contact: &c})
}

func samePhone(a, b string) bool {
	return strings.TrimPrefix(a, "+") == strings.TrimPrefix(b, "+")
}

// Forward forwards somebody's message to the bot.
func (u *User) Forward(from *User, id int) (Message, error) {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	m := from.chat.find(id)
	if m == nil || m.protect {
		return Message{}, fmt.Errorf("forward message %d: not there, or protected", id)
	}
	return u.sayAs(&message{body: m.body, origin: originOf(m)}), nil
}

// Edit changes the text or the caption of the person's own message.
func (u *User) Edit(id int, text string) (Message, error) {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	m := u.chat.find(id)
	if m == nil || m.from.ID != u.id {
		return Message{}, fmt.Errorf("edit message %d: not a message of this person", id)
	}
	m.body.text, m.body.entities = text, detect(text, nil)
	m.edited = u.s.now()
	u.s.emitMessage(EventEdited, m)
	u.s.push(updateEdited, u.s.wire(m), u.id)
	return m.view(), nil
}

// Block blocks the bot: it can't write any more and is told so.
func (u *User) Block() {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	u.setBlocked(true)
}

// Unblock takes Block back.
func (u *User) Unblock() {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	u.setBlocked(false)
}

// Deactivate deletes the person's account.
func (u *User) Deactivate() {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	u.state = stateDeactivated
}

func (u *User) setBlocked(on bool) {
	was, is := "member", "kicked"
	u.state = stateBlocked
	if !on {
		was, is, u.state = is, was, stateStarted
	}
	u.s.push(updateMyMember, u.s.memberChange(u.chat, u.peer(), was, is), u.id)
}

// say posts what the person sends and tells the bot. s.mu is held.
func (u *User) say(c content) Message { return u.sayIn("", c) }

func (u *User) sayIn(album string, c content) Message {
	return u.sayAs(&message{body: c, album: album})
}

func (u *User) sayAs(m *message) Message {
	if u.state == stateNew {
		u.state = stateStarted
	}
	if u.state != stateStarted {
		return Message{}
	}
	m.from = u.peer()
	m.body.entities = detect(m.body.text, m.body.entities)
	u.s.post(u.chat, m)
	if k := u.chat.keyboard; k != nil && k.OneTime {
		u.s.setKeyboard(u.chat, nil)
	}
	u.s.push(updateMessage, u.s.wire(m), u.id)
	return m.view()
}

// Messages are the chat's messages, the oldest first.
func (u *User) Messages() []Message {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	var out []Message
	for _, m := range u.chat.messages {
		out = append(out, m.view())
	}
	return out
}

// Last is the newest message of the bot, or a zero Message.
func (u *User) Last() Message {
	for _, m := range slices.Backward(u.Messages()) {
		if m.FromBot {
			return m
		}
	}
	return Message{}
}

// Keyboard is the reply keyboard now under the person's input field.
func (u *User) Keyboard() Keyboard {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	if u.chat.keyboard == nil {
		return Keyboard{}
	}
	return *u.chat.keyboard
}

// Await waits until a message of the bot satisfies ok, and returns it. It
// looks at what is there already, too.
func (u *User) Await(ctx context.Context, ok func(Message) bool) (Message, error) {
	for {
		u.s.mu.Lock()
		changed := u.s.changed
		u.s.mu.Unlock()
		for _, m := range slices.Backward(u.Messages()) {
			if m.FromBot && ok(m) {
				return m, nil
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Message{}, fmt.Errorf("wait for a message to %s: %w", u.Name(), ctx.Err())
		}
	}
}
