package ocr

import (
	"image"
	"math"
)

const (
	// letterHeight is what Tesseract is given: taller costs time and reads no
	// better, smaller reads worse.
	letterHeight = 22

	// smallest is the letter height below which reading is guessing; the
	// person is asked to come closer instead.
	smallest = 1

	// fewest is how many letters a receipt has at the least.
	fewest = 25

	overview = 1400 // longest side of the copy on which the text is sought
	ink      = 165  // darker than this, after division, is ink
	pad      = 20   // white around the text, in pixels

	// The largest page handed to the engine; a text that would be larger is
	// reduced.
	maxWidth, maxHeight = 1600, 4800
)

// page prepares a picture for the engine: finds the text, turns it upright,
// cuts it out, makes its letters letterHeight pixels high and its paper
// white. It returns ErrNoText or ErrTooSmall when reading would be in vain.
//
// The text is sought on a reduced copy; the picture itself is touched once.
// Nothing is cut by the brightness of the paper: hard shadows split it, and
// text is lost.
func page(img image.Image) (*image.Gray, error) {
	g := grey(img)
	n := max(1, int(math.Round(float64(max(g.Rect.Dx(), g.Rect.Dy()))/overview)))
	small := shrink(g, n)
	clean := divide(small, max(1, min(small.Rect.Dx(), small.Rect.Dy())/400))
	ls, size := letters(components(clean, ink))
	if len(ls) < fewest {
		return nil, ErrNoText
	}
	a, ok := angle(ls, size)
	if !ok {
		return nil, ErrNoText
	}
	a = tilt(ls, a, size)
	if size*n < smallest {
		return nil, ErrTooSmall
	}
	cut := frame(ls, a, float64(size)).times(float64(n))
	out := cut.take(g, letterHeight/float64(size*n))
	return divide(out, 2), nil
}

// crop is a rectangle of the picture, turned by the angle of its text.
type crop struct {
	sin, cos       float64
	x0, y0, x1, y1 float64 // in the turned axes
}

func frame(ls []component, a, size float64) crop {
	c := crop{}
	c.sin, c.cos = math.Sincos(a * math.Pi / 180)
	c.x0, c.y0, c.x1, c.y1 = rotated(ls, a)
	margin := 3 * size
	c.x0, c.y0, c.x1, c.y1 = c.x0-margin, c.y0-margin, c.x1+margin, c.y1+margin
	return c
}

func (c crop) times(n float64) crop {
	c.x0, c.y0, c.x1, c.y1 = c.x0*n, c.y0*n, c.x1*n, c.y1*n
	return c
}

// take copies the crop out of g, scaled, with white where the picture ends.
func (c crop) take(g *image.Gray, scale float64) *image.Gray {
	scale = min(max(scale, 0.3), 3, maxWidth/(c.x1-c.x0), maxHeight/(c.y1-c.y0))
	if n := int(1 / scale); n >= 2 {
		return c.times(1/float64(n)).take(shrink(g, n), scale*float64(n))
	}
	w, h := int((c.x1-c.x0)*scale)+2*pad, int((c.y1-c.y0)*scale)+2*pad
	out := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		v := c.y0 + (float64(y-pad)+0.5)/scale
		for x := range w {
			u := c.x0 + (float64(x-pad)+0.5)/scale
			out.Pix[y*out.Stride+x] = sample(g, u*c.cos-v*c.sin-0.5, u*c.sin+v*c.cos-0.5)
		}
	}
	return out
}

// sample is the picture between its pixels, by a cubic through the 16 around
// (Catmull-Rom); outside, the nearest pixel of the edge.
func sample(g *image.Gray, x, y float64) uint8 {
	fx, fy := math.Floor(x), math.Floor(y)
	wx, wy := cubic(x-fx), cubic(y-fy)
	w, h := g.Rect.Dx(), g.Rect.Dy()
	sum := 0.0
	for j := range 4 {
		row := g.Pix[min(max(int(fy)-1+j, 0), h-1)*g.Stride:]
		line := 0.0
		for i := range 4 {
			line += wx[i] * float64(row[min(max(int(fx)-1+i, 0), w-1)])
		}
		sum += wy[j] * line
	}
	return uint8(min(max(sum+0.5, 0), 255))
}

func cubic(t float64) [4]float64 {
	return [4]float64{
		((-t+2)*t - 1) * t / 2,
		((3*t-5)*t*t + 2) / 2,
		((-3*t+4)*t + 1) * t / 2,
		(t - 1) * t * t / 2,
	}
}
