package receipts

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sample is a code with what people know of its receipt: nothing in it was written by
// this package. A field that is null is not known, or not in the code.
type sample struct {
	Country, Payload string
	VAT              string
	Expected         struct{ Amount, Currency, Time, Device, Document, Sign, Op *string }
	Offline          map[string]string // check by check
}

func corpus(t testing.TB) (all []sample) {
	t.Helper()
	files, err := filepath.Glob("testdata/corpus/*.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var s sample
			if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			all = append(all, s)
		}
		if err := lines.Err(); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	return all
}

func TestEverySampleReadsAsItsReceipt(t *testing.T) {
	t.Parallel()
	samples := corpus(t)
	if len(samples) < 60 {
		t.Fatalf("found %d samples, want the whole corpus", len(samples))
	}
	for _, s := range samples {
		r, err := Parse(s.Payload)
		if err != nil || r.Country != s.Country {
			t.Errorf("Parse(%q) = %s, %v, want a receipt of %s", s.Payload, r.Country, err, s.Country)
			continue
		}
		e := s.Expected
		agree := func(field, got string, want *string) {
			if want != nil && got != *want {
				t.Errorf("%s of %q = %q, want %q", field, s.Payload, got, *want)
			}
		}
		if e.Amount == nil && r.HasTotal {
			t.Errorf("total of %q = %v, want none", s.Payload, r.Total)
		}
		if e.Amount != nil {
			// Money prints as many decimals as its currency has; samples print two or none.
			got, _, _ := strings.Cut(r.Total.String(), " ")
			agree("total", strings.TrimSuffix(got, ".00"), ptr(strings.TrimSuffix(*e.Amount, ".00")))
		}
		agree("currency", r.Currency(), e.Currency)
		if e.Time != nil {
			// Fractions of a second are dropped.
			want := *e.Time
			if at := strings.Index(want, "."); at > 0 && strings.HasSuffix(want, "Z") {
				want = want[:at] + "Z"
			}
			agree("time", r.Time.String()+r.Zone, &want)
		}
		agree("device", r.Device, e.Device)
		agree("document", r.Document, e.Document)
		agree("sign", r.Sign, e.Sign)
		agree("operation", string(r.Operation), e.Op)
		if s.VAT != "" {
			agree("seller", string(r.SellerTaxID), &s.VAT)
		}
		if e.Op == nil && r.Operation != Unknown {
			t.Errorf("operation of %q = %q, want unknown", s.Payload, r.Operation)
		}
		for name, want := range s.Offline {
			want, _, _ = strings.Cut(want, " ")
			if got := checkNamed(r, name); string(got) != want {
				t.Errorf("check %s of %q = %q, want %q", name, s.Payload, got, want)
			}
		}
	}
}

func ptr(s string) *string { return &s }

func checkNamed(r Receipt, name string) Result {
	for _, c := range r.Checks(testNow) {
		if c.Name == name {
			return c.Result
		}
	}
	return ""
}

// A code that two formats would take belongs to whichever comes first in the list, and
// the next to be added may change it unseen.
func TestNoSampleIsOfTwoFormats(t *testing.T) {
	t.Parallel()
	for _, s := range corpus(t) {
		in, err := readInput(s.Payload)
		if err != nil {
			t.Fatal(err)
		}
		var taken []string
		for _, f := range formats {
			if f.is(in) {
				taken = append(taken, f.name)
			}
		}
		if len(taken) != 1 {
			t.Errorf("%q is taken for %v, want one format", s.Payload, taken)
		}
	}
}
