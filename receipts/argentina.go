package receipts

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// argentina is the link of RG 4892/2020 of the tax administration (ARCA, formerly AFIP,
// https://www.afip.gob.ar/fe/qr): base64 of a JSON with the seller's CUIT, the point of
// sale, the kind and number of the voucher, the sum and its currency, the buyer's
// document, which is not kept, and the authorisation.
//
// Printers in use break the JSON: numbers with leading zeros, "=" for ":", sums in
// centavos padded to fifteen digits.
var argentina = format{
	country: "AR", name: "arca-qr", currency: "ARS", east: -3 * time.Hour,
	is:       func(in input) bool { return argentineCode(in).has("cuit", "nrocmp") },
	read:     readArgentina,
	identify: identifyArgentina,
	key: func(r Receipt) Key {
		return Key("AR:" + string(r.SellerTaxID) + ":" + r.Device + ":" + argentineKind(r.Text) + ":" + r.Document)
	},
	till: noTill, // points of sale are numbered from one by each seller
	checks: func(r Receipt) []Check {
		return []Check{{"cuit_mod11", passIf(cuitDigit(string(r.SellerTaxID))), L2}}
	},
	forget: forgetArgentina,
}

func argentineCode(in input) loose {
	b, ok := looseBase64(in.params["p"])
	if !ok || b[0] != '{' {
		return loose{}
	}
	return nearlyJSON(clean(string(b)))
}

// argentineKind is the kind of the voucher, which has no place in a Receipt: each kind
// is numbered by itself.
func argentineKind(text string) string {
	in, err := readInput(text)
	if err != nil {
		return ""
	}
	return strings.TrimLeft(argentineCode(in).values["tipocmp"], "0")
}

// argentineMoney are ARCA's codes of currencies in ISO 4217.
var argentineMoney = map[string]string{"PES": "ARS", "ARS": "ARS", "": "ARS", "DOL": "USD", "002": "USD", "USD": "USD",
	"009": "CHF", "010": "MXN", "011": "UYU", "012": "BRL", "018": "CAD", "021": "GBP", "033": "CLP", "060": "EUR"}

func readArgentina(f *fields) Receipt {
	argentineCode(f.in).in(f)
	r := Receipt{SellerTaxID: TaxID(f.need("cuit")), Device: f.need("ptovta", "puntoventa"), Document: f.need("nrocmp"),
		Sign: f.get("codaut"), Time: f.time("fecha"), Operation: argentineOperation(f.need("tipocmp"))}
	sum := f.get("importe")
	currency, known := argentineMoney[strings.ToUpper(f.get("moneda"))]
	switch {
	case !known: // a sum of a currency without a name is no sum
	case len(sum) >= 12 && sum[0] == '0' && allDigits(sum):
		f.currency = currency
		f.longSum("importe", sum[:len(sum)-2]+"."+sum[len(sum)-2:])
	default:
		f.currency = currency
		f.longSum("importe", sum)
	}
	return r
}

// argentineOperation knows the kinds of ARCA's table of vouchers that a shopper gets:
// invoices and tickets of the classes A, B, C and M, and their credit notes. Debit notes
// and receipts of payment are neither.
func argentineOperation(kind string) Operation {
	switch strings.TrimLeft(kind, "0") {
	case "1", "6", "11", "51", "81", "82", "83", "111", "118", "201", "206", "211":
		return Sale
	case "3", "8", "13", "53", "110", "112", "113", "114", "119", "203", "208", "213":
		return Refund
	}
	return Unknown
}

func identifyArgentina(r *Receipt) error {
	id, err := digits(r.Format, "cuit", strings.ReplaceAll(string(r.SellerTaxID), "-", ""), 11)
	if err != nil {
		return err
	}
	r.SellerTaxID = TaxID(id)
	if r.Device, err = number(r.Format, "ptoVta", r.Device, 5); err != nil {
		return err
	}
	if r.Document, err = number(r.Format, "nroCmp", r.Document, 8); err != nil {
		return err
	}
	if _, err = number(r.Format, "tipoCmp", argentineKind(r.Text), 3); err != nil {
		return err
	}
	if r.Sign != "" {
		r.Sign, err = digits(r.Format, "codAut", r.Sign, 20)
	}
	return err
}

func cuitDigit(id string) bool {
	return len(id) == 11 && (11-weighted(id[:10], 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11)%11 == int(id[10]-'0')
}

var (
	argentineBuyer = regexp.MustCompile(`(?i)(["']?(?:nroDocRec|tipoDocRec)["']?\s*[:=]\s*["']?)\w+`)
	argentineValue = regexp.MustCompile(`(?i)([?&]p=)[^&#]*`)
)

// forgetArgentina writes the JSON anew with the buyer's document as zero.
func forgetArgentina(text string) string {
	in, err := readInput(text)
	if err != nil {
		return ""
	}
	b, _ := looseBase64(in.params["p"])
	plain := argentineBuyer.ReplaceAllString(clean(string(b)), "${1}0")
	value := url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(plain)))
	if !argentineValue.MatchString(text) {
		return "https://www.afip.gob.ar/fe/qr/?p=" + value
	}
	return argentineValue.ReplaceAllString(text, "${1}"+value)
}
