package receipts

import "strings"

// fields takes typed values out of an input and keeps the first error, so that a
// country's reader says only which field is what.
type fields struct {
	format, currency string
	in               input
	err              error
	repeated         bool
	total            Money
	hasTotal         bool
	candidates       []Money
}

func (f *fields) fail(field, reason string) {
	if f.err == nil {
		f.err = &FieldError{Format: f.format, Field: field, Reason: reason}
	}
}

// get returns the first of the names that is there, or "".
func (f *fields) get(names ...string) string {
	for _, name := range names {
		if f.in.clashing[name] {
			f.fail(name, "stands twice with different values")
		}
		if f.in.repeated[name] {
			f.repeated = true
		}
		if v := f.in.params[name]; v != "" {
			return v
		}
	}
	return ""
}

// need is get for a field without which there is no receipt.
func (f *fields) need(names ...string) string {
	v := f.get(names...)
	if v == "" {
		f.fail(names[0], "missing")
	}
	return v
}

// time reads a date and time; it is zero when the field is not there.
func (f *fields) time(name string) LocalTime {
	return f.timeFrom(name, f.get(name))
}

func (f *fields) timeFrom(name, value string) LocalTime {
	if value == "" {
		return LocalTime{}
	}
	t, err := ParseLocalTime(value)
	if err != nil {
		f.fail(name, err.Error())
	}
	return t
}

// zonedTime reads a date and time that may carry its zone into the receipt.
func (f *fields) zonedTime(r *Receipt, name, value string) {
	if value == "" {
		return
	}
	var err error
	if r.Time, r.Zone, err = ParseZonedTime(value); err != nil {
		f.fail(name, err.Error())
	}
}

// signedSum reads the total, in major units, from a value whose minus says that money
// went back. The total itself has no sign.
func (f *fields) signedSum(r *Receipt, name, value string) {
	if value == "" {
		return
	}
	minor, err := parseSigned(value)
	if err != nil {
		f.fail(name, err.Error())
		return
	}
	f.setTotal(r, minor)
}

// signedMinorSum is signedSum of minor units; a separator there means major ones.
func (f *fields) signedMinorSum(r *Receipt, name, value string) {
	if value == "" {
		return
	}
	minor, err := parseSigned(value)
	if err != nil {
		f.fail(name, err.Error())
		return
	}
	if !strings.ContainsAny(value, ".,") {
		minor /= 100
	}
	f.setTotal(r, minor)
}

// setTotal takes a total in minor units; below zero it is a refund's.
func (f *fields) setTotal(r *Receipt, minor int64) {
	if minor < 0 {
		minor = -minor
		if r.Operation == Sale || r.Operation == Unknown {
			r.Operation = Refund
		}
	}
	f.total, f.hasTotal = Money{minor, f.currency}, true
}

// sum reads the total from a field whose whole numbers are of major units.
func (f *fields) sum(name string) {
	if s, ok := f.parseSum(name); ok {
		f.total, f.hasTotal = Money{s.minor, f.currency}, true
	}
}

// ambiguousSum reads the total from a field where a number without a separator is
// written for major units by some tills and for minor ones by others.
func (f *fields) ambiguousSum(name string) {
	s, ok := f.parseSum(name)
	switch {
	case !ok:
	case s.exact || s.minor == 0:
		f.total, f.hasTotal = Money{s.minor, f.currency}, true
	default:
		f.candidates = []Money{{s.minor, f.currency}, {s.minor / 100, f.currency}}
	}
}

// minorSum reads the total from a field of minor units; a separator there can only
// mean major units.
func (f *fields) minorSum(name string) {
	s, ok := f.parseSum(name)
	if !ok {
		return
	}
	if !s.exact {
		s.minor /= 100
	}
	f.total, f.hasTotal = Money{s.minor, f.currency}, true
}

func (f *fields) parseSum(name string) (sum, bool) {
	v := f.get(name)
	if v == "" {
		return sum{}, false
	}
	s, err := parseSum(v)
	if err != nil {
		f.fail(name, err.Error())
	}
	return s, err == nil
}

// operation reads which way the money went. A code without it may be a refund as well
// as a sale.
func (f *fields) operation(r *Receipt, name string) {
	code := f.get(name)
	r.Operation = operationOf(code)
	switch {
	case code == "":
		r.warn(WarnNoOperation)
	case r.Operation == Unknown:
		f.fail(name, "not an operation of 1 to 4")
	}
}

// operationOf maps the codes 1–4 that ФЗ-54 and the Kyrgyz law share.
func operationOf(code string) Operation {
	switch code {
	case "1":
		return Sale
	case "2":
		return Refund
	case "3":
		return Purchase
	case "4":
		return PurchaseRefund
	}
	return Unknown
}

func (o Operation) code() string {
	switch o {
	case Sale:
		return "1"
	case Refund:
		return "2"
	case Purchase:
		return "3"
	case PurchaseRefund:
		return "4"
	}
	return ""
}

// digits checks that value is 1 to most digits, blanks aside.
func digits(format, field, value string, most int) (string, error) {
	value = grouping.Replace(value)
	switch {
	case value == "":
		return "", &FieldError{format, field, "missing"}
	case !allDigits(value):
		return "", &FieldError{format, field, "not a number"}
	case len(value) > most:
		return "", &FieldError{format, field, "too long"}
	}
	return value, nil
}

// number is digits without leading zeros, which tills put in and leave out. Any
// padding is allowed up to the bound of the text.
func number(format, field, value string, most int) (string, error) {
	value, err := digits(format, field, value, 32)
	if err != nil {
		return "", err
	}
	if value = strings.TrimLeft(value, "0"); value == "" {
		value = "0"
	}
	if len(value) > most {
		return "", &FieldError{format, field, "too long"}
	}
	return value, nil
}
