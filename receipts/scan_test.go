package receipts

import (
	"context"
	"errors"
	"image"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/makiuchi-d/gozxing"
)

func TestScanReadsACodeHoweverItIsShown(t *testing.T) {
	t.Parallel()
	plain := drawn(t, codeOne, 4)
	small := paper(1200, 1600)
	stick(t, small, codeOne, 500, 1200, 3)
	huge := paper(3000, 4000)
	stick(t, huge, codeOne, 1400, 3600, 4)
	noisy := blur(blur(drawn(t, codeOne, 3)))
	noise := rand.New(rand.NewPCG(1, 2))
	for i, v := range noisy.Pix {
		noisy.Pix[i] = byte(max(0, min(255, int(v)/2+80+noise.IntN(31)-15)))
	}
	for name, g := range map[string]*image.Gray{
		"plain":                    plain,
		"a quarter turn":           upright(plain, 6),
		"half a turn":              upright(plain, 3),
		"mirrored":                 upright(plain, 2),
		"inverted":                 inverted(plain),
		"small on a large receipt": small,
		"four pixels a module in twelve megapixels": huge,
		"blurred, faded and noisy":                  noisy,
	} {
		texts, err := Scan(t.Context(), Picture{Gray: g})
		if err != nil || !slices.Equal(texts, []string{codeOne}) {
			t.Errorf("Scan(%s) = %q, %v, want the one code", name, texts, err)
		}
	}
}

func TestScanFindsEveryCodeAndPutsReceiptsFirst(t *testing.T) {
	t.Parallel()
	g := paper(900, 1200)
	stick(t, g, "https://example.com/promo", 40, 40, 8)
	stick(t, g, codeOne, 500, 500, 4)
	stick(t, g, codeTwo, 100, 800, 4)
	texts, err := Scan(t.Context(), Picture{Gray: g})
	if err != nil || len(texts) != 3 || texts[2] != "https://example.com/promo" ||
		!slices.Contains(texts, codeOne) || !slices.Contains(texts, codeTwo) {
		t.Errorf("Scan = %q, %v, want two receipts and then the promotion", texts, err)
	}
}

func TestScanTellsNoCodeFromAnUnreadableOne(t *testing.T) {
	t.Parallel()
	if _, err := Scan(t.Context(), Picture{Gray: paper(600, 800)}); !errors.Is(err, ErrNoQR) || errors.Is(err, ErrBlurred) {
		t.Errorf("Scan of blank paper = %v, want ErrNoQR alone", err)
	}
	// The corner marks are whole and everything between them is rubbed out.
	g := drawn(t, codeOne, 6)
	for y := 40 + 9*6; y < 40+60*6; y++ {
		for x := 40 + 9*6; x < 40+60*6; x++ {
			g.Pix[y*g.Stride+x] = 255
		}
	}
	for x := 40 + 9*6; x < 40+26*6; x++ {
		for y := 40; y < 40+9*6; y++ {
			g.Pix[y*g.Stride+x] = 255
		}
	}
	if _, err := Scan(t.Context(), Picture{Gray: g}); !errors.Is(err, ErrNoQR) {
		t.Errorf("Scan of a rubbed code = %v, want ErrNoQR", err)
	} else if !errors.Is(err, ErrBlurred) {
		t.Errorf("Scan of a rubbed code = %v, want ErrBlurred", err)
	}
}

func TestScanMakesNoStepAfterItsContextsEnd(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	texts, err := Scan(ctx, Picture{Gray: drawn(t, codeOne, 4)})
	if !errors.Is(err, context.Canceled) || !errors.Is(err, ErrNoQR) {
		t.Errorf("Scan after its context's end = %q, %v, want ErrNoQR for its end", texts, err)
	}
}

func TestScanOfNothingIsNoCode(t *testing.T) {
	t.Parallel()
	for _, g := range []*image.Gray{nil, paper(1, 1), paper(0, 0), paper(3, 500), paper(12000, 1)} {
		if _, err := Scan(t.Context(), Picture{Gray: g}); !errors.Is(err, ErrNoQR) {
			t.Errorf("Scan of %v = %v, want ErrNoQR", g, err)
		}
	}
}

// The panic stands for that of gozxing on a picture crafted against it.
func TestADecodersPanicIsNoCode(t *testing.T) {
	t.Parallel()
	z := zxing{func(*image.Gray) *gozxing.BitMatrix { panic("index out of range") }, firstCode}
	if found, _ := z.decode(paper(10, 10)); found != nil {
		t.Errorf("decode = %v, want nothing", found)
	}
}

func TestReadGoesFromBytesToReceipts(t *testing.T) {
	t.Parallel()
	both := paper(700, 700)
	stick(t, both, "https://example.com/promo", 20, 20, 5)
	stick(t, both, codeOne, 300, 300, 5)
	got, err := Read(t.Context(), asJPEG(t, both))
	if err != nil || len(got) != 1 || got[0].Key() != "RU:9287440301110113:19313" {
		t.Errorf("Read of a receipt beside a promotion = %+v, %v, want the receipt", got, err)
	}
	for text, want := range map[string]error{
		"https://example.com/promo":                            ErrNotFiscal,
		"t=20211028T1636&s=x&fn=9287440301110113&i=1&fp=1&n=1": ErrMalformed,
	} {
		if _, err := Read(t.Context(), asPNG(t, drawn(t, text, 5))); !errors.Is(err, want) {
			t.Errorf("Read of the code %q = %v, want %v", text, err, want)
		}
	}
	if _, err := Read(t.Context(), asPNG(t, paper(100, 100))); !errors.Is(err, ErrNoQR) {
		t.Errorf("Read of blank paper = %v, want ErrNoQR", err)
	}
}

func BenchmarkScanClearCode(b *testing.B) {
	g := paper(960, 1280)
	stick(b, g, codeOne, 400, 900, 4)
	for b.Loop() {
		if _, err := Scan(b.Context(), Picture{Gray: g}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScanNoCode(b *testing.B) {
	g := paper(960, 1280)
	for b.Loop() {
		if _, err := Scan(b.Context(), Picture{Gray: g}); !errors.Is(err, ErrNoQR) {
			b.Fatal(err)
		}
	}
}
