package receipts

import (
	"regexp"
	"strings"
	"time"
)

// mexico is the link of a CFDI (SAT, „Anexo 20”, 4.0, I.D „Generación del código de
// barras bidimensional”): the fiscal folio, the RFC of seller and buyer, the total to six
// decimals and the last eight characters of the seller's seal. The buyer's RFC is not
// kept. The currency is not said and taken to be the peso.
var mexico = format{
	country: "MX", name: "sat-cfdi", currency: "MXN", east: -5 * time.Hour,
	is: func(in input) bool {
		return in.on("verificacfdi.facturaelectronica.sat.gob.mx") && in.has("id") || in.has("id", "re", "rr", "tt")
	},
	read: func(f *fields) Receipt {
		r := Receipt{Document: f.need("id"), Sign: f.get("fe"), SellerTaxID: TaxID(sellerRFC(f.in))}
		f.longSum("tt", f.get("tt"))
		return r
	},
	identify: func(r *Receipt) error {
		if r.Document = strings.ToUpper(r.Document); !uuid.MatchString(r.Document) {
			return &FieldError{r.Format, "id", "not a fiscal folio"}
		}
		return nil
	},
	key: func(r Receipt) Key { return Key("MX:" + r.Document) },
	checks: func(r Receipt) []Check {
		if r.SellerTaxID == "" {
			return []Check{{"rfc_check_digit", NotApplicable, L2}}
		}
		return []Check{{"rfc_check_digit", passIf(rfcDigit(string(r.SellerTaxID))), L2}}
	},
	forget: func(text string) string { return mexicanBuyer.ReplaceAllString(text, "$1") },
}

var (
	uuid         = regexp.MustCompile(`^[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}$`)
	mexicanBuyer = regexp.MustCompile(`(?i)(\brr=)[^&\n]*(?:&[A-Z]{0,3}\d{6}[0-9A-Z]{3}\b)?`)
	// mexicanSeller may hold an ampersand, which programs forget to escape.
	mexicanSeller = regexp.MustCompile(`(?i)(?:^|[?&\s])re=\s*([A-ZÑ&]{3,4}\d{6}[0-9A-Z]{3})(?:[&\s]|$)`)
)

// sellerRFC is "" when the code names none in form.
func sellerRFC(in input) string {
	for _, text := range []string{in.text, unescapedOr(in.text)} {
		if m := mexicanSeller.FindStringSubmatch(text); m != nil {
			return strings.ToUpper(m[1])
		}
	}
	return ""
}

// rfcDigit checks the last character, by the algorithm of SAT's rules for the RFC: a
// firm's name has three letters and counts as if a blank stood before it.
func rfcDigit(id string) bool {
	const alphabet = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ"
	places := map[rune]int{}
	for _, c := range alphabet {
		places[c] = len(places)
	}
	letters := []rune(id)
	if len(letters) == 12 {
		letters = append([]rune{' '}, letters...)
	}
	if len(letters) != 13 {
		return false
	}
	sum := 0
	for i, c := range letters[:12] {
		sum += places[c] * (13 - i)
	}
	return []rune("0123456789A0")[(11-sum%11)] == letters[12]
}
