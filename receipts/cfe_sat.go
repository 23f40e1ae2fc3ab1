package receipts

import (
	"regexp"
	"strings"
	"time"
)

// brazilSAT is the code of the coupon of São Paulo's fiscal device, CF-e-SAT (SEFAZ-SP,
// „Guia para Geração do QRCode pelo Aplicativo Comercial”): the key, the time, the total,
// the buyer's CPF, which is not kept, and a signature under the device's certificate,
// which the code does not carry.
var brazilSAT = format{
	country: "BR", name: "cfe-sat", currency: "BRL", east: -2 * time.Hour,
	is: func(in input) bool {
		c := nfceOf(in)
		return c.key != "" && c.key[20:22] == "59" && !c.labelled && (len(c.parts) == 5 || chaveDigit(c.key))
	},
	read: func(f *fields) Receipt {
		c := nfceOf(f.in)
		r := Receipt{Sign: c.key, Device: c.key[22:31], Document: c.key[31:37], SellerTaxID: TaxID(c.key[6:20]),
			Time: f.timeFrom("timeStamp", c.part(1))}
		f.longSum("valor", c.part(2))
		return r
	},
	identify: identifyBrazil,
	key:      func(r Receipt) Key { return Key("BR:" + r.Sign) },
	checks: func(r Receipt) []Check {
		month := Check{"month_agrees", NotApplicable, L1}
		if !r.Time.IsZero() && chave.MatchString(r.Sign) {
			month.Result = passIf(strings.HasPrefix(r.Time.day(), "20"+r.Sign[2:6]))
		}
		return append(checkChave(r), month)
	},
	forget: func(text string) string { return satBuyer.ReplaceAllString(text, "$1") },
}

var satBuyer = regexp.MustCompile(`^([^|]*\|[^|]*\|[^|]*\|)[^|]*`)
