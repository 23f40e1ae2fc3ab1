package receipts

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// A till may write one receipt in many ways, and a person may send it in more. None of
// them may earn twice.
func TestKeyDoesNotDependOnSpelling(t *testing.T) {
	t.Parallel()
	codes := map[string]Key{
		"t=20211028T1636&s=1299.00&fn=9287440301110113&i=19313&fp=1992968429&n=1":                              "RU:9287440301110113:19313",
		"fn=4000123456&id=23649865.1.1236&date=20260815&time=1430&sm=1250.50&mac=ABCD":                         "UA:4000123456:23649865.1.1236:20260815",
		"i=3041387980&f=010100487302&s=2400.0&t=20220722T161532":                                               "KZ:010100487302:3041387980",
		"t=UZ191211501033&r=559&c=20211109170634&s=336289559214":                                               "UZ:UZ191211501033:559",
		"date=20260907T170136&sum=406450&fn_number=0000000002427051&tin=00112200510239&type=3&fd_number=45358": "KG:00112200510239:0000000002427051:45358",
	}
	for code, want := range codes {
		rapid.Check(t, func(t *rapid.T) {
			text := respell(t, code)
			r, err := Parse(text)
			if err != nil || r.Key() != want {
				t.Fatalf("Parse(%q).Key() = %q, %v, want %q", text, r.Key(), err, want)
			}
		})
	}
}

// respell writes a code's text in another way that means the same.
func respell(t *rapid.T, code string) string {
	pairs := strings.Split(code, "&")
	seed := rapid.Uint64().Draw(t, "order")
	rand.New(rand.NewPCG(seed, 1)).Shuffle(len(pairs), func(i, j int) { pairs[i], pairs[j] = pairs[j], pairs[i] })
	for i, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		if rapid.Bool().Draw(t, "upper case") {
			name = strings.ToUpper(name)
		}
		switch rapid.IntRange(0, 4).Draw(t, "value") {
		case 1:
			value += " "
		case 2:
			value = " " + value
		case 3:
			value = url.QueryEscape(value)
		case 4:
			value += "\u200b"
		}
		pairs[i] = name + "=" + value
	}
	if rapid.Bool().Draw(t, "more") {
		pairs = append(pairs, "utm_source=till")
	}
	text := strings.Join(pairs, rapid.SampledFrom([]string{"&", ";", "\n", " & ", "&amp;", "\r\n"}).Draw(t, "separator"))
	switch rapid.IntRange(0, 4).Draw(t, "wrap") {
	case 1:
		return "https://example.com/receipt?" + text
	case 2:
		return "\ufeff  " + text + "\n"
	case 3:
		return "мой чек: " + text
	case 4:
		return "?" + text
	}
	return text
}

func TestTimeToTheMinuteAndToTheSecondAreOneReceipt(t *testing.T) {
	t.Parallel()
	minute, err1 := Parse("t=20190409T1303&s=333.00&fn=8710000101407564&i=91331&fp=865669710&n=1")
	second, err2 := Parse("t=20190409T130320&s=333.00&fn=8710000101407564&i=91331&fp=865669710&n=1")
	if err := errors.Join(err1, err2); err != nil || minute.Key() != second.Key() {
		t.Errorf("keys of one receipt with and without seconds: %q and %q, %v", minute.Key(), second.Key(), err)
	}
}

func TestEveryKeyOnFileIsPrintable(t *testing.T) {
	t.Parallel()
	for _, file := range payloads(t) {
		text, _ := payload(t, file)
		r, err := Parse(text)
		if err == nil && (r.Key() == "" || strings.ContainsFunc(string(r.Key()), func(c rune) bool { return !unicode.IsPrint(c) || c == ' ' })) {
			t.Errorf("key of %s = %q", file, r.Key())
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, file := range payloads(f) {
		text, _ := payload(f, file)
		f.Add(text)
	}
	f.Add("https://cabinet.tax.gov.ua/cashregs/check?fn=4000123456&id=1234&date=20260815&mac=%1b%5b31m%00%ff")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Parse(text)
		if err != nil {
			if !errors.Is(err, ErrNotFiscal) && !errors.Is(err, ErrMalformed) {
				t.Fatalf("Parse(%q) = %v, want a sentinel", text, err)
			}
			return
		}
		if r.Key() == "" || r.Country == "" || r.Format == "" || r.Text == "" {
			t.Fatalf("Parse(%q) = %+v without an identity", text, r)
		}
		if r.HasTotal && (r.Total.Minor < 0 || r.Total.Currency == "") {
			t.Fatalf("Parse(%q) has the total %v", text, r.Total)
		}
		for _, s := range []string{r.Text, r.Device, r.Document, r.Sign, string(r.SellerTaxID), string(r.Key())} {
			if !utf8.ValidString(s) || strings.ContainsFunc(s, func(c rune) bool { return unicode.IsControl(c) && c != '\n' }) {
				t.Fatalf("Parse(%q) holds %q, which no terminal and no database should see", text, s)
			}
		}
		// What was read once reads the same again.
		again, err := Parse(r.Text)
		if err != nil || again.Key() != r.Key() {
			t.Fatalf("Parse of its own text %q = %q, %v, want the key %q", r.Text, again.Key(), err, r.Key())
		}
		r.Checks(testNow)
	})
}

func ExampleParse() {
	r, err := Parse("t=20211028T1636&s=1299.00&fn=9287440301110113&i=19313&fp=1992968429&n=1")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Key(), r.Total, r.Time, r.Operation)
	// Output: RU:9287440301110113:19313 1299.00 RUB 2021-10-28T16:36 sale
}

func ExampleParse_ambiguous() {
	// Some tills leave the point out for roubles and some for kopecks: the receipt is
	// known and the sum is not.
	r, _ := Parse("t=20211028T1636&s=55189&fn=9287440301110113&i=19313&fp=1992968429&n=1")
	fmt.Println(r.HasTotal, r.Candidates, r.Warnings)
	// Output: false [55189.00 RUB 551.89 RUB] [ambiguous_total]
}
