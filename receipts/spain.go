package receipts

import (
	"regexp"
	"strings"
	"time"
)

// verifactu is the link of the Agencia Tributaria by which a buyer looks an invoice up:
// nif, numserie, fecha and importe (Orden HAC/1177/2024, articles 20 and 21, and the
// Agencia's «Detalle de las especificaciones técnicas del código QR»). ValidarQRNoVerifactu
// is of systems that keep their records to themselves.
var verifactu = format{
	country: "ES", name: "verifactu", currency: "EUR", east: 2 * time.Hour,
	is: func(in input) bool {
		return in.on("agenciatributaria.gob.es", "aeat.es") && strings.Contains(strings.ToLower(in.path), "validarqr")
	},
	read: func(f *fields) Receipt {
		r := Receipt{SellerTaxID: TaxID(f.need("nif")), Document: f.need("numserie"), Time: f.timeFrom("fecha", f.need("fecha"))}
		f.signedSum(&r, "importe", f.get("importe"))
		return r
	},
	identify: identifyVerifactu,
	key: func(r Receipt) Key {
		return Key("ES:" + string(r.SellerTaxID) + ":" + keyPart(strings.ReplaceAll(r.Document, "+", " ")) + ":" + r.Time.day())
	},
	checks: func(r Receipt) []Check {
		in, _ := readInput(r.Text)
		production := strings.HasPrefix(in.host, "www2.") || in.host == "agenciatributaria.gob.es"
		return []Check{{"production", passIf(production), L1}, {"nif", spanishNIF(r.SellerTaxID), L2}}
	},
}

func identifyVerifactu(r *Receipt) error {
	r.SellerTaxID = TaxID(plain(string(r.SellerTaxID)))
	if len(r.SellerTaxID) != 9 {
		return &FieldError{r.Format, "nif", "not a tax number"}
	}
	if r.Document == "" || len(r.Document) > 60 {
		return &FieldError{r.Format, "numserie", "missing or too long"}
	}
	return nil
}

// ticketbai is the code of the Basque treasuries (Bizkaia's Batuz, Gipuzkoa, Álava): the
// invoice's identifier, series, number and sum, each link closed by a CRC-8 of its own
// (Orden Foral 1482/2020 of Bizkaia, annex; the treasuries' «Especificaciones funcionales
// y técnicas de TicketBAI»).
var ticketbai = format{
	country: "ES", name: "ticketbai", currency: "EUR", east: 2 * time.Hour,
	is: func(in input) bool {
		return in.on(basqueHosts...) && in.has("id") || strings.HasPrefix(strings.ToUpper(in.params["id"]), "TBAI-")
	},
	read:     readTicketBAI,
	identify: func(*Receipt) error { return nil }, // by the pattern
	key: func(r Receipt) Key {
		m := ticketID.FindStringSubmatch(ticketIDOf(r.Text))
		if m == nil {
			return ""
		}
		return Key("ES:TBAI-" + strings.ToUpper(m[1]) + "-" + m[2] + "-" + m[3])
	},
	checks: checkTicketBAI,
}

var basqueHosts = []string{"batuz.eus", "tbai.egoitza.gipuzkoa.eus", "tbai.prep.gipuzkoa.eus", "ticketbai.araba.eus",
	"pruebas-ticketbai.araba.eus"}

// ticketID is TBAI-seller-day-beginning of the signature-CRC.
var ticketID = regexp.MustCompile(`(?i)^TBAI-([0-9A-Z]{9})-(\d{6})-([0-9A-Za-z+/=]{13})-(\d{3})$`)

func readTicketBAI(f *fields) Receipt {
	m := ticketID.FindStringSubmatch(strings.ReplaceAll(f.need("id"), " ", "+"))
	if m == nil {
		f.fail("id", "not an identifier of TicketBAI")
		return Receipt{}
	}
	day := m[2]
	r := Receipt{SellerTaxID: TaxID(strings.ToUpper(m[1])), Sign: m[3], Document: f.need("nf"),
		Time: f.timeFrom("id", "20"+day[4:]+day[2:4]+day[:2])}
	if series := f.get("s"); series != "" {
		r.Document = series + "-" + r.Document
	}
	if len(r.Document) > 80 {
		f.fail("nf", "too long")
	}
	f.signedSum(&r, "i", f.get("i"))
	return r
}

// ticketIDOf is the identifier in a code that was read before.
func ticketIDOf(text string) string {
	in, err := readInput(text)
	if err != nil {
		return ""
	}
	return strings.ReplaceAll(in.params["id"], " ", "+")
}

var ticketCRC = regexp.MustCompile(`(?i)^(https?://.*?)&cr=(\d{3})`)

func checkTicketBAI(r Receipt) []Check {
	id := ticketIDOf(r.Text)
	ofID := passIf(len(id) > 3 && crc8(id[:len(id)-3]) == id[len(id)-3:])
	ofURL := NotApplicable
	if at := strings.Index(strings.ToLower(r.Text), "http"); at >= 0 {
		if m := ticketCRC.FindStringSubmatch(r.Text[at:]); m != nil {
			ofURL = passIf(crc8(m[1]) == m[2])
		}
	}
	return []Check{{"nif", spanishNIF(r.SellerTaxID), L2}, {"crc8_id", ofID, L2}, {"crc8_url", ofURL, L2}}
}

// crc8 is the CRC with the polynomial x⁸+x²+x+1 and a start of zero, in three digits.
func crc8(s string) string {
	var crc byte
	for i := range len(s) {
		crc ^= s[i]
		for range 8 {
			if crc&0x80 != 0 {
				crc = crc<<1 ^ 0x07
			} else {
				crc <<= 1
			}
		}
	}
	return string([]byte{'0' + crc/100, '0' + crc/10%10, '0' + crc%10})
}

// spanishNIF checks the control character of a tax number: of people (DNI and NIE) it is
// a letter by the number modulo 23 (Real Decreto 1553/2005, article 11), of companies a
// digit or a letter of a Luhn sum (Orden EHA/451/2008).
func spanishNIF(id TaxID) Result {
	n := string(id)
	if len(n) != 9 {
		return Fail
	}
	switch first := n[0]; {
	case first >= '0' && first <= '9':
		return passIf(letterOfDNI(n[:8]) == n[8])
	case first >= 'X' && first <= 'Z':
		return passIf(letterOfDNI(string('0'+first-'X')+n[1:8]) == n[8])
	case first == 'K' || first == 'L' || first == 'M':
		return passIf(letterOfDNI("0"+n[1:8]) == n[8] || companyControl(n))
	}
	return passIf(companyControl(n))
}

func letterOfDNI(digits string) byte {
	if !allDigits(digits) {
		return 0
	}
	n := 0
	for i := range len(digits) {
		n = n*10 + int(digits[i]-'0')
	}
	return "TRWAGMYFPDXBNJZSQVHLCKE"[n%23]
}

func companyControl(n string) bool {
	if !allDigits(n[1:8]) {
		return false
	}
	sum := 0
	for i := 1; i < 8; i++ {
		d := int(n[i] - '0')
		if i%2 == 1 {
			d = d*2/10 + d*2%10
		}
		sum += d
	}
	control := (10 - sum%10) % 10
	return n[8] == byte('0'+control) || n[8] == "JABCDEFGHI"[control]
}
