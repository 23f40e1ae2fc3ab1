package receipts

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"runtime"
	"testing"
)

func TestGateRefusesWhatItCannotAfford(t *testing.T) {
	t.Parallel()
	whole := asPNG(t, drawn(t, codeOne, 4))
	var animated bytes.Buffer
	if err := gif.Encode(&animated, drawn(t, codeOne, 4), nil); err != nil {
		t.Fatal(err)
	}
	manyScans := append(asJPEG(t, paper(64, 64)), bytes.Repeat([]byte{0xff, 0xda}, maxScans+1)...)
	for _, c := range []struct {
		name string
		data []byte
		want error
	}{
		{"nothing", nil, ErrPictureType},
		{"text", []byte("hello, this is not a picture"), ErrPictureType},
		{"PDF", []byte("%PDF-1.7\n%âãÏÓ\n1 0 obj"), ErrPictureType},
		{"GIF", animated.Bytes(), ErrPictureType},
		{"HEIC", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), ErrPictureType},
		{"21 MB", append(bytes.Clone(whole), make([]byte, MaxPicture)...), ErrPictureSize},
		{"30000 × 30000", pngClaiming(30000, 30000), ErrTooManyPixels},
		{"8000 × 6000", pngClaiming(8000, 6000), ErrTooManyPixels},
		{"13000 × 10", pngClaiming(13000, 10), ErrTooManyPixels},
		{"cut PNG", whole[:len(whole)/2], ErrBroken},
		{"cut JPEG", asJPEG(t, drawn(t, codeOne, 4))[:2000], ErrBroken},
		{"PNG header alone", whole[:33], ErrBroken},
		{"JPEG of many scans", manyScans, ErrBroken},
	} {
		if _, err := Gate(c.data); !errors.Is(err, c.want) {
			t.Errorf("Gate(%s) = %v, want %v", c.name, err, c.want)
		}
	}
}

// pngClaiming is a small file that says it is a huge picture.
func pngClaiming(w, h uint32) []byte {
	b := []byte("\x89PNG\r\n\x1a\n")
	body := binary.BigEndian.AppendUint32(nil, w)
	body = append(binary.BigEndian.AppendUint32(body, h), 8, 2, 0, 0, 0)
	data := append(b, make([]byte, 25)...)
	out := withChunk(data, "IHDR", body) // the first 25 bytes are where a header goes
	return append(append([]byte{}, b...), out[8+25:]...)
}

func TestHugePicturesAreRefusedBeforeTheyAreDecoded(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := Gate(pngClaiming(30000, 30000))
	runtime.ReadMemStats(&after)
	if spent := after.TotalAlloc - before.TotalAlloc; !errors.Is(err, ErrTooManyPixels) || spent > 1<<20 {
		t.Errorf("Gate of a 900 megapixel claim = %v and took %d bytes, want ErrTooManyPixels and under 1 MB", err, spent)
	}
}

func TestGateTellsTypesByTheirBytes(t *testing.T) {
	t.Parallel()
	webp, err := base64.StdEncoding.DecodeString("UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoBAAEAAgA0JaQAA3AA/vuUAAA=")
	if err != nil {
		t.Fatal(err)
	}
	for want, data := range map[string][]byte{
		"image/png": asPNG(t, paper(16, 16)), "image/jpeg": asJPEG(t, paper(16, 16)), "image/webp": webp,
	} {
		p, err := Gate(data)
		if err != nil || p.Type != want || p.Gray.Rect.Empty() {
			t.Errorf("Gate(%s) = %q, %v", want, p.Type, err)
		}
	}
}

// corner is a picture that is white but for its upper left quarter's darkness, and its
// upper right one's grey.
func corner() *image.Gray {
	g := paper(32, 16)
	for y := range 8 {
		for x := range 16 {
			g.Pix[y*32+x], g.Pix[y*32+16+x] = 0, 128
		}
	}
	return g
}

// quarters reads the brightness of the four quarters: dark, grey or white.
func quarters(g *image.Gray) string {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	var s []byte
	for _, p := range [][2]int{{w / 4, h / 4}, {3 * w / 4, h / 4}, {w / 4, 3 * h / 4}, {3 * w / 4, 3 * h / 4}} {
		switch v := g.GrayAt(p[0], p[1]).Y; {
		case v < 64:
			s = append(s, 'd')
		case v < 192:
			s = append(s, 'g')
		default:
			s = append(s, 'w')
		}
	}
	return string(s)
}

func TestPicturesAreTurnedUpright(t *testing.T) {
	t.Parallel()
	// Where the dark and the grey quarter of the stored picture belong, for each value:
	// 0x0112 says what row 0 and column 0 of the stored picture are of the upright one.
	want := map[int]string{1: "dgww", 2: "gdww", 3: "wwgd", 4: "wwdg", 5: "dwgw", 6: "wdwg", 7: "wgwd", 8: "gwdw"}
	for orientation, quarterOrder := range want {
		for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
			tiff := exifBlock(order, orientation)
			for kind, data := range map[string][]byte{
				"JPEG": withExif(asJPEG(t, corner()), tiff),
				"PNG":  withChunk(asPNG(t, corner()), "eXIf", tiff),
			} {
				p, err := Gate(data)
				if err != nil {
					t.Fatalf("Gate(%s, orientation %d): %v", kind, orientation, err)
				}
				if got := quarters(p.Gray); got != quarterOrder {
					t.Errorf("quarters of a %s of orientation %d = %s, want %s", kind, orientation, got, quarterOrder)
				}
			}
		}
	}
}

func TestNonsenseInExifLeavesThePictureAsItIs(t *testing.T) {
	t.Parallel()
	for _, tiff := range [][]byte{nil, []byte("MM"), []byte("MM\x00\x2a\xff\xff\xff\xff"), []byte("II\x2a\x00\x08\x00\x00\x00\xff\xff"),
		exifBlock(binary.BigEndian, 9), exifBlock(binary.BigEndian, 0)} {
		p, err := Gate(withExif(asJPEG(t, corner()), tiff))
		if err != nil || quarters(p.Gray) != "dgww" {
			t.Errorf("Gate with the EXIF block %q = %s, %v, want it untouched", tiff, quarters(p.Gray), err)
		}
	}
}

func TestTransparentIsPaper(t *testing.T) {
	t.Parallel()
	img := image.NewNRGBA(image.Rect(0, 0, 2, 1))
	img.Set(0, 0, color.NRGBA{0, 0, 0, 0})
	img.Set(1, 0, color.NRGBA{0, 0, 0, 255})
	p, err := Gate(asPNG(t, img))
	if err != nil || p.Gray.GrayAt(0, 0).Y != 255 || p.Gray.GrayAt(1, 0).Y != 0 {
		t.Errorf("transparent and black = %v, %v, want white and black", p.Gray.Pix, err)
	}
}

func FuzzGate(f *testing.F) {
	f.Add(withExif(asJPEG(f, corner()), exifBlock(binary.LittleEndian, 6)))
	f.Add(withChunk(asPNG(f, corner()), "eXIf", exifBlock(binary.BigEndian, 3)))
	f.Add([]byte("RIFF\x24\x00\x00\x00WEBPVP8X"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Gate(data)
		if err == nil && p.Gray.Rect.Empty() {
			t.Errorf("Gate gave an empty picture of %d bytes", len(data))
		}
	})
}
