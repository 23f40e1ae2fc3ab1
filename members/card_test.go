package members

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNewCardsAreOursAndDiffer(t *testing.T) {
	t.Parallel()
	seen := map[Card]bool{}
	for range 1000 {
		c, err := NewCard()
		if err != nil {
			t.Fatalf("NewCard: %v", err)
		}
		if parsed, err := ParseCard(string(c)); err != nil || parsed != c {
			t.Fatalf("ParseCard(%q) = %q, %v", c, parsed, err)
		}
		if seen[c] {
			t.Fatalf("NewCard gave %q twice in a thousand", c)
		}
		seen[c] = true
	}
}

func TestLuhnIsAsInTheStandard(t *testing.T) {
	t.Parallel()
	// The usual worked example, and the test numbers that card networks publish.
	for body, want := range map[string]byte{"7992739871": '3', "411111111111111": '1', "555555555555444": '4', "37828224631000": '5', "0": '0'} {
		if got := luhn(body); got != want {
			t.Errorf("luhn(%q) = %c, want %c", body, got, want)
		}
	}
}

func TestCardsAreReadAsPrintedAndTyped(t *testing.T) {
	t.Parallel()
	c := Card("9643000000000" + "01")
	c += Card(luhn(string(c)))
	for _, in := range []string{string(c), c.Grouped(), " " + strings.ReplaceAll(c.Grouped(), " ", "-") + "\n", strings.ReplaceAll(c.Grouped(), " ", "\u00a0")} {
		if got, err := ParseCard(in); err != nil || got != c {
			t.Errorf("ParseCard(%q) = %q, %v, want %q", in, got, err, c)
		}
	}
	if g := c.Grouped(); len(g) != 19 || g[:5] != "9643 " {
		t.Errorf("Card(%q).Grouped() = %q", c, g)
	}
}

func TestWhatIsNoCardOfOursIsRefused(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"", "9643", "4111111111111111", // a bank's, with a good check digit
		"96430000000000ab", "٩٦٤٣٠٠٠٠٠٠٠٠٠٠٠١", strings.Repeat("9", 10_000),
	} {
		if got, err := ParseCard(in); !errors.Is(err, ErrCard) {
			t.Errorf("ParseCard(%.20q) = %q, %v, want ErrCard", in, got, err)
		}
	}
}

func TestOneWrongDigitAndMostSwapsAreSeen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		body := cardPrefix + rapid.StringMatching(`[0-9]{11}`).Draw(t, "body")
		c := []byte(body + string(luhn(body)))
		i := rapid.IntRange(4, 15).Draw(t, "place")
		wrong := append([]byte(nil), c...)
		wrong[i] = '0' + (c[i]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "by")))%10
		if _, err := ParseCard(string(wrong)); err == nil {
			t.Fatalf("ParseCard(%q) passes, one digit off %q", wrong, c)
		}
		if i == 15 || c[i] == c[i+1] || c[i]+c[i+1] == '0'+'9' && (c[i] == '0' || c[i] == '9') {
			return // Luhn's digit does not tell 09 from 90
		}
		c[i], c[i+1] = c[i+1], c[i]
		if _, err := ParseCard(string(c)); err == nil {
			t.Fatalf("ParseCard(%q) passes with two digits swapped", c)
		}
	})
}
