package bot

import (
	"context"
	"fmt"

	"kopilka/texts"

	tg "github.com/go-telegram/bot"
)

// SyncAbout sets what people read of the bot before they start it, in every language.
// Words that the operator has given the bot are left alone.
func (b *Bot) SyncAbout(ctx context.Context) error {
	for _, lang := range texts.Languages {
		if err := b.setAbout(ctx, lang, lang); err != nil {
			return err
		}
	}
	return b.setAbout(ctx, "", "en")
}

// about are the two texts of a bot's profile.
// https://core.telegram.org/bots/api#setmydescription, …#setmyshortdescription
type about struct{ Long, Short string }

func (b *Bot) setAbout(ctx context.Context, lang, words string) error {
	p, name := b.texts.In(words), "about:"+lang
	a := about{cut(p.Plain("about"), 512), cut(p.Plain("about_short"), 120)}
	hash, err := hashOf(a)
	if err != nil {
		return err
	}
	set, err := b.menuSet(ctx, name)
	if err != nil || set == hash {
		return err
	}
	if set == "" {
		own, err := b.client.API.GetMyDescription(ctx, &tg.GetMyDescriptionParams{LanguageCode: lang})
		if err != nil {
			return fmt.Errorf("read the bot's description: %w", Classify(err))
		}
		if own.Description != "" && own.Description != a.Long {
			return nil
		}
	}
	if _, err := b.client.API.SetMyDescription(ctx, &tg.SetMyDescriptionParams{Description: a.Long, LanguageCode: lang}); err != nil {
		return fmt.Errorf("set the bot's description: %w", Classify(err))
	}
	if _, err := b.client.API.SetMyShortDescription(ctx, &tg.SetMyShortDescriptionParams{ShortDescription: a.Short, LanguageCode: lang}); err != nil {
		return fmt.Errorf("set the bot's short description: %w", Classify(err))
	}
	return b.noteMenu(ctx, name, hash)
}
