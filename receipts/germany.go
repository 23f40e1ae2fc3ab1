package receipts

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"time"
)

// germany is the code of a technical security device (TSE): the Kassensicherungs-
// verordnung, § 6, asks for it, and the DSFinV-K of the Bundeszentralamt für Steuern,
// annex I, sets its twelve fields. The print may come without it when the device is out
// of order.
//
// The code holds all that the device has signed and the device's key, so the signature
// can be verified from it alone: see tse.go.
var germany = format{
	country: "DE", name: "tse-v0", currency: "EUR", east: 2 * time.Hour,
	is: func(in input) bool {
		return len(in.text) > 3 && strings.EqualFold(in.text[:3], "V0;") && strings.Count(in.text, ";") > 5
	},
	read:     readGermany,
	identify: identifyGermany,
	key: func(r Receipt) Key {
		t, _ := splitTSE(r.Text)
		return Key("DE:" + t.serial() + ":" + r.Document + ":" + t.counter)
	},
	// A seller is known by the device's key: the name of a till is chosen by the seller.
	till: func(r Receipt) string {
		t, _ := splitTSE(r.Text)
		return strings.ToUpper(t.serial()[:40])
	},
	checks:  checkGermany,
	trusted: trustGermany,
}

// tse are the fields of a German code as they stand there.
type tse struct {
	client, process, data     string
	transaction, counter      string // canonical decimal
	start, log                string
	algorithm, timeFormat     string
	signature                 string
	signatureBytes, publicKey []byte
}

// serial is the number of the security device: the hash of its public key.
func (t tse) serial() string {
	sum := sha256.Sum256(t.publicKey)
	return hex.EncodeToString(sum[:])
}

// splitTSE takes a code apart, or says which field cannot be one.
func splitTSE(text string) (tse, error) {
	parts := strings.Split(text, ";")
	if len(parts) < 12 {
		return tse{}, &FieldError{"tse-v0", "V0", "not 12 fields"}
	}
	// Lists of orders hold the separator themselves.
	if last := len(parts) - 8; last > 4 {
		parts = append(append(parts[:3:3], strings.Join(parts[3:last], ";")), parts[last:]...)
	}
	if strings.Contains(parts[10]+parts[11], "%") { // a scanner has escaped the whole code
		for i := range parts {
			if unescaped, err := url.PathUnescape(parts[i]); err == nil {
				parts[i] = clean(unescaped)
			}
		}
	}
	t := tse{client: parts[1], process: parts[2], data: parts[3], start: parts[6], log: parts[7],
		algorithm: parts[8], timeFormat: parts[9], signature: unspaced(parts[10])}
	var err error
	if t.transaction, err = number("tse-v0", "transaction", parts[4], 18); err != nil {
		return tse{}, err
	}
	if t.counter, err = number("tse-v0", "counter", parts[5], 18); err != nil {
		return tse{}, err
	}
	if t.signatureBytes, err = base64.StdEncoding.DecodeString(t.signature); err != nil || len(t.signatureBytes) > 160 {
		return tse{}, &FieldError{"tse-v0", "signature", "not base64 of a signature"}
	}
	if t.publicKey, err = base64.StdEncoding.DecodeString(unspaced(parts[11])); err != nil || len(t.publicKey) < 32 {
		return tse{}, &FieldError{"tse-v0", "key", "not base64 of a key"}
	}
	return t, nil
}

func readGermany(f *fields) Receipt {
	t, err := splitTSE(f.in.text)
	if err != nil {
		f.err = err
		return Receipt{}
	}
	r := Receipt{Device: strings.TrimSpace(t.client), Document: t.transaction, Sign: t.signature, Operation: t.operation()}
	f.zonedTime(&r, "log", t.log)
	switch rates, payments, err := t.totals(); {
	case err != nil:
		f.fail("data", "not a sum")
	case len(rates) > 0:
		f.setTotal(&r, sumOf(rates))
	case len(payments) > 0:
		f.setTotal(&r, sumOf(payments))
	}
	return r
}

func identifyGermany(r *Receipt) error {
	if len(r.Device) > 128 {
		return &FieldError{r.Format, "client", "too long"}
	}
	return nil // the rest was canonical when it was read
}

// operation follows the kinds of transactions of DSFinV-K, 4.2: all but Beleg are
// records that a receipt follows or that no money went with.
func (t tse) operation() Operation {
	kind, _, _ := strings.Cut(t.data, "^")
	switch {
	case !strings.HasPrefix(strings.ToLower(t.process), "kassenbeleg"):
		return Report
	case strings.EqualFold(kind, "Beleg"):
		return Sale
	case strings.EqualFold(kind, "AVTraining"):
		return Training
	case strings.EqualFold(kind, "AVBelegstorno"), strings.EqualFold(kind, "AVBelegabbruch"):
		return Cancelled
	}
	return Report
}

// totals are the sums by tax rate, which are gross, and those by way of payment in euros.
// The data is kind^rate_rate_rate_rate_rate^sum:way[:currency]_sum:way….
func (t tse) totals() (rates, payments []int64, err error) {
	parts := strings.Split(t.data, "^")
	if len(parts) != 3 {
		return nil, nil, nil
	}
	add := func(sums *[]int64, text string) {
		minor, bad := parseSigned(text)
		if bad != nil {
			err = bad
		}
		*sums = append(*sums, minor)
	}
	for _, rate := range strings.FieldsFunc(parts[1], func(c rune) bool { return c == '_' }) {
		add(&rates, rate)
	}
	for _, payment := range strings.FieldsFunc(parts[2], func(c rune) bool { return c == '_' }) {
		sum, way, _ := strings.Cut(payment, ":")
		if _, currency, foreign := strings.Cut(way, ":"); foreign && currency != "EUR" {
			return rates, nil, err
		}
		add(&payments, sum)
	}
	return rates, payments, err
}

func checkGermany(r Receipt) []Check {
	t, err := splitTSE(r.Text)
	if err != nil {
		return nil
	}
	agree := NotApplicable
	if rates, payments, err := t.totals(); err == nil && len(rates) > 0 && len(payments) > 0 {
		agree = passIf(sumOf(rates) == sumOf(payments))
	}
	return []Check{
		{"payments_match_rates", agree, L1},
		{"tse_signature", passIf(t.verified()), L4},
	}
}

func trustGermany(r Receipt, known Keys) []Check {
	result := NotApplicable
	if len(known.TSE) > 0 {
		t, err := splitTSE(r.Text)
		ours := slices.ContainsFunc(known.TSE, func(k string) bool { return strings.EqualFold(unspaced(k), t.serial()) })
		result = passIf(err == nil && ours && t.verified())
	}
	return []Check{{"tse_known_key", result, L5}}
}

func sumOf(all []int64) (total int64) {
	for _, n := range all {
		total += n
	}
	return total
}

// unspaced drops the blanks and line breaks that a message puts into a long field.
func unspaced(s string) string { return strings.Join(strings.Fields(s), "") }
