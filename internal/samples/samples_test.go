package samples

import (
	"bytes"
	"image"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"golang.org/x/image/draw"
)

var russianSale = Sale{
	Country: Russia, Merchant: `ООО "КОФЕЙНЯ НА УГЛУ"`, Address: "г. Москва, ул. Лесная, д. 7, ТЦ Копилка, 2 этаж",
	TaxID: "7701234567", Device: "9287440300090728", Document: "130212", Sign: "2590630939",
	At: time.Date(2026, 3, 14, 9, 27, 0, 0, time.UTC),
	Lines: []Line{
		{"Капучино 0.3", 2, 21000}, {"Круассан миндальный", 1, 18990}, {"Вода 0.5 без газа", 3, 7050},
	},
}

var ukrainianSale = Sale{
	Country: Ukraine, Merchant: `ТОВ "КНИГАРНЯ Є"`, Address: "м. Київ, вул. Хрещатик, 21",
	TaxID: "306400376143", Device: "4000537838", Document: "716568024",
	At:    time.Date(2026, 1, 9, 16, 19, 42, 0, time.UTC),
	Lines: []Line{{"Кобзар. Повне видання", 1, 42000}, {"Зошит 48 арк. клітинка", 4, 2950}, {"Ґудзики їжачок", 1, 7625}},
}

func TestQRSaysTheSale(t *testing.T) {
	t.Parallel()
	refund := russianSale
	refund.Operation = 2
	for _, c := range []struct {
		name, want string
		sale       Sale
	}{
		{"russian", "t=20260314T0927&s=821.40&fn=9287440300090728&i=130212&fp=2590630939&n=1", russianSale},
		{"refund", "t=20260314T0927&s=821.40&fn=9287440300090728&i=130212&fp=2590630939&n=2", refund},
		{"ukrainian", "https://cabinet.tax.gov.ua/cashregs/check?id=716568024&fn=4000537838&sm=614.25&date=20260109&time=1619", ukrainianSale},
	} {
		if got := c.sale.QR(); got != c.want {
			t.Errorf("%s: QR() = %q, want %q", c.name, got, c.want)
		}
	}
}

func TestPrintedQRIsReadAlsoAfterAMessenger(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]Sale{"russian": russianSale, "ukrainian": ukrainianSale, "long": long()} {
		img := picture(t, s)
		if got := decode(img); got != s.QR() {
			t.Errorf("%s: QR of the picture = %q, want %q", name, got, s.QR())
		}
		if got := decode(messenger(t, img)); got != s.QR() {
			t.Errorf("%s: QR after 1280 px and q85 = %q, want %q", name, got, s.QR())
		}
	}
}

// TestEveryHandLaysThePaperReadably goes through many throws of the dice.
func TestEveryHandLaysThePaperReadably(t *testing.T) {
	t.Parallel()
	for i := range 10 {
		s := russianSale
		if i%3 == 0 {
			s = ukrainianSale
		}
		s.Document = strconv.Itoa(13007 + 7919*i)
		s.At = s.At.Add(time.Duration(i) * 1373 * time.Minute)
		if got := decode(messenger(t, picture(t, s))); got != s.QR() {
			t.Errorf("sale %d: QR after a messenger = %q, want %q", i, got, s.QR())
		}
	}
}

func TestTornReceiptHasNoQR(t *testing.T) {
	t.Parallel()
	for _, s := range []Sale{russianSale, ukrainianSale} {
		whole := picture(t, s)
		s.NoQR = true
		torn := picture(t, s)
		if got := decode(torn); got != "" {
			t.Errorf("%s: QR of a torn receipt = %q, want none", s.Country, got)
		}
		if torn.Bounds().Dy() >= whole.Bounds().Dy()-100 {
			t.Errorf("%s: torn picture is %d px high, whole %d", s.Country, torn.Bounds().Dy(), whole.Bounds().Dy())
		}
	}
}

func TestSameSaleIsSamePicture(t *testing.T) {
	t.Parallel()
	var a, b, c bytes.Buffer
	other := russianSale
	other.Document = "130213"
	for _, d := range []struct {
		s Sale
		w *bytes.Buffer
	}{{russianSale, &a}, {russianSale, &b}, {other, &c}} {
		if err := d.s.Draw(d.w); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("two drawings of one sale differ")
	}
	if bytes.Equal(a.Bytes(), c.Bytes()) {
		t.Error("two sales have one picture")
	}
}

func TestRowsFitThePaper(t *testing.T) {
	t.Parallel()
	s := russianSale
	s.Merchant = strings.Repeat("ОЧЕНЬ ДЛИННОЕ НАЗВАНИЕ ", 6) + strings.Repeat("Щ", 90)
	s.Lines = append(s.Lines, Line{strings.Repeat("Ж", 100), 1000, 9_999_999})
	for _, s := range []Sale{s, ukrainianSale} {
		for _, r := range s.rows() {
			width := columns
			if r.big {
				width /= 2
			}
			if n := len([]rune(r.text)); n > width {
				t.Errorf("row %q has %d letters, want at most %d", r.text, n, width)
			}
		}
	}
}

func TestVATIsInsideTheTotal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ total, rate, want int64 }{{12000, 20, 2000}, {12200, 22, 2200}, {100, 20, 17}, {0, 20, 0}} {
		if got := vat(c.total, c.rate); got != c.want {
			t.Errorf("vat(%d, %d) = %d, want %d", c.total, c.rate, got, c.want)
		}
	}
}

// TestKeepPictures writes the pictures where a person can look at them.
func TestKeepPictures(t *testing.T) {
	dir := os.Getenv("KOPILKA_SAMPLES_DIR")
	if dir == "" {
		t.Skip("KOPILKA_SAMPLES_DIR is not set")
	}
	torn := russianSale
	torn.NoQR = true
	for name, s := range map[string]Sale{"ru": russianSale, "ua": ukrainianSale, "torn": torn, "long": long()} {
		var b bytes.Buffer
		if err := s.Draw(&b); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".jpg"), b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func long() Sale {
	s := russianSale
	for range 4 {
		s.Lines = append(s.Lines, russianSale.Lines...)
	}
	return s
}

func picture(t *testing.T, s Sale) image.Image {
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

// messenger does to a picture what Telegram does to a photo: longest side at
// most 1280 px, JPEG again.
func messenger(t *testing.T, img image.Image) image.Image {
	t.Helper()
	if h := img.Bounds().Dy(); h > 1280 {
		small := image.NewRGBA(image.Rect(0, 0, img.Bounds().Dx()*1280/h, 1280))
		draw.BiLinear.Scale(small, small.Rect, img, img.Bounds(), draw.Src, nil)
		img = small
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 85}); err != nil {
		t.Fatal(err)
	}
	out, err := jpeg.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// decode returns the text of the QR on img, "" when there is none to read.
func decode(img image.Image) string {
	bmp, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		return ""
	}
	res, err := qrcode.NewQRCodeReader().Decode(bmp, map[gozxing.DecodeHintType]interface{}{
		gozxing.DecodeHintType_TRY_HARDER: true,
	})
	if err != nil {
		return ""
	}
	return res.GetText()
}

func BenchmarkDraw(b *testing.B) {
	for b.Loop() {
		if err := russianSale.Draw(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
