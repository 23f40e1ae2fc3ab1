package receipts

import (
	"regexp"
	"strings"
	"time"
)

// egypt is the link on an e-receipt (Egyptian Tax Authority, e-Receipt SDK,
// https://sdk.invoicing.eta.gov.eg): the receipt's UUID, which is the SHA-256 of its
// document, the time in UTC, the total and the seller's registration number.
var egypt = format{
	country: "EG", name: "eta-ereceipt", currency: "EGP", east: 3 * time.Hour,
	is:   func(in input) bool { return egyptianRoute.MatchString(in.route("invoicing.eta.gov.eg")) },
	read: readEgypt,
	identify: func(r *Receipt) error {
		if !hex64.MatchString(r.Sign) {
			return &FieldError{r.Format, "uuid", "not 64 hexadecimal digits"}
		}
		r.Sign = strings.ToLower(r.Sign)
		return nil
	},
	key: func(r Receipt) Key { return Key("EG:" + r.Sign) },
	checks: func(r Receipt) []Check {
		return []Check{production(!r.onTestHost("preprod.invoicing.eta.gov.eg"))}
	},
}

var (
	egyptianRoute = regexp.MustCompile(`(?i)^(?:receipts|print)/(?:search|details)/([^/]+)(?:/share(?:/(.*))?)?$`)
	egyptianTotal = regexp.MustCompile(`(?i)\btotal\s*[:=]\s*(\d+(?:\.\d+)?)`)
	egyptianRIN   = regexp.MustCompile(`(?i)\bissuerRIN\s*[:=]\s*(\d{9})\b`)
	hex64         = regexp.MustCompile(`^[0-9A-Fa-f]{64}$`)
)

func readEgypt(f *fields) Receipt {
	m := egyptianRoute.FindStringSubmatch(f.in.route("invoicing.eta.gov.eg"))
	r := Receipt{Sign: m[1]}
	f.zonedTime(&r, "time", m[2])
	text := unescapedOr(f.in.text)
	if total := egyptianTotal.FindStringSubmatch(text); total != nil {
		f.longSum("Total", total[1])
	}
	if rin := egyptianRIN.FindStringSubmatch(text); rin != nil {
		r.SellerTaxID = TaxID(rin[1])
	}
	return r
}
