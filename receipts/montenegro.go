package receipts

import (
	"regexp"
	"strings"
	"time"
)

// montenegro is the link of the Poreska uprava's check of fiscal invoices (Zakon o
// fiskalizaciji u prometu proizvoda i usluga and its functional specification): iic is the
// issuer's code, tin the seller, crtd the time with its offset, ord the number, cr the
// till, prc the sum. The fields stand behind a "#". A short form has iic, tin, crtd and
// prc. The code is the MD5 of a signature, so it cannot be verified from the link.
var montenegro = efi("ME", "efi", "EUR", "mapr.tax.gov.me", "efitest.tax.gov.me")

// albania built the same system (Ligji 87/2019).
var albania = efi("AL", "cis", "ALL", "efiskalizimi-app.tatime.gov.al", "efiskalizimi-app-test.tatime.gov.al")

func efi(country, name, currency, host, test string) format {
	return format{
		country: country, name: name, currency: currency, east: 2 * time.Hour,
		is:       func(in input) bool { return in.on(host, test) && (in.has("iic") || in.has("tin", "crtd")) },
		read:     readEFI,
		identify: identifyEFI,
		key:      func(r Receipt) Key { return Key(country + ":" + strings.ToLower(r.Sign)) },
		checks: func(r Receipt) []Check {
			in, _ := readInput(r.Text)
			return []Check{{"production", passIf(in.host == host), L1}, {"iic_32_digits", passIf(len(r.Sign) == 32), L1}}
		},
	}
}

func readEFI(f *fields) Receipt {
	r := Receipt{Sign: f.need("iic"), SellerTaxID: TaxID(strings.ToUpper(f.need("tin"))), Device: f.get("cr"), Document: f.get("ord")}
	// The full number is bu/ord/year/cr; the number alone is what is printed.
	if parts := strings.Split(r.Document, "/"); len(parts) == 4 {
		r.Document = parts[1]
	}
	f.zonedTime(&r, "crtd", f.get("crtd"))
	f.signedSum(&r, "prc", f.get("prc"))
	return r
}

var (
	efiCode  = regexp.MustCompile(`^[0-9A-Fa-f]{32}$`)
	efiShort = regexp.MustCompile(`^[0-9A-Za-z]{0,20}$`)
)

func identifyEFI(r *Receipt) error {
	switch {
	case !efiCode.MatchString(r.Sign):
		return &FieldError{r.Format, "iic", "not 32 hexadecimal digits"}
	case !efiShort.MatchString(string(r.SellerTaxID)):
		return &FieldError{r.Format, "tin", "not a tax number"}
	case !efiShort.MatchString(r.Device):
		return &FieldError{r.Format, "cr", "not a till's code"}
	case len(r.Document) > 40:
		return &FieldError{r.Format, "ord", "too long"}
	}
	return nil
}
