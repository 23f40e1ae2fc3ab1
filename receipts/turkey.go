package receipts

import (
	"regexp"
	"strings"
	"time"
)

// turkey is the JSON of the Revenue Administration's guide to codes on e-Fatura and
// e-Arşiv (GİB, „e-Belge Karekod Kılavuzu”, https://ebelge.gib.gov.tr): the seller's
// number (vkntckn), the buyer's (avkntckn, not kept), tip for the kind of invoice, tarih,
// no, ettn and what is to be paid. Programs write it with blanks, single quotes and
// dates of their own.
var turkey = format{
	country: "TR", name: "gib-karekod", currency: "TRY", east: 3 * time.Hour,
	is: func(in input) bool {
		return strings.Contains(strings.ToLower(in.text), "vkntckn") && nearlyJSON(in.text).has("vkntckn", "no")
	},
	read:     readTurkey,
	identify: identifyTurkey,
	key:      func(r Receipt) Key { return Key("TR:" + string(r.SellerTaxID) + ":" + r.Document) },
	till:     noTill,
	checks: func(r Receipt) []Check {
		return []Check{
			{"vkn_check_digit", passIf(turkishNumber(string(r.SellerTaxID))), L2},
			{"no_form", passIf(turkishDocument.MatchString(r.Document)), L1},
		}
	},
	forget: func(text string) string { return turkishBuyer.ReplaceAllString(text, "$1") },
}

var (
	turkishDocument = regexp.MustCompile(`^[A-Z0-9]{3}20\d{11}$`)
	turkishBuyer    = regexp.MustCompile(`(?i)(avkntckn["']?\s*[:=]\s*["']?)\d+`)
	turkishKinds    = map[string]Operation{"SATIS": Sale, "SATIŞ": Sale, "IADE": Refund, "İADE": Refund, "TEVKIFATIADE": Refund}
	turkishMoney    = map[string]string{"": "TRY", "TL": "TRY", "TRL": "TRY"}
	isoCurrency     = regexp.MustCompile(`^[A-Z]{3}$`)
)

func readTurkey(f *fields) Receipt {
	nearlyJSON(f.in.text).in(f)
	r := Receipt{SellerTaxID: TaxID(f.need("vkntckn")), Document: f.need("no"), Time: f.time("tarih"),
		Operation: turkishKinds[strings.ToUpper(f.get("tip"))]}
	if f.get("tip") == "" {
		r.warn(WarnNoOperation)
	}
	code := strings.ToUpper(f.get("parabirimi"))
	if known, ok := turkishMoney[code]; ok {
		code = known
	}
	if !isoCurrency.MatchString(code) {
		f.fail("parabirimi", "not a currency")
	}
	f.currency = code
	f.longSum("odenecek", f.get("odenecek", "vergidahil"))
	return r
}

func identifyTurkey(r *Receipt) error {
	id, err := digits(r.Format, "vkntckn", string(r.SellerTaxID), 11)
	if err != nil {
		return err
	}
	r.SellerTaxID = TaxID(id)
	r.Document = strings.ToUpper(grouping.Replace(r.Document))
	if !plainNumber.MatchString(r.Document) {
		return &FieldError{r.Format, "no", "not an invoice's number"}
	}
	return nil
}

// plainNumber is a document's number as sellers make them up.
var plainNumber = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z./-]{0,39}$`)

// turkishNumber checks a firm's VKN of ten digits or a person's TCKN of eleven.
func turkishNumber(s string) bool {
	at := func(i int) int { return int(s[i] - '0') }
	if len(s) == 11 {
		odd, even := at(0)+at(2)+at(4)+at(6)+at(8), at(1)+at(3)+at(5)+at(7)
		return s[0] != '0' && (7*odd-even+40)%10 == at(9) && (odd+even+at(9))%10 == at(10)
	}
	if len(s) != 10 {
		return false
	}
	sum := 0
	for i := range 9 {
		n := (at(i) + 9 - i) % 10
		if n != 0 {
			if n = n << (9 - i) % 9; n == 0 {
				n = 9
			}
		}
		sum += n
	}
	return (10-sum%10)%10 == at(9)
}
