package samples

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"

	"github.com/boombuler/barcode/qr"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/gomonobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// Sizes of the print, in pixels. Go Mono letters are 0.6 em wide.
const (
	letterSize  = 25
	rowHeight   = 31
	bigHeight   = 58
	paperWidth  = 630
	paperMargin = 30
	qrModule    = 7
	qrQuiet     = 4 // modules, by ISO/IEC 18004
)

// print is a receipt before it is photographed: black on white, with the
// place of the QR known.
type print struct {
	ink *image.Gray // 255 is bare paper
	qr  image.Rectangle
}

func (s Sale) print() (print, error) {
	small, err := face(gomono.TTF, letterSize)
	if err != nil {
		return print{}, err
	}
	large, err := face(gomonobold.TTF, 2*letterSize)
	if err != nil {
		return print{}, err
	}
	code, err := qr.Encode(s.QR(), qr.L, qr.Auto)
	if err != nil {
		return print{}, fmt.Errorf("encode qr: %w", err)
	}

	rows := s.rows()
	text := heightOf(rows)
	side := qrModule * (code.Bounds().Dx() + 2*qrQuiet)
	left := (paperWidth - side) / 2
	place := image.Rect(left, paperMargin+text, left+side, paperMargin+text+side)

	ink := image.NewGray(image.Rect(0, 0, paperWidth, place.Max.Y+paperMargin))
	draw.Draw(ink, ink.Bounds(), image.White, image.Point{}, draw.Src)
	y := paperMargin
	for _, r := range rows {
		f, h := small, rowHeight
		if r.big {
			f, h = large, bigHeight
		}
		d := font.Drawer{Dst: ink, Src: image.Black, Face: f, Dot: fixed.P(paperMargin, y+h*3/4)}
		d.DrawString(r.text)
		y += h
	}
	stamp(ink, code, place.Min.Add(image.Pt(qrModule*qrQuiet, qrModule*qrQuiet)))
	return print{ink, place}, nil
}

func heightOf(rows []row) int {
	h := 0
	for _, r := range rows {
		if r.big {
			h += bigHeight
		} else {
			h += rowHeight
		}
	}
	return h
}

func face(ttf []byte, size float64) (font.Face, error) {
	f, err := opentype.Parse(ttf)
	if err != nil {
		return nil, fmt.Errorf("parse font: %w", err)
	}
	return opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingFull})
}

// stamp draws the modules of code on dst from at.
func stamp(dst *image.Gray, code image.Image, at image.Point) {
	b := code.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if color.GrayModel.Convert(code.At(x, y)).(color.Gray).Y > 127 {
				continue
			}
			m := image.Rect(x*qrModule, y*qrModule, (x+1)*qrModule, (y+1)*qrModule).Add(at)
			draw.Draw(dst, m, image.Black, image.Point{}, draw.Src)
		}
	}
}
