package receipts

import "strings"

// saleFormat is the format of a sale that no fiscal code describes.
const saleFormat = "sale"

// TillSale is a purchase as a till, a shop or a cashier tells of it.
type TillSale struct {
	Country string
	// Device, Document and Sign are the fiscal requisites, as far as the caller has
	// them. With the first two (in Ukraine also Time, in Kyrgyzstan SellerTaxID) the
	// key is that of the paper's code, so that the shopper's scan of it counts once.
	Device, Document, Sign string

	Total       Money
	Time        LocalTime
	Operation   Operation // Unknown means Sale
	SellerTaxID TaxID
	// Ref is unique for ever among all doors, as "api:12:A-0017". It is the key of a
	// sale without fiscal requisites.
	Ref string
}

// FromSale makes a Receipt of a sale. A sale with wrong fiscal requisites is refused:
// under its Ref alone it would count twice.
func FromSale(s TillSale) (Receipt, error) {
	r := Receipt{
		Country: strings.ToUpper(s.Country), Total: s.Total, HasTotal: true, Time: s.Time,
		Device: s.Device, Document: s.Document, Sign: s.Sign,
		Operation: s.Operation, SellerTaxID: s.SellerTaxID,
	}
	if r.Operation == Unknown {
		r.Operation = Sale
	}
	if r.Total.Minor < 0 || r.Total.Currency == "" {
		return Receipt{}, &FieldError{saleFormat, "total", "not a sum of a currency"}
	}
	f, known := formatOf(r.Country)
	if known && r.Document != "" && (r.Device != "" || f.alone) {
		r.Format = f.name
		if err := f.identify(&r); err != nil {
			return Receipt{}, err
		}
		return r, nil
	}
	if s.Ref == "" || len(s.Ref) > 200 {
		return Receipt{}, &FieldError{saleFormat, "ref", "missing or too long"}
	}
	r.Format, r.Document = saleFormat, s.Ref
	return r, nil
}

// viaTill reports whether a till told of the receipt: then there is no code's text,
// and the sign may be unknown.
func (r Receipt) viaTill() bool { return r.Text == "" }
