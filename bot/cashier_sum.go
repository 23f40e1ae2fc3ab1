package bot

import (
	"regexp"
	"strconv"
	"strings"

	"kopilka/ledger"
)

// currencySigns may follow a typed sum and say nothing new.
var currencySigns = regexp.MustCompile(`(?i)\s*(₽|руб\.?|р\.?|₴|грн\.?|₸|тг\.?|br|сом|сум)$`)

// A sum: digits, perhaps in groups of three, and one or two decimals after the last
// separator. «1,249» could be a thousand or a bit more than one, so it is neither.
var (
	plainSum   = regexp.MustCompile(`^(\d{1,12})(?:[.,](\d{1,2}))?$`)
	groupedSum = regexp.MustCompile(`^(\d{1,3}(?: \d{3})+)(?:[.,](\d{1,2}))?$`)
	markedSum  = regexp.MustCompile(`^(\d{1,3}(?:(?:,\d{3})+\.\d{2}|(?:\.\d{3})+,\d{2}))$`)
)

// receiptWord may stand before a receipt's number.
var receiptWord = regexp.MustCompile(`(?i)^(чек|receipt|чека)?\s*(№|#|no\.?)?\s*`)

// readSum reads a sum in hundredths, without guessing: false for what can be read in two
// ways.
func readSum(text string) (minor int64, ok bool) {
	s := currencySigns.ReplaceAllString(strings.TrimSpace(blanks.ReplaceAllString(text, " ")), "")
	whole, cents := "", ""
	if m := markedSum.FindString(s); m != "" {
		whole, cents = m[:len(m)-3], m[len(m)-2:]
	} else if m := plainSum.FindStringSubmatch(s); m != nil {
		whole, cents = m[1], m[2]
	} else if m := groupedSum.FindStringSubmatch(s); m != nil {
		whole, cents = m[1], m[2]
	} else {
		return 0, false
	}
	whole = strings.NewReplacer(" ", "", ",", "", ".", "").Replace(whole)
	minor, err := strconv.ParseInt(whole+(cents + "00")[:2], 10, 64)
	return minor, err == nil
}

// readPoints reads a number of points, above zero.
func readPoints(text string) (ledger.Points, bool) {
	n, ok := readSum(text)
	return ledger.Points(n), ok && n > 0
}

// splitSum reads a sum and the receipt's number that may follow it. A blank groups the
// sum's digits only where decimals end it: «500 123» is 500 on receipt 123.
func splitSum(text string) (minor int64, document string, ok bool) {
	words := strings.Fields(blanks.ReplaceAllString(text, " "))
	for n := min(len(words), 5); n > 0; n-- {
		s := strings.Join(words[:n], " ")
		if n > 1 && !strings.ContainsAny(s, ".,") && !currencySigns.MatchString(s) {
			continue
		}
		if minor, ok := readSum(s); ok && minor > 0 {
			return minor, cut(receiptWord.ReplaceAllString(strings.Join(words[n:], " "), ""), 32), true
		}
	}
	return 0, "", false
}
