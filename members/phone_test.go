package members

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestPhonesAreReadAsPeopleAndTelegramWriteThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in, region string
		want       Phone
		country    string
	}{
		{"+7 900 111-22-33", "", "+79001112233", "RU"},
		{"8 (900) 111-22-33", "RU", "+79001112233", "RU"},
		{"9001112233", "RU", "+79001112233", "RU"},
		{"79001112233", "", "+79001112233", "RU"},
		{"79001112233", "UA", "+79001112233", "RU"},
		{"380501234567", "RU", "+380501234567", "UA"},
		{"050 123 45 67", "UA", "+380501234567", "UA"},
		{"8 701 123 45 67", "KZ", "+77011234567", "KZ"},
		{"+77011234567", "RU", "+77011234567", "KZ"}, // +7 is Kazakhstan too
		{"+375 29 123-45-67", "", "+375291234567", "BY"},
		{"+998 90 123 45 67", "", "+998901234567", "UZ"},
		{"+7 999 999-99-99", "", "+79999999999", "RU"},
		{"+380 00 123 45 67", "", "+380001234567", "UA"}, // of no plan yet, and as long as a mobile one
		{"+996 555 123456", "", "+996555123456", "KG"},
	} {
		got, err := ParsePhone(c.in, c.region)
		if err != nil || got != c.want {
			t.Errorf("ParsePhone(%q, %q) = %q, %v, want %q", c.in, c.region, got, err, c.want)
		}
		if country := got.Country(); country != c.country {
			t.Errorf("Phone(%q).Country() = %q, want %q", got, country, c.country)
		}
	}
}

func TestWhatIsNoPhoneIsRefusedWithoutEchoingIt(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"", " ", "Анна", "12345", "+7900111", "+7 900 111-22-33-44-55", strings.Repeat("9", 1000), "\x00", "+"} {
		got, err := ParsePhone(in, "RU")
		if !errors.Is(err, ErrPhone) || got != "" {
			t.Errorf("ParsePhone(%.20q) = %q, %v, want ErrPhone", in, got, err)
		}
	}
}

func TestAMaskedPhoneShowsItsEndsOnly(t *testing.T) {
	t.Parallel()
	for in, want := range map[Phone]string{
		"+79001112233":  "+7 900 ***-**-33",
		"+380501234567": "+380 50 1** **67",
		"+375291234567": "+375 29 1**-**-67",
		"nonsense":      "***",
		"":              "***",
	} {
		if got := in.Masked(); got != want {
			t.Errorf("Phone(%q).Masked() = %q, want %q", in, got, want)
		}
	}
}

func TestPhonesAndCardsStayOutOfLogs(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	slog.New(slog.NewTextHandler(&out, nil)).Info("seen", "phone", Phone("+79001112233"), "card", Card("9643123456789010"))
	if s := out.String(); strings.Contains(s, "1112233") || strings.Contains(s, "12345678") {
		t.Errorf("a log line tells too much: %s", s)
	}
}

func TestAParsedPhoneParsesToItself(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.OneOf(rapid.StringMatching(`\+?[0-9 ()-]{5,20}`), rapid.String()).Draw(t, "text")
		p, err := ParsePhone(in, rapid.SampledFrom([]string{"RU", "UA", "KZ", ""}).Draw(t, "region"))
		if err != nil {
			return
		}
		if again, err := ParsePhone(string(p), ""); err != nil || again != p {
			t.Fatalf("ParsePhone(%q) = %q, and that parses to %q, %v", in, p, again, err)
		}
		if m := fmt.Sprint(p.Masked()); strings.Count(m, "*") < 2 {
			t.Fatalf("Phone(%q).Masked() = %q hides next to nothing", p, m)
		}
	})
}
