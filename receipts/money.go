package receipts

import (
	"fmt"
	"strconv"
	"strings"
)

// maxDigits keeps every sum far inside int64.
const maxDigits = 15

// String writes the amount with all decimals of its currency: "499.90 RUB", "500 PYG".
func (m Money) String() string { return m.decimal() + " " + m.Currency }

func (m Money) decimal() string {
	sign, n := "", m.Minor
	if n < 0 {
		sign, n = "-", -n
	}
	places := decimals(m.Currency)
	digits := fmt.Sprintf("%0*d", places+1, n)
	whole, rest := digits[:len(digits)-places], digits[len(digits)-places:]
	if places == 0 {
		return sign + whole
	}
	return sign + whole + "." + rest
}

// sum is a number as a code writes it.
type sum struct {
	minor int64 // hundredths
	exact bool  // a decimal separator was there
}

// Blanks of all widths and apostrophes group digits.
var grouping = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "\u2009", "", "'", "", "’", "", "_", "")

// parseSum reads 1299.00, 1299,5, .00, 1 299,00 and 1,299.00 without going through a
// float. The last separator is the decimal one.
func parseSum(text string) (sum, error) {
	s := grouping.Replace(strings.TrimSpace(text))
	cut := strings.LastIndexAny(s, ".,")
	whole, cents := s, ""
	if cut >= 0 {
		whole, cents = s[:cut], s[cut+1:]
	}
	whole = strings.NewReplacer(".", "", ",", "").Replace(whole)
	for len(cents) > 2 && cents[len(cents)-1] == '0' {
		cents = cents[:len(cents)-1]
	}
	if whole+cents == "" || len(whole) > maxDigits || len(cents) > 2 || !allDigits(whole+cents) {
		return sum{}, fmt.Errorf("not a sum")
	}
	minor, err := strconv.ParseInt(whole+(cents + "00")[:2], 10, 64)
	if err != nil {
		return sum{}, fmt.Errorf("not a sum")
	}
	return sum{minor: minor, exact: cut >= 0}, nil
}

// parseSigned is parseSum with a minus, in hundredths.
func parseSigned(text string) (int64, error) {
	text = strings.TrimSpace(text)
	bare := strings.TrimPrefix(strings.TrimPrefix(text, "-"), "−")
	s, err := parseSum(bare)
	if bare != text {
		s.minor = -s.minor
	}
	return s.minor, err
}

func allDigits(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
