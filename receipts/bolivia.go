package receipts

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"time"
)

// bolivia is the link of online invoicing (Servicio de Impuestos Nacionales, „Sistema de
// Facturación Electrónica”, https://siatinfo.impuestos.gob.bo): the seller's NIT, the
// unique code (CUF) and the invoice's number. The CUF is a number of 54 digits in base
// 16 — NIT, time to the millisecond, branch, modality, emission, kind, sector, number,
// point of sale, check digit — and a control code of varying length after it, so it tells
// the time and must agree with the link. There is no total.
var bolivia = format{
	country: "BO", name: "siat-cuf", currency: "BOB", east: -4 * time.Hour,
	is: func(in input) bool {
		return in.on("impuestos.gob.bo") && in.has("cuf") || in.has("nit", "cuf", "numero")
	},
	read: func(f *fields) Receipt {
		return Receipt{SellerTaxID: TaxID(f.need("nit")), Sign: f.need("cuf"), Document: f.need("numero")}
	},
	identify: identifyBolivia,
	key: func(r Receipt) Key {
		if c, ok := cufOf(r); ok {
			return Key("BO:" + c.number) // whatever stands for the control code
		}
		return Key("BO:" + r.Sign)
	},
	checks: func(r Receipt) []Check {
		_, ok := cufOf(r)
		return []Check{
			{"cuf_agrees", passIf(ok), L2},
			production(!r.onTestHost("pilotosiat.impuestos.gob.bo")),
		}
	},
}

var cufForm = regexp.MustCompile(`^[0-9A-F]{45,64}$`)

func identifyBolivia(r *Receipt) error {
	id, err := number(r.Format, "nit", string(r.SellerTaxID), 13)
	if err != nil {
		return err
	}
	r.SellerTaxID = TaxID(id)
	if r.Document, err = number(r.Format, "numero", r.Document, 10); err != nil {
		return err
	}
	if r.Sign = strings.ToUpper(r.Sign); !cufForm.MatchString(r.Sign) {
		return &FieldError{r.Format, "cuf", "not a unique code"}
	}
	if c, ok := cufOf(*r); ok {
		r.Time, r.Operation = c.time, c.operation
	}
	return nil
}

// cuf is what a unique code says beside its NIT and number.
type cuf struct {
	number    string // in base 16, without the control code
	time      LocalTime
	operation Operation
}

// cufOf reads the receipt's code. Where the number ends and the control code begins is
// not marked: it is where the digits are of the receipt's NIT and number and the check
// digit is right.
func cufOf(r Receipt) (cuf, bool) {
	for end := 36; end <= min(45, len(r.Sign)); end++ {
		n, ok := new(big.Int).SetString(r.Sign[:end], 16)
		digits := fmt.Sprintf("%054d", n)
		if !ok || len(digits) != 54 || !cufDigit(digits) ||
			strings.TrimLeft(digits[:13], "0") != string(r.SellerTaxID) || strings.TrimLeft(digits[39:49], "0") != r.Document {
			continue
		}
		t, err := ParseLocalTime(digits[13:27])
		if err != nil {
			continue
		}
		return cuf{r.Sign[:end], t, bolivianKinds[digits[36]]}, true
	}
	return cuf{}, false
}

// bolivianKinds are the kinds of documents: with tax credit, without it, of adjustment
// (credit and debit notes) and equivalent ones.
var bolivianKinds = map[byte]Operation{'1': Sale, '2': Sale, '3': Refund}

// cufDigit checks the last of the digits: the remainder by 11, and 1 for 10.
func cufDigit(digits string) bool {
	rest := weighted(digits[:53], 9, 8, 7, 6, 5, 4, 3, 2) % 11
	if rest == 10 {
		rest = 1
	}
	return rest == int(digits[53]-'0')
}
