package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"kopilka/receipts"
)

// readArgs are the arguments of kopilka read.
type readArgs struct {
	Files []string `arg:"" optional:"" name:"file" help:"Pictures, or files with the text of a QR code; - or nothing reads one text from standard input."`
	JSON  bool     `help:"Print one JSON object a receipt."`
}

// readTime bounds the reading of one input, printed text included.
const readTime = time.Minute

// ocrFunc reads the printed text of a picture; nil when there is no such reader.
type ocrFunc func(context.Context, []byte) (receipts.Receipt, error)

// reading is what one input gave: a receipt, or the verdict on why there is none.
type reading struct {
	input, verdict, via string
	receipt             *receipts.Receipt
	cause               error
	took                time.Duration
}

// runRead reads receipts without a server or a database and returns the exit status: 0
// when every input was a receipt, 1 when some were not, 2 when it was asked wrongly.
func runRead(ctx context.Context, args readArgs, stdin io.Reader, stdout, stderr io.Writer, ocr ocrFunc) int {
	files := args.Files
	if len(files) == 0 {
		files = []string{"-"}
	}
	status := 0
	for _, file := range files {
		data, err := readInput(file, stdin)
		if err != nil {
			fmt.Fprintln(stderr, "kopilka read:", err)
			status = 2
			continue
		}
		for _, r := range readOne(ctx, file, data, ocr) {
			if r.receipt == nil && status == 0 {
				status = 1
			}
			if err := r.print(stdout, args.JSON); err != nil {
				fmt.Fprintln(stderr, "kopilka read: print:", err)
				return 2
			}
		}
	}
	return status
}

// readInput reads no more than shows that an input is too big.
func readInput(file string, stdin io.Reader) ([]byte, error) {
	in := stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, receipts.MaxPicture+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	if len(data) == 0 {
		return nil, fmt.Errorf("%s is empty", file)
	}
	return data, nil
}

// readOne reads one input; a picture may hold several receipts.
func readOne(ctx context.Context, input string, data []byte, ocr ocrFunc) []reading {
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	start := time.Now()
	found, via, err := readData(ctx, data, ocr)
	took := time.Since(start)
	if err != nil {
		return []reading{{input: input, verdict: verdict(err), via: via, cause: err, took: took}}
	}
	var all []reading
	for i := range found {
		all = append(all, reading{input: input, verdict: "ok", via: via, receipt: &found[i], took: took})
	}
	return all
}

func readData(ctx context.Context, data []byte, ocr ocrFunc) (found []receipts.Receipt, via string, err error) {
	if isText(data) {
		r, err := receipts.Parse(string(data))
		return []receipts.Receipt{r}, "text", err
	}
	found, err = receipts.Read(ctx, data)
	if ocr == nil || !errors.Is(err, receipts.ErrNoQR) && !errors.Is(err, receipts.ErrNotFiscal) && !errors.Is(err, receipts.ErrMalformed) {
		return found, "qr", err
	}
	r, ocrErr := ocr(ctx, data)
	if ocrErr != nil {
		return nil, "qr", err // what is wrong with the code says more to a person
	}
	return []receipts.Receipt{r}, "ocr", nil
}

// isText reports whether an input is a code's text rather than a picture of it.
func isText(data []byte) bool {
	return len(data) <= receipts.MaxText && utf8.Valid(data) &&
		strings.HasPrefix(http.DetectContentType(data), "text/") && !bytes.HasPrefix(data, []byte("%PDF"))
}

func verdict(err error) string {
	for _, v := range []struct {
		is   error
		word string
	}{
		{receipts.ErrBlurred, "blurred"}, // before ErrNoQR, which it also is
		{receipts.ErrNoQR, "no_qr"},
		{receipts.ErrNotFiscal, "not_fiscal"},
		{receipts.ErrPictureType, "bad_type"},
		{receipts.ErrPictureSize, "too_big"},
		{receipts.ErrTooManyPixels, "too_big"},
	} {
		if errors.Is(err, v.is) {
			return v.word
		}
	}
	return "broken"
}

func (r reading) print(w io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(r.json(time.Now()))
	}
	_, err := io.WriteString(w, r.text(time.Now()))
	return err
}

// readJSON is the line that --json prints for a reading.
type readJSON struct {
	Input   string       `json:"input"`
	Verdict string       `json:"verdict"`
	Receipt *receiptJSON `json:"receipt"`
	Via     string       `json:"via"`
	MS      int64        `json:"ms"`
}

type receiptJSON struct {
	Country     string             `json:"country"`
	Format      string             `json:"format"`
	TotalMinor  *int64             `json:"total_minor"` // null when the receipt does not say
	Currency    string             `json:"currency"`
	Time        string             `json:"time"`
	Zone        string             `json:"zone,omitempty"` // "" when the code has none
	Device      string             `json:"device"`
	Document    string             `json:"document"`
	Sign        string             `json:"sign"`
	Operation   receipts.Operation `json:"operation"`
	SellerTaxID receipts.TaxID     `json:"seller_tax_id"`
	Key         receipts.Key       `json:"key"`
	Checks      []receipts.Check   `json:"checks"`
	Warnings    []receipts.Warning `json:"warnings"`
}

func (r reading) json(at time.Time) readJSON {
	out := readJSON{Input: r.input, Verdict: r.verdict, Via: r.via, MS: r.took.Milliseconds()}
	if r.receipt == nil {
		return out
	}
	c := r.receipt
	out.Receipt = &receiptJSON{
		Country: c.Country, Format: c.Format, Currency: c.Currency(), Time: c.Time.String(), Zone: c.Zone,
		Device: c.Device, Document: c.Document, Sign: c.Sign, Operation: c.Operation,
		SellerTaxID: c.SellerTaxID, Key: c.Key(), Checks: c.Checks(at), Warnings: append([]receipts.Warning{}, c.Warnings...),
	}
	if c.HasTotal {
		out.Receipt.TotalMinor = &c.Total.Minor
	}
	return out
}

// text is a reading for a person at a terminal. Labels stand in one column; what a
// receipt does not say is left out.
func (r reading) text(at time.Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s (%s, %d ms)\n", r.input, r.verdict, r.via, r.took.Milliseconds())
	line := func(label, value string) {
		if value != "" {
			fmt.Fprintf(&b, "  %-11s %s\n", label, value)
		}
	}
	if r.receipt == nil {
		line("because", r.cause.Error())
		return b.String()
	}
	c := r.receipt
	line("key", string(c.Key()))
	line("format", c.Country+" "+c.Format)
	if c.HasTotal {
		line("total", c.Total.String())
	}
	for _, m := range c.Candidates {
		line("total?", m.String())
	}
	line("time", strings.TrimSpace(strings.Replace(c.Time.String(), "T", " ", 1)+" "+c.Zone))
	line("operation", string(c.Operation))
	line("seller", string(c.SellerTaxID))
	line("device", c.Device)
	line("document", c.Document)
	line("sign", c.Sign)
	for _, check := range c.Checks(at) {
		line("check", fmt.Sprintf("%-4s %s (%s)", check.Result, check.Name, check.Level))
	}
	for _, w := range c.Warnings {
		line("warning", string(w))
	}
	return b.String()
}
