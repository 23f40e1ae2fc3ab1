package receipts

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

// Fields are requisites as a person typed them or a machine read them off the paper.
// Total is in major units whether or not it has a separator.
type Fields struct {
	Device      string // ФН; Ukraine: the register's fiscal number
	Document    string // ФД; Ukraine: the receipt's number; Belarus: УИ
	Sign        string // ФП; may be empty where a code may lack it
	Time        string // any spelling of ParseLocalTime
	Total       string // "" when it is not known
	Operation   Operation
	SellerTaxID TaxID
}

// requisites are Fields in canonical spelling.
type requisites struct {
	Fields
	Time  LocalTime
	Total string
}

// FromFields makes the receipt that the code beside the printed requisites would give,
// with the same key.
func FromFields(country string, in Fields) (Receipt, error) {
	f, ok := formatOf(country)
	if !ok {
		return Receipt{}, &FieldError{Field: "country", Reason: "no format is known"}
	}
	q, err := f.canonical(in)
	if err != nil {
		return Receipt{}, err
	}
	text, err := readInput(f.write(q))
	if err != nil {
		return Receipt{}, err
	}
	r, err := f.parse(text)
	if err != nil {
		return Receipt{}, err
	}
	return r.with(q, f.currency), nil
}

// formatOf is the main format of a country: the one that can be written.
func formatOf(country string) (format, bool) {
	for _, f := range formats {
		if f.country == strings.ToUpper(country) && f.write != nil {
			return f, true
		}
	}
	return format{}, false
}

func (f format) canonical(in Fields) (requisites, error) {
	q := requisites{Fields: in}
	for _, v := range []*string{&q.Device, &q.Document, &q.Sign} {
		*v = strings.Join(strings.FieldsFunc(clean(*v), unicode.IsSpace), "")
		if len(*v) > 128 {
			return q, &FieldError{f.name, "requisites", "too long"}
		}
	}
	var err error
	if in.Time != "" {
		if q.Time, err = ParseLocalTime(clean(in.Time)); err != nil {
			return q, &FieldError{f.name, "time", err.Error()}
		}
	}
	if in.Total != "" {
		s, err := parseSum(f.wholeSum(bareSum(in.Total)))
		if err != nil || strings.ContainsAny(in.Total, "-−") {
			return q, &FieldError{f.name, "total", "not a sum"}
		}
		q.Total = Money{Minor: s.minor}.decimal()
	}
	return q, nil
}

// bareSum takes "=" and the currency off a printed sum.
func bareSum(s string) string {
	return strings.TrimFunc(clean(s), func(c rune) bool { return c < '0' || c > '9' })
}

var thousands = regexp.MustCompile(`^\d{1,3}(?:[.,]\d{3})+$`)

// wholeSum takes the marks between thousands out of a sum of a currency that has no
// smaller unit: there they cannot be decimal points.
func (f format) wholeSum(s string) string {
	if decimals(f.currency) == 0 && thousands.MatchString(s) {
		return strings.NewReplacer(".", "", ",", "").Replace(s)
	}
	return s
}

// with adds what the country's code has no place for and the paper does.
func (r Receipt) with(q requisites, currency string) Receipt {
	if r.Time.IsZero() && !q.Time.IsZero() {
		r.Time, r.Warnings = q.Time, without(r.Warnings, WarnNoTime)
	}
	if !r.HasTotal && q.Total != "" {
		s, _ := parseSum(q.Total) // canonical already
		r.Total, r.HasTotal = ofHundredths(s.minor, currency), true
		r.Warnings = without(r.Warnings, WarnNoTotal)
	}
	if r.Operation == Unknown {
		r.Operation = q.Operation
	}
	if r.SellerTaxID == "" {
		r.SellerTaxID = TaxID(strings.TrimSpace(string(q.SellerTaxID)))
	}
	return r
}

func without(all []Warning, w Warning) []Warning {
	var left []Warning
	for _, have := range all {
		if have != w {
			left = append(left, have)
		}
	}
	return left
}

// joined writes name=value pairs, leaving out the empty ones.
func joined(pairs ...string) string {
	var b strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(pairs[i] + "=" + url.PathEscape(pairs[i+1]))
	}
	return b.String()
}
