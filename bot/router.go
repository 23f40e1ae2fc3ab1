package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"kopilka/texts"

	"github.com/go-telegram/bot/models"
)

// route finds out what an update is and hands it to its handler.
func (b *Bot) route(ctx context.Context, person int64, it *item) error {
	updates, err := decode(it)
	if err != nil {
		return err
	}
	u := updates[0]
	switch {
	case u.MyChatMember != nil:
		return b.membership(ctx, u.MyChatMember)
	case u.CallbackQuery != nil:
		return b.tap(ctx, it, u.CallbackQuery)
	case u.Message != nil:
		return b.message(ctx, it, updates)
	}
	// An edited message never runs anything: what it said has been done.
	return nil
}

func decode(it *item) ([]*models.Update, error) {
	updates := make([]*models.Update, len(it.Bodies))
	for i, body := range it.Bodies {
		updates[i] = &models.Update{}
		if err := json.Unmarshal(body, updates[i]); err != nil {
			return nil, fmt.Errorf("%w: %v", errUndecodable, err)
		}
	}
	return updates, nil
}

// membership notes that a person blocked the bot or came back.
func (b *Bot) membership(ctx context.Context, change *models.ChatMemberUpdated) error {
	if change.Chat.Type != models.ChatTypePrivate {
		return nil
	}
	reachable := change.NewChatMember.Type != models.ChatMemberTypeBanned && change.NewChatMember.Type != models.ChatMemberTypeLeft
	return setReachable(ctx, b.db, change.Chat.ID, reachable, b.now())
}

// tap runs a button's action. The spinner has been stopped at the door already, except
// for a toast's.
func (b *Bot) tap(ctx context.Context, it *item, q *models.CallbackQuery) error {
	t, err := b.talkOfTap(ctx, it, q)
	if err != nil {
		return err
	}
	action, params, err := ParseToken(q.Data)
	if !t.Private {
		return nil
	}
	if err != nil || !b.routes.has(action) {
		return t.disarm(ctx) // the door said so over the chat already
	}
	route := b.routes.actions[action]
	if route.flow != "" {
		if t.Flow == nil || t.Flow.Name != route.flow || params.Int(0) != t.Flow.Version {
			return t.outdated(ctx)
		}
		params = params[1:]
	}
	t.Action, t.Params = action, params
	if route.toast {
		defer t.Answer("")
	}
	if err := route.handler(ctx, t); errors.Is(err, ErrStale) {
		return t.outdated(ctx)
	} else {
		return err
	}
}

// outdated tells that the tapped button, or what was typed, came too late.
func (t *Talk) outdated(ctx context.Context) error {
	if err := t.disarm(ctx); err != nil {
		return err
	}
	return t.Say(ctx, "menu_outdated", nil, nil)
}

// disarm takes the buttons off a message whose buttons lead nowhere any more.
func (t *Talk) disarm(ctx context.Context) error {
	if t.tapID == "" || t.MessageID == 0 {
		return nil
	}
	_, err := t.Send(ctx, Message{Edit: t.MessageID, Keyboard: Inline{}})
	if c := ClassOf(err); c == Stale || c == Refused {
		return nil // too old even for that
	}
	return err
}

// message answers what a person sent: a command first, then a key of the reply keyboard,
// then the open flow, then by what it is.
func (b *Bot) message(ctx context.Context, it *item, updates []*models.Update) error {
	m := updates[0].Message
	if m.Chat.Type != models.ChatTypePrivate || m.From == nil || m.From.IsBot {
		return nil // groups are for the support desk, which is not there yet
	}
	t, err := b.talkOfMessage(ctx, it, updates)
	if err != nil {
		return err
	}
	if name, args, ok := command(m.Text, b.Username()); ok {
		return t.run(ctx, name, args)
	}
	if h, ok := b.labels[m.Text]; ok {
		return t.leaveThen(ctx, h)
	}
	if t.Flow != nil {
		if h := b.routes.flows[t.Flow.Name]; h != nil {
			if err := h(ctx, t); !errors.Is(err, ErrPass) {
				return t.orOutdated(ctx, err)
			}
		}
	}
	return t.orOutdated(ctx, t.plainly(ctx))
}

func (t *Talk) run(ctx context.Context, name, args string) error {
	t.Command, t.Args = name, args
	h := t.routes.commands[name]
	if name == "start" && args != "" {
		if link, rest := t.routes.link(args); link != nil {
			h, t.Args = link, rest
		}
	}
	if h == nil {
		h = t.routes.other
	}
	return t.leaveThen(ctx, h)
}

func (t *Talk) leaveThen(ctx context.Context, h Handler) error {
	if t.Flow != nil && !t.routes.lasting[t.Flow.Name] {
		if err := t.LeaveFlow(ctx); err != nil {
			return err
		}
	}
	return t.orOutdated(ctx, call(ctx, h, t))
}

// plainly answers a message by what it is.
func (t *Talk) plainly(ctx context.Context) error {
	switch m := t.Message; {
	case m.Contact != nil && t.routes.contact != nil:
		return t.routes.contact(ctx, t)
	case (len(m.Photo) > 0 || m.Document != nil) && t.routes.picture != nil:
		return t.routes.picture(ctx, t)
	case m.Text != "":
		for _, r := range t.routes.matches {
			if r.match(m.Text) {
				return r.handler(ctx, t)
			}
		}
	}
	return call(ctx, t.routes.other, t)
}

func (t *Talk) orOutdated(ctx context.Context, err error) error {
	if errors.Is(err, ErrStale) {
		return t.outdated(ctx)
	}
	return err
}

func call(ctx context.Context, h Handler, t *Talk) error {
	if h == nil {
		return nil
	}
	return h(ctx, t)
}

// apologise tells a person that their update was given up, if they can be told.
func (b *Bot) apologise(ctx context.Context, person int64, it *item) {
	e, err := openEnvelope(it.Bodies[0])
	if err != nil || e.Chat != person || it.Kind != "message" && it.Kind != "callback_query" {
		return
	}
	text := b.texts.In(b.langOf(ctx, person, e.Lang)).Text("something_wrong")
	if _, err := b.Sender.Send(ctx, ReplyLane, Message{Chat: person, HTML: text}); err != nil {
		b.log.Warn("person not told", "update", it.IDs[0], "class", ClassOf(err))
	}
}

func (b *Bot) langOf(ctx context.Context, person int64, client string) string {
	if who, err := whoIs(ctx, b.db, b.client.ID(), person); err == nil {
		return who.lang(client)
	}
	return texts.Language(client)
}
