package receipts

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"math/big"
	"regexp"
	"strings"
	"time"
)

// poland are the codes of invoices in the Krajowy System e-Faktur (the Ministry of
// Finance's «Kody weryfikujące QR», KOD I and KOD II): the seller's tax number, the day
// and the hash of the invoice; on invoices issued offline also the seller's certificate and
// signature. There is no total. Till receipts (paragony) have no such code.
var poland = format{
	country: "PL", name: "ksef", currency: "PLN", east: 2 * time.Hour,
	is: func(in input) bool {
		return in.on("ksef.mf.gov.pl", "qr.ksef.mf.gov.pl", "ksef-test.mf.gov.pl", "qr-test.ksef.mf.gov.pl",
			"ksef-demo.mf.gov.pl", "qr-demo.ksef.mf.gov.pl") && polishPath.MatchString(in.path)
	},
	read: func(f *fields) Receipt {
		parts := polishParts(f.in.path)
		switch {
		case len(parts) == 4 && parts[0] == "invoice":
			return Receipt{SellerTaxID: TaxID(parts[1]), Time: f.timeFrom("date", parts[2]), Sign: polishHash(parts[3])}
		case len(parts) == 7:
			return Receipt{SellerTaxID: TaxID(parts[3]), Device: strings.ToUpper(parts[4]), Sign: polishHash(parts[5])}
		}
		f.fail("path", "not of an invoice")
		return Receipt{}
	},
	identify: func(r *Receipt) error {
		if len(r.SellerTaxID) != 10 || !allDigits(string(r.SellerTaxID)) {
			return &FieldError{r.Format, "nip", "not a tax number"}
		}
		if r.Sign == "" || len(r.Device) > 64 {
			return &FieldError{r.Format, "hash", "not a SHA-256 in base64url"}
		}
		return nil
	},
	key:  func(r Receipt) Key { return Key("PL:" + r.Sign) },
	till: func(r Receipt) string { return plain(r.Device) },
	checks: func(r Receipt) []Check {
		in, _ := readInput(r.Text)
		production := in.host == "ksef.mf.gov.pl" || in.host == "qr.ksef.mf.gov.pl"
		return []Check{{"production", passIf(production), L1}, {"nip", passIf(validNIP(string(r.SellerTaxID))), L2}}
	},
	trusted: func(r Receipt, known Keys) []Check {
		result := NotApplicable
		if len(known.Certificates) > 0 && r.Device != "" {
			result = passIf(verifiedKSeF(r.Text, known.Certificates))
		}
		return []Check{{"ksef_signature", result, L5}}
	},
}

var polishPath = regexp.MustCompile(`(?i)^(client-app/)?(invoice|certificate)/`)

// polishParts are the parts of a path after client-app, which the first codes had.
func polishParts(path string) []string {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if strings.EqualFold(parts[0], "client-app") {
		parts = parts[1:]
	}
	if len(parts) > 0 {
		parts[0] = strings.ToLower(parts[0])
	}
	return parts
}

// polishHash is a hash in its canonical spelling, "" for what is none.
func polishHash(s string) string {
	b := base64Any(unescapedOr(s))
	if len(b) != sha256.Size {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// verifiedKSeF verifies KOD II: the signature, RSA-PSS or ECDSA, is the last part of the
// link, over the link before it without its scheme.
func verifiedKSeF(text string, certificates []*x509.Certificate) bool {
	in, err := readInput(text)
	if err != nil {
		return false
	}
	path := strings.Trim(in.path, "/")
	cut := strings.LastIndex(path, "/")
	parts := polishParts(path)
	if cut < 0 || len(parts) != 7 {
		return false
	}
	signature := base64Any(unescapedOr(path[cut+1:]))
	hash := sha256.Sum256([]byte(in.host + "/" + path[:cut]))
	for _, cert := range certificates {
		serial, ok := new(big.Int).SetString(parts[4], 16)
		if ok && cert.SerialNumber.Cmp(serial) == 0 && signedBy(cert.PublicKey, hash[:], signature) {
			return true
		}
	}
	return false
}

func signedBy(key any, hash, signature []byte) bool {
	switch key := key.(type) {
	case *rsa.PublicKey:
		return rsa.VerifyPSS(key, crypto.SHA256, hash, signature, nil) == nil
	case *ecdsa.PublicKey:
		if len(signature) == 64 {
			r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
			return ecdsa.Verify(key, hash, r, s)
		}
		var both struct{ R, S *big.Int }
		rest, err := asn1.Unmarshal(signature, &both)
		return err == nil && len(rest) == 0 && ecdsa.Verify(key, hash, both.R, both.S)
	}
	return false
}

// validNIP checks the last digit of a tax number: weights 6 5 7 2 3 4 5 6 7, modulo 11.
func validNIP(nip string) bool {
	if len(nip) != 10 || !allDigits(nip) {
		return false
	}
	sum := 0
	for i, weight := range []int{6, 5, 7, 2, 3, 4, 5, 6, 7} {
		sum += int(nip[i]-'0') * weight
	}
	return sum%11 == int(nip[9]-'0')
}
