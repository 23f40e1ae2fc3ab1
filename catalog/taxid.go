package catalog

import "strings"

// TaxID is a seller's number in the tax register of its country, digits (and letters in
// Belarus) without blanks.
type TaxID string

// ParseTaxID reads a tax number as people write and receipts pad it, without checking it.
func ParseTaxID(s string) TaxID {
	return TaxID(strings.ToUpper(strings.Map(func(r rune) rune {
		if r == ' ' || r == '\u00a0' || r == '-' || r == '\t' || r == '\n' || r == '\r' {
			return -1
		}
		return r
	}, s)))
}

// Valid reports whether t can be a tax number of the country: its length, and its check
// digits where the country publishes them. Of a country that we do not know it only tells
// that t looks like a number of some register.
func (t TaxID) Valid(country string) bool {
	s := string(t)
	if country == "BY" {
		return validUNP(s)
	}
	if country != "RU" && country != "UA" && country != "KZ" && country != "KG" && country != "UZ" {
		return isCountry(country) && 4 <= len(s) && len(s) <= 20 && strings.Trim(s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
	}
	if strings.Trim(s, "0123456789") != "" || strings.Trim(s, "0") == "" {
		return false
	}
	switch country {
	case "RU":
		return validINN(s)
	case "UA":
		return validEDRPOU(s) || validRNOKPP(s)
	case "KZ":
		return validBIN(s)
	case "KG":
		return len(s) == 14 // ИНН; the register publishes no check digit
	}
	return len(s) == 9 || len(s) == 14 // Uzbekistan: СТИР of a firm, ПИНФЛ of a person
}

// isCountry reports whether s has the form of ISO 3166-1 alpha-2.
func isCountry(s string) bool {
	return len(s) == 2 && 'A' <= s[0] && s[0] <= 'Z' && 'A' <= s[1] && s[1] <= 'Z'
}

// validINN checks the ИНН of a firm (10 digits) or a person (12), by the algorithm that
// order ММВ-7-6/435@ of the Federal Tax Service of Russia refers to.
func validINN(s string) bool {
	switch len(s) {
	case 10:
		return weigh(s, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 == digit(s, 9)
	case 12:
		return weigh(s, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 == digit(s, 10) &&
			weigh(s, 3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 == digit(s, 11)
	}
	return false
}

// validEDRPOU checks the ЄДРПОУ code of a Ukrainian firm. Codes from 30000000 to 60000000
// are weighed in another order; a remainder of 10 is weighed again with weights 2 more.
func validEDRPOU(s string) bool {
	if len(s) != 8 {
		return false
	}
	weights := []int{1, 2, 3, 4, 5, 6, 7}
	if "30000000" <= s && s <= "60000000" {
		weights = []int{7, 1, 2, 3, 4, 5, 6}
	}
	rest := weigh(s, weights...) % 11
	if rest == 10 {
		for i := range weights {
			weights[i] += 2
		}
		rest = weigh(s, weights...) % 11 % 10
	}
	return rest == digit(s, 7)
}

// validRNOKPP checks the РНОКПП (ІПН) of a Ukrainian entrepreneur.
func validRNOKPP(s string) bool {
	if len(s) != 10 {
		return false
	}
	sum := weigh(s, -1, 5, 7, 9, 4, 6, 10, 5, 7)
	return (sum%11+11)%11%10 == digit(s, 9)
}

// validBIN checks the БИН or ИИН of Kazakhstan: a remainder of 10 is weighed again in another
// order, and a number that has 10 twice is never given out.
func validBIN(s string) bool {
	if len(s) != 12 {
		return false
	}
	rest := weigh(s, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11) % 11
	if rest == 10 {
		rest = weigh(s, 3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2) % 11
	}
	return rest == digit(s, 11)
}

// validUNP checks the УНП of Belarus: nine digits, or two letters and seven digits of a
// person, whose first letter counts as in base 36 and the second by its place in a list.
func validUNP(s string) bool {
	const letters = "ABCEHKMOPT"
	if len(s) != 9 || strings.Trim(s[2:], "0123456789") != "" || !strings.Contains("1234567ABCEHKM", s[:1]) {
		return false
	}
	first, second := digit(s, 0), digit(s, 1)
	if s[0] >= 'A' {
		first, second = int(s[0]-'A')+10, strings.IndexByte(letters, s[1])
	}
	if second < 0 || second > 9 {
		return false
	}
	return (29*first+23*second+weigh(s[2:], 19, 17, 13, 7, 5, 3))%11 == digit(s, 8)
}

// weigh sums the first digits of s, each times its weight.
func weigh(s string, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += w * digit(s, i)
	}
	return sum
}

func digit(s string, i int) int { return int(s[i] - '0') }
