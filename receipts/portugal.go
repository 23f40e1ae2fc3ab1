package receipts

import (
	"regexp"
	"strings"
	"time"
)

// portugal is the code of the Portaria 195/2020; the Autoridade Tributária's technical
// specification of it, version 1.0, names the fields: A the seller, B the buyer, D the
// kind of document, E its state, F the day, G and H the number and the ATCUD, I to K the
// sums of up to three fiscal regions, L to P the others, Q four characters of the
// signature, R the software's certificate.
//
// The buyer may be a person and is dropped. The signature's four characters cannot be
// verified without the chain of the seller's documents.
var portugal = format{
	country: "PT", name: "at-atcud", currency: "EUR", east: time.Hour,
	is:       func(in input) bool { return portugueseCode.MatchString(in.text) },
	read:     readPortugal,
	identify: identifyPortugal,
	key: func(r Receipt) Key {
		if atcud := strings.ToUpper(splitATCUD(r.Text)["H"]); strings.Contains(atcud, "-") {
			return Key("PT:" + string(r.SellerTaxID) + ":" + keyPart(atcud))
		}
		return Key("PT:" + string(r.SellerTaxID) + ":" + keyPart(r.Document))
	},
	till:   noTill, // R is the software's number, which many sellers have
	checks: checkPortugal,
}

var portugueseCode = regexp.MustCompile(`(?i)^A: ?(PT)?\d{9} ?\*[B-R][1-8]?:`)

// splitATCUD are the fields by name.
func splitATCUD(text string) map[string]string {
	all := map[string]string{}
	for _, part := range strings.Split(text, "*") {
		name, value, ok := strings.Cut(part, ":")
		name = strings.ToUpper(strings.TrimSpace(name))
		if _, had := all[name]; ok && !had {
			all[name] = strings.TrimSpace(value)
		}
	}
	return all
}

var portugueseBuyer = regexp.MustCompile(`(?i)\* *B *:[^*]*`)

func readPortugal(f *fields) Receipt {
	all := splitATCUD(f.in.text)
	r := Receipt{
		Text:        portugueseBuyer.ReplaceAllString(f.in.text, ""),
		SellerTaxID: TaxID(strings.TrimPrefix(strings.ToUpper(all["A"]), "PT")),
		Document:    all["G"], Device: all["R"], Sign: all["Q"],
		Time: f.timeFrom("F", all["F"]), Operation: portugueseOperation(all["D"], all["E"]),
	}
	f.signedSum(&r, "O", all["O"])
	return r
}

// portugueseOperation maps the kinds of SAF-T (PT): FT, FS and FR are invoices.
func portugueseOperation(kind, state string) Operation {
	switch kind = strings.ToUpper(kind); {
	case strings.EqualFold(state, "A"):
		return Cancelled
	case kind == "FT", kind == "FS", kind == "FR":
		return Sale
	case kind == "NC":
		return Refund
	case kind == "":
		return Unknown
	case kind == "PF", kind == "OR", kind == "CM", kind == "NE", kind == "CC", kind == "FC":
		return Proforma
	}
	return Report
}

func identifyPortugal(r *Receipt) error {
	if len(r.SellerTaxID) != 9 || !allDigits(string(r.SellerTaxID)) {
		return &FieldError{r.Format, "A", "not a tax number"}
	}
	if r.Document == "" || len(r.Document) > 80 {
		return &FieldError{r.Format, "G", "missing or too long"}
	}
	if len(splitATCUD(r.Text)["H"]) > 100 || len(r.Device) > 20 || len(r.Sign) > 20 {
		return &FieldError{r.Format, "H", "too long"}
	}
	return nil
}

var atcud = regexp.MustCompile(`^[A-Z0-9]{8,}-\d+$`)

func checkPortugal(r Receipt) []Check {
	all := splitATCUD(r.Text)
	return []Check{
		{"atcud_form", passIf(atcud.MatchString(strings.ToUpper(all["H"]))), L1},
		{"nif", passIf(validNIF(string(r.SellerTaxID))), L2},
		{"totals", portugueseTotals(all), L2},
	}
}

// validNIF checks the last digit: the others by 9 to 2, modulo 11.
func validNIF(nif string) bool {
	if len(nif) != 9 || !allDigits(nif) {
		return false
	}
	sum := 0
	for i := range 8 {
		sum += int(nif[i]-'0') * (9 - i)
	}
	digit := 11 - sum%11
	if digit > 9 {
		digit = 0
	}
	return int(nif[8]-'0') == digit
}

// portugueseTotals compares the total with the sums and taxes that make it: fields 2 to 8
// of the regions I to K, what is outside the tax (L) and the stamp duty (M).
func portugueseTotals(all map[string]string) Result {
	total, err := parseSigned(all["O"])
	if err != nil {
		return NotApplicable
	}
	var sum int64
	found := false
	for name, value := range all {
		part := len(name) == 2 && strings.ContainsAny(name[:1], "IJK") && name[1] >= '2' && name[1] <= '8'
		if !part && name != "L" && name != "M" {
			continue
		}
		minor, err := parseSigned(value)
		if err != nil {
			return Fail
		}
		sum, found = sum+minor, found || part
	}
	const rounding = 2 // each rate's tax is rounded by itself
	switch {
	case !found:
		return NotApplicable
	case sum-total > rounding || total-sum > rounding:
		return Fail
	}
	return Pass
}
