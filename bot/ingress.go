package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/jackc/pgx/v5"
)

// tapGuard is how long a tap whose route answers by itself may stay unanswered: the
// person's button spins until then, and Telegram forgets the tap after some 15 s.
const tapGuard = 4 * time.Second

// receive stores updates, in one transaction, and after its commit wakes the dispatcher
// and answers the taps among the new ones. What is no update is counted and left out.
func (b *Bot) receive(ctx context.Context, bodies ...[]byte) error {
	at := b.now()
	var fresh []envelope
	err := pgx.BeginFunc(ctx, b.db, func(tx pgx.Tx) error {
		for _, body := range bodies {
			e, err := openEnvelope(body)
			if err != nil {
				b.log.Warn("update without an id left out", "bytes", len(body))
				continue
			}
			isNew, err := b.inbox.put(ctx, tx, e, body, at)
			if err != nil {
				return err
			}
			if isNew {
				fresh = append(fresh, e)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store %d updates: %w", len(bodies), err)
	}
	for _, e := range fresh {
		b.counted(e)
		if e.Callback != "" {
			b.answerEarly(e)
		}
	}
	b.wake()
	return nil
}

func (b *Bot) counted(e envelope) {
	if b.onUpdate != nil {
		b.onUpdate(e.Kind, e.known())
	}
	if !e.known() {
		b.log.Warn("update of an unknown kind skipped", "update", e.ID, "kind", cut(e.Kind, 40))
	}
}

// answerEarly stops the button's spinner before the tap queues behind the person's
// other updates: Telegram takes an answer for some seconds only. A route that answers
// with words of its own gets a guard instead.
func (b *Bot) answerEarly(e envelope) {
	action, _, err := ParseToken(e.Data)
	toast := ""
	if err != nil || !b.routes.has(action) {
		toast = b.texts.In(e.Lang).Plain("menu_outdated")
	} else if b.routes.toasts(action) {
		b.background.Go(func() {
			if b.sleep(tapGuard) {
				b.answerTap(e.Callback, "")
			}
		})
		return
	}
	b.background.Go(func() { b.answerTap(e.Callback, toast) })
}

// answerTap answers a tap, once.
func (b *Bot) answerTap(id, toast string) {
	if !b.taps.first(id) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_, err := b.client.API.AnswerCallbackQuery(ctx, &tg.AnswerCallbackQueryParams{CallbackQueryID: id, Text: cut(toast, 200)})
	if f := Classify(err); f != nil && f.Class != Stale && !errors.Is(err, context.Canceled) {
		b.log.Warn("tap not answered", "class", f.Class)
	}
}
