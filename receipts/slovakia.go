package receipts

import (
	"regexp"
	"strings"
	"time"
)

// slovakia is the code of eKasa (zákon 289/2008 and the Finančné riaditeľstvo's
// «Integračné rozhranie pre eKasa klienta»): the identifier that the service gave the
// receipt (O-…), or for a receipt made offline its OKP, the till, the time, the number and
// the sum. An identifier alone says nothing of the purchase.
var slovakia = format{
	country: "SK", name: "ekasa", currency: "EUR", east: 2 * time.Hour,
	is: func(in input) bool {
		text := slovakText(in.text)
		return slovakUID.MatchString(text) || slovakOffline.MatchString(text)
	},
	read: func(f *fields) Receipt {
		text := slovakText(f.in.text)
		if slovakUID.MatchString(text) {
			return Receipt{Sign: text, Warnings: []Warning{WarnOpaque}}
		}
		m := slovakOffline.FindStringSubmatch(text)
		r := Receipt{Sign: m[1], Device: m[2], Time: f.timeFrom("time", "20"+m[3][:6]+"T"+m[3][6:])}
		var err error
		if r.Document, err = number(f.format, "number", m[4], 12); err != nil {
			f.err = err
		}
		f.signedSum(&r, "amount", m[5])
		return r
	},
	identify: func(*Receipt) error { return nil }, // by the patterns
	key:      func(r Receipt) Key { return Key("SK:" + r.Sign) },
	checks: func(r Receipt) []Check {
		if r.Device == "" {
			return nil
		}
		// Tills are 888… of certified ones and 999… of the service's virtual ones.
		known := len(r.Device) == 17 && (strings.HasPrefix(r.Device, "888") || strings.HasPrefix(r.Device, "999"))
		return []Check{{"till_17_digits", passIf(known), L1}}
	},
}

func slovakText(text string) string {
	return strings.ReplaceAll(strings.ToUpper(unspaced(text)), "|", ":")
}

var (
	slovakUID     = regexp.MustCompile(`^O-[0-9A-F]{32}$`)
	slovakOffline = regexp.MustCompile(`^([0-9A-F]{8}(?:-[0-9A-F]{8}){4}):(\d{5,17}):(\d{12}):(\d{1,12}):(-?\d+(?:[.,]\d{1,2})?)$`)
)
