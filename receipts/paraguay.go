package receipts

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
	"time"
)

// paraguay is the link of SIFEN (DNIT, „Manual Técnico versión 150”, 13.8.4,
// https://ekuatia.set.gov.py): the control code (CDC) of 44 digits, which names kind,
// seller, number and day, the time in hexadecimal, the total and a SHA-256 over all of it
// with the secret (CSC) that DNIT gave the seller. The buyer's number is not kept. The
// guaraní has no smaller unit.
var paraguay = format{
	country: "PY", name: "sifen", currency: "PYG", east: -3 * time.Hour,
	is: func(in input) bool {
		return in.on("ekuatia.set.gov.py", "ekuatia.dnit.gov.py") && in.has("id") || in.has("nversion", "id", "chashqr")
	},
	read:     readParaguay,
	identify: identifyParaguay,
	key:      func(r Receipt) Key { return Key("PY:" + r.Document) },
	checks:   checkParaguay,
	trusted:  trustParaguay,
	write: func(q requisites) string {
		return "https://ekuatia.set.gov.py/consultas/qr?nVersion=150&Id=" + q.Document
	},
	alone:  true,
	forget: func(text string) string { return paraguayanBuyer.ReplaceAllString(text, "$1") },
}

var (
	cdc             = regexp.MustCompile(`^\d{44}$`)
	paraguayanBuyer = regexp.MustCompile(`(?i)((?:dRucRec|dNumIDRec)=)[^&]*`)
	paraguayanKinds = map[string]Operation{"01": Sale, "04": Purchase, "05": Refund, "07": Report}
)

func readParaguay(f *fields) Receipt {
	r := Receipt{Document: f.need("id"), Sign: f.get("chashqr")}
	if issued := f.get("dfeemide"); issued != "" {
		plain, err := hex.DecodeString(issued)
		if err != nil {
			f.fail("dFeEmiDE", "not in hexadecimal")
		}
		r.Time = f.timeFrom("dFeEmiDE", clean(string(plain)))
	}
	f.longSum("dTotGralOpe", f.get("dtotgralope"))
	return r
}

func identifyParaguay(r *Receipt) error {
	if r.Document = grouping.Replace(r.Document); !cdc.MatchString(r.Document) {
		return &FieldError{r.Format, "Id", "not a control code of 44 digits"}
	}
	r.SellerTaxID = TaxID(strings.TrimLeft(r.Document[2:10], "0"))
	r.Operation = paraguayanKinds[r.Document[:2]]
	if r.Time.IsZero() {
		r.Time, _ = ParseLocalTime(r.Document[25:33]) // the day alone, if it is one
	}
	return nil
}

func checkParaguay(r Receipt) []Check {
	if !cdc.MatchString(r.Document) {
		return nil
	}
	_, path := hostAndPath(r.Text)
	return []Check{
		{"cdc_mod11", passIf(paraguayanDigit(r.Document)), L2},
		{"ruc_mod11", passIf(paraguayanDigit(r.Document[2:11])), L2},
		{"day_agrees", passIf(r.Time.day() == r.Document[25:33]), L1},
		production(!strings.HasPrefix(strings.ToLower(path), "consultas-test")),
	}
}

// paraguayanDigit checks the last digit by modulo 11 with weights from 2 to 11.
func paraguayanDigit(s string) bool {
	digit := 11 - weighted(s[:len(s)-1], 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)%11
	if digit > 9 {
		digit = 0
	}
	return digit == int(s[len(s)-1]-'0')
}

var paraguayanHash = regexp.MustCompile(`(?i)(nVersion=[^#]*)&cHashQR=([0-9a-f]{64})`)

func trustParaguay(r Receipt, known Keys) []Check {
	in, _ := readInput(r.Text)
	secret := known.secret(in.params["idcsc"])
	m := paraguayanHash.FindStringSubmatch(r.Text)
	if secret == "" || m == nil || m[1] == paraguayanBuyer.ReplaceAllString(m[1], "$1") {
		return []Check{{"csc_hash", NotApplicable, L5}}
	}
	sum := sha256.Sum256([]byte(m[1] + secret))
	return []Check{{"csc_hash", passIf(strings.EqualFold(hex.EncodeToString(sum[:]), m[2])), L5}}
}
