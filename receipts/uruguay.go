package receipts

import (
	"regexp"
	"strings"
	"time"
)

// uruguay is the link on a CFE (DGI, „Formato de los CFE”, annex on the code,
// https://www.efactura.dgi.gub.uy): after the question mark, by commas, the seller's RUT,
// the kind of the voucher, its series and number, the total, the day and the first
// characters of the signed document's hash. The currency is not said and taken to be the
// peso's.
var uruguay = format{
	country: "UY", name: "dgi-cfe", currency: "UYU", east: -3 * time.Hour,
	is:       func(in input) bool { return uruguayanParts(in) != nil },
	read:     readUruguay,
	identify: identifyUruguay,
	key: func(r Receipt) Key {
		return Key("UY:" + string(r.SellerTaxID) + ":" + uruguayanKind(r.Text) + ":" + r.Document)
	},
	checks: func(r Receipt) []Check {
		hash, ok := looseBase64(r.Sign)
		return []Check{
			{"rut_mod11", passIf(rutDigit(string(r.SellerTaxID))), L2},
			{"hash_sha1", passIf(ok && len(hash) == 20), L1},
			production(!strings.Contains(strings.ToLower(r.Text), "prueba/")),
		}
	},
}

var (
	uruguayanRoute = regexp.MustCompile(`(?i)^consultaQR(?:Prueba)?/cfe$`)
	uruguayanCode  = regexp.MustCompile(`(?i)/cfe/?\?([^?#&]*)`)
)

func uruguayanParts(in input) []string {
	if !uruguayanRoute.MatchString(in.route("efactura.dgi.gub.uy")) {
		return nil
	}
	m := uruguayanCode.FindStringSubmatch(in.text)
	if m == nil {
		return nil
	}
	return strings.Split(clean(unescapedOr(m[1])), ",")
}

// uruguayanKind is the kind of the voucher, which has no place in a Receipt: each kind
// is numbered by itself.
func uruguayanKind(text string) string {
	in, err := readInput(text)
	if err != nil {
		return ""
	}
	parts := uruguayanParts(in)
	if len(parts) != 7 {
		return ""
	}
	return strings.TrimSpace(parts[1])
}

func readUruguay(f *fields) Receipt {
	parts := uruguayanParts(f.in)
	if len(parts) != 7 {
		f.fail("cfe", "has not seven fields")
		return Receipt{}
	}
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	r := Receipt{SellerTaxID: TaxID(parts[0]), Document: parts[2] + "-" + parts[3], Sign: parts[6],
		Time: f.timeFrom("fecha", parts[5]), Operation: uruguayanOperation(parts[1])}
	f.signedSum(&r, "total", parts[4])
	return r
}

// uruguayanOperation reads DGI's kinds: the last digit tells invoices (1), credit notes
// (2) and debit notes (3), those of 80 and above are no sales.
func uruguayanOperation(kind string) Operation {
	switch {
	case len(kind) != 3:
		return Unknown
	case kind[1] == '8':
		return Report
	case kind[2] == '1':
		return Sale
	case kind[2] == '2':
		return Refund
	}
	return Unknown
}

func identifyUruguay(r *Receipt) error {
	id, err := digits(r.Format, "RUT", string(r.SellerTaxID), 12)
	if err != nil {
		return err
	}
	r.SellerTaxID = TaxID(id)
	if _, err := digits(r.Format, "tipo", uruguayanKind(r.Text), 3); err != nil {
		return err
	}
	series, document, _ := strings.Cut(r.Document, "-")
	if !uruguayanSeries.MatchString(series) {
		return &FieldError{r.Format, "serie", "not one or two letters"}
	}
	if document, err = number(r.Format, "nro", document, 10); err != nil {
		return err
	}
	r.Document = strings.ToUpper(series) + "-" + document
	return nil
}

var uruguayanSeries = regexp.MustCompile(`^[A-Za-z]{1,2}$`)

func rutDigit(id string) bool {
	return len(id) == 12 && (11-weighted(id[:11], 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)%11)%11 == int(id[11]-'0')
}
