package receipts

import "time"

// kyrgyzstan is the link of the tax service's ticket page: the seller's tax number
// (tin), the fiscal module (fn_number), the document (fd_number), the sign (fm), the
// kind of operation and the sum in tyiyn.
var kyrgyzstan = format{
	country: "KG", name: "salyk", currency: "KGS", east: 6 * time.Hour,
	is: func(in input) bool {
		return in.on("tax.salyk.kg") && len(in.params) > 0 || in.has("fn_number", "fd_number", "tin")
	},
	read:     readKyrgyzstan,
	identify: identifyKyrgyzstan,
	key: func(r Receipt) Key {
		return Key("KG:" + string(r.SellerTaxID) + ":" + r.Device + ":" + r.Document)
	},
	checks: func(r Receipt) []Check {
		return []Check{{"tin_14_digits", passIf(len(r.SellerTaxID) == 14), L1}}
	},
	write: func(q requisites) string {
		return "https://tax.salyk.kg/tax-web-control/client/api/v1/ticket?" +
			joined("date", q.Time.compact(), "type", "3", "operation_type", q.Operation.code(), "fn_number", q.Device,
				"fd_number", q.Document, "fm", q.Sign, "tin", string(q.SellerTaxID), "sum", q.Total)
	},
}

func readKyrgyzstan(f *fields) Receipt {
	r := Receipt{Device: f.need("fn_number"), Document: f.need("fd_number"), Sign: f.get("fm"),
		SellerTaxID: TaxID(f.need("tin")), Time: f.time("date")}
	if kind := f.get("type"); kind != "" && kind != "3" {
		f.fail("type", "not a receipt") // 3 is a receipt; other documents earn nothing
	}
	f.minorSum("sum")
	f.operation(&r, "operation_type")
	return r
}

func identifyKyrgyzstan(r *Receipt) (err error) {
	tin, err := digits(r.Format, "tin", string(r.SellerTaxID), 14)
	if err != nil {
		return err
	}
	r.SellerTaxID = TaxID(tin)
	if r.Device, err = digits(r.Format, "fn_number", r.Device, 20); err != nil {
		return err
	}
	r.Document, err = number(r.Format, "fd_number", r.Document, 12)
	return err
}
