package receipts

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write what Parse gives into testdata")

// golden is a receipt as testdata writes it: what is empty is left out.
type golden struct {
	Error      string    `json:"error,omitempty"` // not_fiscal or malformed
	Field      string    `json:"field,omitempty"`
	Key        Key       `json:"key,omitempty"`
	Country    string    `json:"country,omitempty"`
	Format     string    `json:"format,omitempty"`
	Total      string    `json:"total,omitempty"`
	Candidates []string  `json:"candidates,omitempty"`
	Time       string    `json:"time,omitempty"`
	Zone       string    `json:"zone,omitempty"`
	Device     string    `json:"device,omitempty"`
	Document   string    `json:"document,omitempty"`
	Sign       string    `json:"sign,omitempty"`
	Operation  Operation `json:"operation,omitempty"`
	Seller     TaxID     `json:"seller_tax_id,omitempty"`
	Warnings   []Warning `json:"warnings,omitempty"`
	Fails      []string  `json:"fails,omitempty"`
}

// testNow is after every receipt in testdata that is not about the future.
var testNow = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func goldenOf(text string) golden {
	r, err := Parse(text)
	var field *FieldError
	switch {
	case errors.Is(err, ErrNotFiscal):
		return golden{Error: "not_fiscal"}
	case errors.As(err, &field):
		return golden{Error: "malformed", Field: field.Field}
	}
	g := golden{Key: r.Key(), Country: r.Country, Format: r.Format, Time: r.Time.String(), Zone: r.Zone, Device: r.Device,
		Document: r.Document, Sign: r.Sign, Operation: r.Operation, Seller: r.SellerTaxID, Warnings: r.Warnings}
	if r.HasTotal {
		g.Total = r.Total.String()
	}
	for _, c := range r.Candidates {
		g.Candidates = append(g.Candidates, c.String())
	}
	for _, c := range r.Checks(testNow) {
		if c.Result == Fail {
			g.Fails = append(g.Fails, c.Name)
		}
	}
	return g
}

// Each file of testdata is a payload, a line of dashes and what it reads as.
func TestParseReadsEveryPayloadOnFile(t *testing.T) {
	t.Parallel()
	files := payloads(t)
	if len(files) < 60 {
		t.Fatalf("found %d files of payloads, want the whole collection", len(files))
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(strings.TrimPrefix(file, "testdata/"), ".txt"), func(t *testing.T) {
			t.Parallel()
			payload, expected := payload(t, file)
			got := goldenOf(payload)
			if *update {
				out, _ := json.MarshalIndent(got, "", "  ")
				if err := os.WriteFile(file, []byte(payload+"\n----\n"+string(out)+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			var want golden
			if err := json.Unmarshal([]byte(expected), &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Parse(%q): (-want +got)\n%s", payload, diff)
			}
		})
	}
}

func payloads(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func payload(t testing.TB, file string) (payload, expected string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	payload, expected, _ = strings.Cut(string(b), "\n----\n")
	return payload, expected
}

func TestErrorsNeverRepeatTheText(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"t=20261121T1405&s=secret&fn=9287440300090728&i=77133&fp=1&n=1",
		"t=secret&s=1.00&fn=9287440300090728&i=77133&fp=1&n=1",
		"fn=4000123456&id=secret!secret&sm=1&date=20260815",
	} {
		_, err := Parse(text)
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("Parse(%q) = %v, want an error without the value", text, err)
		}
	}
}

func TestTextOverTheBoundIsRefused(t *testing.T) {
	t.Parallel()
	long := "t=20210101T1200&s=1.00&fn=9287440300090728&i=7&fp=1&n=1&x=" + strings.Repeat("y", MaxText)
	if _, err := Parse(long); !errors.Is(err, ErrMalformed) {
		t.Errorf("Parse of %d bytes = %v, want ErrMalformed", len(long), err)
	}
}

func TestFutureIsJudgedByTheCountrysEasternEnd(t *testing.T) {
	t.Parallel()
	// Noon in Kamchatka is midnight in UTC.
	r, err := Parse("t=20260701T1200&s=1.00&fn=9287440300090728&i=77133&fp=1482926127&n=1")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		at   time.Time
		want Result
	}{
		{time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), Pass},
		{time.Date(2026, 6, 30, 22, 30, 0, 0, time.UTC), Fail},
	} {
		if got := r.Checks(c.at)[0].Result; got != c.want {
			t.Errorf("time_not_future of noon at %v = %q, want %q", c.at, got, c.want)
		}
	}
}
