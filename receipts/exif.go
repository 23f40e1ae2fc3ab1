package receipts

import (
	"bytes"
	"encoding/binary"
	"image"
)

// orientation is the EXIF tag 0x0112 of a picture, 1 (upright) when it is not there.
// CIPA DC-008, "Exchangeable image file format", 4.6.4.
func orientation(kind string, data []byte) int {
	tiff := exifOf(kind, data)
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if string(tiff[:2]) == "II" {
		order = binary.LittleEndian
	} else if string(tiff[:2]) != "MM" {
		return 1
	}
	at := int64(order.Uint32(tiff[4:]))
	if at < 8 || at+2 > int64(len(tiff)) {
		return 1
	}
	tags := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(tags) < 12 {
			return 1
		}
		if order.Uint16(tags) == 0x0112 {
			if o := int(order.Uint16(tags[8:])); o >= 1 && o <= 8 {
				return o
			}
			return 1
		}
		tags = tags[12:]
	}
	return 1
}

// exifOf is the TIFF block inside a picture, nil without one.
func exifOf(kind string, data []byte) []byte {
	switch kind {
	case "image/jpeg":
		return jpegExif(data)
	case "image/png":
		return chunk(data, 8, "eXIf", binary.BigEndian, 4, 0)
	case "image/webp":
		tiff := chunk(data, 12, "EXIF", binary.LittleEndian, 0, 4)
		return bytes.TrimPrefix(tiff, []byte("Exif\x00\x00"))
	}
	return nil
}

// jpegExif walks the segments up to the first scan.
func jpegExif(data []byte) []byte {
	for at := 2; at+4 <= len(data) && data[at] == 0xff && data[at+1] != 0xda; {
		size := int(binary.BigEndian.Uint16(data[at+2:]))
		if size < 2 || at+2+size > len(data) {
			return nil
		}
		body := data[at+4 : at+2+size]
		if data[at+1] == 0xe1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			return body[6:]
		}
		at += 2 + size
	}
	return nil
}

// chunk finds the named block of a PNG or a RIFF file. Both have a size and a name,
// in the order that sizeAt and nameAt give; PNG adds a checksum, RIFF pads to even.
func chunk(data []byte, at int, name string, order binary.ByteOrder, nameAt, sizeAt int) []byte {
	for at+8 <= len(data) {
		size := int64(order.Uint32(data[at+sizeAt:]))
		end := int64(at) + 8 + size
		if end > int64(len(data)) {
			return nil
		}
		if string(data[at+nameAt:at+nameAt+4]) == name {
			return data[at+8 : end]
		}
		if nameAt == 4 {
			end += 4
		} else {
			end += size & 1
		}
		at = int(min(end, int64(len(data))))
	}
	return nil
}

// upright undoes an orientation. The tag says where row 0 and column 0 of the stored
// picture belong.
func upright(g *image.Gray, orientation int) *image.Gray {
	if orientation <= 1 {
		return g
	}
	w, h := g.Rect.Dx(), g.Rect.Dy()
	out := image.NewGray(image.Rect(0, 0, w, h))
	if orientation >= 5 {
		out = image.NewGray(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x, v := range g.Pix[y*g.Stride : y*g.Stride+w] {
			ox, oy := placed(orientation, x, y, w, h)
			out.Pix[oy*out.Stride+ox] = v
		}
	}
	return out
}

// placed is where the stored pixel x, y is in the upright picture.
func placed(orientation, x, y, w, h int) (int, int) {
	switch orientation {
	case 2: // mirrored
		return w - 1 - x, y
	case 3: // half a turn
		return w - 1 - x, h - 1 - y
	case 4: // upside down in a mirror
		return x, h - 1 - y
	case 5: // transposed
		return y, x
	case 6: // needs a quarter turn clockwise
		return h - 1 - y, x
	case 7: // transposed in a mirror
		return h - 1 - y, w - 1 - x
	case 8: // needs a quarter turn back
		return y, w - 1 - x
	}
	return x, y
}
