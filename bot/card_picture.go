package bot

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strings"

	"kopilka/members"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/qr"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// cardDesign changes with the drawing, so that pictures kept at Telegram are drawn anew.
const cardDesign = 2

// The card, in pixels: about twice as large as a phone shows it.
const (
	cardWidth  = 1000
	cardHeight = 560
	cardMargin = 48
	cardQR     = 336
)

var (
	ink   = color.RGBA{0x1b, 0x2a, 0x3a, 0xff}
	faint = color.RGBA{0x5c, 0x6c, 0x7c, 0xff}
	paint = color.RGBA{0x0f, 0x6b, 0x5c, 0xff} // the band on top
	light = color.RGBA{0xe8, 0xf5, 0xf2, 0xff}
)

// cardFace is what stands on a card.
type cardFace struct {
	Programme, Name, Tier string
	Card                  members.Card
}

// draw makes the PNG: who and which tier, the number, and the number as a QR code and as
// Code 128, for whichever scanner a till has. Codes are black on white with quiet zones.
func (f cardFace) draw() ([]byte, error) {
	img := image.NewRGBA(image.Rect(0, 0, cardWidth, cardHeight))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(img, image.Rect(0, 0, cardWidth, 120), image.NewUniform(paint), image.Point{}, draw.Src)
	pen := writer{img: img}
	pen.write(gobold.TTF, 46, light, cardMargin, 78, f.Programme, 560)
	pen.right(goregular.TTF, 36, light, cardWidth-cardMargin, 76, f.Tier, 320)
	pen.write(gobold.TTF, 44, ink, cardMargin, 210, f.Name, 540)
	pen.write(goregular.TTF, 44, ink, cardMargin, 290, f.Card.Grouped(), 540)
	if pen.err != nil {
		return nil, fmt.Errorf("draw a card: %w", pen.err)
	}
	if err := f.codes(img); err != nil {
		return nil, fmt.Errorf("draw a card: %w", err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil, fmt.Errorf("draw a card: %w", err)
	}
	return b.Bytes(), nil
}

// codes draws the number for scanners.
func (f cardFace) codes(img *image.RGBA) error {
	square, err := qr.Encode(string(f.Card), qr.M, qr.Numeric)
	if err != nil {
		return err
	}
	if square, err = barcode.Scale(square, cardQR, cardQR); err != nil {
		return err
	}
	put(img, square, cardWidth-cardMargin-cardQR, 165)
	bars, err := code128.Encode(string(f.Card))
	if err != nil {
		return err
	}
	width := bars.Bounds().Dx() * 4 // whole pixels a bar
	line, err := barcode.Scale(bars, width, 160)
	if err != nil {
		return err
	}
	put(img, line, cardMargin, 341)
	return nil
}

func put(img *image.RGBA, code image.Image, x, y int) {
	draw.Draw(img, code.Bounds().Sub(code.Bounds().Min).Add(image.Pt(x, y)), code, code.Bounds().Min, draw.Src)
}

// writer writes lines and keeps the first error.
type writer struct {
	img *image.RGBA
	err error
}

// write begins at x with the baseline at y; a line wider than room is made smaller.
func (w *writer) write(ttf []byte, size float64, c color.Color, x, y int, text string, room int) {
	face, text := w.fit(ttf, size, text, room)
	if face == nil {
		return
	}
	defer face.Close()
	d := font.Drawer{Dst: w.img, Src: image.NewUniform(c), Face: face, Dot: fixed.P(x, y)}
	d.DrawString(text)
}

// right is write that ends at x.
func (w *writer) right(ttf []byte, size float64, c color.Color, x, y int, text string, room int) {
	face, text := w.fit(ttf, size, text, room)
	if face == nil {
		return
	}
	defer face.Close()
	d := font.Drawer{Dst: w.img, Src: image.NewUniform(c), Face: face}
	d.Dot = fixed.P(x-d.MeasureString(text).Ceil(), y)
	d.DrawString(text)
}

// fit opens the largest face up to size in which text fits the room, and returns the text
// without what the font cannot draw: names hold flowers and hearts.
func (w *writer) fit(ttf []byte, size float64, text string, room int) (font.Face, string) {
	if w.err != nil {
		return nil, ""
	}
	parsed, err := opentype.Parse(ttf)
	if err != nil {
		w.err = err
		return nil, ""
	}
	text = drawable(parsed, text)
	for {
		face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingFull})
		if err != nil {
			w.err = err
			return nil, ""
		}
		if size <= 14 || font.MeasureString(face, text).Ceil() <= room {
			return face, text
		}
		face.Close()
		size -= 2
	}
}

func drawable(f *opentype.Font, text string) string {
	var b sfnt.Buffer
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if glyph, err := f.GlyphIndex(&b, r); err != nil || glyph == 0 {
			return -1
		}
		return r
	}, text))
}
