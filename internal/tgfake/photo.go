package tgfake

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	_ "image/gif" // people send these too
	"image/jpeg"
	_ "image/png"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"
)

// rung is one size of a photo.
type rung struct {
	jpeg          []byte
	width, height int
}

// sides are the longest sides that Telegram keeps of a photo, and photoQuality
// is about what its clients compress with.
var sides = []int{90, 320, 800, 1280}

const photoQuality = 85

// clientRoom is the largest picture, in pixels, that a simulated person's
// client opens.
const clientRoom = 100_000_000

// compress makes the sizes of a person's photo by really shrinking and
// compressing it, so that what a bot gets is as damaged as on the real
// Telegram. The client shrinks first: the limits of sendPhoto don't apply.
func compress(picture []byte) ([]rung, error) {
	info, _, err := image.DecodeConfig(bytes.NewReader(picture))
	if err != nil {
		return nil, fmt.Errorf("open picture: %w", err)
	}
	if info.Width*info.Height > clientRoom {
		return nil, fmt.Errorf("open picture: %d×%d pixels are too many", info.Width, info.Height)
	}
	img, _, err := image.Decode(bytes.NewReader(picture))
	if err != nil {
		return nil, fmt.Errorf("open picture: %w", err)
	}
	return rungs(img, orientation(picture))
}

// ladder makes the sizes of a photo that the bot uploads.
func ladder(picture []byte) ([]rung, error) {
	if len(picture) > photoRoom {
		return nil, badf("file of size %d bytes is too big for a photo; the maximum size is %d bytes", len(picture), photoRoom)
	}
	info, _, err := image.DecodeConfig(bytes.NewReader(picture))
	if err != nil {
		return nil, errNotImage
	}
	w, h := info.Width, info.Height
	if w < 1 || h < 1 || w+h > 10_000 || w > 20*h || h > 20*w {
		return nil, errPhotoSides
	}
	img, _, err := image.Decode(bytes.NewReader(picture))
	if err != nil {
		return nil, errNotImage
	}
	return rungs(img, orientation(picture))
}

func rungs(img image.Image, orientation int) ([]rung, error) {
	// Shrunk before it is turned: a camera's picture has many pixels.
	img = upright(shrink(img, sides[len(sides)-1]), orientation)
	longest := max(img.Bounds().Dx(), img.Bounds().Dy())
	var out []rung
	// From the largest down, each made of the one above: it is much cheaper.
	for i := len(sides) - 1; i >= 0; i-- {
		if longest <= sides[i] && i > 0 && longest <= sides[i-1] {
			continue // the next smaller one holds it whole
		}
		img = shrink(img, sides[i])
		var buf bytes.Buffer
		if err := jpeg.Encode(&buf, img, &jpeg.Options{Quality: photoQuality}); err != nil {
			return nil, fmt.Errorf("compress photo: %w", err)
		}
		out = append([]rung{{buf.Bytes(), img.Bounds().Dx(), img.Bounds().Dy()}}, out...)
	}
	return out, nil
}

// shrink makes img at most side wide and high.
func shrink(img image.Image, side int) image.Image {
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	if longest := max(w, h); longest > side {
		w, h = max(1, (w*side+longest/2)/longest), max(1, (h*side+longest/2)/longest)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src) // what is transparent becomes white
	draw.BiLinear.Scale(out, out.Bounds(), img, img.Bounds(), draw.Over, nil)
	return out
}

// orientation reads the EXIF tag 0x0112 of a JPEG; 1 is upright.
func orientation(jpg []byte) int {
	if len(jpg) < 4 || jpg[0] != 0xFF || jpg[1] != 0xD8 {
		return 1
	}
	for rest := jpg[2:]; len(rest) > 4 && rest[0] == 0xFF && rest[1] != 0xDA; {
		n := int(binary.BigEndian.Uint16(rest[2:])) + 2
		if n > len(rest) || n < 4 {
			return 1
		}
		if body, ok := bytes.CutPrefix(rest[4:n], []byte("Exif\x00\x00")); ok && rest[1] == 0xE1 {
			return orientationTag(body)
		}
		rest = rest[n:]
	}
	return 1
}

func orientationTag(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if tiff[0] == 'I' {
		order = binary.LittleEndian
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return 1
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < 12 {
			return 1
		}
		if v := int(order.Uint16(entries[8:])); order.Uint16(entries) == 0x0112 && v >= 1 && v <= 8 {
			return v
		}
		entries = entries[12:]
	}
	return 1
}

// upright turns img so that an orientation becomes 1.
func upright(img image.Image, orientation int) image.Image {
	if orientation == 1 {
		return img
	}
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if orientation >= 5 {
		out = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			tx, ty := turned(x, y, w, h, orientation)
			out.Set(tx, ty, img.At(b.Min.X+x, b.Min.Y+y))
		}
	}
	return out
}

// turned is where the pixel x, y of a w×h picture goes.
func turned(x, y, w, h, orientation int) (int, int) {
	switch orientation {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	case 8:
		return y, w - 1 - x
	}
	return x, y
}
