package receipts

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// serbia is the link of the Poreska uprava by which a buyer checks a receipt (Zakon o
// fiskalizaciji and the technical guide for developers of «Elektronski fiskalni uređaj»):
// the whole receipt's head in binary, signed. Its MD5 can be checked by anybody; the
// signature needs the secure element's certificate, which the code does not hold.
var serbia = taxCore("RS", "taxcore-vl", "RSD", "suf.purs.gov.rs")

// republikaSrpska uses the same system for its own service in Bosnia and Herzegovina.
var republikaSrpska = taxCore("BA", "taxcore-vl-ba", "BAM", "suf.poreskaupravars.org")

func taxCore(country, name, currency, host string) format {
	return format{
		country: country, name: name, currency: currency, east: 2 * time.Hour,
		is:       func(in input) bool { return in.on(host) && taxCoreLink.MatchString(in.text) },
		read:     readTaxCore,
		identify: func(*Receipt) error { return nil }, // canonical when it was read
		key:      func(r Receipt) Key { return Key(country + ":" + r.Document) },
		// The signer may be the service's own, which many sellers share.
		till: func(r Receipt) string {
			seller, _, _ := strings.Cut(r.Document, "-")
			return seller
		},
		checks: func(r Receipt) []Check {
			in, _ := readInput(r.Text)
			b, _ := taxCoreBytes(r.Text)
			return []Check{{"production", passIf(in.host == host), L1}, {"md5", passIf(taxCoreIntact(b)), L3}}
		},
	}
}

var taxCoreLink = regexp.MustCompile(`(?i)[?&]vl=([^&#]*)`)

// taxCoreBytes is the binary head. Scanners turn its "+" into blanks.
func taxCoreBytes(text string) ([]byte, bool) {
	m := taxCoreLink.FindStringSubmatch(text)
	if m == nil {
		return nil, false
	}
	value, err := url.PathUnescape(m[1])
	if err != nil {
		return nil, false
	}
	value = strings.ReplaceAll(strings.ReplaceAll(strings.TrimSpace(value), "\n", ""), " ", "+")
	b := base64Any(value)
	return b, b != nil
}

func taxCoreIntact(b []byte) bool {
	if len(b) < md5.Size {
		return false
	}
	sum := md5.Sum(b[:len(b)-md5.Size])
	return bytes.Equal(sum[:], b[len(b)-md5.Size:])
}

// The head's places: version, who asked for the signature and who gave it, two counters,
// the sum in ten-thousandths, the time in milliseconds, two kinds, the buyer.
const (
	taxCoreHead    = 44 // up to the buyer, whose length is the last byte
	taxCoreVersion = 3
	taxCoreSign    = 256
)

func readTaxCore(f *fields) Receipt {
	b, ok := taxCoreBytes(f.in.text)
	if !ok || len(b) < taxCoreHead {
		f.fail("vl", "not base64 of a receipt")
		return Receipt{}
	}
	buyer := int(b[taxCoreHead-1])
	if rest := len(b) - taxCoreHead - buyer - taxCoreSign - md5.Size; rest != 256 && rest != 512 {
		f.fail("vl", "not the length of a receipt")
		return Receipt{}
	}
	if b[0] != taxCoreVersion {
		f.fail("vl", "unknown version")
	}
	seller, signer := string(b[1:9]), string(b[9:17])
	if !taxCoreID.MatchString(seller) || !taxCoreID.MatchString(signer) {
		f.fail("vl", "not the numbers of a seller and a signer")
	}
	r := Receipt{Device: signer, Document: fmt.Sprintf("%s-%s-%d", seller, signer, binary.LittleEndian.Uint32(b[17:])),
		Operation: taxCoreOperation(b[41], b[42]), Zone: "Z"}
	if r.Operation == Unknown {
		f.fail("vl", "unknown kind of receipt")
	}
	amount := binary.LittleEndian.Uint64(b[25:])
	ms := binary.BigEndian.Uint64(b[33:])
	at := time.UnixMilli(int64(min(ms, 1<<43))).UTC()
	if amount > 1e17 || at.Year() < 2000 || at.Year() > 2099 {
		f.fail("vl", "sum or time out of range")
		return r
	}
	r.Time = LocalTimeOf(at)
	f.setTotal(&r, int64(amount+50)/100)
	r.Text = withoutBuyer(f.in.text, b)
	return r
}

var taxCoreID = regexp.MustCompile(`^[0-9A-Z]{8}$`)

func taxCoreOperation(kind, transaction byte) Operation {
	if transaction > 1 {
		return Unknown
	}
	switch kind {
	case 0, 4: // normal, advance
		return []Operation{Sale, Refund}[transaction]
	case 1:
		return Proforma
	case 2:
		return Copy
	case 3:
		return Training
	}
	return Unknown
}

// withoutBuyer is the text to keep: a person's number is taken out of it, and the hash set
// anew if it was right. Companies' (10 and 12 before the colon) stay, so that the tax
// service can still be asked by the link.
func withoutBuyer(text string, b []byte) string {
	end := taxCoreHead + int(b[taxCoreHead-1])
	buyer := string(b[taxCoreHead:end])
	if buyer == "" || strings.HasPrefix(buyer, "10:") || strings.HasPrefix(buyer, "12:") {
		return text
	}
	intact := taxCoreIntact(b)
	kept := append(bytes.Clone(b[:taxCoreHead]), b[end:]...)
	kept[taxCoreHead-1] = 0
	if intact {
		sum := md5.Sum(kept[:len(kept)-md5.Size])
		copy(kept[len(kept)-md5.Size:], sum[:])
	}
	m := taxCoreLink.FindStringSubmatchIndex(text)
	return text[:m[2]] + url.QueryEscape(base64.StdEncoding.EncodeToString(kept)) + text[m[3]:]
}
