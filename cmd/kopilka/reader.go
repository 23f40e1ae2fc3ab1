package main

import (
	"context"
	"errors"

	"kopilka/receipts"
	"kopilka/receipts/ocr"
)

// print reads a receipt off the print of a picture, in the child process. It is false
// when the print does not make a receipt; its error says that the reading itself failed.
func print(ctx context.Context, reader *ocr.Reader, picture []byte, country string) (receipts.Receipt, bool, error) {
	p, err := receipts.Gate(picture)
	if err != nil {
		return receipts.Receipt{}, false, err
	}
	got, err := reader.Read(ctx, p.Gray, country)
	switch {
	case errors.Is(err, ocr.ErrTooSmall), errors.Is(err, ocr.ErrNoText), errors.Is(err, ocr.ErrNoEngine):
		return receipts.Receipt{}, false, nil
	case err != nil:
		return receipts.Receipt{}, false, err
	}
	r, whole := got.Receipt()
	// A misread total would be a wrong number of points; the other fields make the key,
	// and points of a print wait anyway.
	return r, whole && got.Total.Sure >= ocr.Sure, nil
}
