package ocr

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kopilka/internal/samples"
	"kopilka/receipts"
)

var russianSale = samples.Sale{
	Country: samples.Russia, Merchant: `ООО "КОФЕЙНЯ НА УГЛУ"`, Address: "г. Москва, ул. Лесная, д. 7",
	TaxID: "7707083893", Device: "9287440300090728", Document: "130212", Sign: "2590630939",
	At:    time.Date(2026, 3, 14, 9, 27, 0, 0, time.UTC),
	Lines: []samples.Line{{Name: "Капучино 0.3", Qty: 2, Price: 21000}, {Name: "Круассан миндальный", Qty: 1, Price: 18990}},
	NoQR:  true,
}

var ukrainianSale = samples.Sale{
	Country: samples.Ukraine, Merchant: `ТОВ "КНИГАРНЯ"`, Address: "м. Київ, вул. Хрещатик, 21",
	TaxID: "306400376143", Device: "4000537838", Document: "716568024",
	At:    time.Date(2026, 1, 19, 16, 19, 42, 0, time.UTC),
	Lines: []samples.Line{{Name: "Кобзар", Qty: 1, Price: 42000}, {Name: "Зошит 48 арк.", Qty: 4, Price: 2950}},
	NoQR:  true,
}

func drawn(t *testing.T, s samples.Sale) image.Image {
	t.Helper()
	var b bytes.Buffer
	if err := s.Draw(&b); err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestTornReceiptGivesTheKeyOfItsQR(t *testing.T) {
	t.Parallel()
	r := reader(t, Options{}, "ocr-child")
	for _, s := range []samples.Sale{russianSale, ukrainianSale} {
		for _, turn := range []struct {
			name string
			do   func(*image.Gray) *image.Gray
		}{{"upright", same}, {"upside down", flip}, {"on its side", aside}} {
			got, err := r.Read(t.Context(), turn.do(luma(drawn(t, s))), s.Country)
			if err != nil {
				t.Errorf("Read %s %s: %v", s.Country, turn.name, err)
				continue
			}
			want, err := receipts.Parse(s.QR())
			if err != nil {
				t.Fatal(err)
			}
			rc, ok := got.Receipt()
			if !ok || rc.Key() != want.Key() || rc.Total != want.Total || got.Total.Sure < Sure || string(got.TaxID.Value) != s.TaxID {
				t.Errorf("Read %s %s = %v %v (%d points) %v, want %v %v; text:\n%s",
					s.Country, turn.name, rc.Key(), rc.Total, got.Total.Sure, got.TaxID, want.Key(), want.Total, got.Text)
			}
		}
	}
}

func same(g *image.Gray) *image.Gray { return g }

// aside turns g by a quarter.
func aside(g *image.Gray) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, g.Rect.Dy(), g.Rect.Dx()))
	for y := range g.Rect.Dy() {
		for x := range g.Rect.Dx() {
			out.SetGray(g.Rect.Dy()-1-y, x, g.GrayAt(x, y))
		}
	}
	return out
}

func TestPictureOfATableIsNoText(t *testing.T) {
	t.Parallel()
	r := reader(t, Options{}, "ocr-child")
	if got, err := r.Read(t.Context(), image.NewGray(image.Rect(0, 0, 900, 900)), ""); !errors.Is(err, ErrNoText) {
		t.Errorf("Read of a blank picture = %+v, %v, want ErrNoText", got, err)
	}
}

// TestRatesOnPhotographs logs how much is read on a set kept beside the
// project; its pictures are too many to be kept in it.
func TestRatesOnPhotographs(t *testing.T) {
	if testing.Short() {
		t.Skip("reads many pictures")
	}
	t.Parallel()
	data := filepath.Join("..", "..", "..", "shared", "data")
	f, err := os.Open(filepath.Join(data, "receipts.jsonl"))
	if err != nil {
		t.Skip("no photographs here")
	}
	defer f.Close()
	r := reader(t, Options{}, "ocr-child")
	type rate struct{ n, total, date, triple int }
	rates := make(map[string]*rate)
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var s struct {
			File, Set string
			Truth     struct{ Total, Date, FN, FD, FP string }
		}
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			t.Fatal(err)
		}
		if rates[s.Set] == nil {
			rates[s.Set] = &rate{}
		}
		if rates[s.Set].n++; rates[s.Set].n > 3 {
			continue // the benchmark reads them all
		}
		got, err := r.Read(t.Context(), opened(t, filepath.Join(data, s.File)), "")
		if err != nil {
			continue
		}
		c := rates[s.Set]
		c.total += one(strings.HasPrefix(got.Total.Value.String(), s.Truth.Total+" "))
		c.date += one(strings.HasPrefix(got.Time.Value.String(), s.Truth.Date))
		c.triple += one(got.Device.Value == s.Truth.FN && got.Document.Value == s.Truth.FD && got.Sign.Value == s.Truth.FP)
	}
	for set, c := range rates {
		t.Logf("%s: of %d read the total of %d, the date of %d, the requisites of %d", set, min(3, c.n), c.total, c.date, c.triple)
	}
}

func opened(t *testing.T, file string) image.Image {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := jpeg.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func one(ok bool) int {
	if ok {
		return 1
	}
	return 0
}
