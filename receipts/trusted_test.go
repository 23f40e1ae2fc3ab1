package receipts

import (
	"encoding/base64"
	"strings"
	"testing"
)

const (
	manualCSC   = "SEU-CODIGO-CSC-CONTRIBUINTE-36-CARACTERES" // of ENCAT's manual
	paraguayCSC = "ABCD0000000000000000000000000000"          // of DNIT's manual
)

// The manuals of both services print a code with the secret that it was made with.
func TestSecretsVerifyTheCodesOfTheManuals(t *testing.T) {
	t.Parallel()
	brazil, paraguay := Keys{Secrets: map[string]string{"000001": manualCSC}}, Keys{Secrets: map[string]string{"1": paraguayCSC}}
	for _, c := range []struct {
		file, change, to string
		known            Keys
		want             Result
	}{
		{"brazil/version-2-online", "", "", brazil, Pass},
		{"brazil/version-2-offline", "", "", brazil, Pass},
		{"brazil/version-1", "", "", brazil, Pass},
		{"brazil/version-2-offline", "|60.90|", "|69.90|", brazil, Fail},
		{"brazil/version-2-online", "824|2", "825|2", brazil, Fail},
		{"brazil/version-1", "vNF=60.90", "vNF=69.90", brazil, Fail},
		{"brazil/version-1", "cDest=13017959000181", "cDest=", brazil, NotApplicable}, // as it is kept
		{"brazil/version-2-online", "", "", Keys{Secrets: map[string]string{"1": "another"}}, Fail},
		{"brazil/version-2-online", "", "", Keys{Secrets: map[string]string{"2": manualCSC}}, NotApplicable},
		{"brazil/version-2-online", "", "", Keys{}, NotApplicable},
		{"brazil/version-3", "", "", brazil, NotApplicable},
		{"paraguay/manual", "", "", paraguay, Pass},
		{"paraguay/manual", "dTotGralOpe=300000", "dTotGralOpe=900000", paraguay, Fail},
		{"paraguay/manual", "dRucRec=88899990", "dRucRec=", paraguay, NotApplicable},
		{"paraguay/manual", "", "", Keys{}, NotApplicable},
		{"paraguay/code-alone", "", "", paraguay, NotApplicable},
	} {
		text, _ := payload(t, "testdata/"+c.file+".txt")
		r, err := Parse(strings.Replace(text, c.change, c.to, 1))
		if err != nil {
			t.Fatal(err)
		}
		var got Result
		for _, check := range r.ChecksWith(testNow, c.known) {
			if check.Name == "csc_hash" && check.Level == L5 {
				got = check.Result
			}
		}
		if got != c.want {
			t.Errorf("csc_hash of %s with %q for %q = %q, want %q", c.file, c.to, c.change, got, c.want)
		}
	}
}

func TestSaudiSignatureIsOverTheHash(t *testing.T) {
	t.Parallel()
	text, _ := payload(t, "testdata/saudi/phase-2.txt")
	code, _ := looseBase64(text)
	at := func(part string) int { return strings.Index(string(code), part) }
	for _, c := range []struct {
		name     string
		byte, to int
		want     Result
	}{
		{"as it is", 0, 1, Pass},
		{"another hash", at("z5F9"), 'y', Fail},
		{"another signature", at("MEUCIQDSu") + 12, 'T', Fail},
		{"another key", len(code) - 100, 0x55, Fail},
		// The total is outside of what is signed: only the tax service can tell.
		{"another total", at("231.15"), '9', Pass},
	} {
		changed := []byte(string(code))
		changed[c.byte] = byte(c.to)
		r, err := Parse(base64.StdEncoding.EncodeToString(changed))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if got := checkNamed(r, "hash_signed"); got != c.want {
			t.Errorf("hash_signed of %s = %q, want %q", c.name, got, c.want)
		}
	}
	plain, _ := payload(t, "testdata/saudi/zatca-tlv-2.txt")
	r, err := Parse(plain)
	if got := checkNamed(r, "hash_signed"); err != nil || got != NotApplicable {
		t.Errorf("hash_signed of a code without a hash = %q, %v, want n/a", got, err)
	}
}
