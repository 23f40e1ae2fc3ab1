package receipts

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// brazil is the code of the consumer's electronic invoice, NFC-e (ENCAT, „Manual de
// Especificações Técnicas do DANFE NFC-e e QR Code”, versions 1 to 3; NT 2025.001): the
// key of 44 characters and, of those issued without a connection, the day and the total.
// Each state has a host of its own, so the key tells the format.
//
// The key names state, month, seller, series and number. The code of version 1 and the
// one of an invoice issued offline in version 3 name the buyer, who is not kept.
var brazil = format{
	country: "BR", name: "nfce", currency: "BRL", east: -2 * time.Hour,
	is: func(in input) bool {
		c := nfceOf(in)
		if c.key == "" {
			return c.labelled && in.on("gov.br") && fiscalStart.MatchString(c.parts[0])
		}
		return c.key[20:22] == "65" && (c.labelled || chaveDigit(c.key))
	},
	read:     readBrazil,
	identify: identifyBrazil,
	key:      func(r Receipt) Key { return Key("BR:" + r.Sign) },
	till:     noTill,
	checks: func(r Receipt) []Check {
		in, _ := readInput(r.Text)
		return append(checkChave(r), production(nfceOf(in).environment() != "2"))
	},
	trusted: trustBrazil,
	forget:  forgetBrazil,
}

// nfce is a code taken apart: the parts between bars, or those of version 1 under their
// names.
type nfce struct {
	key      string // "" when the text has none in form
	parts    []string
	named    map[string]string // of version 1, nil for the others
	labelled bool              // the text says that this is a key, by a parameter's name
}

var (
	chave       = regexp.MustCompile(`^(?:1[1-7]|2[1-9]|3[1235]|4[123]|5[0-3])\d\d(?:0[1-9]|1[0-2])[0-9A-Z]{12}\d{26}$`)
	fiscalStart = regexp.MustCompile(`^\d{20,}`)
	chaveMark   = regexp.MustCompile(`^(?:NFe|CFe|NFE|CFE)`)
)

func nfceOf(in input) nfce {
	switch {
	case in.params["chnfe"] != "":
		c := nfce{named: in.params, parts: []string{in.params["chnfe"]}, labelled: true}
		c.key = chaveIn(c.parts[0])
		return c
	case in.params["p"] != "":
		c := nfce{parts: strings.Split(in.params["p"], "|"), labelled: true}
		c.key = chaveIn(c.parts[0])
		return c
	}
	c := nfce{parts: strings.Split(in.text, "|")}
	c.key = chaveIn(c.parts[0])
	return c
}

// chaveIn is the key in its canonical spelling, "" when s is not in its form.
func chaveIn(s string) string {
	s = strings.ToUpper(chaveMark.ReplaceAllString(grouping.Replace(strings.TrimSpace(s)), ""))
	if !chave.MatchString(s) {
		return ""
	}
	return s
}

func (c nfce) part(i int) string {
	if i >= len(c.parts) {
		return ""
	}
	return strings.TrimSpace(c.parts[i])
}

// environment is "1" in production and "2" in the tests of the tax services.
func (c nfce) environment() string {
	if c.named != nil {
		return c.named["tpamb"]
	}
	return c.part(2)
}

// offline reports whether the code is of an invoice issued without a connection.
func (c nfce) offline() bool { return len(c.parts) == 8 && (c.part(1) == "2" || c.part(1) == "3") }

func readBrazil(f *fields) Receipt {
	c := nfceOf(f.in)
	if c.key == "" {
		f.fail("chNFe", "not an invoice's key")
		return Receipt{}
	}
	r := Receipt{Sign: c.key, Device: c.key[22:25], Document: c.key[25:34], SellerTaxID: TaxID(c.key[6:20])}
	switch {
	case c.named != nil:
		if issued, err := hex.DecodeString(f.get("dhemi")); err == nil {
			f.zonedTime(&r, "dhEmi", clean(string(issued)))
		}
		f.sum("vnf")
	case c.offline():
		r.Time = f.timeFrom("dia", fmt.Sprintf("20%s-%s-%02s", c.key[2:4], c.key[4:6], c.part(3)))
		f.longSum("vNF", c.part(4))
	}
	return r
}

func identifyBrazil(r *Receipt) error {
	if r.Sign = chaveIn(r.Sign); r.Sign == "" {
		return &FieldError{r.Format, "chNFe", "not an invoice's key"}
	}
	return nil
}

func checkChave(r Receipt) []Check {
	if !chave.MatchString(r.Sign) {
		return nil
	}
	return []Check{
		{"chave_mod11", passIf(chaveDigit(r.Sign)), L2},
		{"cnpj_mod11", passIf(cnpjDigits(r.Sign[6:20])), L2},
	}
}

// chaveDigit checks the last digit. Letters, which the CNPJ has since 2026, count as
// their place in ASCII after the zero.
func chaveDigit(key string) bool {
	digit := 11 - weighted(key[:43], 9, 8, 7, 6, 5, 4, 3, 2)%11
	if digit > 9 {
		digit = 0
	}
	return digit == int(key[43]-'0')
}

func cnpjDigits(id string) bool {
	for n := 12; n < 14; n++ {
		digit := 11 - weighted(id[:n], 9, 8, 7, 6, 5, 4, 3, 2)%11
		if digit > 9 {
			digit = 0
		}
		if digit != int(id[n]-'0') {
			return false
		}
	}
	return true
}

// trustBrazil checks the hash over the code and the secret (CSC) that the state gave the
// seller. Version 3 has none.
func trustBrazil(r Receipt, known Keys) []Check {
	in, _ := readInput(r.Text)
	signed, id, given := nfceOf(in).hashed(r.Text)
	secret := known.secret(id)
	if given == "" || secret == "" {
		return []Check{{"csc_hash", NotApplicable, L5}}
	}
	sum := sha1.Sum([]byte(signed + secret))
	return []Check{{"csc_hash", passIf(strings.EqualFold(hex.EncodeToString(sum[:]), given)), L5}}
}

var nfceHash = regexp.MustCompile(`(?i)(chNFe=.*)&cHashQRCode=([0-9a-f]{40})`)

// hashed is what stands before the hash, the secret's identifier and the hash; "" when
// the code has none, or no longer all that was hashed.
func (c nfce) hashed(text string) (signed, id, given string) {
	last := len(c.parts) - 1
	switch {
	case c.named != nil:
		m := nfceHash.FindStringSubmatch(text)
		if m == nil || strings.Contains(strings.ToLower(m[1]), "cdest=&") {
			return "", "", ""
		}
		return m[1], c.named["cidtoken"], m[2]
	case c.part(1) == "2" && (last == 4 || last == 7):
		return strings.Join(c.parts[:last], "|"), c.part(last - 1), c.part(last)
	}
	return "", "", ""
}

// secret finds a secret by its identifier, which is written with zeros and without.
func (k Keys) secret(id string) string {
	for known, secret := range k.Secrets {
		if id != "" && strings.TrimLeft(known, "0") == strings.TrimLeft(id, "0") {
			return secret
		}
	}
	return ""
}

var nfceBuyer = regexp.MustCompile(`(?i)(cDest=)[^&]*`)

func forgetBrazil(text string) string {
	in, err := readInput(text)
	if err != nil {
		return ""
	}
	c := nfceOf(in)
	if c.named == nil && c.offline() && c.part(1) == "3" && c.part(6) != "" {
		c.parts[6] = ""
		return "p=" + strings.Join(c.parts, "|")
	}
	return nfceBuyer.ReplaceAllString(text, "$1")
}
