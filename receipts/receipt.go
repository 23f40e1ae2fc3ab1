// Package receipts reads fiscal receipts: the text of their QR code, a picture that
// holds one, the requisites printed beside it, and a sale that a till tells of. Every
// source gives the same Receipt with the same Key, and Claim lets each key count once.
//
// It knows countries' formats, pictures and its own tables. It does not know members,
// merchants, points or the network, and it uses no cgo. A receipt read here is
// evidence, not proof: Checks says how much of it holds.
package receipts

import (
	"slices"
	"time"
)

// Receipt is what one fiscal receipt says about itself.
type Receipt struct {
	Country string // ISO 3166-1 alpha-2
	Format  string // the name of the format that read it, as "fns-54fz"
	Text    string // the text of the code, cleaned of marks that cannot be seen

	// Total is set only when HasTotal: some formats carry none, and some texts can be
	// read in two ways, which are then in Candidates.
	Total      Money
	HasTotal   bool
	Candidates []Money

	Time        LocalTime // zero when the code carries none
	Zone        string    // the clock's offset as the code carries it, "Z" or "+02:00"; "" when it does not
	Device      string    // the fiscal device: ФН in Russia, РРО or ПРРО in Ukraine
	Document    string    // the receipt's number on that device
	Sign        string    // the fiscal sign, "" when there is none
	Operation   Operation
	SellerTaxID TaxID
	Warnings    []Warning
}

// Money is an amount in minor units of an ISO 4217 currency.
type Money struct {
	Minor    int64  `json:"minor"`
	Currency string `json:"currency"`
}

// TaxID is a seller's tax number as its country writes it: ИНН, ЄДРПОУ, БИН.
type TaxID string

// Operation says which way the money went.
type Operation string

// The operations of ФЗ-54; other countries' codes are mapped to them. Unknown is for
// codes that do not say, as all Ukrainian ones.
const (
	Unknown        Operation = ""
	Sale           Operation = "sale"
	Refund         Operation = "refund"
	Purchase       Operation = "purchase"
	PurchaseRefund Operation = "purchase_refund"
)

// The kinds of documents that look like a sale and are none. They earn nothing.
const (
	Proforma  Operation = "proforma"  // a bill or an offer: the receipt comes later
	Training  Operation = "training"  // a till in training mode
	Copy      Operation = "copy"      // a second print of a receipt that stands for itself
	Cancelled Operation = "cancelled" // a sale that was called off
	Report    Operation = "report"    // a till's own record: an order, a transfer, a shift
)

// When is the instant of the receipt's time: by the offset that the code carries, else
// by the store's clock. It is zero when the code carries no time.
func (r Receipt) When(store *time.Location) time.Time {
	if zone, ok := parseZone(r.Zone); ok {
		return r.Time.In(zone)
	}
	return r.Time.In(store)
}

// Key names one receipt for ever, whatever door it came by and however its code was
// written. It is made from identity fields alone, never from the raw text.
type Key string

// Key returns the canonical key, "" only for a Receipt that nothing here has made.
func (r Receipt) Key() Key {
	if r.Format == saleFormat {
		return Key("SALE:" + r.Document)
	}
	for _, f := range formats {
		if f.name == r.Format {
			return f.key(r)
		}
	}
	return ""
}

// withoutBuyer is the text without what it says of the buyer, which nobody here needs
// and nobody may keep. Checks of a hash over the whole text are made before.
func (r Receipt) withoutBuyer() string {
	for _, f := range formats {
		if f.name == r.Format && f.forget != nil && r.Text != "" {
			return f.forget(r.Text)
		}
	}
	return r.Text
}

// Currency is the receipt's, also when its total is not known; "" for no format's.
func (r Receipt) Currency() string {
	if r.Total.Currency != "" {
		return r.Total.Currency
	}
	for _, f := range formats {
		if f.name == r.Format {
			return f.currency
		}
	}
	return ""
}

// Till is the number that a seller registers to be known by from the receipt alone: the
// fiscal device's where the country's register gives it to one device only, a key's or a
// certificate's where the device is named as the seller likes. It is "" where only the
// tax number tells the seller.
func (r Receipt) Till() string {
	for _, f := range formats {
		if f.name == r.Format && f.till != nil {
			return f.till(r)
		}
	}
	return r.Device
}

// noTill is for formats whose Device is no register's number.
func noTill(Receipt) string { return "" }

// Warning is a remark on a receipt that was read all the same.
type Warning string

const (
	// WarnAmbiguousTotal: the sum can be read in two ways; see Candidates.
	WarnAmbiguousTotal Warning = "ambiguous_total"
	// WarnNoTotal: the code carries no sum.
	WarnNoTotal Warning = "no_total"
	// WarnNoTime: the code carries no date.
	WarnNoTime Warning = "no_time"
	// WarnNoOperation: sale or refund is not said, though the format has a place for it.
	WarnNoOperation Warning = "no_operation"
	// WarnDuplicateField: a field stands in the text twice with one value.
	WarnDuplicateField Warning = "duplicate_field"
	// WarnLinkMismatch: the path of a link and its parameters name different receipts.
	WarnLinkMismatch Warning = "link_mismatch"
	// WarnOpaque: the link names the receipt, but not the till: only its operator can
	// say what was bought.
	WarnOpaque Warning = "opaque_link"
)

// Warned reports whether w is among the receipt's warnings.
func (r Receipt) Warned(w Warning) bool {
	return slices.Contains(r.Warnings, w)
}

func (r *Receipt) warn(w Warning) {
	if !r.Warned(w) {
		r.Warnings = append(r.Warnings, w)
	}
}
