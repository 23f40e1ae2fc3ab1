package receipts

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/ProtonMail/go-crypto/brainpool"
)

// Codes of three devices: on P-256 with a signature in DER, on P-256 as the norm has it,
// and on brainpoolP384r1 with thousands separated inside the signed text.
func germanCodes(t testing.TB) []string {
	t.Helper()
	var all []string
	for _, name := range []string{"tse-v0-3", "tse-v0-4", "tse-v0-2"} {
		code, _ := payload(t, "testdata/germany/"+name+".txt")
		all = append(all, code)
	}
	return all
}

func TestNoFieldOfAGermanCodeCanBeChangedUnderItsSignature(t *testing.T) {
	t.Parallel()
	// Fields 0, 6 and 9 are not signed: the version, the start, the name of a time format.
	signed := []int{1, 2, 3, 4, 5, 7, 8, 10, 11}
	for _, code := range germanCodes(t) {
		whole, err := Parse(code)
		if err != nil || checkNamed(whole, "tse_signature") != Pass {
			t.Fatalf("Parse(%q): signature %q, %v, want it to pass", code, checkNamed(whole, "tse_signature"), err)
		}
		places := 2 // Brainpool's curves are slow
		if d, err := splitTSE(code); err == nil && pointOf(d.publicKey).Curve == elliptic.P256() {
			places = 12
		}
		for _, field := range signed {
			parts := strings.Split(code, ";")
			for at := 0; at < len(parts[field]); at += 1 + len(parts[field])/places {
				changed := strings.Split(code, ";")
				changed[field] = flipped(parts[field], at)
				r, err := Parse(strings.Join(changed, ";"))
				// Millisecond digits of the log time are not part of what is signed.
				if field == 7 && at > len("2026-05-21T21:41:30")-1 {
					continue
				}
				if err == nil && checkNamed(r, "tse_signature") != Fail {
					t.Errorf("%q: field %d with %q still passes", code[:20], field, changed[field])
				}
			}
		}
	}
}

// flipped changes the letter or digit at a place into another one.
func flipped(s string, at int) string {
	b := []byte(s)
	switch c := b[at]; {
	case c >= '1' && c <= '9', c >= 'B' && c <= 'Z', c >= 'b' && c <= 'z':
		b[at]--
	case c == '0', c == 'A', c == 'a':
		b[at]++
	default:
		b[at] = 'x'
	}
	return string(b)
}

// newDevice is a security device on a curve that no published code was found for.
func newDevice(t *testing.T, curve elliptic.Curve, algorithm, timeFormat string) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	size := (curve.Params().BitSize + 7) / 8
	point := append([]byte{4}, key.X.FillBytes(make([]byte, size))...)
	point = append(point, key.Y.FillBytes(make([]byte, size))...)
	text := fmt.Sprintf("V0;till 1;Kassenbeleg-V1;Beleg^1.00_0.00_0.00_0.00_0.00^1.00:Bar;7;9;2026-05-21T21:40:56.000Z;2026-05-21T21:41:30.125Z;%s;%s;%s;%s",
		algorithm, timeFormat, base64.StdEncoding.EncodeToString(make([]byte, 2*size)), base64.StdEncoding.EncodeToString(point))
	device, err := splitTSE(text)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	message, err := device.message(5, device.times(r.When(nil))[0])
	if err != nil {
		t.Fatal(err)
	}
	hash := sha512.Sum512(message)
	x, y, err := ecdsa.Sign(rand.Reader, key, hash[:])
	if err != nil {
		t.Fatal(err)
	}
	signature := append(x.FillBytes(make([]byte, size)), y.FillBytes(make([]byte, size))...)
	return strings.Replace(text, device.signature, base64.StdEncoding.EncodeToString(signature), 1)
}

func TestEveryCurveAndTimeOfADeviceIsVerified(t *testing.T) {
	t.Parallel()
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521(),
		brainpool.P256r1(), brainpool.P384r1(), brainpool.P512r1()} {
		for _, format := range []string{"unixTime", "utcTime", "generalizedTime"} {
			code := newDevice(t, curve, "ecdsa-plain-SHA512", format)
			r, err := Parse(code)
			if err != nil || checkNamed(r, "tse_signature") != Pass {
				t.Errorf("%s with %s: signature %q, %v, want it to pass", curve.Params().Name, format, checkNamed(r, "tse_signature"), err)
			}
		}
	}
}

func TestWhatCannotBeVerifiedDoesNotPass(t *testing.T) {
	t.Parallel()
	code := germanCodes(t)[1]
	parts := strings.Split(code, ";")
	for name, change := range map[string]func([]string){
		"an unknown algorithm":   func(p []string) { p[8] = "ecdsa-plain-SHA3-256" },
		"no signature":           func(p []string) { p[10] = "" },
		"a signature of zeros":   func(p []string) { p[10] = base64.StdEncoding.EncodeToString(make([]byte, 64)) },
		"a point on no curve":    func(p []string) { p[11] = base64.StdEncoding.EncodeToString(append([]byte{4, 1}, make([]byte, 63)...)) },
		"a point beyond a field": func(p []string) { p[11] = strings.Repeat("/", 86) + "8=" },
		"a compressed point":     func(p []string) { p[11] = base64.StdEncoding.EncodeToString(append([]byte{2}, make([]byte, 32)...)) },
		"a log that is no time":  func(p []string) { p[7] = "2026-05-21 21:41" },
	} {
		changed := append([]string{}, parts...)
		change(changed)
		r, err := Parse(strings.Join(changed, ";"))
		if err != nil {
			if !errors.Is(err, ErrMalformed) {
				t.Errorf("%s: Parse = %v, want ErrMalformed", name, err)
			}
			continue
		}
		if got := checkNamed(r, "tse_signature"); got != Fail {
			t.Errorf("%s: signature %q, want it to fail", name, got)
		}
	}
}

func TestOnlyTheRegisteredDeviceIsTrusted(t *testing.T) {
	t.Parallel()
	mine, _ := Parse(germanCodes(t)[0])
	other, _ := Parse(germanCodes(t)[1])
	device, _ := splitTSE(mine.Text)
	keys := Keys{TSE: []string{strings.ToUpper(device.serial())}}
	for _, c := range []struct {
		name  string
		r     Receipt
		known Keys
		want  Result
	}{
		{"registered", mine, keys, Pass},
		{"another", other, keys, Fail},
		{"nothing registered", mine, Keys{}, NotApplicable},
	} {
		if got := trustGermany(c.r, c.known)[0].Result; got != c.want {
			t.Errorf("tse_known_key of a device that is %s = %q, want %q", c.name, got, c.want)
		}
	}
	if mine.Till() != strings.ToUpper(device.serial()[:40]) || mine.Till() == other.Till() {
		t.Errorf("Till = %q, want the beginning of the serial number %q", mine.Till(), device.serial())
	}
}

func BenchmarkGermanSignature(b *testing.B) {
	for _, code := range germanCodes(b) {
		device, err := splitTSE(code)
		if err != nil {
			b.Fatal(err)
		}
		device.data += "x" // the worst case: every attempt fails
		b.Run(device.algorithm, func(b *testing.B) {
			for b.Loop() {
				device.verified()
			}
		})
	}
}
