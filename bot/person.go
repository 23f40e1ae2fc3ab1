package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"kopilka/internal/postgres"
	"kopilka/members"

	"github.com/jackc/pgx/v5"
)

// person is who sits in a chat: a member or not one yet.
type person struct {
	member members.Member
	known  bool
	actors []members.Actor
	chosen string // a language chosen in the chat by somebody who is no member
}

func (p person) lang(client string) string { return cmp.Or(p.member.Lang, p.chosen, client) }

func whoIs(ctx context.Context, q postgres.Querier, botID, telegram int64) (person, error) {
	var p person
	m, err := members.ByTelegram(ctx, q, telegram)
	if errors.Is(err, members.ErrNotFound) {
		p.chosen, err = chosenLang(ctx, q, botID, telegram)
		return p, err
	}
	if err != nil {
		return p, err
	}
	p.member, p.known = m, true
	p.actors, err = members.ActorOf(ctx, q, m.ID)
	return p, err
}

func chosenLang(ctx context.Context, q postgres.Querier, botID, telegram int64) (string, error) {
	var lang string
	err := q.QueryRow(ctx, `SELECT lang FROM bot.person WHERE bot_id = $1 AND person = $2`, botID, telegram).Scan(&lang)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("read a chosen language: %w", err)
	}
	return lang, nil
}

// SetLang changes the person's language, now and for ever.
func (t *Talk) SetLang(ctx context.Context, lang string) error {
	err := pgx.BeginFunc(ctx, t.DB, func(tx pgx.Tx) error {
		if t.Known {
			return members.SetLang(ctx, tx, t.Member.ID, lang)
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO bot.person (bot_id, person, lang) VALUES ($1, $2, $3)
			ON CONFLICT (bot_id, person) DO UPDATE SET lang = excluded.lang`, t.client.ID(), t.Person, lang)
		return err
	})
	if err != nil {
		return fmt.Errorf("set the language of a chat to %q: %w", lang, err)
	}
	t.Member.Lang, t.P = lang, t.Texts.In(lang)
	return nil
}
