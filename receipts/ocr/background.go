package ocr

import "image"

// divide removes shadows and the tint of the paper: every pixel is divided by
// the paper's brightness near it, which is estimated on a copy n times
// smaller by growing the light over the letters and taking the median.
func divide(g *image.Gray, n int) *image.Gray {
	bg := median(dilate(shrink(g, n), 4), 10)
	w, h := g.Rect.Dx(), g.Rect.Dy()
	out := image.NewGray(g.Rect)
	paper := make([]int, w)
	for y := range h {
		level(paper, bg, y, h)
		row, dst := g.Pix[y*g.Stride:], out.Pix[y*out.Stride:]
		for x, p := range paper {
			// 263 is 255 and 3 percent: paper becomes white, not almost.
			dst[x] = uint8(min(255, int(row[x])*263*256/max(256, p)))
		}
	}
	return out
}

// level fills paper with the brightness of row y of h, 256 times, between the
// pixels of the small copy.
func level(paper []int, bg *image.Gray, y, h int) {
	bw, bh := bg.Rect.Dx(), bg.Rect.Dy()
	y0, y1, fy := between(y, h, bh)
	top, low := bg.Pix[y0*bg.Stride:], bg.Pix[y1*bg.Stride:]
	for x := range paper {
		x0, x1, fx := between(x, len(paper), bw)
		a := int(top[x0])*(256-fx) + int(top[x1])*fx
		b := int(low[x0])*(256-fx) + int(low[x1])*fx
		paper[x] = (a*(256-fy) + b*fy) >> 8
	}
}

// between maps the centre of pixel i of n onto m pixels: the two neighbours
// and how near the second is, of 256.
func between(i, n, m int) (lo, hi, f int) {
	p := (2*i+1)*m*128/n - 128
	p = min(max(p, 0), (m-1)*256)
	lo = p >> 8
	return lo, min(lo+1, m-1), p & 255
}

// dilate gives every pixel the lightest value within r pixels of it.
func dilate(g *image.Gray, r int) *image.Gray {
	return sweep(sweep(g, r, 1, g.Stride), r, g.Stride, 1)
}

// sweep takes the maximum along lines whose pixels are step apart and whose
// starts are next apart.
func sweep(g *image.Gray, r, step, next int) *image.Gray {
	out := image.NewGray(g.Rect)
	length, lines := g.Rect.Dx(), g.Rect.Dy()
	if step != 1 {
		length, lines = lines, length
	}
	for l := range lines {
		o := l * next
		for i := range length {
			best := uint8(0)
			for j := max(0, i-r); j <= min(length-1, i+r); j++ {
				best = max(best, g.Pix[o+j*step])
			}
			out.Pix[o+i*step] = best
		}
	}
	return out
}

// median gives every pixel the median of the square of r pixels around it, by
// a histogram that slides along the row (Huang, 1979).
func median(g *image.Gray, r int) *image.Gray {
	out := image.NewGray(g.Rect)
	w, h := g.Rect.Dx(), g.Rect.Dy()
	for y := range h {
		var s slider
		y0, y1 := max(0, y-r), min(h-1, y+r)
		for x := range min(r, w) {
			s.column(g, x, y0, y1, 1)
		}
		for x := range w {
			if x+r < w {
				s.column(g, x+r, y0, y1, 1)
			}
			if x-r-1 >= 0 {
				s.column(g, x-r-1, y0, y1, -1)
			}
			out.Pix[y*out.Stride+x] = s.median()
		}
	}
	return out
}

// slider is a histogram that knows its median and how many values lie below.
type slider struct {
	count [256]int
	total int
	mid   int
	below int
}

func (s *slider) column(g *image.Gray, x, y0, y1, by int) {
	for y := y0; y <= y1; y++ {
		v := int(g.Pix[y*g.Stride+x])
		s.count[v] += by
		s.total += by
		if v < s.mid {
			s.below += by
		}
	}
}

func (s *slider) median() uint8 {
	half := s.total / 2
	for s.below > half {
		s.mid--
		s.below -= s.count[s.mid]
	}
	for s.below+s.count[s.mid] <= half && s.mid < 255 {
		s.below += s.count[s.mid]
		s.mid++
	}
	return uint8(s.mid)
}
