package bot

import (
	"testing"

	"kopilka/ledger"
	"kopilka/members"
)

func TestASumIsReadWithoutGuessing(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int64{
		"1249": 124900, "1249,9": 124990, "1249.90": 124990, "1 249,90": 124990, "1\u00a0249,90": 124990, " 1249,90 ₽ ": 124990,
		"1.249,90": 124990, "1,249.90": 124990, "12 345 678": 1234567800, "500 руб.": 50000, "420 грн": 42000, "0,05": 5, "0": 0,
		"1,249": -1, "1.249": -1, "1 24 9": -1, "12,345,6": -1, "": -1, "-5": -1, "1e3": -1, "много": -1, "5,5,5": -1,
		"1249,900": -1, "99999999999999999999": -1, "١٢": -1,
	} {
		got, ok := readSum(in)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("readSum(%q) = %d, want %d (-1 is a refusal)", in, got, want)
		}
	}
}

func TestAFastFormTellsTheSumFromTheReceiptsNumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in       string
		minor    int64
		document string
		ok       bool
	}{
		{"1249,90", 124990, "", true}, {"1249,90 1024", 124990, "1024", true}, {"1 249,90 чек 1024", 124990, "1024", true},
		{"500 123", 50000, "123", true}, {"500 руб 123", 50000, "123", true}, {"1 249,90 ₽ № 7", 124990, "7", true},
		{"чек 5", 0, "", false}, {"", 0, "", false}, {"0", 0, "", false},
	} {
		minor, document, ok := splitSum(c.in)
		if minor != c.minor || document != c.document || ok != c.ok {
			t.Errorf("splitSum(%q) = %d, %q, %v, want %d, %q, %v", c.in, minor, document, ok, c.minor, c.document, c.ok)
		}
	}
}

func TestPointsAreReadAboveZero(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]ledger.Points{"300": 300_00, "12,5": 12_50, "0": 0, "-3": 0, "все": 0} {
		if got, ok := readPoints(in); ok != (want > 0) || ok && got != want {
			t.Errorf("readPoints(%q) = %d, %v, want %d", in, got, ok, want)
		}
	}
}

func TestAFastFormFindsTheBuyer(t *testing.T) {
	t.Parallel()
	card, err := members.NewCard()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		in    string
		phone members.Phone
		card  members.Card
		rest  string
	}{
		{string(card) + " 500", "", card, "500"},
		{card.Grouped() + " 1 249,90 7", "", card, "1 249,90 7"},
		{"+7 900 111-22-33 500", "+79001112233", "", "500"},
		{"8 (900) 111 22 33 Анна К", "+79001112233", "", "Анна К"},
		{"+380 67 111 22 33", "+380671112233", "", ""},
	} {
		who, rest, ok := splitWho(c.in, "RU")
		if !ok || who.phone != c.phone || who.card != c.card || rest != c.rest {
			t.Errorf("splitWho(%q) = %+v, %q, %v", c.in, who, rest, ok)
		}
	}
	for _, in := range []string{"", "500", "Анна", "1234 5678"} {
		if who, rest, ok := splitWho(in, "RU"); ok {
			t.Errorf("splitWho(%q) = %+v, %q: want nobody", in, who, rest)
		}
	}
}

func TestABuyersNameIsShort(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		m    members.Member
		want string
	}{
		{members.Member{Name: "Анна Каренина"}, "Анна К."}, {members.Member{Name: "Анна"}, "Анна"},
		{members.Member{Name: " Жан  Поль Сартр "}, "Жан С."}, {members.Member{Phone: "+79001112233"}, "+7 900 ***-**-33"},
		{members.Member{Card: "9643000000001234"}, "•• 1234"}, {members.Member{}, "—"},
	} {
		if got := shortName(c.m); got != c.want {
			t.Errorf("shortName(%+v) = %q, want %q", c.m, got, c.want)
		}
	}
}
