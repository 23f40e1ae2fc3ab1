package receipts

import (
	"regexp"
	"strings"
	"time"
)

// belarus is the unique identifier (УИ) that the system of control over tills (СККО)
// gives each receipt: 24 hexadecimal digits and nothing else, so the total and the
// time come from the printed text. Twenty-four decimal digits are taken for another
// system's number: only one identifier in eighty thousand has no letter.
var belarus = format{
	country: "BY", name: "by-skko", currency: "BYN", east: 3 * time.Hour,
	is: func(in input) bool {
		id := strings.NewReplacer(" ", "", "-", "").Replace(in.text)
		return belarusID.MatchString(id) && !allDigits(id)
	},
	read: func(f *fields) Receipt {
		return Receipt{Document: f.in.text}
	},
	identify: func(r *Receipt) error {
		r.Document = strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(r.Document))
		if !belarusID.MatchString(r.Document) {
			return &FieldError{r.Format, "ui", "not 24 hexadecimal digits"}
		}
		return nil
	},
	key:   func(r Receipt) Key { return Key("BY:" + r.Document) },
	write: func(q requisites) string { return q.Document },
	alone: true,
}

var belarusID = regexp.MustCompile(`^[0-9A-Fa-f]{24}$`)
