package ocr

import (
	"image"
	"math"
	"slices"
)

// bends is into how many strips, from left to right, the text is divided to
// learn how its lines rise and fall.
const bends = 12

// curl is by how much the lines of a text lie lower than straight ones at
// even steps from its left edge to its right one. A roll of paper curls
// across its lines, so all lines of a receipt share it.
type curl [bends + 1]float64

// at is the curl at a part of the width, 0 to 1.
func (c *curl) at(part float64) float64 {
	p := min(max(part, 0), 1) * bends
	i := min(int(p), bends-1)
	f := p - float64(i)
	return c[i]*(1-f) + c[i+1]*f
}

// curlOf follows the lines: in every strip it takes the median slope from a
// letter to those of its height that follow it, and adds the slopes up. What
// the angle of the text left over is in it too.
func curlOf(ls []component, a float64, size int, x0, x1 float64) curl {
	var slopes [bends][]float64
	for _, s := range slopesOf(turn(sampled(ls, 4000), a), float64(size)) {
		strip := int((s.u - x0) / (x1 - x0) * bends)
		if strip >= 0 && strip < bends {
			slopes[strip] = append(slopes[strip], s.slope)
		}
	}
	var c curl
	for i, s := range smooth(medians(slopes)) {
		c[i+1] = c[i] + s*(x1-x0)/bends
	}
	mid := c[bends/2]
	for i := range c {
		c[i] -= mid
	}
	return c
}

// letter is a component in axes turned along the lines.
type letter struct{ u, v, height float64 }

func turn(ls []component, a float64) []letter {
	sin, cos := math.Sincos(a * math.Pi / 180)
	out := make([]letter, len(ls))
	for i, c := range ls {
		x, y := c.centre()
		out[i] = letter{x*cos + y*sin, y*cos - x*sin, float64(c.height())}
	}
	slices.SortFunc(out, func(a, b letter) int { return int(math.Copysign(1, a.u-b.u)) })
	return out
}

type slope struct{ u, slope float64 }

func slopesOf(ls []letter, size float64) []slope {
	var out []slope
	for i, p := range ls {
		for _, q := range ls[i+1:] {
			du, dv := q.u-p.u, q.v-p.v
			if du > 6*size {
				break
			}
			if du < size/2 || math.Abs(dv) > 0.6*size || math.Abs(p.height-q.height) > max(1, p.height/10) {
				continue
			}
			out = append(out, slope{(p.u + q.u) / 2, dv / du})
		}
	}
	return out
}

// medians returns the median of each strip; one that has little to say
// repeats the one before it.
func medians(strips [bends][]float64) [bends]float64 {
	var out [bends]float64
	known := 0.0
	for i, s := range strips {
		if len(s) >= 8 {
			slices.Sort(s)
			known = s[len(s)/2]
		}
		out[i] = known
	}
	return out
}

func smooth(v [bends]float64) [bends]float64 {
	var out [bends]float64
	for i := range v {
		out[i] = (v[max(0, i-1)] + 2*v[i] + v[min(bends-1, i+1)]) / 4
	}
	return out
}

// crop is a rectangle of the picture, turned by the angle of its text and
// bent by its curl.
type crop struct {
	sin, cos       float64
	x0, y0, x1, y1 float64 // in the turned axes
	curl           curl
}

func frame(ls []component, a float64, size int) crop {
	c := crop{}
	c.sin, c.cos = math.Sincos(a * math.Pi / 180)
	c.x0, c.y0, c.x1, c.y1 = extent(turn(ls, a))
	margin := 3 * float64(size)
	c.x0, c.y0, c.x1, c.y1 = c.x0-margin, c.y0-margin, c.x1+margin, c.y1+margin
	c.curl = curlOf(ls, a, size, c.x0, c.x1)
	return c
}

// extent is the box of the letters without the outermost few in a thousand,
// which are dirt more often than text.
func extent(ls []letter) (x0, y0, x1, y1 float64) {
	var us, vs []float64
	for _, l := range ls {
		us = append(us, l.u)
		vs = append(vs, l.v)
	}
	slices.Sort(us)
	slices.Sort(vs)
	u, v := len(ls)*7/1000, len(ls)*3/1000
	return us[u], vs[v], us[len(us)-1-u], vs[len(vs)-1-v]
}

func (c crop) times(n float64) crop {
	c.x0, c.y0, c.x1, c.y1 = c.x0*n, c.y0*n, c.x1*n, c.y1*n
	for i := range c.curl {
		c.curl[i] *= n
	}
	return c
}

// take copies the crop out of g, scaled and straightened; beyond the picture
// its edge goes on.
func (c crop) take(g *image.Gray, scale float64) *image.Gray {
	scale = min(max(scale, 0.3), 3, maxWidth/(c.x1-c.x0), maxHeight/(c.y1-c.y0))
	if n := int(1 / scale); n >= 2 {
		return c.times(1/float64(n)).take(shrink(g, n), scale*float64(n))
	}
	w, h := int((c.x1-c.x0)*scale)+2*pad, int((c.y1-c.y0)*scale)+2*pad
	out := image.NewGray(image.Rect(0, 0, w, h))
	for x := range w {
		u := c.x0 + (float64(x-pad)+0.5)/scale
		down := c.curl.at((u - c.x0) / (c.x1 - c.x0))
		for y := range h {
			v := c.y0 + (float64(y-pad)+0.5)/scale + down
			out.Pix[y*out.Stride+x] = sample(g, u*c.cos-v*c.sin-0.5, u*c.sin+v*c.cos-0.5)
		}
	}
	return out
}

// sample is the picture between its pixels, by a cubic through the 16 around
// (Catmull-Rom); outside, the nearest pixel of the edge.
func sample(g *image.Gray, x, y float64) uint8 {
	fx, fy := math.Floor(x), math.Floor(y)
	wx, wy := cubic(float32(x-fx)), cubic(float32(y-fy))
	w, h := g.Rect.Dx(), g.Rect.Dy()
	x0, y0 := int(fx)-1, int(fy)-1
	var sum float32
	if x0 >= 0 && y0 >= 0 && x0+4 <= w && y0+4 <= h {
		for j := range 4 {
			row := g.Pix[(y0+j)*g.Stride+x0:][:4]
			sum += wy[j] * (wx[0]*float32(row[0]) + wx[1]*float32(row[1]) + wx[2]*float32(row[2]) + wx[3]*float32(row[3]))
		}
	} else {
		for j := range 4 {
			row := g.Pix[min(max(y0+j, 0), h-1)*g.Stride:]
			for i := range 4 {
				sum += wy[j] * wx[i] * float32(row[min(max(x0+i, 0), w-1)])
			}
		}
	}
	return uint8(min(max(sum+0.5, 0), 255))
}

func cubic(t float32) [4]float32 {
	return [4]float32{
		((-t+2)*t - 1) * t / 2,
		((3*t-5)*t*t + 2) / 2,
		((-3*t+4)*t + 1) * t / 2,
		(t - 1) * t * t / 2,
	}
}
