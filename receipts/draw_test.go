package receipts

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

const (
	codeOne = "t=20211028T1636&s=1299.00&fn=9287440301110113&i=19313&fp=1992968429&n=1"
	codeTwo = "t=20201107T2058&s=63.00&fn=9288000100192401&i=439&fp=2880362760&n=1"
)

// paper is a white picture.
func paper(w, h int) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, w, h))
	for i := range g.Pix {
		g.Pix[i] = 255
	}
	return g
}

// stick draws the code of a text on a picture, module pixels to a module.
func stick(t testing.TB, g *image.Gray, text string, x, y, module int) {
	t.Helper()
	hints := map[gozxing.EncodeHintType]any{gozxing.EncodeHintType_MARGIN: 0}
	bits, err := qrcode.NewQRCodeWriter().Encode(text, gozxing.BarcodeFormat_QR_CODE, 0, 0, hints)
	if err != nil {
		t.Fatal(err)
	}
	for row := range bits.GetHeight() * module {
		for column := range bits.GetWidth() * module {
			if bits.Get(column/module, row/module) {
				g.Pix[(y+row)*g.Stride+x+column] = 30
			}
		}
	}
}

func drawn(t testing.TB, text string, module int) *image.Gray {
	t.Helper()
	g := paper(60*module+80, 60*module+80)
	stick(t, g, text, 40, 40, module)
	return g
}

func asPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exifBlock is the least TIFF that holds an orientation.
func exifBlock(order binary.AppendByteOrder, orientation int) []byte {
	b := []byte("MM")
	if order == binary.AppendByteOrder(binary.LittleEndian) {
		b = []byte("II")
	}
	b = order.AppendUint16(b, 42)
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	for _, tag := range [][2]uint16{{0x010f, 0}, {0x0112, uint16(orientation)}} {
		b = order.AppendUint16(b, tag[0])
		b = order.AppendUint16(b, 3)
		b = order.AppendUint32(b, 1)
		b = order.AppendUint16(b, tag[1])
		b = append(b, 0, 0)
	}
	return order.AppendUint32(b, 0)
}

// withExif puts an EXIF block into a JPEG, after its first marker.
func withExif(data, tiff []byte) []byte {
	body := append([]byte("Exif\x00\x00"), tiff...)
	segment := append([]byte{0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(body)+2))...)
	segment = append(segment, body...)
	return bytes.Join([][]byte{data[:2], segment, data[2:]}, nil)
}

// withChunk puts a chunk into a PNG, after its header's.
func withChunk(data []byte, name string, body []byte) []byte {
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	chunk = append(append(chunk, name...), body...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	const header = 8 + 25
	return bytes.Join([][]byte{data[:header], chunk, data[header:]}, nil)
}
