package receipts

import (
	"image"
	"math"
)

// Filters return a new picture and leave theirs alone.

func asIs(g *image.Gray) *image.Gray { return g }

func inverted(g *image.Gray) *image.Gray {
	out := image.NewGray(g.Rect)
	for i, v := range g.Pix {
		out.Pix[i] = 255 - v
	}
	return out
}

// blur weighs each pixel and its neighbours 1-2-1 both ways: it takes off the noise of
// cheap cameras.
func blur(g *image.Gray) *image.Gray {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	out := image.NewGray(g.Rect)
	column := make([]int, w)
	for y := range h {
		above, here, below := g.Pix[max(0, y-1)*w:], g.Pix[y*w:], g.Pix[min(h-1, y+1)*w:]
		for x := range w {
			column[x] = int(above[x]) + 2*int(here[x]) + int(below[x])
		}
		row := out.Pix[y*w : y*w+w]
		for x := range w {
			row[x] = byte((column[max(0, x-1)] + 2*column[x] + column[min(w-1, x+1)]) >> 4)
		}
	}
	return out
}

// sharpened adds one and a half times the difference from a blur, which undoes some
// lack of focus.
func sharpened(g *image.Gray) *image.Gray {
	soft := blur(blur(g))
	for i, v := range g.Pix {
		soft.Pix[i] = byte(max(0, min(255, int(v)+3*(int(v)-int(soft.Pix[i]))/2)))
	}
	return soft
}

// resized averages areas when it shrinks and interpolates when it grows.
func resized(g *image.Gray, factor float64) *image.Gray {
	w := int(float64(g.Rect.Dx())*factor + .5)
	h := int(float64(g.Rect.Dy())*factor + .5)
	switch {
	case w < 8 || h < 8 || w == g.Rect.Dx():
		return g
	case factor < 1:
		return shrunk(g, w, h)
	}
	return grown(g, w, h)
}

func shrunk(g *image.Gray, w, h int) *image.Gray {
	gw, gh := g.Rect.Dx(), g.Rect.Dy()
	out := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		top, bottom := y*gh/h, max((y+1)*gh/h, y*gh/h+1)
		for x := range w {
			left, right := x*gw/w, max((x+1)*gw/w, x*gw/w+1)
			sum := 0
			for row := top; row < bottom; row++ {
				for _, v := range g.Pix[row*gw+left : row*gw+right] {
					sum += int(v)
				}
			}
			out.Pix[y*w+x] = byte(sum / ((bottom - top) * (right - left)))
		}
	}
	return out
}

// tap is where a pixel of the larger picture falls among those of the smaller one:
// between a and b, part/256 of the way.
type tap struct{ a, b, part int }

func taps(small, large int) []tap {
	all := make([]tap, large)
	for i := range all {
		at := (float64(i)+.5)*float64(small)/float64(large) - .5
		a := int(math.Floor(at))
		all[i] = tap{max(0, min(small-1, a)), max(0, min(small-1, a+1)), int((at - float64(a)) * 256)}
	}
	return all
}

func grown(g *image.Gray, w, h int) *image.Gray {
	gw := g.Rect.Dx()
	out := image.NewGray(image.Rect(0, 0, w, h))
	across := taps(gw, w)
	for y, down := range taps(g.Rect.Dy(), h) {
		above, below := g.Pix[down.a*gw:down.a*gw+gw], g.Pix[down.b*gw:down.b*gw+gw]
		row := out.Pix[y*w : y*w+w]
		for x, t := range across {
			p := int(above[t.a])*(256-t.part) + int(above[t.b])*t.part
			q := int(below[t.a])*(256-t.part) + int(below[t.b])*t.part
			row[x] = byte((p*(256-down.part) + q*down.part) >> 16)
		}
	}
	return out
}

// paintedOver is the picture with a code under white, so that the next pass finds
// another one.
func paintedOver(g *image.Gray, s symbol) *image.Gray {
	out := image.NewGray(g.Rect)
	copy(out.Pix, g.Pix)
	w, h := g.Rect.Dx(), g.Rect.Dy()
	right := point{s.topRight.x - s.topLeft.x, s.topRight.y - s.topLeft.y}
	down := point{s.underLeft.x - s.topLeft.x, s.underLeft.y - s.topLeft.y}
	area := right.x*down.y - right.y*down.x
	if math.Abs(area) < 1 {
		return out
	}
	// Marks' centres are three and a half modules inside the code.
	edge := 4.5 * s.module / math.Max(1, math.Sqrt(math.Abs(area)))
	reach := math.Hypot(right.x, right.y) + math.Hypot(down.x, down.y) + 8*s.module
	for y := max(0, int(s.topLeft.y-reach)); y < min(h, int(s.topLeft.y+reach)); y++ {
		for x := max(0, int(s.topLeft.x-reach)); x < min(w, int(s.topLeft.x+reach)); x++ {
			dx, dy := float64(x)-s.topLeft.x, float64(y)-s.topLeft.y
			u, v := (dx*down.y-dy*down.x)/area, (dy*right.x-dx*right.y)/area
			if u > -edge && u < 1+edge && v > -edge && v < 1+edge {
				out.Pix[y*w+x] = 255
			}
		}
	}
	return out
}

// times is the symbol in a picture that is factor as large.
func (s symbol) times(factor float64) symbol {
	for _, p := range []*point{&s.topLeft, &s.topRight, &s.underLeft} {
		p.x, p.y = p.x*factor, p.y*factor
	}
	s.module *= factor
	return s
}
