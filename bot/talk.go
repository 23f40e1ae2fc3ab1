package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kopilka/members"
	"kopilka/texts"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
)

// Talk is one update in hand: who sent it, what it says, and the means to answer.
type Talk struct {
	*Bot

	Person  int64 // the sender's Telegram id
	Chat    int64
	Private bool
	From    models.User
	At      time.Time // when handling began: the one now of this update

	Member members.Member // zero unless Known
	Known  bool           // the sender is a member, perhaps a stopped or a pending one
	Actors []members.Actor
	P      texts.Printer // in the sender's language
	Flow   *Flow         // the open dialogue, or nil

	Message   *models.Message   // what was sent, or the message that was tapped; nil if that is too old
	Album     []*models.Message // all of an album; nil for a single message
	MessageID int               // of Message, known even when that is nil

	Command string // the command without its slash, lower case
	Args    string // what follows the command or the deep link's prefix
	Action  Action // of a tapped button
	Params  Args

	updates []int64
	tapID   string
}

// Ref names this update for ever: the key of whatever it makes happen, so that a second
// run of its handler changes nothing twice.
func (t *Talk) Ref() string { return t.ref(0) }

func (t *Talk) ref(i int) string { return fmt.Sprintf("telegram:%d:%d", t.client.ID(), t.updates[i]) }

// Actor is the strongest of the sender's roles that may do p somewhere. The programme
// checks it again for the place.
func (t *Talk) Actor(p members.Permission) (members.Actor, bool) {
	for _, a := range t.Actors {
		if a.Can(p, a.Merchant) {
			return a, true
		}
	}
	return members.Actor{}, false
}

// Shopper is the sender acting for themselves.
func (t *Talk) Shopper() members.Actor {
	return members.Actor{Member: t.Member.ID, Role: members.RoleShopper}
}

func (b *Bot) talkOfMessage(ctx context.Context, it *item, updates []*models.Update) (*Talk, error) {
	m := updates[0].Message
	t := &Talk{Bot: b, Person: m.From.ID, Chat: m.Chat.ID, Private: true, From: *m.From, At: b.now(),
		Message: m, MessageID: m.ID, updates: it.IDs}
	if m.MediaGroupID != "" {
		for _, u := range updates {
			t.Album = append(t.Album, u.Message)
		}
	}
	return t, t.load(ctx)
}

func (b *Bot) talkOfTap(ctx context.Context, it *item, q *models.CallbackQuery) (*Talk, error) {
	t := &Talk{Bot: b, Person: q.From.ID, Chat: q.From.ID, From: q.From, At: b.now(), updates: it.IDs, tapID: q.ID}
	var chat models.Chat
	switch {
	case q.Message.Message != nil: // nil for a message too old to be shown to bots
		t.Message, t.MessageID, chat = q.Message.Message, q.Message.Message.ID, q.Message.Message.Chat
	case q.Message.InaccessibleMessage != nil:
		t.MessageID, chat = q.Message.InaccessibleMessage.MessageID, q.Message.InaccessibleMessage.Chat
	}
	if chat.ID != 0 {
		t.Chat = chat.ID
	}
	t.Private = t.Chat == t.Person
	return t, t.load(ctx)
}

// load finds out who the sender is and where their dialogue stands.
func (t *Talk) load(ctx context.Context) error {
	who, err := whoIs(ctx, t.DB, t.client.ID(), t.Person)
	if err != nil {
		return fmt.Errorf("find who sent update %d: %w", t.updates[0], err)
	}
	t.Member, t.Known, t.Actors = who.member, who.known, who.actors
	t.P = t.Texts.In(who.lang(t.From.LanguageCode))
	if t.Known && t.Private && !t.Member.Reachable {
		if err := setReachable(ctx, t.DB, t.Person, true, t.At); err != nil {
			return err
		}
	}
	t.Flow, err = openFlow(ctx, t.DB, t.client.ID(), t.Person, t.At)
	return err
}

// Reload reads the sender again, after a join or a grant.
func (t *Talk) Reload(ctx context.Context) error { return t.load(ctx) }

// Send sends m into this chat, unless it names another.
func (t *Talk) Send(ctx context.Context, m Message) (Sent, error) {
	if m.Chat == 0 {
		m.Chat = t.Chat
	}
	return t.Sender.Send(ctx, ReplyLane, m)
}

// Say sends the sentence of key as a new message.
func (t *Talk) Say(ctx context.Context, key string, data texts.Data, k Keyboard) error {
	_, err := t.Post(ctx, key, data, k)
	return err
}

// SayHTML sends text that is ready to be read.
func (t *Talk) SayHTML(ctx context.Context, html string, k Keyboard) error {
	_, err := t.Send(ctx, Message{HTML: html, Keyboard: k})
	return err
}

// Post is Say that returns the message's id, to be changed later with Change.
func (t *Talk) Post(ctx context.Context, key string, data texts.Data, k Keyboard) (int, error) {
	sent, err := t.Send(ctx, Message{HTML: t.P.Text(key, data), Keyboard: k})
	return sent.ID, err
}

// Change rewrites a message of the bot.
func (t *Talk) Change(ctx context.Context, id int, key string, data texts.Data, k Keyboard) error {
	_, err := t.Send(ctx, Message{Edit: id, HTML: t.P.Text(key, data), Keyboard: k})
	return err
}

// Edit rewrites the message whose button was tapped. Its Failure is Stale when that is
// too old, or not the bot's.
func (t *Talk) Edit(ctx context.Context, key string, data texts.Data, k Keyboard) error {
	return t.edit(ctx, t.P.Text(key, data), k)
}

func (t *Talk) edit(ctx context.Context, html string, k Keyboard) error {
	if t.tapID == "" || t.MessageID == 0 {
		return &Failure{Class: Stale, Err: errors.New("no message of the bot to change")}
	}
	m := Message{Edit: t.MessageID, HTML: html, Keyboard: k}
	if t.Message != nil && len(t.Message.Photo) > 0 {
		m.Photo = &Upload{} // its caption is what changes
	}
	_, err := t.Send(ctx, m)
	return err
}

// EditOrSay rewrites the tapped message, or says it anew where there is none: navigation
// stays in one message.
func (t *Talk) EditOrSay(ctx context.Context, key string, data texts.Data, k Keyboard) error {
	return t.EditOrSayHTML(ctx, t.P.Text(key, data), k)
}

// EditOrSayHTML is EditOrSay for text that is ready to be read.
func (t *Talk) EditOrSayHTML(ctx context.Context, html string, k Keyboard) error {
	if err := t.edit(ctx, html, k); ClassOf(err) != Stale {
		return err
	}
	return t.SayHTML(ctx, html, k)
}

// Photo sends a picture with the sentence of key under it. A person who cannot see it
// reads all of it in the caption.
func (t *Talk) Photo(ctx context.Context, photo Upload, key string, data texts.Data, k Keyboard) (Sent, error) {
	return t.Send(ctx, Message{Photo: &photo, HTML: t.P.Text(key, data), Keyboard: k})
}

// Answer shows words over the chat for a moment and ends the button's spinner. It does
// nothing for a tap that was answered already: words that must be read belong in Say.
func (t *Talk) Answer(toast string) {
	if t.tapID != "" {
		t.answerTap(t.tapID, toast)
	}
}

// Typing shows that the bot is at work, for five seconds or until it writes. It is a
// nicety: it does not fail.
func (t *Talk) Typing(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	t.client.API.SendChatAction(ctx, &tg.SendChatActionParams{ChatID: t.Chat, Action: models.ChatActionTyping})
}
