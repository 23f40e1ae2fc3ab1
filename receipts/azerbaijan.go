package receipts

import (
	"regexp"
	"time"
)

// azerbaijan is the link to the receipt in the State Tax Service's monitoring of new
// generation tills (https://monitoring.e-kassa.gov.az): doc is the fiscal identifier in
// base 58, a hash of 256 bits. Its first twelve characters are printed as the receipt's
// number. There is no total and no date.
var azerbaijan = format{
	country: "AZ", name: "e-kassa", currency: "AZN", east: 4 * time.Hour,
	is: func(in input) bool { return in.on("e-kassa.gov.az") && in.has("doc") },
	read: func(f *fields) Receipt {
		return Receipt{Document: f.need("doc")}
	},
	identify: func(r *Receipt) error {
		if !base58.MatchString(r.Document) || len(r.Document) < 12 || len(r.Document) > 64 {
			return &FieldError{r.Format, "doc", "not a fiscal identifier"}
		}
		r.Document = r.Document[:12]
		return nil
	},
	key: func(r Receipt) Key { return Key("AZ:" + r.Document) },
	checks: func(r Receipt) []Check {
		in, err := readInput(r.Text)
		if err != nil || len(in.params["doc"]) == 12 {
			return []Check{{"doc_256_bits", NotApplicable, L1}} // the number as it is printed
		}
		size := len(in.params["doc"])
		return []Check{{"doc_256_bits", passIf(size == 43 || size == 44), L1}}
	},
	write: func(q requisites) string { return "https://monitoring.e-kassa.gov.az/#/index?doc=" + q.Document },
	alone: true,
}

// base58 leaves out 0, O, I and l, which look like one another.
var base58 = regexp.MustCompile(`^[1-9A-HJ-NP-Za-km-z]+$`)
