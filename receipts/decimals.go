package receipts

import "strings"

// fewDecimals are the currencies whose minor unit is not a hundredth, by ISO 4217.
var fewDecimals = map[string]int{"PYG": 0, "CLP": 0, "JPY": 0, "KRW": 0, "ISK": 0, "KWD": 3, "BHD": 3, "OMR": 3, "JOD": 3, "TND": 3}

// decimals is how many the currency has.
func decimals(currency string) int {
	if n, ok := fewDecimals[currency]; ok {
		return n
	}
	return 2
}

// ofHundredths is a sum of hundredths as an amount of the currency; what is less than
// its minor unit is dropped.
func ofHundredths(hundredths int64, currency string) Money {
	switch decimals(currency) {
	case 0:
		return Money{hundredths / 100, currency}
	case 3:
		return Money{hundredths * 10, currency}
	}
	return Money{hundredths, currency}
}

// longSum reads the total from a number in major units that may have more decimals than
// its currency. It is never rounded: what cannot be written exactly is given as the two
// amounts beside it.
func (f *fields) longSum(name, value string) {
	if value == "" {
		return
	}
	if strings.Count(value, ",") == 1 && !strings.Contains(value, ".") {
		value = strings.Replace(value, ",", ".", 1)
	}
	whole, rest, _ := strings.Cut(grouping.Replace(value), ".")
	if whole+rest == "" || !allDigits(whole+rest) || len(strings.TrimLeft(whole, "0")) > 12 || len(rest) > 12 {
		f.fail(name, "not a sum")
		return
	}
	places := decimals(f.currency)
	rest += strings.Repeat("0", places)
	var minor int64
	for _, c := range []byte(whole + rest[:places]) {
		minor = minor*10 + int64(c-'0')
	}
	if strings.Trim(rest[places:], "0") == "" {
		f.total, f.hasTotal = Money{minor, f.currency}, true
		return
	}
	f.candidates = []Money{{minor, f.currency}, {minor + 1, f.currency}}
}
