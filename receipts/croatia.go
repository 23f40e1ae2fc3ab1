package receipts

import (
	"regexp"
	"strings"
	"time"
)

// croatia is the link of the Porezna uprava's check of fiscalised receipts: the receipt's
// identifier that the service gave (jir) or, before it has answered, the seller's
// protective code (zki), the time and the sum (Pravilnik o fiskalizaciji u prometu
// gotovinom, NN 146/12 with NN 1/2021). The sum is in cents; some sellers write it with a
// comma.
var croatia = format{
	country: "HR", name: "hr-rn", currency: "EUR", east: 2 * time.Hour,
	is: func(in input) bool {
		return in.on("porezna.gov.hr", "porezna-uprava.hr") && (in.has("jir") || in.has("zki"))
	},
	read: func(f *fields) Receipt {
		r := Receipt{Sign: strings.ToLower(f.get("jir"))}
		if r.Sign == "" {
			r.Sign = strings.ToLower(f.need("zki"))
		}
		r.Time = f.timeFrom("datv", f.need("datv"))
		if r.Time.Year < 2023 && !r.Time.IsZero() {
			f.currency = "HRK" // the euro came on 2023-01-01
		}
		f.signedMinorSum(&r, "izn", f.get("izn"))
		return r
	},
	identify: func(r *Receipt) error {
		if !croatianJIR.MatchString(r.Sign) && !croatianZKI.MatchString(r.Sign) {
			return &FieldError{r.Format, "jir", "not an identifier of a receipt"}
		}
		return nil
	},
	key: func(r Receipt) Key {
		if croatianZKI.MatchString(r.Sign) {
			return Key("HR:ZKI:" + r.Sign)
		}
		return Key("HR:" + r.Sign)
	},
}

var (
	croatianJIR = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	croatianZKI = regexp.MustCompile(`^[0-9a-f]{32}$`)
)
