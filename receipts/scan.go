package receipts

import (
	"context"
	"errors"
	"fmt"
	"image"
	"slices"
)

var (
	// ErrNoQR says that no code was read in a picture.
	ErrNoQR = errors.New("no QR code in the picture")
	// ErrBlurred is an ErrNoQR that saw the corner marks of a code and could not read
	// what is between them.
	ErrBlurred error = blurred{}
)

type blurred struct{}

func (blurred) Error() string { return "a QR code that cannot be read in the picture" }
func (blurred) Unwrap() error { return ErrNoQR }

// maxCodes bounds how many codes are read in one picture.
const maxCodes = 10

// decoder finds codes in a grey picture whose stride is its width. Seen reports
// whether there was the look of a code, read or not.
type decoder interface {
	decode(*image.Gray) (found []symbol, seen bool)
}

// symbol is a code that was read: its text and three of its corners' marks.
type symbol struct {
	text                         string
	topLeft, topRight, underLeft point
	module                       float64 // size in pixels
}

type point struct{ x, y float64 }

// step is one attempt at a picture: a size, a filter, a decoder.
type step struct {
	scale  float64 // of the picture brought down to baseSide; asStored for its own size
	filter func(*image.Gray) *image.Gray
	by     decoder
}

const (
	// baseSide is the long side of a photo as Telegram sends it: the size that most
	// pictures have and that the others are brought down to first.
	baseSide = 1280
	asStored = 0
)

// ladder is in order of what a step finds for its time, measured on photographs and on
// drawn receipts; most pictures end at the first. Growing the picture helps the
// decoder more than anything else, because a receipt's code is often two pixels a
// module; halving it helps large codes out of focus.
var ladder = []step{
	{1, asIs, zxing{hybrid, firstCode}},
	{1, blur, zxing{hybrid, everyCode}},
	{1.5, asIs, zxing{hybrid, firstCode}},
	{0.5, asIs, zxing{hybrid, firstCode}},
	{1, asIs, zxing{global, everyCode}},
	{1, inverted, zxing{hybrid, firstCode}},
	{1.5, sharpened, zxing{hybrid, everyCode}},
	{1, asIs, zxing{localMean(51), everyCode}},
	{1, sharpened, zxing{hybrid, everyCode}},
	{2, asIs, zxing{localMean(31), everyCode}},
	{1.5, asIs, zxing{localMean(31), everyCode}},
	{2, sharpened, zxing{hybrid, everyCode}},
	{asStored, asIs, zxing{hybrid, everyCode}},
}

// After a code was read, further steps look for others: one when a receipt's was
// found, more when only others' were, because a promotional code can stand beside it.
const (
	stepsAfterReceipt = 1
	stepsAfterOther   = 6
)

// Scan returns the texts of the QR codes in a picture, fiscal ones first. It returns
// ErrNoQR, perhaps as ErrBlurred, when there is none. ctx bounds its time: what was
// found before the end is returned.
func Scan(ctx context.Context, p Picture) ([]string, error) {
	if p.Gray == nil || p.Gray.Rect.Empty() {
		return nil, ErrNoQR
	}
	s := scan{source: p.Gray, left: len(ladder)}
	for _, st := range ladder {
		if s.left <= 0 || ctx.Err() != nil {
			break
		}
		s.climb(ctx, st)
	}
	if len(s.texts) > 0 {
		slices.SortStableFunc(s.texts, func(a, b string) int { return rank(a) - rank(b) })
		return s.texts, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoQR, err)
	}
	if s.seen {
		return nil, ErrBlurred
	}
	return nil, ErrNoQR
}

// scan is the state of one Scan.
type scan struct {
	source *image.Gray
	scaled map[float64]*image.Gray
	texts  []string
	left   int // steps that may still be made
	seen   bool
}

// climb makes one step, and again for as long as it reads new codes: what was read is
// painted over in the source.
func (s *scan) climb(ctx context.Context, st step) {
	s.left--
	for len(s.texts) < maxCodes && ctx.Err() == nil {
		picture, factor, ok := s.at(st.scale)
		if !ok {
			return
		}
		found, seen := st.by.decode(st.filter(picture))
		s.seen = s.seen || seen
		if len(found) == 0 {
			return
		}
		for _, sym := range found {
			s.take(sym, factor)
		}
	}
}

// at is the source at a scale, kept for the next step of the same scale. It reports
// false when that would repeat a smaller size.
func (s *scan) at(scale float64) (picture *image.Gray, factor float64, ok bool) {
	long := max(s.source.Rect.Dx(), s.source.Rect.Dy())
	factor = 1
	if scale == asStored {
		return s.source, 1, long > 2*baseSide
	}
	factor = scale * float64(min(long, baseSide)) / float64(long)
	if s.scaled == nil {
		s.scaled = map[float64]*image.Gray{}
	}
	if s.scaled[scale] == nil {
		s.scaled[scale] = resized(s.source, factor)
	}
	return s.scaled[scale], factor, true
}

func (s *scan) take(sym symbol, factor float64) {
	s.source = paintedOver(s.source, sym.times(1/factor))
	s.scaled = nil
	if sym.text == "" || slices.Contains(s.texts, sym.text) {
		return
	}
	s.texts = append(s.texts, sym.text)
	if rank(sym.text) < notReceipt {
		s.left = min(s.left, stepsAfterReceipt)
	} else {
		s.left = min(s.left, stepsAfterOther)
	}
}

// notReceipt is the rank of a text of no receipt's format.
const notReceipt = 2

// rank orders texts: receipts, broken receipts, the rest.
func rank(text string) int {
	_, err := Parse(text)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, ErrMalformed):
		return 1
	}
	return notReceipt
}
