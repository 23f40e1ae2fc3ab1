package receipts

import (
	"net/url"
	"strings"
	"testing"
)

// wraps are what happens to a code on its way: messengers, browsers and people.
var wraps = map[string]func(string) string{
	"a byte order mark and blanks": func(s string) string { return "\ufeff  " + s + " \r\n" },
	"a zero-width mark":            func(s string) string { return s[:1] + "\u200b" + s[1:] },
	"a word before":                func(s string) string { return "чек: " + s },
	"escaped whole":                func(s string) string { return url.QueryEscape(strings.ReplaceAll(s, " ", "\u00a0")) },
	"escaped ampersands":           func(s string) string { return strings.ReplaceAll(s, "&", "&amp;") },
	"inside another link":          func(s string) string { return "https://example.com/go?to=" + url.QueryEscape(s) },
}

// worldwide are the folders of formats that are recognised by their whole text or their
// link, and not by pairs of name and value alone.
var worldwide = []string{"moldova", "azerbaijan", "armenia", "turkey", "saudi", "egypt", "kenya", "tanzania",
	"argentina", "brazil", "uruguay", "paraguay", "indonesia", "mexico", "colombia", "bolivia"}

func TestKeySurvivesTheWayOfACode(t *testing.T) {
	t.Parallel()
	for _, file := range payloads(t) {
		folder := strings.Split(file, "/")[1]
		if !strings.Contains(" "+strings.Join(worldwide, " ")+" ", " "+folder+" ") {
			continue
		}
		text, _ := payload(t, file)
		want, err := Parse(text)
		if err != nil {
			continue
		}
		for name, wrap := range wraps {
			got, err := Parse(wrap(text))
			if err != nil || got.Key() != want.Key() || got.Total != want.Total || got.Time != want.Time {
				t.Errorf("%s with %s = %q %v %v, %v, want %q %v %v", file, name,
					got.Key(), got.Total, got.Time, err, want.Key(), want.Total, want.Time)
			}
		}
	}
}

// Each line is codes of one receipt.
func TestSpellingsOfOneReceiptHaveOneKey(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{
		{"moldova/sfs-mev-3", "moldova/small-letters", "moldova/locale", "moldova/wrapped"},
		{"moldova/sfs-mev-2", "moldova/opaque-other-host"},
		{"azerbaijan/e-kassa", "azerbaijan/printed-number"},
		{"turkey/sale", "turkey/single-quotes"},
		{"saudi/phase-2", "saudi/phase-2-url-alphabet", "saudi/phase-2-blanks-for-plus", "saudi/phase-2-in-a-link"},
		{"egypt/eta-ereceipt", "egypt/capital-letters", "egypt/escaped", "egypt/link-alone"},
		{"kenya/etims", "kenya/small-letters"},
		{"kenya/control-unit", "kenya/control-unit-dash"},
		{"tanzania/tra-vfd", "tanzania/small-letters", "tanzania/without-time"},
		{"argentina/arca-qr", "argentina/arca-host", "argentina/quoted-numbers", "argentina/punto-venta", "argentina/no-padding", "argentina/escaped"},
		{"brazil/nfce-2", "brazil/bars-escaped", "brazil/bare-key", "brazil/prefixed-key", "brazil/version-3", "brazil/version-3-offline"},
		{"brazil/sat", "brazil/sat-prefixed"},
		{"uruguay/dgi-cfe", "uruguay/escaped-commas"},
		{"paraguay/manual", "paraguay/code-alone", "paraguay/amp"},
		{"indonesia/efaktur", "indonesia/bare-hash"},
		{"mexico/sample", "mexico/order", "mexico/bare", "mexico/short"},
		{"colombia/lines", "colombia/lines-without-link", "colombia/link", "colombia/link-capital-letters", "colombia/show-document"},
		{"bolivia/shop", "bolivia/small-letters"},
	} {
		first, err := Parse(on(t, same[0]))
		if err != nil {
			t.Fatal(err)
		}
		for _, other := range same[1:] {
			if r, err := Parse(on(t, other)); err != nil || r.Key() != first.Key() {
				t.Errorf("key of %s = %q, %v, want %q of %s", other, r.Key(), err, first.Key(), same[0])
			}
		}
	}
}

// The tail of a Bolivian code is the day's control code, which nothing in the code
// binds: another one must not make another receipt.
func TestAnotherControlCodeIsTheSameReceipt(t *testing.T) {
	t.Parallel()
	text := on(t, "bolivia/shop")
	first, err1 := Parse(text)
	other, err2 := Parse(strings.Replace(text, "F4F51F74", "F4F51F75", 1))
	if err1 != nil || err2 != nil || first.Key() != other.Key() || first.Sign == other.Sign {
		t.Errorf("keys with two control codes = %q and %q, %v, %v, want one", first.Key(), other.Key(), err1, err2)
	}
}

func on(t *testing.T, file string) string {
	t.Helper()
	text, _ := payload(t, "testdata/"+file+".txt")
	return text
}
