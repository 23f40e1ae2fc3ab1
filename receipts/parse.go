package receipts

import (
	"errors"
	"fmt"
	"time"
)

// MaxText bounds the text of a code: the largest QR symbol holds 2953 bytes.
const MaxText = 4096

var (
	// ErrNotFiscal says that a text is of some code, but not of a fiscal receipt.
	ErrNotFiscal = errors.New("not a fiscal receipt's code")
	// ErrMalformed says that a text is of a receipt's code and breaks its grammar. The
	// error is a *FieldError.
	ErrMalformed = errors.New("malformed receipt code")
)

// FieldError says which field of a receipt's code is wrong. It never holds the value.
type FieldError struct {
	Format string // "" when the text fails before a format is known
	Field  string // as the format names it
	Reason string
}

func (e *FieldError) Error() string {
	if e.Format == "" {
		return fmt.Sprintf("receipt code: %s: %s", e.Field, e.Reason)
	}
	return fmt.Sprintf("receipt code %s: %s: %s", e.Format, e.Field, e.Reason)
}

// Unwrap makes every FieldError an ErrMalformed.
func (e *FieldError) Unwrap() error { return ErrMalformed }

// format is one country's way to write a receipt into a code. A new country is a file
// with its format, a line in formats and a folder in testdata.
type format struct {
	country, name, currency string
	// east is how far ahead of UTC the country's easternmost clocks are.
	east time.Duration
	// is reports whether the input is of this format, good or broken.
	is func(input) bool
	// read takes the fields out of an input that is of this format.
	read func(*fields) Receipt
	// identify puts the identity fields into their canonical form, or says which of
	// them cannot be one.
	identify func(*Receipt) error
	// key makes the key of an identified receipt.
	key func(Receipt) Key
	// till is what Receipt.Till gives; nil means the device's number.
	till func(Receipt) string
	// checks may be nil.
	checks func(Receipt) []Check
	// trusted are the checks under keys registered beforehand; nil for formats that
	// have none.
	trusted func(Receipt, Keys) []Check
	// write makes the code's text out of printed requisites, for FromFields.
	write func(requisites) string
	// alone says that the document's number names the receipt without a device's.
	alone bool
	// forget takes out of a code's text what it says of the buyer; nil for formats that
	// say nothing. The text left reads as the same receipt.
	forget func(string) string
}

// formats is in order of detection: what cannot be mistaken first (a prefix, a length, a
// host), the bare pairs of name and value last. The sets of names overlap (fn is Russian
// and Ukrainian; i, s and t Russian and Kazakh; s and t also Uzbek, with other meanings),
// so each of those looks at the whole set and at the host.
var formats = []format{
	germany,
	austria,
	slovakia,
	slovenia,
	bulgaria,
	portugal,
	armenia,
	turkey,
	saudi,
	belarus,
	serbia,
	republikaSrpska,
	montenegro,
	albania,
	verifactu,
	ticketbai,
	croatia,
	poland,
	greece,
	moldova,
	azerbaijan,
	egypt,
	brazil,
	brazilSAT,
	argentina,
	uruguay,
	paraguay,
	mexico,
	colombia,
	bolivia,
	kenya,
	tanzania,
	indonesia,
	kyrgyzstan,
	uzbekistan,
	ukraine,
	russiaSelfEmployed,
	russia,
	kazakhstan,
}

// Parse reads the text of a receipt's code, whatever link or message carries it. It returns ErrNotFiscal for a text of no
// known format and a *FieldError, which is ErrMalformed, for a broken one.
func Parse(text string) (Receipt, error) {
	in, err := readInput(text)
	if err != nil {
		return Receipt{}, err
	}
	r, first := in.parse()
	if first == nil {
		return r, nil
	}
	for _, inner := range in.inner() {
		r, err := inner.parse()
		switch {
		case err == nil:
			return r, nil
		case errors.Is(first, ErrNotFiscal):
			first = err
		}
	}
	return Receipt{}, first
}

// parse reads the input as it stands.
func (in input) parse() (Receipt, error) {
	f, ok := detect(in)
	if !ok {
		return Receipt{}, ErrNotFiscal
	}
	return f.parse(in)
}

func detect(in input) (format, bool) {
	for _, f := range formats {
		if f.is(in) {
			return f, true
		}
	}
	return format{}, false
}

func (f format) parse(in input) (Receipt, error) {
	fields := &fields{format: f.name, currency: f.currency, in: in}
	r := f.read(fields)
	if fields.err != nil {
		return Receipt{}, fields.err
	}
	r.Country, r.Format = f.country, f.name
	if r.Text == "" { // a reader may have taken the buyer out of it
		r.Text = in.text
	}
	if err := f.identify(&r); err != nil {
		return Receipt{}, err
	}
	if fields.repeated {
		r.warn(WarnDuplicateField)
	}
	f.total(&r, fields)
	if r.Time.IsZero() {
		r.warn(WarnNoTime)
	}
	return r, nil
}

func (f format) total(r *Receipt, fields *fields) {
	r.Total, r.HasTotal, r.Candidates = fields.total, fields.hasTotal, fields.candidates
	if len(r.Candidates) > 0 {
		r.warn(WarnAmbiguousTotal)
	} else if !r.HasTotal {
		r.warn(WarnNoTotal)
	}
}
