package ocr

import (
	"regexp"
	"strconv"
	"strings"
)

// line is a printed line: its words folded for labels, and its text with
// numbers mended for values.
type line struct {
	labels []string
	text   string
	sure   []float64 // of each byte of text, what the engine said of its word
}

func linesOf(words []word) []line {
	var out []line
	last := -1
	for _, w := range words {
		if w.Line != last || len(out) == 0 {
			out, last = append(out, line{}), w.Line
		}
		out[len(out)-1].add(w)
	}
	return out
}

func (l *line) add(w word) {
	text := numeral(w.Text)
	if l.text != "" {
		text = " " + text
	}
	l.text += text
	for range len(text) {
		l.sure = append(l.sure, w.Sure)
	}
	// "НДС20%" and "ФН:9287" are two words that lost their blank.
	for _, part := range parts.FindAllString(w.Text, -1) {
		if f := fold(part); f != "" {
			l.labels = append(l.labels, f)
		}
	}
}

var parts = regexp.MustCompile(`[^\s:;.,=№#"'()]+`)

// has reports whether one of the labels stands on the line.
func (l line) has(labels ...string) bool {
	for _, w := range l.labels {
		if labelled(w, labels...) {
			return true
		}
	}
	return false
}

// certain is the least the engine said of the words between two bytes.
func (l line) certain(from, to int) float64 {
	least := 100.0
	for _, s := range l.sure[from:to] {
		least = min(least, s)
	}
	return least
}

// amount is a sum of money printed somewhere.
type amount struct {
	minor int64
	sure  float64
	at    int // byte of the line
}

// A sum has two digits after a point, a comma or what was left of one; blanks
// may have crept in. Dates are kept out by what stands around.
var sums = regexp.MustCompile(`(?:^|[^\d.,:/])(\d{1,3}(?: \d{3})+|\d{1,8}) ?[.,\-·] ?(\d{2})(?:[^\d.,:/%]|[.,]$|$)`)

// amounts returns the sums on the line from left to right.
func (l line) amounts() []amount {
	var out []amount
	for at := 0; at < len(l.text); {
		m := sums.FindStringSubmatchIndex(l.text[at:])
		if m == nil {
			break
		}
		whole := strings.ReplaceAll(l.text[at+m[2]:at+m[3]], " ", "")
		minor, err := strconv.ParseInt(whole+l.text[at+m[4]:at+m[5]], 10, 64)
		if err == nil {
			out = append(out, amount{minor, l.certain(at+m[2], at+m[5]), at + m[2]})
		}
		at += m[5]
	}
	return out
}

// last is the last sum on the line: what a line of a receipt is about.
func (l line) last() (amount, bool) {
	a := l.amounts()
	if len(a) == 0 {
		return amount{}, false
	}
	return a[len(a)-1], true
}
