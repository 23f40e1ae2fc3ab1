package receipts

import (
	"regexp"
	"strings"
	"time"
)

// greece is the link of the ΑΑΔΕ that tills' receipts carry (ΠΟΛ. 1220/2012 and Α.1171/2021):
// the device's number, the receipt's number, the device's mark in 40 characters and the
// sum. The marks of newer devices end in the time. Links of e-invoicing providers hold an
// identifier only and are not read.
var greece = format{
	country: "GR", name: "aade-sig", currency: "EUR", east: 3 * time.Hour,
	is: func(in input) bool { return in.on("aade.gr", "gsis.gr") && in.has("sig") },
	read: func(f *fields) Receipt {
		m := greekMark.FindStringSubmatch(strings.ToUpper(unspaced(f.need("sig"))))
		if m == nil {
			f.fail("SIG", "not a device, a number, a mark and a sum")
			return Receipt{}
		}
		r := Receipt{Device: m[1], Document: m[2], Sign: m[3]}
		if t, err := ParseLocalTime("20" + m[3][30:36] + "T" + m[3][36:]); err == nil && allDigits(m[3][30:]) && t.Year > 2020 {
			r.Time = t
		}
		f.signedSum(&r, "SIG", m[4])
		return r
	},
	identify: func(*Receipt) error { return nil }, // by the pattern
	key:      func(r Receipt) Key { return Key("GR:" + r.Device + ":" + r.Document + ":" + r.Sign) },
}

var greekMark = regexp.MustCompile(`^([A-Z]{3}\d{8})(\d{8})([0-9A-F]{40})(-?\d+[.,]\d\d)$`)
