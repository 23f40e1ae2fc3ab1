package ocr

import (
	"regexp"
	"strconv"
	"strings"

	"kopilka/receipts"
)

// The requisites that ФЗ-54 has printed on a receipt. Their labels are two or
// three letters, of which Ф is read as О, 0, 9 or @.
var (
	ruDevice   = regexp.MustCompile(`(?:^|\D)(\d{16})(?:\D|$)`)
	ruDocument = regexp.MustCompile(`(?:^|[\s|])[ФфОо09@]\s?[ДдАA]{1,2}\s?[:;.№NМ#]*\s*(\d{1,10})(?:[^\d.,:]|$)`)
	ruSign     = regexp.MustCompile(`(?:^|[\s|])[ФфОо09@]\s?[ПпNn][ДдАA]{0,2}\s?[:;.№NМ#]*\s*(\d{6,10})(?:\D|$)`)
	bareSign   = regexp.MustCompile(`(?:^|[^\d.,])(\d{9,10})(?:[^\d.,]|$)`)
	bareNumber = regexp.MustCompile(`(?:^|[^\d.,:])(\d{1,7})(?:[^\d.,:]|$)`)
	ruTaxID    = regexp.MustCompile(`(?:^|\D)(\d{12}|\d{10})(?:\D|$)`)
)

func (r *Reading) russia(lines []line) {
	r.TaxID = ruINN(lines)
	at := -1 // the line of the device
	for i, l := range lines {
		if f := ruFN(l); f.Sure > r.Device.Sure {
			r.Device, at = f, i
		}
	}
	for _, l := range lines {
		r.Document = better(r.Document, labelledNumber(l, ruDocument))
		if s := labelledNumber(l, ruSign); isSign(s.Value) {
			r.Sign = better(r.Sign, s)
		}
	}
	if at < 0 {
		return
	}
	until := r.bareSign(lines, at)
	if !r.Document.Found() {
		r.bareDocument(lines, at, until)
	}
}

// ruFN finds the drive's number: 16 digits, where a registration number, also
// of 16, begins with 000.
func ruFN(l line) Field[string] {
	m := ruDevice.FindStringSubmatchIndex(l.text)
	for from := 0; m != nil; m = ruDevice.FindStringSubmatchIndex(l.text[from:]) {
		v := l.text[from+m[2] : from+m[3]]
		if !strings.HasPrefix(v, "000") {
			points := 3
			if l.has("ФН") {
				points = 4
			}
			if l.certain(from+m[2], from+m[3]) < 60 {
				points--
			}
			return Field[string]{v, points}
		}
		from += m[3]
	}
	return Field[string]{}
}

func labelledNumber(l line, pattern *regexp.Regexp) Field[string] {
	m := pattern.FindStringSubmatchIndex(l.text)
	if m == nil {
		return Field[string]{}
	}
	points := 3
	if l.certain(m[2], m[3]) < 60 {
		points--
	}
	return Field[string]{l.text[m[2]:m[3]], points}
}

// bareSign takes the only number of a sign's length below the device when no
// label was read, and returns the line where the sign stands.
func (r *Reading) bareSign(lines []line, from int) int {
	for i := from; i < len(lines); i++ {
		for _, m := range bareSign.FindAllStringSubmatch(lines[i].text, -1) {
			v := m[1]
			if v == string(r.TaxID.Value) || !isSign(v) {
				continue
			}
			if !r.Sign.Found() {
				r.Sign = Field[string]{v, 1}
			}
			if v == r.Sign.Value {
				return i
			}
		}
	}
	return from
}

// bareDocument takes the only short number between device and sign.
func (r *Reading) bareDocument(lines []line, from, until int) {
	for _, l := range lines[from : until+1] {
		text := strings.NewReplacer(r.Device.Value, "", r.Sign.Value, "").Replace(dates.ReplaceAllString(l.text, " "))
		text = times.ReplaceAllString(text, " ")
		if m := bareNumber.FindStringSubmatch(text); m != nil {
			r.Document = better(r.Document, Field[string]{m[1], 1})
		}
	}
}

// isSign reports whether v can be a fiscal sign, which is a number of 32 bits.
func isSign(v string) bool {
	_, err := strconv.ParseUint(v, 10, 32)
	return err == nil
}

// ruINN finds the seller's number by its label and its check digits.
func ruINN(lines []line) Field[receipts.TaxID] {
	for _, l := range lines {
		if !l.has("ИНН") && !strings.HasPrefix(fold(l.text), "ИНН") && !strings.HasPrefix(fold(l.text), "МНН") {
			continue
		}
		for _, m := range ruTaxID.FindAllStringSubmatch(l.text, -1) {
			if validINN(m[1]) {
				return Field[receipts.TaxID]{receipts.TaxID(m[1]), 7}
			}
		}
	}
	return Field[receipts.TaxID]{}
}

// validINN checks the control digits: one for a company, two for a person.
func validINN(s string) bool {
	check := func(n int, weights ...int) bool {
		sum := 0
		for i, w := range weights {
			sum += w * int(s[i]-'0')
		}
		return sum%11%10 == int(s[n]-'0')
	}
	switch len(s) {
	case 10:
		return check(9, 2, 4, 10, 3, 5, 9, 4, 6, 8)
	case 12:
		return check(10, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8) && check(11, 3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
	}
	return false
}

func better[T any](a, b Field[T]) Field[T] {
	if b.Sure > a.Sure {
		return b
	}
	return a
}
