package receipts

import (
	"image"

	"github.com/makiuchi-d/gozxing"
)

// A binarizer tells ink from paper; it returns nil when it cannot.
type binarizer func(*image.Gray) *gozxing.BitMatrix

// hybrid has a threshold of its own for each block of the picture.
func hybrid(g *image.Gray) *gozxing.BitMatrix {
	return black(gozxing.NewHybridBinarizer(luminance(g)))
}

// global has one threshold, which small and noisy pictures need.
func global(g *image.Gray) *gozxing.BitMatrix {
	return black(gozxing.NewGlobalHistgramBinarizer(luminance(g)))
}

func luminance(g *image.Gray) gozxing.LuminanceSource {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	source, _ := gozxing.NewPlanarYUVLuminanceSource(g.Pix, w, h, 0, 0, w, h, false) // fails only for a crop outside
	return source
}

func black(b gozxing.Binarizer) *gozxing.BitMatrix {
	bits, err := b.GetBlackMatrix()
	if err != nil {
		return nil
	}
	return bits
}

// localMean takes a pixel for ink when it is darker than the mean of the square around
// it: that holds where light falls off faster than hybrid's blocks.
func localMean(window int) binarizer {
	return func(g *image.Gray) *gozxing.BitMatrix {
		w, h := g.Rect.Dx(), g.Rect.Dy()
		bits, err := gozxing.NewBitMatrix(w, h)
		if err != nil {
			return nil
		}
		sums, line, r := integral(g), w+1, window/2
		for y := range h {
			top, bottom := max(0, y-r)*line, min(h, y+r+1)*line
			for x := range w {
				left, right := max(0, x-r), min(w, x+r+1)
				n := (bottom - top) / line * (right - left)
				sum := int(sums[bottom+right] - sums[top+right] - sums[bottom+left] + sums[top+left])
				// Four levels under the mean, so that blank paper stays white.
				if int(g.Pix[y*w+x])*n < sum-4*n {
					bits.Set(x, y)
				}
			}
		}
		return bits
	}
}

// integral holds at (x, y) the sum of all pixels above and left of it. A picture under
// 40 megapixels sums to more than 32 bits, but a window's difference does not, so the
// sums may wrap.
func integral(g *image.Gray) []uint32 {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	line := w + 1
	sums := make([]uint32, line*(h+1))
	for y := range h {
		var row uint32
		for x, v := range g.Pix[y*w : y*w+w] {
			row += uint32(v)
			sums[(y+1)*line+x+1] = sums[y*line+x+1] + row
		}
	}
	return sums
}
