package receipts

import (
	"regexp"
	"strings"
	"time"
)

// colombia is the code of an electronic invoice or of a till's equivalent document (DIAN,
// „Anexo Técnico de Factura Electrónica de Venta” 1.9, resolution 165 of 2023): a link to
// the DIAN's catalogue with the unique code (CUFE or CUDE, a SHA-384), or lines with
// number, day, seller, buyer, sums and that code. The buyer's number is not kept.
var colombia = format{
	country: "CO", name: "dian-cufe", currency: "COP", east: -5 * time.Hour,
	is: func(in input) bool {
		return colombianHost(in) && (in.has("documentkey") || colombianRoute.MatchString(in.route(dian...))) ||
			colombianLines(in).has("numfac", "nitfac")
	},
	read:     readColombia,
	identify: identifyColombia,
	key:      func(r Receipt) Key { return Key("CO:" + r.Sign) },
	checks: func(r Receipt) []Check {
		return []Check{production(!strings.Contains(strings.ToLower(r.Text), "catalogo-vpfe-hab."))}
	},
	forget: func(text string) string { return colombianBuyer.ReplaceAllString(text, "$1") },
}

var (
	dian           = []string{"catalogo-vpfe.dian.gov.co", "catalogo-vpfe-hab.dian.gov.co"}
	colombianRoute = regexp.MustCompile(`(?i)^Document/ShowDocumentToPublic/([0-9a-f]+)$`)
	colombianNames = regexp.MustCompile(`(?i)\b(NumFac|FecFac|HorFac|NitFac|DocAdq|ValFac|ValIva|ValOtroIm|ValTolFac|ValTotFac|CUFE|CUDE|QRCode|URL)\s*[:=]`)
	colombianBuyer = regexp.MustCompile(`(?i)(DocAdq\s*[:=]\s*)[^\s;,&]+`)
	colombianCode  = regexp.MustCompile(`(?i)\b(?:[0-9a-f]{96}|[0-9a-f]{40})\b`)
)

func colombianHost(in input) bool { return in.on(dian...) }

func colombianLines(in input) loose { return labelled(in.text, colombianNames) }

func readColombia(f *fields) Receipt {
	key := f.get("documentkey")
	if m := colombianRoute.FindStringSubmatch(f.in.route(dian...)); m != nil {
		key = m[1]
	}
	lines := colombianLines(f.in)
	lines.in(f)
	r := Receipt{Sign: colombianCode.FindString(f.get("cufe", "cude")), Document: f.get("numfac"), SellerTaxID: TaxID(f.get("nitfac"))}
	switch {
	case r.Sign == "":
		r.Sign = key
	case key != "" && !strings.EqualFold(key, r.Sign):
		r.warn(WarnLinkMismatch)
	}
	f.zonedTime(&r, "FecFac", strings.TrimSpace(f.get("fecfac")+" "+f.get("horfac")))
	if total := f.get("valtolfac", "valtotfac"); total != "" {
		f.signedSum(&r, "ValTolFac", strings.TrimPrefix(total, "$"))
	}
	return r
}

func identifyColombia(r *Receipt) error {
	if r.Sign = strings.ToLower(r.Sign); colombianCode.FindString(r.Sign) != r.Sign || r.Sign == "" {
		return &FieldError{r.Format, "CUFE", "not 96 or 40 hexadecimal digits"}
	}
	if r.SellerTaxID != "" {
		id, _, _ := strings.Cut(strings.ReplaceAll(string(r.SellerTaxID), ".", ""), "-") // without the check digit
		id, err := digits(r.Format, "NitFac", id, 12)
		if err != nil {
			return err
		}
		r.SellerTaxID = TaxID(id)
	}
	if r.Document != "" && !plainNumber.MatchString(r.Document) {
		return &FieldError{r.Format, "NumFac", "not an invoice's number"}
	}
	return nil
}
