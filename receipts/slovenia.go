package receipts

import (
	"encoding/hex"
	"math/big"
	"strings"
	"time"
)

// slovenia is the code of the Zakon o davčnem potrjevanju računov and the Finančna
// uprava's technical documentation, 5.2: sixty digits, which are the protective mark of
// the issuer (ZOI) in 39 decimal digits, the tax number in 8, the time in 12 and a control
// digit. There is no total.
var slovenia = format{
	country: "SI", name: "furs-60", currency: "EUR", east: 2 * time.Hour,
	is: func(in input) bool {
		digits := grouping.Replace(unspaced(in.text))
		return len(digits) == 60 && allDigits(digits)
	},
	read: func(f *fields) Receipt {
		digits := grouping.Replace(unspaced(f.in.text))
		zoi, _ := new(big.Int).SetString(digits[:39], 10) // digits, by is
		if zoi.BitLen() > 128 {
			f.fail("zoi", "more than 128 bits")
		}
		return Receipt{Sign: hex.EncodeToString(zoi.Bytes()), SellerTaxID: TaxID(digits[39:47]),
			Time: f.timeFrom("time", "20"+digits[47:53]+"T"+digits[53:59])}
	},
	identify: func(r *Receipt) error {
		if r.Sign == "" {
			return &FieldError{r.Format, "zoi", "zero"}
		}
		return nil
	},
	key: func(r Receipt) Key { return Key("SI:" + r.Sign) },
	checks: func(r Receipt) []Check {
		digits := grouping.Replace(unspaced(r.Text))
		return []Check{{"tax_number", passIf(slovenianTax(r.SellerTaxID)), L2}, {"mod10", passIf(digitSum(digits)), L2}}
	},
}

// digitSum reports whether the last digit is the sum of the others, modulo 10.
func digitSum(digits string) bool {
	if len(digits) != 60 {
		return false
	}
	sum := 0
	for i := range 59 {
		sum += int(digits[i] - '0')
	}
	return byte('0'+sum%10) == digits[59]
}

// slovenianTax checks the last digit of a tax number: the others by 8 to 2, modulo 11.
func slovenianTax(id TaxID) bool {
	if len(id) != 8 || strings.HasPrefix(string(id), "0") || !allDigits(string(id)) {
		return false
	}
	sum := 0
	for i := range 7 {
		sum += int(id[i]-'0') * (8 - i)
	}
	digit := 11 - sum%11
	return digit != 11 && byte('0'+digit%10) == id[7]
}
