package receipts

import (
	"regexp"
	"strings"
	"time"
)

// tanzania is the link to a receipt in the Tanzania Revenue Authority's verification
// portal (https://verify.tra.go.tz, „Virtual Fiscal Device API”): the verification code,
// which is the device's prefix and its counter, and after it the time of day, which the
// portal asks for. The code has neither a day nor a total.
var tanzania = format{
	country: "TZ", name: "tra-vfd", currency: "TZS", east: 3 * time.Hour,
	is: func(in input) bool { return tanzanianCode(in) != "" },
	read: func(f *fields) Receipt {
		return Receipt{Document: strings.ToUpper(tanzanianCode(f.in))}
	},
	identify: func(r *Receipt) error {
		if r.Document == "" {
			return &FieldError{r.Format, "code", "missing"}
		}
		return nil
	},
	key: func(r Receipt) Key { return Key("TZ:" + r.Document) },
	checks: func(r Receipt) []Check {
		return []Check{production(!r.onTestHost("virtual.tra.go.tz"))}
	},
}

var tanzanianRoute = regexp.MustCompile(`(?i)^(?:efdmsRctVerify/)?([0-9A-Z]{6,24})(?:_(?:[01]\d|2[0-3])[0-5]\d[0-5]\d)?$`)

// tanzanianCode is "" for every other text. Each code has a counter's digits.
func tanzanianCode(in input) string {
	m := tanzanianRoute.FindStringSubmatch(in.route("verify.tra.go.tz", "virtual.tra.go.tz"))
	if m == nil || !strings.ContainsAny(m[1], "0123456789") {
		return ""
	}
	return m[1]
}
