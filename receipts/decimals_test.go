package receipts

import (
	"fmt"
	"testing"
)

func TestMoneyHasTheDecimalsOfItsCurrency(t *testing.T) {
	t.Parallel()
	for want, m := range map[string]Money{
		"499.90 RUB": {49990, "RUB"}, "0.05 EUR": {5, "EUR"}, "-0.05 EUR": {-5, "EUR"}, "591000 PYG": {591000, "PYG"},
		"0 PYG": {0, "PYG"}, "1.250 KWD": {1250, "KWD"}, "0.005 BHD": {5, "BHD"},
	} {
		if got := m.String(); got != want {
			t.Errorf("%#v.String() = %q, want %q", m, got, want)
		}
	}
}

func TestLongSumsAreNeverRounded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, currency, want string }{
		{"12100", "ARS", "12100.00 ARS []"},
		{"0000002578.930000", "MXN", "2578.93 MXN []"},
		{"1000.12345", "EGP", "0.00  [1000.12 EGP 1000.13 EGP]"},
		{"114500.00000000", "PYG", "114500 PYG []"},
		{"17142.857", "PYG", "0.00  [17142 PYG 17143 PYG]"},
		{"120,50", "TRY", "120.50 TRY []"},
		{"1,000.50", "TRY", "receipt code x: sum: not a sum"},
		{"1e5", "TRY", "receipt code x: sum: not a sum"},
		{"-1", "TRY", "receipt code x: sum: not a sum"},
		{"9999999999999", "TRY", "receipt code x: sum: not a sum"},
		{".", "TRY", "receipt code x: sum: not a sum"},
	} {
		f := &fields{format: "x", currency: c.currency}
		f.longSum("sum", c.text)
		got := fmt.Sprintln(f.total, f.candidates)
		if f.err != nil {
			got = f.err.Error() + "\n"
		}
		if got != c.want+"\n" {
			t.Errorf("longSum(%q) in %s = %q, want %q", c.text, c.currency, got, c.want)
		}
	}
}

func TestPrintedSumsAreOfTheCurrency(t *testing.T) {
	t.Parallel()
	for _, total := range []string{"300.000", "300 000 Gs.", "300000", "300,000"} {
		r, err := FromFields("PY", Fields{Document: "0144 4444 0170 0100 1001 4528 2201 7012 5158 7326 0988", Total: total})
		if want := (Money{300000, "PYG"}); err != nil || r.Total != want || r.Key() != "PY:01444444017001001001452822017012515873260988" {
			t.Errorf("FromFields of a Paraguayan receipt over %q = %v %v, %v, want %v", total, r.Key(), r.Total, err, want)
		}
	}
}
