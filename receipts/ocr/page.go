package ocr

import (
	"image"
	"math"
)

const (
	// letterHeight is what Tesseract is given: taller costs time and reads no
	// better, smaller reads worse.
	letterHeight = 22

	// secondHeight is for a second look, which shall err elsewhere.
	secondHeight = 28

	// smallest is the letter height below which reading is guessing; the
	// person is asked to come closer instead.
	smallest = 8

	// fewest is how many letters a receipt has at the least.
	fewest = 25

	narrowest = 64 // side of a picture below which nothing is sought

	overview = 1400 // longest side of the copy on which the text is sought
	ink      = 165  // darker than this, after division, is ink
	pad      = 20   // white around the text, in pixels

	// The largest page handed to the engine; a text that would be larger is
	// reduced.
	maxWidth, maxHeight = 1300, 4800
)

// print is the text of a picture, found but not yet taken out.
type print struct {
	picture *image.Gray
	crop    crop
	size    int // median size of its letters, in pixels of the picture
}

// find seeks the text of a picture: where it is, how it is turned and bent,
// how large its letters are. It returns ErrNoText or ErrTooSmall when reading
// would be in vain.
//
// The text is sought on a reduced copy. Nothing is cut by the brightness of
// the paper: hard shadows split it, and text is lost.
func find(img image.Image) (print, error) {
	if b := img.Bounds(); min(b.Dx(), b.Dy()) < narrowest {
		return print{}, ErrNoText
	}
	g := grey(img)
	n := max(1, int(math.Round(float64(max(g.Rect.Dx(), g.Rect.Dy()))/overview)))
	small := shrink(g, n)
	clean := divide(small, max(2, min(small.Rect.Dx(), small.Rect.Dy())/350))
	ls, size := letters(components(clean, ink))
	if len(ls) < fewest {
		return print{}, ErrNoText
	}
	a, ok := angle(ls, size)
	if !ok {
		return print{}, ErrNoText
	}
	if size*n < smallest {
		return print{}, ErrTooSmall
	}
	return print{g, frame(ls, a, size).times(float64(n)), size * n}, nil
}

// page is the text alone, upright and straight, black on white, its letters
// height pixels high. The picture is touched once for all of it.
func (p print) page(height int) *image.Gray {
	return divide(p.crop.take(p.picture, float64(height)/float64(p.size)), 3)
}
