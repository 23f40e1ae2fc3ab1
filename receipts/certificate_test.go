package receipts

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"os"
	"strings"
	"testing"
	"time"
)

// austrianCertificate is a trust service's for a till whose receipt is on file.
func austrianCertificate(t testing.TB) *x509.Certificate {
	t.Helper()
	b, err := os.ReadFile("testdata/keys/at-1bed73b390d58.pem")
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(b)
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func keyed(t testing.TB, text, name string, known Keys) Result {
	t.Helper()
	r, err := Parse(text)
	if err != nil {
		return Fail
	}
	for _, c := range r.ChecksWith(testNow, known) {
		if c.Name == name {
			if c.Level != L5 {
				t.Errorf("%s is of level %s, want L5", name, c.Level)
			}
			return c.Result
		}
	}
	return ""
}

func TestAnAustrianSignatureCoversEveryField(t *testing.T) {
	t.Parallel()
	code, _ := payload(t, "testdata/austria/rksv-4.txt")
	known := Keys{Certificates: []*x509.Certificate{austrianCertificate(t)}}
	if got := keyed(t, code, "es256", known); got != Pass {
		t.Fatalf("es256 of a real receipt = %q, want pass", got)
	}
	if got := keyed(t, strings.TrimPrefix(code, "_"), "es256", known); got != Pass {
		t.Errorf("es256 without the leading mark = %q, want pass", got)
	}
	for at := 1; at < len(code)-3; at++ { // the last letter has bits that mean nothing
		if code[at] == '_' || code[at] == '=' {
			continue
		}
		if changed := flipped(code, at); keyed(t, changed, "es256", known) != Fail {
			t.Errorf("es256 of %q passes", changed)
		}
	}
}

func TestAustriaWithoutItsCertificateIsNotJudged(t *testing.T) {
	t.Parallel()
	real, _ := payload(t, "testdata/austria/rksv-4.txt")
	other, _ := payload(t, "testdata/austria/rksv.txt")
	known := Keys{Certificates: []*x509.Certificate{austrianCertificate(t)}}
	if got := keyed(t, real, "es256", Keys{}); got != NotApplicable {
		t.Errorf("es256 with no certificate registered = %q, want n/a", got)
	}
	if got := keyed(t, other, "es256", known); got != Fail {
		t.Errorf("es256 of another till's receipt = %q, want fail", got)
	}
}

// seal signs a Polish link with a new key and returns it with the key's certificate.
func seal(t *testing.T, key crypto.Signer, der bool) (string, *x509.Certificate) {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(0x01F20A5D352AE590), NotAfter: time.Now().Add(time.Hour)}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	const link = "qr.ksef.mf.gov.pl/certificate/Nip/5265877635/5265877635/01F20A5D352AE590/HS5E1zrA8WVjDNq_xMVIN5SD6nyRymmQ-BcYHReUAa0"
	hash := sha256.Sum256([]byte(link))
	var signature []byte
	switch key := key.(type) {
	case *rsa.PrivateKey:
		signature, err = rsa.SignPSS(rand.Reader, key, crypto.SHA256, hash[:], &rsa.PSSOptions{SaltLength: 32})
	case *ecdsa.PrivateKey:
		if der {
			signature, err = ecdsa.SignASN1(rand.Reader, key, hash[:])
			break
		}
		var r, s *big.Int
		r, s, err = ecdsa.Sign(rand.Reader, key, hash[:])
		signature = append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	}
	if err != nil {
		t.Fatal(err)
	}
	return "https://" + link + "/" + base64.RawURLEncoding.EncodeToString(signature), cert
}

func TestAPolishSealIsVerifiedUnderItsCertificate(t *testing.T) {
	t.Parallel()
	pss, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		key  crypto.Signer
		der  bool
	}{{"RSA-PSS", pss, false}, {"ECDSA", ec, false}, {"ECDSA in DER", ec, true}} {
		link, cert := seal(t, c.key, c.der)
		known := Keys{Certificates: []*x509.Certificate{cert}}
		if got := keyed(t, link, "ksef_signature", known); got != Pass {
			t.Errorf("%s: ksef_signature of %q = %q, want pass", c.name, link, got)
		}
		for _, change := range [][2]string{{"/Nip/5265877635", "/Nip/5265877636"}, {"HS5E", "HS5F"}, {"2AE590", "2AE591"}} {
			if forged := strings.Replace(link, change[0], change[1], 1); keyed(t, forged, "ksef_signature", known) != Fail {
				t.Errorf("%s: ksef_signature of %q passes", c.name, forged)
			}
		}
		if got := keyed(t, link, "ksef_signature", Keys{}); got != NotApplicable {
			t.Errorf("%s: ksef_signature with no certificate = %q, want n/a", c.name, got)
		}
	}
}
