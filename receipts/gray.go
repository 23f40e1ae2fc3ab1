package receipts

import (
	"image"
	"image/color"
)

// gray turns any decoded picture into grey, its own plane of brightness where there is
// one. What is transparent is white, as paper is.
func gray(img image.Image) *image.Gray {
	b := img.Bounds()
	out := image.NewGray(image.Rect(0, 0, b.Dx(), b.Dy()))
	switch src := img.(type) {
	case *image.Gray:
		for y := range b.Dy() {
			copy(out.Pix[y*out.Stride:], src.Pix[y*src.Stride:y*src.Stride+b.Dx()])
		}
	case *image.YCbCr:
		for y := range b.Dy() {
			at := src.YOffset(b.Min.X, b.Min.Y+y)
			copy(out.Pix[y*out.Stride:], src.Y[at:at+b.Dx()])
		}
	case *image.RGBA: // opaque by PNG's own rule
		for y := range b.Dy() {
			grayRow(out.Pix[y*out.Stride:][:b.Dx()], src.Pix[src.PixOffset(b.Min.X, b.Min.Y+y):])
		}
	default:
		for y := range b.Dy() {
			for x := range b.Dx() {
				out.Pix[y*out.Stride+x] = onPaper(img.At(b.Min.X+x, b.Min.Y+y))
			}
		}
	}
	return out
}

// grayRow weighs red, green and blue as color.GrayModel does.
func grayRow(out, rgba []byte) {
	for x := range out {
		p := rgba[4*x : 4*x+3]
		out[x] = byte((19595*uint32(p[0]) + 38470*uint32(p[1]) + 7471*uint32(p[2]) + 1<<15) >> 16)
	}
}

// onPaper is the brightness of a colour laid on white.
func onPaper(c color.Color) byte {
	r, g, b, a := c.RGBA()
	y := (19595*r + 38470*g + 7471*b + 1<<15) >> 16
	return byte((y + 0xffff - a) >> 8)
}
