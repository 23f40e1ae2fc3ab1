// Package samples draws sample fiscal receipts, Russian and Ukrainian, as
// pictures that look like thermal paper photographed on a table. The demo
// offers them beside the chat and tests read them back. It knows how such a
// receipt looks and what its QR says; it does not know the product.
package samples

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/url"
	"time"
)

// The countries whose receipts can be drawn.
const (
	Russia  = "RU"
	Ukraine = "UA"
)

// Sale is what a receipt is drawn from. The same Sale is always the same
// picture, byte for byte.
type Sale struct {
	Country  string // Russia or Ukraine
	Merchant string // as printed on top: ООО "РОМАШКА"
	Address  string
	TaxID    string // ИНН, or ІПН/ЄДРПОУ

	Device   string // ФН, 16 digits; in Ukraine the register's fiscal number, 10 digits
	Document string // ФД; in Ukraine the receipt's number
	Sign     string // ФП, up to 10 digits; Ukraine has none

	At    time.Time // wall clock of the till; the zone is not printed
	Lines []Line

	// Operation is 1 sale, 2 refund, 3 purchase, 4 refund of a purchase, as
	// in the n of a Russian QR; 0 means 1. A Ukrainian receipt shows only
	// whether it is a refund.
	Operation int

	// NoQR tears the paper across the place where the QR would be.
	NoQR bool
}

// Line is one thing sold.
type Line struct {
	Name  string
	Qty   int
	Price int64 // kopecks for one
}

// Sum returns what the line costs, in kopecks.
func (l Line) Sum() int64 { return int64(l.Qty) * l.Price }

// Total returns what the sale costs, in kopecks.
func (s Sale) Total() int64 {
	var sum int64
	for _, l := range s.Lines {
		sum += l.Sum()
	}
	return sum
}

// QR returns the text of the receipt's QR: for Russia the string of the
// requisites of Приказ ФНС ЕД-7-20/662@, for Ukraine the address of the check
// page of the tax service.
func (s Sale) QR() string {
	if s.Country == Ukraine {
		return fmt.Sprintf("https://cabinet.tax.gov.ua/cashregs/check?id=%s&fn=%s&sm=%s&date=%s&time=%s",
			url.QueryEscape(s.Document), url.QueryEscape(s.Device), money(s.Total()),
			s.At.Format("20060102"), s.At.Format("1504"))
	}
	return fmt.Sprintf("t=%s&s=%s&fn=%s&i=%s&fp=%s&n=%d",
		s.At.Format("20060102T1504"), money(s.Total()), s.Device, s.Document, s.Sign, s.operation())
}

func (s Sale) operation() int {
	if s.Operation == 0 {
		return 1
	}
	return s.Operation
}

// chance is the sale's own dice: which hand laid the paper how.
func (s Sale) chance() *rand.Rand {
	h := fnv.New64a()
	fmt.Fprint(h, s.Merchant, s.QR(), s.NoQR)
	return rand.New(rand.NewPCG(h.Sum64(), 54))
}

func money(minor int64) string {
	return fmt.Sprintf("%d.%02d", minor/100, minor%100)
}
