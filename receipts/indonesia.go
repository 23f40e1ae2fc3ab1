package receipts

import (
	"encoding/hex"
	"regexp"
	"strings"
	"time"
)

// indonesia is the link of a tax invoice (Direktorat Jenderal Pajak, e-Faktur,
// http://svc.efaktur.pajak.go.id): the seller's NPWP, the invoice's number and the
// SHA-256 of the document, bare or as a DigestInfo of RFC 8017. There is no total and no
// date.
var indonesia = format{
	country: "ID", name: "efaktur", currency: "IDR", east: 9 * time.Hour,
	is: func(in input) bool { return indonesianParts(in) != nil },
	read: func(f *fields) Receipt {
		parts := indonesianParts(f.in)
		if len(parts) != 3 {
			f.fail("link", "has not a seller, a number and a hash")
			return Receipt{}
		}
		return Receipt{SellerTaxID: TaxID(parts[0]), Document: parts[1], Sign: parts[2]}
	},
	identify: identifyIndonesia,
	key:      func(r Receipt) Key { return Key("ID:" + string(r.SellerTaxID) + ":" + r.Document) },
	checks: func(r Receipt) []Check {
		id := string(r.SellerTaxID)
		if len(id) != 15 { // since 2024 the number may be of sixteen digits, without one
			return []Check{{"npwp_luhn", NotApplicable, L2}}
		}
		return []Check{{"npwp_luhn", passIf(luhn(id[:9])), L2}}
	},
}

// digestInfo goes before a SHA-256 in RFC 8017, 9.2.
const digestInfo = "3031300D060960864801650304020105000420"

var indonesianRoute = regexp.MustCompile(`(?i)^validasi/faktur/(.+)$`)

func indonesianParts(in input) []string {
	m := indonesianRoute.FindStringSubmatch(in.route("svc.efaktur.pajak.go.id"))
	if m == nil {
		return nil
	}
	return strings.Split(m[1], "/")
}

func identifyIndonesia(r *Receipt) error {
	id, err := digits(r.Format, "npwp", strings.NewReplacer(".", "", "-", "").Replace(string(r.SellerTaxID)), 16)
	if err != nil {
		return err
	}
	r.SellerTaxID = TaxID(id)
	if r.Document, err = digits(r.Format, "nomor", strings.NewReplacer(".", "", "-", "").Replace(r.Document), 17); err != nil {
		return err
	}
	r.Sign = strings.ToUpper(r.Sign)
	if hash, err := hex.DecodeString(r.Sign); err == nil && len(hash) == 32 {
		return nil
	}
	if r.Sign = strings.TrimPrefix(r.Sign, digestInfo); !hex64.MatchString(r.Sign) {
		return &FieldError{r.Format, "hash", "not a SHA-256"}
	}
	return nil
}

func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		n := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			n = n*2/10 + n*2%10
		}
		sum += n
	}
	return sum%10 == 0
}
