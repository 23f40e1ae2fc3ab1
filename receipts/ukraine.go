package receipts

import (
	"regexp"
	"strings"
	"time"
)

// ukraine is the link of the tax service's cabinet: fn, id, date, time, sm and since
// 2021 often mac; the order of the Ministry of Finance of 21.01.2016 № 13 sets it.
// Vendors glue date and time, dot the date, or print the parameters without the link.
//
// A number of a receipt made offline is session.local.control; letters occur. The code
// does not say whether money came or went back.
var ukraine = format{
	country: "UA", name: "dps-cashregs", currency: "UAH", east: 3 * time.Hour,
	is: func(in input) bool {
		return in.has("fn", "id", "sm") || in.has("fn", "id", "date") || in.has("fn", "sm", "date") ||
			in.on("cabinet.tax.gov.ua", "cabinet.sfs.gov.ua") && strings.HasPrefix(in.path, "cashregs") ||
			in.on("kasa.vchasno.com.ua", "check.checkbox.ua", "check.checkbox.in.ua") && opaqueID(in.path) != ""
	},
	read:     readUkraine,
	identify: identifyUkraine,
	key:      keyUkraine,
	checks: func(r Receipt) []Check {
		if r.Device == "" {
			return nil
		}
		// Registers' numbers begin with 3, program registers' with 4.
		known := len(r.Device) == 10 && (r.Device[0] == '3' || r.Device[0] == '4')
		return []Check{{"fn_registered_form", passIf(known), L1}}
	},
	write: func(q requisites) string {
		date, clock, _ := strings.Cut(q.Time.compact(), "T")
		return "https://cabinet.tax.gov.ua/cashregs/check?" +
			joined("fn", q.Device, "id", q.Document, "sm", q.Total, "date", date, "time", clock, "mac", q.Sign)
	},
}

func readUkraine(f *fields) Receipt {
	if id := opaqueID(f.in.path); id != "" && !f.in.has("fn") {
		return Receipt{Document: id, Warnings: []Warning{WarnOpaque}}
	}
	r := Receipt{Device: f.need("fn"), Document: f.need("id"), Sign: f.get("mac")}
	date, clock := f.need("date"), f.get("time")
	if t, err := ParseLocalTime(date); err == nil && t.DateOnly && clock != "" {
		date += " " + clock
	}
	r.Time = f.timeFrom("date", date)
	f.sum("sm")
	return r
}

var ukrainianID = regexp.MustCompile(`^[0-9A-Za-zА-ЯҐЄІЇа-яґєії._/-]{1,64}$`)

func identifyUkraine(r *Receipt) (err error) {
	if r.Device == "" && r.Warned(WarnOpaque) {
		return nil
	}
	if r.Device, err = number(r.Format, "fn", r.Device, 14); err != nil {
		return err
	}
	r.Document = strings.TrimLeft(grouping.Replace(r.Document), "0") // 045 and 45 are one receipt
	if !ukrainianID.MatchString(r.Document) {
		return &FieldError{r.Format, "id", "not a receipt's number"}
	}
	if r.Time.IsZero() {
		return &FieldError{r.Format, "date", "missing"}
	}
	return nil
}

// keyUkraine has the date, because a register numbers its receipts anew after its
// memory is changed.
func keyUkraine(r Receipt) Key {
	if r.Device == "" {
		return Key("UA:link:" + r.Document)
	}
	return Key("UA:" + r.Device + ":" + strings.ToUpper(r.Document) + ":" + r.Time.day())
}

var opaquePath = regexp.MustCompile(`^(?:links/)?(?:check/)?([0-9A-Za-z-]{8,64})/?$`)

// opaqueID is the last part of a link that only its vendor can resolve.
func opaqueID(path string) string {
	m := opaquePath.FindStringSubmatch(path)
	if m == nil || m[1] == "cashregs" || m[1] == "consumer" {
		return ""
	}
	return m[1]
}
