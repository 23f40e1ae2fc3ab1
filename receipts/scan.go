package receipts

import (
	"context"
	"errors"
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

// Scan returns the texts of the QR codes in a picture, fiscal ones first. It returns
// ErrNoQR, perhaps as ErrBlurred, when there is none. ctx bounds its time: what was
// found before the end is returned.
func Scan(ctx context.Context, p Picture) ([]string, error) {
	return nil, ErrNoQR
}

// Read reads the receipts in a picture's bytes. Its errors are those of Gate and Scan,
// ErrNotFiscal when there are only other codes, and a *FieldError when the only
// receipts' codes there are broken.
func Read(ctx context.Context, data []byte) ([]Receipt, error) {
	p, err := Gate(data)
	if err != nil {
		return nil, err
	}
	texts, err := Scan(ctx, p)
	if err != nil {
		return nil, err
	}
	var found []Receipt
	worst := ErrNotFiscal
	for _, text := range texts {
		r, err := Parse(text)
		switch {
		case err == nil:
			found = append(found, r)
		case errors.Is(err, ErrMalformed):
			worst = err
		}
	}
	if len(found) == 0 {
		return nil, worst
	}
	return found, nil
}
