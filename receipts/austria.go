package receipts

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"math/big"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// austria is the machine-readable code of the Registrierkassensicherheitsverordnung
// (BGBl. II 410/2015, annex, Z 12): _R1-ATn_till_number_time_20%_10%_13%_0%_19%_turnover_
// certificate_chain_signature. The signature is ES256 of a JWS (RFC 7515) over all before
// it. The certificate is named by its serial number and must be had from elsewhere.
var austria = format{
	country: "AT", name: "rksv", currency: "EUR", east: 2 * time.Hour,
	is:       func(in input) bool { return austrianCode.MatchString(in.text) },
	read:     readAustria,
	identify: identifyAustria,
	key: func(r Receipt) Key {
		c, _ := splitRKSV(r.Text)
		return Key("AT:" + keyPart(r.Device) + ":" + keyPart(r.Document) + ":" + keyPart(c.certificate()) + ":" + r.Time.compact())
	},
	till: func(r Receipt) string {
		c, _ := splitRKSV(r.Text)
		return plain(c.certificate())
	},
	checks:  checkAustria,
	trusted: trustAustria,
}

var austrianCode = regexp.MustCompile(`(?i)^_?R\d-AT\d_`)

// rksv are the thirteen fields of an Austrian code.
type rksv []string

func splitRKSV(text string) (rksv, bool) {
	// The signature is last and may hold "_" itself.
	parts := strings.SplitN(strings.TrimPrefix(text, "_"), "_", 13)
	return parts, len(parts) == 13
}

// certificate is the serial number without the zeros and capitals that differ between
// tills, or for closed systems (AT0) the seller's tax number with the key's.
func (c rksv) certificate() string {
	if len(c) < 13 {
		return ""
	}
	if strings.HasPrefix(strings.ToUpper(c[10]), "U:") {
		return strings.ToUpper(unspaced(c[10]))
	}
	return strings.TrimLeft(strings.ToLower(unspaced(c[10])), "0")
}

func readAustria(f *fields) Receipt {
	c, ok := splitRKSV(f.in.text)
	if !ok {
		f.fail("R1", "not 13 fields")
		return Receipt{}
	}
	r := Receipt{Device: strings.TrimSpace(c[1]), Document: strings.TrimSpace(c[2]), Time: f.timeFrom("time", c[3]), Sign: unspaced(c[12])}
	switch strings.TrimRight(c[9], "=") { // base64 of STO and TRA
	case "U1RP":
		r.Operation = Cancelled
	case "VFJB":
		r.Operation = Training
	}
	if m := austrianTax.FindString(c.certificate()); m != "" {
		r.SellerTaxID = TaxID(strings.TrimPrefix(m, "U:"))
	}
	var total int64
	for _, text := range c[4:9] {
		minor, err := parseSigned(text)
		if err != nil {
			f.fail("sums", err.Error())
		}
		total += minor
	}
	f.setTotal(&r, total)
	return r
}

var austrianTax = regexp.MustCompile(`^U:ATU\d{8}`)

func identifyAustria(r *Receipt) error {
	c, _ := splitRKSV(r.Text)
	for _, v := range []struct{ field, value string }{
		{"till", r.Device}, {"number", r.Document}, {"certificate", c.certificate()}, {"time", r.Time.String()}, {"signature", r.Sign},
	} {
		if v.value == "" || len(v.value) > 200 {
			return &FieldError{r.Format, v.field, "missing or too long"}
		}
	}
	return nil
}

// outOfOrder is what stands for the signature while the signature device is broken.
const outOfOrder = "Sicherheitseinrichtung ausgefallen"

func checkAustria(r Receipt) []Check {
	signature := base64Any(r.Sign)
	return []Check{
		{"signature_device_works", passIf(string(signature) != outOfOrder), L1},
		{"signature_64_bytes", passIf(len(signature) == 64), L1},
	}
}

func trustAustria(r Receipt, known Keys) []Check {
	result := NotApplicable
	if len(known.Certificates) > 0 {
		result = passIf(verifiedRKSV(r.Text, known.Certificates))
	}
	return []Check{{"es256", result, L5}}
}

// jwsES256 is the header {"alg":"ES256"} that the regulation fixes.
const jwsES256 = "eyJhbGciOiJFUzI1NiJ9."

func verifiedRKSV(text string, certificates []*x509.Certificate) bool {
	c, ok := splitRKSV(text)
	signature := base64Any(unspaced(c[len(c)-1]))
	if !ok || len(signature) != 64 {
		return false
	}
	signed := "_" + strings.Join(c[:12], "_")
	hash := sha256.Sum256([]byte(jwsES256 + base64.RawURLEncoding.EncodeToString([]byte(signed))))
	r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
	for _, cert := range certificates {
		key, ok := cert.PublicKey.(*ecdsa.PublicKey)
		if ok && cert.SerialNumber.Text(16) == c.certificate() && ecdsa.Verify(key, hash[:], r, s) {
			return true
		}
	}
	return false
}

// base64Any decodes either alphabet with or without padding; nil for neither.
func base64Any(s string) []byte {
	s = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(s, "="))
	b, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil {
		return nil
	}
	return b
}

// keyPart makes a name that a seller chose fit for a key: printable and without blanks
// and colons.
func keyPart(s string) string { return url.QueryEscape(s) }

// plain is what catalogues keep of a number: capital letters and digits.
func plain(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' {
			return c
		}
		return -1
	}, strings.ToUpper(s))
}
