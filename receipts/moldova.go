package receipts

import (
	"regexp"
	"strings"
	"time"
)

// moldova is the link to the receipt in the State Tax Service's register of sales (SIA
// „Monitorizarea electronică a vânzărilor”, https://mev.sfs.md): the register's number,
// the total, the receipt's number and the day, or an identifier that only the service
// can resolve.
var moldova = format{
	country: "MD", name: "sfs-mev", currency: "MDL", east: 3 * time.Hour,
	is:       func(in input) bool { return moldovanParts(in) != nil },
	read:     readMoldova,
	identify: identifyMoldova,
	key: func(r Receipt) Key {
		if r.Device == "" {
			return Key("MD:link:" + r.Document)
		}
		return Key("MD:" + r.Device + ":" + r.Document + ":" + r.Time.day())
	},
	write: func(q requisites) string {
		date, _, _ := strings.Cut(q.Time.String(), "T")
		return "https://mev.sfs.md/receipt-verifier/" + strings.Join([]string{q.Device, q.Total, q.Document, date}, "/")
	},
}

var (
	moldovanRoute = regexp.MustCompile(`(?i)^(?:(?:ro|ru|en)/)?receipt(?:-verifier)?/(.+)$`)
	moldovanLink  = regexp.MustCompile(`^[0-9A-Fa-f]{32}$`)
	moldovanTill  = regexp.MustCompile(`^[A-Z0-9]{4,20}$`)
)

// moldovanParts are what a link says of a receipt, nil for every other text.
func moldovanParts(in input) []string {
	m := moldovanRoute.FindStringSubmatch(in.route("mev.sfs.md", "sift-mev.sfs.md"))
	if m == nil {
		return nil
	}
	return strings.Split(m[1], "/")
}

func readMoldova(f *fields) Receipt {
	parts := moldovanParts(f.in)
	if len(parts) == 1 {
		return Receipt{Document: parts[0], Warnings: []Warning{WarnOpaque}}
	}
	if len(parts) != 4 {
		f.fail("link", "has not a register, a total, a number and a date")
		return Receipt{}
	}
	r := Receipt{Device: parts[0], Document: parts[2], Time: f.timeFrom("date", parts[3])}
	f.signedSum(&r, "total", parts[1])
	return r
}

func identifyMoldova(r *Receipt) (err error) {
	if r.Warned(WarnOpaque) {
		if !moldovanLink.MatchString(r.Document) {
			return &FieldError{r.Format, "link", "not 32 hexadecimal digits"}
		}
		r.Document = strings.ToUpper(r.Document)
		return nil
	}
	if r.Device = strings.ToUpper(r.Device); !moldovanTill.MatchString(r.Device) {
		return &FieldError{r.Format, "register", "not a register's number"}
	}
	if r.Time.IsZero() {
		return &FieldError{r.Format, "date", "missing"}
	}
	r.Document, err = number(r.Format, "number", r.Document, 12)
	return err
}
