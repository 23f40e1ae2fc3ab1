package bot

import (
	"context"
	"strings"

	"kopilka/members"
	"kopilka/texts"

	"github.com/jackc/pgx/v5"
)

// languages offers each language in its own words, for whoever reads no other.
func languages(ctx context.Context, t *Talk) error {
	payload := t.Params.Text(0)
	var k Inline
	for _, lang := range texts.Languages {
		k = append(k, Row(Tap(t.Texts.In(lang).Plain("language_name"), actionLang.Token(lang, payload))))
	}
	if t.joined() {
		k = append(k, t.backToMenu())
	}
	return t.EditOrSay(ctx, "language_choose", nil, k)
}

func setLanguage(ctx context.Context, t *Talk) error {
	lang, payload := t.Params.Text(0), t.Params.Text(1)
	if texts.Language(lang) != lang {
		return ErrStale
	}
	if err := t.SetLang(ctx, lang); err != nil {
		return err
	}
	if !t.joined() {
		return t.welcome(ctx, payload, "")
	}
	if len(t.Actors) > 1 { // the menu of staff is set for their chat, in one language
		if err := t.SyncMenuOf(ctx, t.Member); err != nil {
			t.log.Warn("menu of staff not set", "class", ClassOf(err))
		}
	}
	if err := t.EditOrSay(ctx, "language_set", nil, nil); err != nil {
		return err
	}
	return t.Say(ctx, "language_keys", nil, t.keyboard()) // its labels are in the new language
}

// stop asks before it acts: the points stay, only the bot falls silent.
func stop(ctx context.Context, t *Talk) error {
	return t.show(ctx, t.P.Text("stop_ask"), Inline{
		Row(t.tap("button_no_news", actionNews, false)),
		Row(t.tap("button_stop", actionStop).In(Danger)),
		t.backToMenu(),
	})
}

func stopNow(ctx context.Context, t *Talk) error {
	if err := t.Program.Leave(ctx, t.Member.ID); err != nil {
		return err
	}
	return t.EditOrSay(ctx, "stopped", nil, nil)
}

// news is /news on, /news off, or a question.
func news(ctx context.Context, t *Talk) error {
	switch strings.ToLower(t.Args) {
	case "on":
		return t.setNews(ctx, true, "command news on")
	case "off":
		return t.setNews(ctx, false, "command news off")
	}
	given, err := t.consented(ctx, members.ConsentPromo)
	if err != nil {
		return err
	}
	if given {
		return t.show(ctx, t.P.Text("news_on"), Inline{Row(t.tap("button_no_news", actionNews, false)), t.backToMenu()})
	}
	return t.show(ctx, t.P.Text("news_off"), Inline{Row(t.tap("button_news", actionNews, true)), t.backToMenu()})
}

func setNews(ctx context.Context, t *Talk) error {
	switch t.Params.Text(0) {
	case "1":
		return t.setNews(ctx, true, "button news")
	case "0":
		return t.setNews(ctx, false, "button no_news")
	}
	return news(ctx, t)
}

// noNews is the button under each broadcast.
func noNews(ctx context.Context, t *Talk) error {
	if err := t.consent(ctx, false, "button under a broadcast"); err != nil {
		return err
	}
	return t.Say(ctx, "news_off", nil, Inline{Row(t.tap("button_news", actionNews, true))})
}

func (t *Talk) setNews(ctx context.Context, given bool, how string) error {
	if err := t.consent(ctx, given, how); err != nil {
		return err
	}
	if given {
		return t.show(ctx, t.P.Text("news_on"), Inline{Row(t.tap("button_no_news", actionNews, false)), t.backToMenu()})
	}
	return t.show(ctx, t.P.Text("news_off"), Inline{Row(t.tap("button_news", actionNews, true)), t.backToMenu()})
}

// consent records a yes or no to news, with the update that proves it.
func (t *Talk) consent(ctx context.Context, given bool, how string) error {
	s, err := t.Program.Settings(ctx)
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, t.DB, func(tx pgx.Tx) error {
		return members.RecordConsent(ctx, tx, t.Member.ID, members.Consent{Kind: members.ConsentPromo, Version: s.Terms, Given: given,
			Lang: t.P.Lang(), Evidence: t.evidence() + how, At: t.At})
	})
}

func (t *Talk) consented(ctx context.Context, kind string) (bool, error) {
	all, err := members.Consents(ctx, t.DB, t.Member.ID)
	for _, c := range all {
		if c.Kind == kind {
			return c.Given, err
		}
	}
	return false, err
}
