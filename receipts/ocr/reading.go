package ocr

import (
	"kopilka/receipts"
)

// Field is a value read off the paper and how sure it is, in points: 0 nothing
// was found, 3 its label stands beside it, 6 and more the paper confirms it
// elsewhere.
type Field[T any] struct {
	Value T
	Sure  int
}

// Found reports whether anything was read.
func (f Field[T]) Found() bool { return f.Sure > 0 }

// Reading is what was read off a receipt.
type Reading struct {
	Text     string // the whole print, a line a row
	Country  string // "RU" or "UA", by the words of the print or the hint
	Total    Field[receipts.Money]
	Time     Field[receipts.LocalTime]
	Device   Field[string] // ФН, or the Ukrainian register's fiscal number
	Document Field[string] // ФД, or the Ukrainian receipt's number
	Sign     Field[string] // ФП
	TaxID    Field[receipts.TaxID]

	Operation receipts.Operation // Sale unless the print says otherwise

	clarity float64 // mean sureness of the words, of 100
}

// Receipt rebuilds the receipt that the QR would have given, with the same
// key. It is false when a requisite of the key is missing.
func (r Reading) Receipt() (receipts.Receipt, bool) {
	if !r.Total.Found() || !r.Time.Found() || r.Time.Value.DateOnly || !r.Device.Found() || !r.Document.Found() {
		return receipts.Receipt{}, false
	}
	if r.Country == "RU" && !r.Sign.Found() {
		return receipts.Receipt{}, false
	}
	rc, err := receipts.FromFields(r.Country, receipts.Fields{
		Device: r.Device.Value, Document: r.Document.Value, Sign: r.Sign.Value,
		Time: r.Time.Value.String(), Total: decimal(r.Total.Value.Minor),
		Operation: r.Operation, SellerTaxID: r.TaxID.Value,
	})
	return rc, err == nil
}

// settled reports whether a second look has nothing to add.
func (r Reading) settled() bool {
	_, whole := r.Receipt()
	return whole && r.Total.Sure >= Sure
}

// with joins a second reading of the same paper: what both say is surer, what
// they disagree on is less so, and what one has missed the other brings.
func (r Reading) with(second Reading) Reading {
	if r.Country != second.Country {
		return r
	}
	r.Total = agree(r.Total, second.Total)
	if r.Time.Value.DateOnly && !second.Time.Value.DateOnly && second.Time.Found() {
		r.Time = second.Time
	} else {
		r.Time = agree(r.Time, second.Time)
	}
	r.Device = agree(r.Device, second.Device)
	r.Document = agree(r.Document, second.Document)
	r.Sign = agree(r.Sign, second.Sign)
	r.TaxID = agree(r.TaxID, second.TaxID)
	return r
}

func agree[T comparable](a, b Field[T]) Field[T] {
	switch {
	case !b.Found():
		return a
	case !a.Found():
		return b
	case a.Value == b.Value:
		return Field[T]{a.Value, max(a.Sure, b.Sure) + 2}
	}
	best, other := a, b
	if b.Sure > a.Sure {
		best, other = b, a
	}
	// A sum that the whole paper confirms does not mind a blot elsewhere.
	if best.Sure-other.Sure < 4 {
		best.Sure = max(1, best.Sure-2)
	}
	return best
}

// babble reports whether the words are noise rather than print.
func (r Reading) babble() bool {
	return !r.Total.Found() && !r.Time.Found() && r.clarity < 50
}

// Sure is from how many points on a value needs no second look.
const Sure = 6
