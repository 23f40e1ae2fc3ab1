package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kopilka/receipts"

	"github.com/google/go-cmp/cmp"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

const readCode = "t=20211028T1636&s=1299.00&fn=9287440301110113&i=19313&fp=1992968429&n=1"

// readFile writes an input of a test and returns its path.
func readFile(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func readPicture(t *testing.T, text string) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 400, 400))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	if text != "" {
		bits, err := qrcode.NewQRCodeWriter().EncodeWithoutHint(text, gozxing.BarcodeFormat_QR_CODE, 300, 300)
		if err != nil {
			t.Fatal(err)
		}
		for y := range bits.GetHeight() {
			for x := range bits.GetWidth() {
				if bits.Get(x, y) {
					img.Pix[(y+50)*img.Stride+x+50] = 0
				}
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func noPrint(context.Context, []byte) (receipts.Receipt, error) {
	return receipts.Receipt{}, errors.New("nothing is printed here")
}

func TestReadGivesEachInputItsVerdict(t *testing.T) {
	t.Parallel()
	huge := append(readPicture(t, readCode), make([]byte, receipts.MaxPicture)...)
	for _, c := range []struct {
		name         string
		data         []byte
		verdict, via string
		status       int
	}{
		{"picture.png", readPicture(t, readCode), "ok", "qr", 0},
		{"code.txt", []byte(readCode + "\n"), "ok", "text", 0},
		{"promo.png", readPicture(t, "https://example.com/promo"), "not_fiscal", "qr", 1},
		{"promo.txt", []byte("https://example.com/promo"), "not_fiscal", "text", 1},
		{"spoilt.txt", []byte(strings.Replace(readCode, "1299.00", "x", 1)), "broken", "text", 1},
		{"blank.png", readPicture(t, ""), "no_qr", "qr", 1},
		{"report.pdf", []byte("%PDF-1.7\n1 0 obj"), "bad_type", "qr", 1},
		{"cut.png", readPicture(t, readCode)[:300], "broken", "qr", 1},
		{"huge.png", huge, "too_big", "qr", 1},
	} {
		var out, errOut bytes.Buffer
		args := readArgs{Files: []string{readFile(t, c.name, c.data)}, JSON: true}
		status := runRead(t.Context(), args, nil, &out, &errOut, noPrint)
		var got readJSON
		if err := json.Unmarshal(out.Bytes(), &got); err != nil {
			t.Errorf("%s: %v in %q", c.name, err, out.String())
			continue
		}
		if got.Verdict != c.verdict || got.Via != c.via || status != c.status || (got.Receipt != nil) != (c.verdict == "ok") || errOut.Len() > 0 {
			t.Errorf("read %s = %s by %s, status %d, %q, want %s by %s, status %d",
				c.name, got.Verdict, got.Via, status, errOut.String(), c.verdict, c.via, c.status)
		}
	}
}

func TestReadPrintsOneJSONLineAReceipt(t *testing.T) {
	t.Parallel()
	for _, files := range [][]string{nil, {"-"}} {
		var out bytes.Buffer
		status := runRead(t.Context(), readArgs{Files: files, JSON: true}, strings.NewReader(readCode), &out, &out, nil)
		if status != 0 || strings.Count(out.String(), "\n") != 1 {
			t.Fatalf("read %v = status %d and %q, want one line", files, status, out.String())
		}
		var got map[string]any
		if err := json.Unmarshal(out.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		delete(got, "ms")
		receipt := got["receipt"].(map[string]any)
		if checks, _ := receipt["checks"].([]any); len(checks) == 0 {
			t.Errorf("no checks in %s", out.String())
		}
		delete(receipt, "checks")
		want := map[string]any{"input": "-", "verdict": "ok", "via": "text", "receipt": map[string]any{
			"country": "RU", "format": "fns-54fz", "total_minor": 129900.0, "currency": "RUB", "time": "2021-10-28T16:36",
			"device": "9287440301110113", "document": "19313", "sign": "1992968429", "operation": "sale",
			"seller_tax_id": "", "key": "RU:9287440301110113:19313", "warnings": []any{}}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the JSON line differs (-want +got)\n%s", diff)
		}
	}
}

func TestReadPrintsForPeople(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	code := "t=20211028T1636&s=55189&fn=9287440301110113&i=19313&fp=1992968429&n=1"
	if status := runRead(t.Context(), readArgs{}, strings.NewReader(code), &out, &out, nil); status != 0 {
		t.Fatalf("status %d: %s", status, out.String())
	}
	for _, want := range []string{"-: ok (text, ", "  key         RU:9287440301110113:19313\n", "  time        2021-10-28 16:36\n",
		"  total?      551.89 RUB\n", "  check       pass fp_uint32 (L1)\n", "  warning     ambiguous_total\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("read prints\n%s\nwithout %q", out.String(), want)
		}
	}
}

func TestReadTriesThePrintedTextOnlyWhenTheCodeFails(t *testing.T) {
	t.Parallel()
	asked := 0
	printed := func(context.Context, []byte) (receipts.Receipt, error) {
		asked++
		return receipts.Parse(readCode)
	}
	for i, c := range []struct {
		data  []byte
		via   string
		asked int
	}{
		{readPicture(t, readCode), "qr", 0},
		{readPicture(t, ""), "ocr", 1},
		{readPicture(t, "https://example.com/promo"), "ocr", 2},
		{[]byte("%PDF-1.7\n1 0 obj"), "qr", 2},
	} {
		var out bytes.Buffer
		runRead(t.Context(), readArgs{Files: []string{readFile(t, "in", c.data)}, JSON: true}, nil, &out, &out, printed)
		var got readJSON
		if err := json.Unmarshal(out.Bytes(), &got); err != nil || got.Via != c.via || asked != c.asked {
			t.Errorf("input %d was read by %q and the print asked for %d times, %v, want %q and %d", i, got.Via, asked, err, c.via, c.asked)
		}
	}
}

func TestReadOfAMissingFileIsWrongUseAndReadsTheRest(t *testing.T) {
	t.Parallel()
	var out, errOut bytes.Buffer
	args := readArgs{Files: []string{filepath.Join(t.TempDir(), "none.png"), readFile(t, "code.txt", []byte(readCode))}}
	status := runRead(t.Context(), args, nil, &out, &errOut, nil)
	if status != 2 || !strings.Contains(errOut.String(), "none.png") || !strings.Contains(out.String(), "code.txt: ok") {
		t.Errorf("status %d, %q and %q, want 2, a complaint and the other file's receipt", status, errOut.String(), out.String())
	}
}
