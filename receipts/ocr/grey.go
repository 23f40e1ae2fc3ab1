package ocr

import (
	"image"
	"image/color"
)

// shortSide is where pictures stop being worth their pixels: a receipt with
// 40 letters across still has letters 50 pixels wide.
const shortSide = 2200

// grey turns any picture into 8-bit grey with its origin at 0,0. What is
// transparent becomes white paper. Pictures far larger than reading needs are
// reduced.
func grey(img image.Image) *image.Gray {
	g := luma(img)
	if n := min(g.Rect.Dx(), g.Rect.Dy()) / shortSide; n >= 2 {
		return shrink(g, n)
	}
	return g
}

func luma(img image.Image) *image.Gray {
	b := img.Bounds()
	out := image.NewGray(image.Rect(0, 0, b.Dx(), b.Dy()))
	for y := range b.Dy() {
		row := out.Pix[y*out.Stride : y*out.Stride+b.Dx()]
		switch m := img.(type) {
		case *image.YCbCr:
			o := m.YOffset(b.Min.X, b.Min.Y+y)
			copy(row, m.Y[o:o+len(row)])
		case *image.Gray:
			o := m.PixOffset(b.Min.X, b.Min.Y+y)
			copy(row, m.Pix[o:o+len(row)])
		default:
			for x := range row {
				row[x] = onWhite(img.At(b.Min.X+x, b.Min.Y+y))
			}
		}
	}
	return out
}

func onWhite(c color.Color) uint8 {
	r, g, b, a := c.RGBA() // multiplied by alpha already
	y := (19595*r + 38470*g + 7471*b + 1<<15) >> 16
	return uint8((y + 0xffff - a) >> 8)
}

// shrink divides the sides of g by n, each pixel being the mean of n×n.
func shrink(g *image.Gray, n int) *image.Gray {
	if n < 2 {
		return g
	}
	w, h := max(1, g.Rect.Dx()/n), max(1, g.Rect.Dy()/n)
	out := image.NewGray(image.Rect(0, 0, w, h))
	sums := make([]int, w)
	for y := range h {
		clear(sums)
		rows := 0
		for yy := y * n; yy < min((y+1)*n, g.Rect.Dy()); yy++ {
			rows++
			row := g.Pix[yy*g.Stride:]
			for x := range sums {
				for _, v := range row[x*n : min((x+1)*n, g.Rect.Dx())] {
					sums[x] += int(v)
				}
			}
		}
		for x, s := range sums {
			out.Pix[y*out.Stride+x] = uint8(s / (rows * min(n, g.Rect.Dx())))
		}
	}
	return out
}

// flip turns g upside down.
func flip(g *image.Gray) *image.Gray {
	out := image.NewGray(g.Rect)
	for i, v := range g.Pix {
		out.Pix[len(g.Pix)-1-i] = v
	}
	return out
}
