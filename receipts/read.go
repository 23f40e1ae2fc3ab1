package receipts

import (
	"context"
	"errors"
)

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
