package receipts

import (
	"regexp"
	"strings"
	"time"
)

// kazakhstan is the link of an operator of fiscal data: i is the fiscal sign, which is
// also the receipt's number, f the till's registration number, s the total, t the time
// (order of the Minister of Finance of 16.02.2018 № 208). Both numbers keep their
// leading zeros. Wipon's short links hold an identifier only.
var kazakhstan = format{
	country: "KZ", name: "kz-ofd", currency: "KZT", east: 6 * time.Hour,
	is: func(in input) bool {
		if in.on(kazakhOperators...) {
			return in.count("i", "f", "s", "t") >= 2 || opaqueID(in.path) != ""
		}
		return in.has("i", "f", "s", "t") && !in.has("fn") && len(in.params["f"]) == 12 &&
			allDigits(in.params["f"]) && compactTime.MatchString(in.params["t"])
	},
	read: func(f *fields) Receipt {
		if id := opaqueID(f.in.path); id != "" && !f.in.has("f") {
			return Receipt{Document: strings.ToLower(id), Sign: strings.ToLower(id), Warnings: []Warning{WarnOpaque}}
		}
		r := Receipt{Device: f.need("f"), Document: f.need("i"), Time: f.time("t")}
		r.Sign = r.Document
		f.sum("s")
		return r
	},
	identify: identifyKazakhstan,
	key: func(r Receipt) Key {
		if r.Device == "" {
			return Key("KZ:link:" + r.Document)
		}
		return Key("KZ:" + r.Device + ":" + r.Document)
	},
	checks: func(r Receipt) []Check {
		if r.Device == "" {
			return nil
		}
		return []Check{{"f_12_digits", passIf(len(r.Device) == 12), L1}}
	},
	write: func(q requisites) string {
		return "https://consumer.oofd.kz?" + joined("i", q.Document, "f", q.Device, "s", q.Total, "t", q.Time.compact())
	},
}

var kazakhOperators = []string{"consumer.oofd.kz", "consumer.kofd.kz", "cabinet.kofd.kz", "ofd1.kz", "87.255.215.96",
	"ofd.beeline.kz", "consumer.wofd.kz", "cabinet.wofd.kz", "app.kassa.wipon.kz", "4ek.kz", "receipt.kaspi.kz"}

var compactTime = regexp.MustCompile(`^20\d{6}[TtТт ]?\d{4}(\d\d)?$`)

func identifyKazakhstan(r *Receipt) (err error) {
	if r.Device == "" && r.Warned(WarnOpaque) {
		return nil
	}
	if r.Device, err = digits(r.Format, "f", r.Device, 16); err != nil {
		return err
	}
	if r.Document, err = digits(r.Format, "i", r.Document, 20); err != nil {
		return err
	}
	r.Sign = r.Document
	return nil
}
