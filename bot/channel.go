package bot

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"kopilka/members"
	"kopilka/notify"
	"kopilka/texts"
)

// Channel is how notify reaches people here: an address is a chat's id, a message is
// known by its own id in that chat.
type Channel struct {
	sender *Sender
	texts  *texts.Bundle
}

// NewChannel returns the channel that sends through s.
func NewChannel(s *Sender, all *texts.Bundle) *Channel { return &Channel{s, all} }

// Name is the channel's in the table of deliveries.
func (*Channel) Name() string { return "telegram" }

// Send tries once. What was to be edited and cannot be is sent as a new message: money
// is always told.
func (c *Channel) Send(ctx context.Context, d notify.Delivery) notify.Outcome {
	m, err := message(d)
	if err != nil {
		return notify.Outcome{State: notify.Failed, Reason: err.Error()}
	}
	if label := d.Message.Contact; label != "" {
		if m.Keyboard, err = c.contactKeyboard(ctx, d.Member, label); err != nil {
			return notify.Outcome{State: notify.Retry, Reason: err.Error()}
		}
	}
	lane := ReplyLane
	if d.Bulk {
		lane = BulkLane
	}
	sent, err := c.sender.Send(ctx, lane, m)
	if m.Edit != 0 && (ClassOf(err) == Stale || ClassOf(err) == Refused) {
		m.Edit = 0
		sent, err = c.sender.Send(ctx, lane, m)
	}
	if err != nil {
		return outcomeOf(err)
	}
	return notify.Outcome{State: notify.Sent, Message: strconv.Itoa(sent.ID)}
}

func outcomeOf(err error) notify.Outcome {
	f := Classify(err)
	switch f.Class {
	case Gone:
		return notify.Outcome{State: notify.Gone, Reason: f.Error()}
	case Flood:
		return notify.Outcome{State: notify.Retry, After: f.RetryAfter, Reason: f.Error()}
	case Transient:
		return notify.Outcome{State: notify.Retry, Reason: f.Error()}
	case Auth: // the operator has to mend the token; until then nothing passes
		return notify.Outcome{State: notify.Retry, After: time.Minute, Reason: f.Error()}
	}
	return notify.Outcome{State: notify.Failed, Reason: f.Error()}
}

// message translates into the Bot API's terms.
func message(d notify.Delivery) (Message, error) {
	chat, err := strconv.ParseInt(d.Address, 10, 64)
	if err != nil {
		return Message{}, fmt.Errorf("the address %q is not a chat", d.Address)
	}
	in := d.Message
	m := Message{Chat: chat, HTML: in.Text, Silent: d.Bulk}
	if in.Edit != "" {
		if m.Edit, err = strconv.Atoi(in.Edit); err != nil {
			return m, fmt.Errorf("%q is not a message to edit", in.Edit)
		}
	}
	if in.Photo != "" {
		m.Photo = &Upload{ID: in.Photo}
	}
	if in.Copy != "" {
		if m.Copy, err = parseCopy(in.Copy); err != nil {
			return m, err
		}
	}
	if len(in.Buttons) > 0 {
		m.Keyboard = inlineOf(in.Buttons)
	}
	return m, nil
}

func inlineOf(rows [][]notify.Button) Inline {
	var k Inline
	for _, row := range rows {
		var out []Button
		for _, b := range row {
			button := Button{Label: b.Label, URL: b.URL, Style: Style(b.Style)}
			if b.Action != "" {
				button.Token = Action(b.Action).Token(b.Arg)
			}
			out = append(out, button)
		}
		k = append(k, out)
	}
	return k
}

// contactKeyboard puts the key that shares the phone above the usual ones.
func (c *Channel) contactKeyboard(ctx context.Context, id members.ID, label string) (Keyboard, error) {
	m, err := members.Get(ctx, c.sender.db, id)
	if err != nil {
		return nil, err
	}
	actors, err := members.ActorOf(ctx, c.sender.db, id)
	if err != nil {
		return nil, err
	}
	return withContact(label, keyboardFor(c.texts.In(m.Lang), actors)), nil
}

// parseCopy reads "chat:message".
func parseCopy(ref string) (*Copy, error) {
	chat, message, _ := strings.Cut(ref, ":")
	c, err := strconv.ParseInt(chat, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("%q is not a message to copy", ref)
	}
	m, err := strconv.Atoi(message)
	if err != nil {
		return nil, fmt.Errorf("%q is not a message to copy", ref)
	}
	return &Copy{Chat: c, Message: m}, nil
}
