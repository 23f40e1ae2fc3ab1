package texts

import (
	"strconv"
	"strings"
	"time"
)

// nbsp keeps a number and what it counts on one line.
const nbsp = "\u00a0"

// Points is a number of points in hundredths, printed with its noun: «12,50 балла».
type Points int64

// Money is a sum in minor units of an ISO 4217 currency.
type Money struct {
	Minor    int64
	Currency string
}

// Count is a plain number.
type Count int64

// Percent is a rate in basis points: 150 is 1,5 %.
type Percent int64

// Day is a date; the year is printed when it is not Now's.
type Day struct{ At, Now time.Time }

// Moment is a date with the time of day, in the zone that At carries.
type Moment struct{ At, Now time.Time }

// Number prints n with its thousands apart: «12 450», "12,450".
func (p Printer) Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "−", s[1:]
	}
	group := nbsp
	if p.lang == "en" {
		group = ","
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + group + s[i:]
	}
	return sign + s
}

// Amount prints hundredths as a number, without a fraction when there is none.
func (p Printer) Amount(hundredths int64) string { return p.decimal(hundredths, 2, false) }

// decimal prints minor / 10^places; all prints the fraction even when it is zero.
func (p Printer) decimal(minor int64, places int, all bool) string {
	unit := int64(1)
	for range places {
		unit *= 10
	}
	whole, rest := minor/unit, minor%unit
	sign := ""
	if minor < 0 {
		sign, whole, rest = "−", -whole, -rest
	}
	s := sign + p.Number(whole)
	if places == 0 || rest == 0 && !all {
		return s
	}
	point := ","
	if p.lang == "en" {
		point = "."
	}
	fraction := strconv.FormatInt(rest, 10)
	return s + point + strings.Repeat("0", places-len(fraction)) + fraction
}

// Points prints hundredths of a point with the noun in the right form.
func (p Printer) Points(hundredths int64) string {
	if hundredths%100 != 0 {
		// A fraction takes its own form: «1,5 балла», "1.5 points".
		return p.Text("points_fraction", Data{"Amount": HTML(p.Amount(hundredths))})
	}
	return p.Plural("points", hundredths/100)
}

// symbols are the signs that people write after (in English before) a sum.
var symbols = map[string]string{"RUB": "₽", "UAH": "₴", "KZT": "₸", "USD": "$", "EUR": "€", "BYN": "Br", "UZS": "soʻm", "KGS": "сом"}

// exponents are the currencies whose minor unit is not a hundredth, by ISO 4217.
var exponents = map[string]int{"JPY": 0, "KRW": 0, "ISK": 0, "PYG": 0, "KWD": 3, "BHD": 3, "TND": 3}

// Money prints a sum: «1 249,90 ₽», "₽1,249.90".
func (p Printer) Money(minor int64, currency string) string {
	places, odd := exponents[currency]
	if !odd {
		places = 2
	}
	sum := p.decimal(minor, places, minor%100 != 0)
	symbol, known := symbols[currency]
	switch {
	case !known:
		return sum + nbsp + currency
	case p.lang == "en" && len([]rune(symbol)) == 1:
		if rest, negative := strings.CutPrefix(sum, "−"); negative {
			return "−" + symbol + rest
		}
		return symbol + sum
	}
	return sum + nbsp + symbol
}

// Percent prints basis points: «1,5 %», "1.5%".
func (p Printer) Percent(basisPoints int64) string {
	s := p.decimal(basisPoints, 2, false)
	if strings.ContainsAny(s, ",.") {
		s = strings.TrimRight(s, "0")
	}
	if p.lang == "en" {
		return s + "%"
	}
	return s + nbsp + "%"
}

// Day prints «21 ноября», with the year when it is not now's.
func (p Printer) Day(at, now time.Time) string {
	month := p.Text("month_" + strconv.Itoa(int(at.Month())))
	s := strconv.Itoa(at.Day()) + nbsp + month
	if at.Year() != now.Year() {
		s += " " + strconv.Itoa(at.Year())
	}
	return s
}

// Moment prints «21 ноября, 14:05» in the zone that at carries.
func (p Printer) Moment(at, now time.Time) string {
	return p.Day(at, now) + ", " + at.Format("15:04")
}
