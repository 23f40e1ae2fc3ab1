package receipts

import (
	"regexp"
	"strings"
	"time"
)

// bulgaria is the code of Наредба Н-18 of the Ministry of Finance, annex 1: the number of
// the fiscal memory, the receipt's number, the date, the time and the sum.
var bulgaria = format{
	country: "BG", name: "nra-fm", currency: "EUR", east: 3 * time.Hour,
	is: func(in input) bool { return bulgarianCode.MatchString(in.text) },
	read: func(f *fields) Receipt {
		m := bulgarianCode.FindStringSubmatch(f.in.text)
		r := Receipt{Device: m[1], Document: m[2], Time: f.timeFrom("time", m[3]+" "+m[4]), Operation: Sale}
		if r.Time.Year < 2026 {
			f.currency = "BGN" // the euro came on 2026-01-01
		}
		f.signedSum(&r, "amount", m[5])
		return r
	},
	identify: func(*Receipt) error { return nil }, // by the pattern
	// The date is there because a memory that is put into another device may count anew.
	key: func(r Receipt) Key {
		return Key("BG:" + r.Device + ":" + strings.TrimLeft(r.Document, "0") + ":" + r.Time.day())
	},
}

var bulgarianCode = regexp.MustCompile(`^ *(\d{8}) *\* *(\d{6,10}) *\* *(\d{4}-\d\d-\d\d) *\* *(\d\d:\d\d:\d\d) *\* *(-?[\d ]+[.,]\d\d) *$`)
