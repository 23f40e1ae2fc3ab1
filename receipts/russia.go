package receipts

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// russia is the code of ФЗ-54: t, s, fn, i, fp, n. The fields are set by the order of
// the ФНС of 14.09.2020 № ЕД-7-20/662@, annex 2, tag 1196: t to the minute, s in
// roubles with a dot. Tills in use also print seconds, pad numbers, change the order
// and wrap the fields into their operator's link.
//
// The fiscal sign is made with a key inside the fiscal drive, so nobody else can
// verify it; it tells a forgery only when the drive and number are claimed again with
// another one.
var russia = format{
	country: "RU", name: "fns-54fz", currency: "RUB", east: 12 * time.Hour,
	is: func(in input) bool {
		if in.has("id") || in.has("sm") {
			return false // Ukrainian; fn is theirs too
		}
		return in.has("fn", "i", "fp") || in.count("t", "s", "fn", "i", "fp") >= 4 && in.has("fn") ||
			in.has("fn", "fd", "fp") || in.on(russianOperators...)
	},
	read:     readRussia,
	identify: identifyRussia,
	key:      func(r Receipt) Key { return Key("RU:" + r.Device + ":" + r.Document) },
	checks:   checkRussia,
	write:    writeRussia,
}

// russianOperators are hosts of operators of fiscal data whose links are receipts'
// also when they do not name the drive.
var russianOperators = []string{"check.ofd.ru", "lk.platformaofd.ru", "receipt.taxcom.ru",
	"consumer.1-ofd.ru", "cash.kontur.ru", "ofd.yandex.ru"}

// operatorPath is /rec/<fn>/<i>/<fp> of check.ofd.ru.
var operatorPath = regexp.MustCompile(`(?:^|/)rec/(\d{16})/(\d{1,10})/(\d{1,10})(?:/|$)`)

func readRussia(f *fields) Receipt {
	r := Receipt{Device: f.get("fn"), Document: f.get("i", "fd"), Sign: f.get("fp", "fpd")}
	if m := operatorPath.FindStringSubmatch(f.in.path); m != nil {
		r.fromPath(m[1], m[2], m[3])
	}
	r.Time = f.time("t")
	f.ambiguousSum("s")
	f.operation(&r, "n")
	return r
}

// fromPath fills what the parameters do not say. Where both speak, the parameters are
// what the till printed; the path is the operator's.
func (r *Receipt) fromPath(device, document, sign string) {
	for _, v := range []struct {
		field *string
		path  string
	}{{&r.Device, device}, {&r.Document, document}, {&r.Sign, sign}} {
		switch {
		case *v.field == "":
			*v.field = v.path
		case strings.TrimLeft(*v.field, "0") != strings.TrimLeft(v.path, "0"):
			r.warn(WarnLinkMismatch)
		}
	}
}

func identifyRussia(r *Receipt) (err error) {
	if r.Device, err = digits(r.Format, "fn", r.Device, 16); err != nil {
		return err
	}
	if r.Document, err = number(r.Format, "i", r.Document, 10); err != nil {
		return err
	}
	if r.Sign == "" && r.viaTill() {
		return nil
	}
	r.Sign, err = number(r.Format, "fp", r.Sign, 10)
	return err
}

func checkRussia(r Receipt) []Check {
	document, _ := strconv.ParseInt(r.Document, 10, 64)
	sign, signErr := strconv.ParseUint(r.Sign, 10, 32)
	signed := passIf(signErr == nil && sign > 0)
	if r.Sign == "" {
		signed = NotApplicable
	}
	return []Check{
		{"fn_16_digits", passIf(len(r.Device) == 16), L1},
		// 9999 begins the numbers of drives for debugging, which no tax service knows.
		{"fn_not_debug", passIf(!strings.HasPrefix(r.Device, "9999")), L1},
		{"i_positive", passIf(document > 0), L1},
		// The sign is a 32-bit number in decimal.
		{"fp_uint32", signed, L1},
	}
}

func writeRussia(q requisites) string {
	return joined("t", q.Time.compact(), "s", q.Total, "fn", q.Device, "i", q.Document, "fp", q.Sign, "n", q.Operation.code())
}

// russiaSelfEmployed is the link on the receipt of a payer of the tax on professional
// income (ФЗ-422): the seller's tax number and the receipt's own. What was paid stands
// only behind the link.
var russiaSelfEmployed = format{
	country: "RU", name: "fns-npd", currency: "RUB", east: 12 * time.Hour,
	is: func(in input) bool { return in.on("lknpd.nalog.ru") && selfEmployedPath.MatchString(in.path) },
	read: func(f *fields) Receipt {
		m := selfEmployedPath.FindStringSubmatch(f.in.path) // matched by is
		return Receipt{Device: m[1], Document: strings.ToLower(m[2]), SellerTaxID: TaxID(m[1]), Operation: Sale,
			Warnings: []Warning{WarnOpaque}}
	},
	identify: func(*Receipt) error { return nil },
	key:      func(r Receipt) Key { return Key("RU:NPD:" + r.Device + ":" + r.Document) },
}

var selfEmployedPath = regexp.MustCompile(`^api/v1/receipt/(\d{10}|\d{12})/([0-9A-Za-z]{4,40})(?:/|$)`)
