package receipts

import (
	"image"

	"github.com/makiuchi-d/gozxing"
	qr "github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/detector"
)

// zxing is a decoder made of gozxing's parts: a way to tell ink from paper and a way
// to look for codes in that.
type zxing struct {
	binarize binarizer
	find     func(*gozxing.BitMatrix) (found []symbol, seen bool)
}

// decode gives up on a picture that makes gozxing panic, as crafted ones do.
func (z zxing) decode(g *image.Gray) (found []symbol, seen bool) {
	defer func() {
		if recover() != nil {
			found = nil
		}
	}()
	bits := z.binarize(g)
	if bits == nil {
		return nil, false
	}
	return z.find(bits)
}

// firstCode is gozxing's own search: fast, with one guess at what the three corner
// marks are and where the alignment mark is.
func firstCode(bits *gozxing.BitMatrix) (found []symbol, seen bool) {
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
	result, err := detector.NewDetector(bits).Detect(hints)
	if err != nil {
		return nil, false
	}
	text := decodeBits(result.GetBits())
	if text == "" {
		return nil, false
	}
	return symbols(text, result.GetPoints()), true
}

// symbols is the one symbol of a text and its marks, in gozxing's order: under left,
// top left, top right.
func symbols(text string, points []gozxing.ResultPoint) []symbol {
	if len(points) < 3 {
		return nil
	}
	s := symbol{text: text, underLeft: at(points[0]), topLeft: at(points[1]), topRight: at(points[2])}
	if mark, ok := points[1].(*detector.FinderPattern); ok {
		s.module = mark.GetEstimatedModuleSize()
	}
	return []symbol{s}
}

func at(p gozxing.ResultPoint) point { return point{p.GetX(), p.GetY()} }

// decodeBits returns the text of a sampled code, or "".
func decodeBits(bits *gozxing.BitMatrix) string {
	result, err := qr.NewDecoder().Decode(bits, nil)
	if err != nil {
		return ""
	}
	return result.GetText()
}
