package bot

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"kopilka/members"

	"pgregory.net/rapid"
)

func TestTokensReadBackAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64().Draw(t, "n")
		s := rapid.StringMatching(`[A-Za-z0-9_-]{0,20}`).Draw(t, "s")
		id := members.ID(rapid.Int64Min(0).Draw(t, "id"))
		token := Action("hist").Token(n, s, id, true)
		action, args, err := ParseToken(string(token))
		if err != nil || action != "hist" || args.Int(0) != n || args.Text(1) != s || args.Int(2) != int64(id) || args.Int(3) != 1 {
			t.Errorf("ParseToken(%q) = %q, %v, %v", token, action, args, err)
		}
	})
	for _, s := range []string{"", "v1", "v1:", "v0:a", "a:b", `{"x":1}`, "v1:" + strings.Repeat("я", 31)} {
		if _, _, err := ParseToken(s); !errors.Is(err, ErrStale) {
			t.Errorf("ParseToken(%q) = %v, want ErrStale", s, err)
		}
	}
	if got := (Args{"zz"}).Int(1); got != 0 {
		t.Errorf("an argument that is not there = %d, want 0", got)
	}
}

func TestKeyboardsAreWrittenWithoutEmptyFields(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		k    Keyboard
		want string
	}{
		{Inline{Row(Tap("Да", Action("yes").Token(36)).In(Danger)), Row(), Row(Link("Сайт", "https://a.b"), CopyText("Код", "12"))},
			`{"inline_keyboard":[[{"text":"Да","style":"danger","callback_data":"v1:yes:10"}],[{"text":"Сайт","url":"https://a.b"},{"text":"Код","copy_text":{"text":"12"}}]]}`},
		{Inline{}, `{"inline_keyboard":[]}`},
		{Reply{Rows: [][]ReplyKey{{Key("Карта"), ContactKey("Номер")}}},
			`{"keyboard":[[{"text":"Карта"},{"text":"Номер","request_contact":true}]],"is_persistent":true,"resize_keyboard":true}`},
		{Hidden{}, `{"remove_keyboard":true}`},
	} {
		m, err := c.k.markup()
		if err != nil {
			t.Errorf("markup of %+v: %v", c.k, err)
		}
		if got, _ := json.Marshal(m); string(got) != c.want {
			t.Errorf("markup of %+v = %s, want %s", c.k, got, c.want)
		}
	}
	for name, b := range map[string]Button{
		"no label": Tap("", "v1:a"), "no action": {Label: "x"}, "two actions": {Label: "x", Token: "v1:a", URL: "https://a.b"},
		"long token": Tap("x", Action("a").Token(strings.Repeat("y", 64))), "no token of ours": Tap("x", "buy"),
		"long copy": CopyText("x", strings.Repeat("я", 257)),
	} {
		if _, err := (Inline{Row(b)}).markup(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestATapIsAnsweredOnceAndRoomIsBounded(t *testing.T) {
	t.Parallel()
	var taps taps
	if !taps.first("a") || taps.first("a") {
		t.Error("first(a) twice, want once")
	}
	for i := range len(taps.ring) {
		taps.first(string(rune(i)) + "x")
	}
	if len(taps.done) > len(taps.ring) || !taps.first("a") {
		t.Errorf("%d taps are remembered and the oldest too", len(taps.done))
	}
	if !slices.Contains(taps.ring[:], "a") {
		t.Error("the newest tap is not remembered")
	}
}
