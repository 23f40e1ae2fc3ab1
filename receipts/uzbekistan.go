package receipts

import (
	"regexp"
	"strings"
	"time"
)

// uzbekistan is the link of ofd.soliq.uz (/check of tills, /epi of online sales): t is
// the fiscal module, r the receipt's number on it, c the time, s the fiscal sign
// (resolution of the Cabinet of Ministers of 23.11.2019 № 943). There is no total.
var uzbekistan = format{
	country: "UZ", name: "soliq-ofd", currency: "UZS", east: 5 * time.Hour,
	is: func(in input) bool {
		return in.on("ofd.soliq.uz") && len(in.params) > 0 ||
			in.has("t", "r", "c", "s") && uzbekModule.MatchString(strings.ToUpper(in.params["t"]))
	},
	read: func(f *fields) Receipt {
		return Receipt{Device: f.need("t"), Document: f.need("r"), Time: f.time("c"), Sign: f.need("s")}
	},
	identify: identifyUzbekistan,
	key:      func(r Receipt) Key { return Key("UZ:" + r.Device + ":" + r.Document) },
	checks: func(r Receipt) []Check {
		return []Check{{"s_12_digits", passIf(len(r.Sign) == 12), L1}}
	},
	write: func(q requisites) string {
		return "https://ofd.soliq.uz/check?" +
			joined("t", q.Device, "r", q.Document, "c", strings.Replace(q.Time.compact(), "T", "", 1), "s", q.Sign)
	},
}

var uzbekModule = regexp.MustCompile(`^[A-Z]{2}\d{12}$`)

func identifyUzbekistan(r *Receipt) (err error) {
	if r.Device = strings.ToUpper(grouping.Replace(r.Device)); !uzbekModule.MatchString(r.Device) {
		return &FieldError{r.Format, "t", "not a fiscal module's number"}
	}
	if r.Document, err = number(r.Format, "r", r.Document, 12); err != nil {
		return err
	}
	if r.Sign == "" && r.viaTill() {
		return nil
	}
	r.Sign, err = digits(r.Format, "s", r.Sign, 20)
	return err
}
