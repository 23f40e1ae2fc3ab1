package ocr

import (
	"regexp"

	"kopilka/receipts"
)

// The requisites of a Ukrainian receipt by the Ministry of Finance's order 13
// of 21.01.2016. A register's number has 10 digits and begins with 3, or with
// 4 when it is a program.
var (
	uaDevice   = regexp.MustCompile(`(?:^|\D)([34]\d{9})(?:\D|$)`)
	uaDocument = regexp.MustCompile(`(?:^|[^\d.])(\d{1,12}|\d{1,12}\.\d{1,6}\.\d{1,4})(?:[^\d.]|$)`)
	uaTaxID    = regexp.MustCompile(`(?:^|\D)(\d{12}|\d{10}|\d{8})(?:\D|$)`)
)

func (r *Reading) ukraine(lines []line) {
	for _, l := range lines {
		switch {
		case l.has("ФІСКАЛЬНИЙ"):
		case l.has("ЧЕК", "ЧЕКА", "ЧЕКУ"):
			r.Document = better(r.Document, labelledNumber(l, uaDocument))
		case !r.TaxID.Found() && l.has("ПН", "ІПН", "ІД", "ЄДРПОУ"):
			f := labelledNumber(l, uaTaxID)
			r.TaxID = Field[receipts.TaxID]{receipts.TaxID(f.Value), f.Sure}
		}
		r.Device = better(r.Device, uaFN(l))
	}
}

// uaFN finds the register's number; without its label a number of the right
// form counts for less.
func uaFN(l line) Field[string] {
	f := labelledNumber(l, uaDevice)
	if !f.Found() || l.has("ПН", "ІПН", "ІД") {
		return Field[string]{}
	}
	if !l.has("ФН", "ПРРО", "РРО") {
		f.Sure -= 2
	} else if f.Value[1:4] == "000" {
		f.Sure++ // as all so far
	}
	return f
}
