package bot

import (
	"context"
	"errors"

	"kopilka/program"
	"kopilka/receipts"
)

// PrintReader reads a receipt off the print of a picture without a QR code. country, as
// "UA", or "" says what to expect. It is false when the print does not make a receipt.
type PrintReader func(ctx context.Context, picture []byte, country string) (receipts.Receipt, bool, error)

// read finds the receipts in a paper, by its code or else by its print.
func (t *Talk) read(ctx context.Context, in paper) (reading, error) {
	out := reading{paper: in, via: receipts.ViaText}
	if in.Picture == nil {
		r, err := receipts.Parse(in.Text)
		if err != nil {
			out.refusal = program.VerdictNotFiscal
			return out, nil
		}
		out.receipts = []receipts.Receipt{r}
		return out, nil
	}
	out.via = receipts.ViaQR
	data, err := t.Download(ctx, *in.Picture)
	switch {
	case errors.Is(err, ErrTooBig):
		out.refusal = program.VerdictTooBig
		return out, nil
	case errors.Is(err, ErrNoFile):
		out.refusal = program.VerdictBadType
		return out, nil
	case err != nil:
		return out, err
	}
	if out.receipts, err = receipts.Read(ctx, data); err == nil {
		return out, nil
	}
	if out.refusal = refusalOf(err); out.refusal == "" {
		return out, err
	}
	if out.refusal == program.VerdictTooBig || out.refusal == program.VerdictBadType {
		return out, nil
	}
	return out, t.readPrint(ctx, data, &out)
}

// readPrint tries the print where the code could not be read. A reader in trouble is no
// reason to leave the person without an answer.
func (t *Talk) readPrint(ctx context.Context, data []byte, out *reading) error {
	if t.Print == nil {
		return nil
	}
	country := t.Member.Country
	if country == "" && t.P.Lang() == "uk" {
		country = "UA"
	}
	r, ok, err := t.Print(ctx, data, country)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		t.log.Warn("print of a receipt not read", "err", err)
	case ok:
		out.receipts, out.via, out.refusal = []receipts.Receipt{r}, receipts.ViaOCR, ""
	}
	return nil
}

// refusalOf is the verdict on a picture that was not read, "" for trouble of our own.
func refusalOf(err error) program.Verdict {
	for _, c := range []struct {
		is      error
		verdict program.Verdict
	}{
		{receipts.ErrPictureType, program.VerdictBadType}, {receipts.ErrBroken, program.VerdictBadType},
		{receipts.ErrPictureSize, program.VerdictTooBig}, {receipts.ErrTooManyPixels, program.VerdictTooBig},
		{receipts.ErrBlurred, program.VerdictBlurred}, {receipts.ErrMalformed, program.VerdictBlurred},
		{receipts.ErrNoQR, program.VerdictNoQR}, {receipts.ErrNotFiscal, program.VerdictNotFiscal},
	} {
		if errors.Is(err, c.is) {
			return c.verdict
		}
	}
	return ""
}
