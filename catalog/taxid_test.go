package catalog

import (
	"testing"

	"pgregory.net/rapid"
)

func TestTaxNumbersAreToldByTheirCheckDigits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		country string
		id      TaxID
		want    bool
	}{
		{"RU", "7707083893", true},
		{"RU", "7736207543", true},
		{"RU", "500100732259", true},
		{"RU", "7707083983", false}, // two digits changed places
		{"RU", "500100732295", false},
		{"RU", "0000000000", false}, // adds up, and is nobody's
		{"RU", "770708389", false},
		{"RU", "77070838931", false},
		{"RU", "770708389x", false},
		{"UA", "14360570", true},
		{"UA", "32855961", true}, // of the middle range
		{"UA", "14360571", false},
		{"UA", "1759013776", true},
		{"UA", "1759013770", false},
		{"UA", "143605701", false},
		{"KZ", "971240001315", true},
		{"KZ", "940140000385", true},
		{"KZ", "971240001316", false},
		{"BY", "200988541", true},
		{"BY", "MA1953684", true},
		{"BY", "200988542", false},
		{"BY", "MA1953683", false},
		{"BY", "MZ1953684", false},
		{"BY", "900988541", false},
		{"BY", "AA19536845", false},
		{"BY", "", false},
		{"KG", "02205199310101", true},
		{"KG", "0220519931010", false},
		{"UZ", "302456789", true},
		{"UZ", "30245678", false},
		{"UZ", "30245678a", false},
		{"GE", "204378869", true},
		{"GE", "20a", false},
		{"GE", "204-378", false},
		{"", "204378869", false},
		{"ge", "204378869", false},
		{"ГЕ", "204378869", false},
	} {
		if got := c.id.Valid(c.country); got != c.want {
			t.Errorf("TaxID(%q).Valid(%q) = %v, want %v", c.id, c.country, got, c.want)
		}
	}
}

func TestAWrongCheckDigitIsSeen(t *testing.T) {
	t.Parallel()
	for country, good := range map[string]TaxID{
		"RU": "7707083893", "UA": "14360570", "KZ": "971240001315", "BY": "200988541",
	} {
		body := good[:len(good)-1]
		for d := '0'; d <= '9'; d++ {
			id := body + TaxID(d)
			if got := id.Valid(country); got != (id == good) {
				t.Errorf("TaxID(%q).Valid(%q) = %v, want %v", id, country, got, id == good)
			}
		}
	}
}

func TestAnyTextHasAnAnswer(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		id := TaxID(rapid.String().Draw(t, "id"))
		country := rapid.SampledFrom([]string{"RU", "UA", "KZ", "BY", "KG", "UZ", "GE", ""}).Draw(t, "country")
		if n := len(id); id.Valid(country) && (n < 4 || n > 20) {
			t.Fatalf("TaxID(%q).Valid(%q) = true", id, country)
		}
	})
}

func TestPaddingIsNoPartOfATaxNumber(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]TaxID{
		"7707083893  ":    "7707083893",
		"77 0708-3893\n":  "7707083893",
		"ma1953684":       "MA1953684",
		"14\u00a0360 570": "14360570",
	} {
		if got := ParseTaxID(in); got != want {
			t.Errorf("ParseTaxID(%q) = %q, want %q", in, got, want)
		}
	}
}
