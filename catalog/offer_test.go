package catalog

import (
	"errors"
	"strings"
	"testing"
	"time"

	"kopilka/internal/postgrestest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestOffersAreOnFromTheirFirstMomentToTheirLast(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	m := add(t, tx, "Кофейня", "7707083893")
	o := Offer{Kind: KindOffer, Merchant: m, Title: Words{"ru": "Два кофе", "en": "Two coffees"},
		Body: Words{"ru": "по цене одного"}, From: noon, Until: noon.Add(time.Hour)}
	var err error
	if o.ID, err = AddOffer(t.Context(), tx, o); err != nil {
		t.Fatalf("AddOffer: %v", err)
	}
	for _, c := range []struct {
		at   time.Time
		want []Offer
	}{
		{noon.Add(-time.Microsecond), nil},
		{noon, []Offer{o}},
		{noon.Add(time.Hour - time.Microsecond), []Offer{o}},
		{noon.Add(time.Hour), nil},
	} {
		got, err := Offers(t.Context(), tx, c.at)
		if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Errorf("Offers(%v): %v, diff (-want +got):\n%s", c.at, err, diff)
		}
	}
	if err := Suspend(t.Context(), tx, m); err != nil {
		t.Fatalf("Suspend: %v", err)
	}
	if got, err := Offers(t.Context(), tx, noon); err != nil || len(got) != 0 {
		t.Errorf("Offers of a suspended merchant = %+v, %v, want none", got, err)
	}
}

func TestTheMallsNewsNeedNoMerchantAndCanBeWithdrawn(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	id, err := AddOffer(t.Context(), tx, Offer{Kind: KindNews, Title: Words{"uk": "Новина"}, From: noon, Until: noon.Add(time.Hour)})
	if err != nil {
		t.Fatalf("AddOffer: %v", err)
	}
	if got, err := Offers(t.Context(), tx, noon); err != nil || len(got) != 1 || got[0].Kind != KindNews || got[0].Merchant != 0 {
		t.Errorf("Offers = %+v, %v, want the news", got, err)
	}
	if err := WithdrawOffer(t.Context(), tx, id, noon); err != nil {
		t.Fatalf("WithdrawOffer: %v", err)
	}
	if got, err := Offers(t.Context(), tx, noon); err != nil || len(got) != 0 {
		t.Errorf("Offers after WithdrawOffer = %+v, %v, want none", got, err)
	}
	if err := WithdrawOffer(t.Context(), tx, id, noon); !errors.Is(err, ErrNotFound) {
		t.Errorf("WithdrawOffer twice: %v, want ErrNotFound", err)
	}
}

func TestAWrongOfferIsRefused(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	hour := noon.Add(time.Hour)
	for name, o := range map[string]Offer{
		"no title":       {From: noon, Until: hour},
		"blank title":    {Title: Words{"ru": " "}, From: noon, Until: hour},
		"long title":     {Title: Words{"ru": strings.Repeat("ы", 129)}, From: noon, Until: hour},
		"ends too early": {Title: Words{"ru": "Кофе"}, From: noon, Until: noon},
	} {
		if _, err := AddOffer(t.Context(), tx, o); !errors.Is(err, ErrInvalid) {
			t.Errorf("AddOffer of an offer with %s: %v, want ErrInvalid", name, err)
		}
	}
}

func TestWordsFallBackToALanguageThatIsThere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		words Words
		lang  string
		want  string
	}{
		{Words{"ru": "кофе", "uk": "кава"}, "uk", "кава"},
		{Words{"ru": "кофе", "en": "coffee"}, "uk", "кофе"},
		{Words{"en": "coffee", "uk": "кава"}, "kk", "coffee"},
		{Words{"uk": "кава", "be": "кава бел"}, "kk", "кава бел"},
		{nil, "ru", ""},
	} {
		if got := c.words.In(c.lang); got != c.want {
			t.Errorf("%v.In(%q) = %q, want %q", c.words, c.lang, got, c.want)
		}
	}
}
