package receipts

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/postgrestest"
)

// buyers are codes that name who bought, with the name.
var buyers = map[string]string{
	"testdata/turkey/sale.txt":              "11111111110",
	"testdata/turkey/single-quotes.txt":     "11111111110",
	"testdata/brazil/version-1.txt":         "13017959000181",
	"testdata/brazil/version-3-offline.txt": "12345678909",
	"testdata/brazil/sat.txt":               "12345678909",
	"testdata/mexico/sample.txt":            "CUOA880131Q85",
	"testdata/mexico/bare.txt":              "CUOA880131Q85",
	"testdata/colombia/lines.txt":           "830103525",
	"testdata/colombia/equals-signs.txt":    "222222222222",
	"testdata/paraguay/manual.txt":          "88899990",
	"testdata/paraguay/real.txt":            "7524653",
}

func TestBuyersAreForgotten(t *testing.T) {
	t.Parallel()
	for file, buyer := range buyers {
		text, _ := payload(t, file)
		r, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(text, buyer) || strings.Contains(r.withoutBuyer(), buyer) {
			t.Errorf("what is kept of %s = %q, want it without %s", file, r.withoutBuyer(), buyer)
		}
	}
	// Argentina's is inside base 64.
	text, _ := payload(t, "testdata/argentina/arca-qr.txt")
	r, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	in, _ := readInput(r.withoutBuyer())
	if got := argentineCode(in).values["nrodocrec"]; got != "0" {
		t.Errorf("the buyer's number kept of an Argentine code = %q, want 0", got)
	}
}

func TestAReceiptReadsTheSameWithoutItsBuyer(t *testing.T) {
	t.Parallel()
	for _, file := range payloads(t) {
		text, _ := payload(t, file)
		want, err := Parse(text)
		if err != nil {
			continue
		}
		got, err := Parse(want.withoutBuyer())
		if err != nil || got.Key() != want.Key() {
			t.Errorf("key of %s without its buyer = %q, %v, want %q", file, got.Key(), err, want.Key())
		}
		got.Text, want.Text = "", ""
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s without its buyer: (-want +got)\n%s", file, diff)
		}
	}
}

func TestSubmissionsKeepNoBuyer(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	text, _ := payload(t, "testdata/paraguay/manual.txt")
	r, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	id, err := Record(t.Context(), tx, Submission{Member: 1, Door: "test", Ref: "buyer", Via: ViaText, At: at, Receipt: r})
	if err != nil {
		t.Fatal(err)
	}
	kept, err := ByID(t.Context(), tx, id)
	if err != nil || kept.Receipt.Key() != r.Key() || strings.Contains(kept.Receipt.Text, "88899990") {
		t.Errorf("kept of a code with a buyer = %q, %v, want it without the buyer's number", kept.Receipt.Text, err)
	}
}
