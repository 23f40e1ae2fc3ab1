package bot

import (
	"strings"
	"testing"

	tg "github.com/go-telegram/bot"
)

func TestTheBotSaysWhatItDoesInEveryLanguage(t *testing.T) {
	t.Parallel()
	b := idleTestBot(t, NewRoutes())
	for range 2 {
		if err := b.SyncAbout(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for lang, want := range map[string]string{"ru": "Баллы за покупки", "uk": "Бали за покупки", "en": "Points for your purchases", "de": "Points for your purchases"} {
		if got := b.tg.Description(lang); !strings.HasPrefix(got, want) {
			t.Errorf("the description in %s = %q, want it to begin with %q", lang, got, want)
		}
	}
	if got := len(b.tg.Calls("setMyShortDescription")); got != 4 {
		t.Errorf("two starts set the short description %d times, want 4: once a language and once for all others", got)
	}
}

func TestTheOperatorsOwnDescriptionStays(t *testing.T) {
	t.Parallel()
	b := idleTestBot(t, NewRoutes())
	const own = "Баллы торгового центра «Лето»"
	if _, err := b.client.API.SetMyDescription(t.Context(), &tg.SetMyDescriptionParams{Description: own}); err != nil {
		t.Fatal(err)
	}
	if err := b.SyncAbout(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"ru", "uk", "en", "de"} {
		if got := b.tg.Description(lang); got != own {
			t.Errorf("the description in %s = %q, want the operator's %q", lang, got, own)
		}
	}
}
