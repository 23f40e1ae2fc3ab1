package receipts

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"strings"

	"golang.org/x/image/webp"
)

// What a picture may cost. Telegram gives bots files up to 20 MB
// (https://core.telegram.org/bots/api#getfile); phones take up to 40 megapixels in
// their normal modes.
const (
	MaxPicture = 20 << 20
	maxPixels  = 40_000_000
	maxSide    = 12_000
	// maxScans bounds the passes of a progressive JPEG: each costs a walk over the whole
	// picture for a few bytes of file. Cameras write about ten.
	maxScans = 100
)

var (
	// ErrPictureType says that the bytes are no JPEG, PNG or WebP.
	ErrPictureType = errors.New("not a JPEG, PNG or WebP picture")
	// ErrPictureSize says that a picture is over MaxPicture bytes.
	ErrPictureSize = errors.New("picture over 20 MB")
	// ErrTooManyPixels says that a picture is over 40 megapixels or 12000 on a side. It
	// is told before the picture is decoded.
	ErrTooManyPixels = errors.New("picture over 40 megapixels")
	// ErrBroken says that a picture of a known type cannot be decoded.
	ErrBroken = errors.New("broken picture")
)

// Picture is a decoded picture, upright and grey: the fewer bytes, and no reader of
// receipts needs colour.
type Picture struct {
	Gray *image.Gray
	Type string // as "image/jpeg"
}

// Gate decodes a picture that came from a stranger, refusing what would cost too much
// before it does.
func Gate(data []byte) (Picture, error) {
	if len(data) > MaxPicture {
		return Picture{}, ErrPictureSize
	}
	kind, decode, config := codec(data)
	if decode == nil {
		return Picture{}, fmt.Errorf("%w but %s", ErrPictureType, kind)
	}
	cfg, err := config(bytes.NewReader(data))
	if err != nil {
		return Picture{}, fmt.Errorf("%w: %s: %w", ErrBroken, kind, err)
	}
	if err := affordable(cfg); err != nil {
		return Picture{}, err
	}
	if kind == "image/jpeg" && bytes.Count(data, []byte{0xff, 0xda}) > maxScans {
		return Picture{}, fmt.Errorf("%w: too many scans", ErrBroken)
	}
	img, err := decodeSafely(decode, data)
	if err != nil {
		return Picture{}, fmt.Errorf("%w: %s: %w", ErrBroken, kind, err)
	}
	return Picture{Gray: upright(gray(img), orientation(kind, data)), Type: kind}, nil
}

type (
	decodeFunc func(io.Reader) (image.Image, error)
	configFunc func(io.Reader) (image.Config, error)
)

// codec goes by the first bytes, never by a name or a header that the sender chose.
func codec(data []byte) (kind string, _ decodeFunc, _ configFunc) {
	if len(data) > 12 && string(data[4:8]) == "ftyp" && strings.Contains("heic heix mif1 msf1 hevc avif", string(data[8:12])) {
		return "image/heic", nil, nil
	}
	kind, _, _ = strings.Cut(http.DetectContentType(data), ";")
	switch kind {
	case "image/jpeg":
		return kind, jpeg.Decode, jpeg.DecodeConfig
	case "image/png":
		return kind, png.Decode, png.DecodeConfig
	case "image/webp":
		return kind, webp.Decode, webp.DecodeConfig
	}
	return kind, nil, nil
}

func affordable(cfg image.Config) error {
	if cfg.Width <= 0 || cfg.Height <= 0 {
		return fmt.Errorf("%w: no size", ErrBroken)
	}
	pixels := int64(cfg.Width) * int64(cfg.Height)
	if cfg.ColorModel == color.NRGBA64Model || cfg.ColorModel == color.RGBA64Model {
		pixels *= 2 // eight bytes a pixel instead of four
	}
	if cfg.Width > maxSide || cfg.Height > maxSide || pixels > maxPixels {
		return ErrTooManyPixels
	}
	return nil
}

// decodeSafely turns a decoder's panic into an error: the bytes are a stranger's.
func decodeSafely(decode decodeFunc, data []byte) (img image.Image, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("decoder panicked: %v", p)
		}
	}()
	return decode(bytes.NewReader(data))
}
