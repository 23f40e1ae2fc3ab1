package receipts

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/hex"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ProtonMail/go-crypto/bitcurves"
)

// saudi is the code of simplified tax invoices (ZATCA, „Security Features Implementation
// Standards”, https://zatca.gov.sa): base64 of tag, length, value — 1 the seller's name,
// 2 its VAT number, 3 the time, 4 the total, 5 the VAT, and since phase two 6 the hash of
// the invoice, 7 its signature and 8 the seller's key.
//
// The signature is over the hash alone: it proves that the key's owner made an invoice
// with that hash, not that its total is the one in the code. Without a hash the receipt
// is named by seller, time and total, for it has no number.
var saudi = format{
	country: "SA", name: "zatca-tlv", currency: "SAR", east: 3 * time.Hour,
	is:       func(in input) bool { return saudiTags(in.text) != nil },
	read:     readSaudi,
	identify: identifySaudi,
	key: func(r Receipt) Key {
		if r.Sign != "" {
			return Key("SA:" + r.Sign)
		}
		return Key("SA:" + string(r.SellerTaxID) + ":" + r.Time.compact() + ":" + strconv.FormatInt(r.Total.Minor, 10))
	},
	checks: func(r Receipt) []Check {
		tags := saudiTags(r.Text)
		return []Check{
			{"vat_number_form", passIf(saudiNumber.MatchString(string(r.SellerTaxID))), L1},
			{"vat_below_total", saudiVAT(r, tags), L1},
			{"hash_signed", saudiSigned(tags), L4},
		}
	},
}

var saudiNumber = regexp.MustCompile(`^3\d{13}3$`)

// saudiTags are the values of the code by tag, nil for every other text. The first five
// must be there and the last value must end where the text does.
func saudiTags(text string) [][]byte {
	b, ok := looseBase64(text)
	if !ok || b[0] != 1 || len(b) < 30 {
		return nil
	}
	tags := make([][]byte, 10)
	for len(b) > 0 {
		if len(b) < 2 || b[0] < 1 || b[0] > 9 || tags[b[0]] != nil || len(b) < 2+int(b[1]) {
			return nil
		}
		tags[b[0]] = b[2 : 2+int(b[1])]
		b = b[2+int(b[1]):]
	}
	for _, value := range tags[1:6] {
		if value == nil || !utf8.Valid(value) {
			return nil
		}
	}
	return tags
}

func readSaudi(f *fields) Receipt {
	tags := saudiTags(f.in.text)
	r := Receipt{SellerTaxID: TaxID(clean(string(tags[2]))), Sign: clean(string(tags[6]))}
	f.zonedTime(&r, "3", clean(string(tags[3])))
	f.signedSum(&r, "4", clean(string(tags[4])))
	if r.Time.IsZero() {
		f.fail("3", "missing")
	}
	if !f.hasTotal {
		f.fail("4", "missing")
	}
	return r
}

func identifySaudi(r *Receipt) error {
	id, err := digits(r.Format, "2", string(r.SellerTaxID), 15)
	if err != nil {
		return err
	}
	r.SellerTaxID = TaxID(id)
	if r.Sign == "" {
		return nil
	}
	hash, ok := saudiHash([]byte(r.Sign))
	if !ok {
		return &FieldError{r.Format, "6", "not a hash"}
	}
	r.Sign = hex.EncodeToString(hash)
	return nil
}

// saudiHash reads a SHA-256 in base64, in hexadecimal or, of an identified receipt, as it
// was read before.
func saudiHash(b []byte) ([]byte, bool) {
	if hash, err := hex.DecodeString(string(b)); err == nil && len(hash) == sha256.Size {
		return hash, true
	}
	hash, ok := looseBase64(string(b))
	return hash, ok && len(hash) == sha256.Size
}

func saudiVAT(r Receipt, tags [][]byte) Result {
	if tags == nil {
		return NotApplicable
	}
	vat, err := parseSigned(string(tags[5]))
	return passIf(err == nil && max(vat, -vat) <= r.Total.Minor)
}

// secp256k1 begins the subject's key of the only curve that the standard allows.
var secp256k1 = string([]byte{0x30, 0x56, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
	0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a, 0x03, 0x42, 0x00, 0x04})

// saudiSigned verifies tag 7 over tag 6 under tag 8, as ZATCA's kit signs: SHA-256 of
// the hash's bytes.
func saudiSigned(tags [][]byte) Result {
	if tags == nil || len(tags[6]) == 0 || len(tags[7]) == 0 || len(tags[8]) == 0 {
		return NotApplicable
	}
	hash, ok := saudiHash(tags[6])
	point, known := strings.CutPrefix(string(tags[8]), secp256k1)
	signature := tags[7]
	if signature[0] != 0x30 { // some write the DER itself, most its base64
		signature, _ = looseBase64(string(signature))
	}
	var s struct{ R, S *big.Int }
	rest, err := asn1.Unmarshal(signature, &s)
	if !ok || !known || len(point) != 64 || err != nil || len(rest) > 0 {
		return Fail
	}
	curve := bitcurves.S256()
	x, y := new(big.Int).SetBytes([]byte(point[:32])), new(big.Int).SetBytes([]byte(point[32:]))
	if x.Cmp(curve.P) >= 0 || y.Cmp(curve.P) >= 0 || !curve.IsOnCurve(x, y) {
		return Fail
	}
	digest := sha256.Sum256(hash)
	return passIf(ecdsa.Verify(&ecdsa.PublicKey{Curve: curve, X: x, Y: y}, digest[:], s.R, s.S))
}
