package receipts

import (
	"regexp"
	"strings"
	"time"
)

// kenya is the link to a receipt in the Kenya Revenue Authority's eTIMS
// (https://etims.kra.go.ke, „Technical Specification for OSCU and VSCU”): the seller's
// PIN, the branch and the signature in a row. Control units of the earlier TIMS link to
// itax.kra.go.ke with the unit's invoice number alone. Neither has a total or a date.
var kenya = format{
	country: "KE", name: "kra-etims", currency: "KES", east: 3 * time.Hour,
	is: func(in input) bool {
		return kenyanHost(in) && in.has("data") && strings.Contains(strings.ToLower(in.path), "etims") ||
			in.on("itax.kra.go.ke") && in.has("invoiceno")
	},
	read: func(f *fields) Receipt {
		if f.in.on("itax.kra.go.ke") {
			return Receipt{Document: strings.TrimRight(f.need("invoiceno"), "-."), Warnings: []Warning{WarnOpaque}}
		}
		m := kenyanData.FindStringSubmatch(strings.ToUpper(strings.ReplaceAll(f.need("data"), "-", "")))
		if m == nil {
			f.fail("Data", "not a PIN, a branch and a signature")
			return Receipt{}
		}
		return Receipt{SellerTaxID: TaxID(m[1]), Device: m[2], Sign: m[3]}
	},
	identify: func(r *Receipt) error {
		if r.Sign == "" && !kenyanInvoice.MatchString(r.Document) {
			return &FieldError{r.Format, "invoiceNo", "not 19 digits"}
		}
		return nil
	},
	key: func(r Receipt) Key {
		if r.Sign == "" {
			return Key("KE:CU:" + r.Document)
		}
		return Key("KE:" + string(r.SellerTaxID) + ":" + r.Device + ":" + r.Sign)
	},
	till: noTill, // branches are numbered from zero by each seller
	checks: func(r Receipt) []Check {
		return []Check{production(!r.onTestHost("etims-sbx.kra.go.ke"))}
	},
}

var (
	kenyanData    = regexp.MustCompile(`^([A-Z]\d{9}[A-Z])(\d\d)([0-9A-Z]{16})$`)
	kenyanInvoice = regexp.MustCompile(`^\d{19}$`)
)

func kenyanHost(in input) bool { return in.on("etims.kra.go.ke", "etims-sbx.kra.go.ke") }
