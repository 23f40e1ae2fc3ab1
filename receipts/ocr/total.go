package ocr

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
)

// Labels of the lines that speak of the sum, in both languages.
var (
	totalLabels  = []string{"ИТОГ", "ИТОГО", "ВСЕГО", "ОПЛАТЕ", "СУМА", "СПЛАТИ", "УСЬОГО", "ВСЬОГО"}
	paidLabels   = []string{"БЕЗНАЛИЧНЫМИ", "ЭЛЕКТРОННЫМИ", "КАРТОЙ", "КАРТА", "БЕЗГОТІВКОВА", "КАРТКА", "ПОЛУЧЕНО"}
	cashLabels   = []string{"НАЛИЧНЫМИ", "ГОТІВКА", "ГОТІВКОЮ"}
	changeLabels = []string{"СДАЧА", "РЕШТА"}
	taxLabels    = []string{"НДС", "ПДВ"}
	otherLabels  = []string{"СКИДКА", "ЗНИЖКА", "БАЛЛОВ", "ОКРУГЛЕНИЕ", "ЗАОКРУГЛЕННЯ", "ПОДЫТОГ", "ПІДСУМОК"}
)

// rates of value added tax that either country has had since tills went
// online.
var rates = []int64{20, 22, 18, 10, 7, 14, 5}

// evidence is the points that each sum has gathered.
type evidence map[int64]int

// total finds the sum of the receipt: the one that most of the paper agrees
// on.
func total(lines []line) (int64, int) {
	e := make(evidence)
	e.fromLabel(lines)
	paid := e.fromPayment(lines)
	e.fromRepetition(lines)
	e.fromItems(lines)
	e.fromTax(lines)
	if cash, change, ok := cashAndChange(lines); ok && (paid == 0 || cash-change == paid) {
		e[cash-change] += 4
	}
	delete(e, 0)
	if len(e) == 0 {
		return 0, 0
	}
	best := slices.MaxFunc(slices.Collect(maps.Keys(e)), func(a, b int64) int {
		return cmp.Or(cmp.Compare(e[a], e[b]), cmp.Compare(a, b))
	})
	return best, max(0, e[best])
}

// fromLabel gives 3 points to the sum beside the word "total", 2 when it
// stands on the next line.
func (e evidence) fromLabel(lines []line) {
	for i, l := range lines {
		if !isTotal(l) {
			continue
		}
		points := 3
		a, ok := l.last()
		if !ok && i+1 < len(lines) {
			a, ok = lines[i+1].last()
			points = 2
		}
		if !ok {
			continue
		}
		e[a.minor] = max(e[a.minor], points)
		if a.sure < 60 {
			e[a.minor]--
		}
	}
}

func isTotal(l line) bool {
	return l.has(totalLabels...) && !l.has(taxLabels...) && !l.has(otherLabels...) && !l.has(changeLabels...)
}

// fromPayment gives 2 points to what was paid without cash, which is the sum
// unless the payment was split.
func (e evidence) fromPayment(lines []line) int64 {
	var paid int64
	for _, l := range lines {
		if a, ok := l.last(); ok && l.has(paidLabels...) {
			paid = a.minor
		}
	}
	if paid > 0 {
		e[paid] += 2
	}
	return paid
}

// fromRepetition gives a point to a candidate that is printed more than twice
// or is the last but the smaller sums, that is, found again outside labels.
func (e evidence) fromRepetition(lines []line) {
	seen := make(map[int64]int)
	for _, l := range lines {
		if a, ok := l.last(); ok {
			seen[a.minor]++
		}
	}
	for sum := range e {
		if seen[sum] > 1 {
			e[sum]++
		}
	}
}

// fromItems gives 4 points to the sum of the things sold, as printed or as
// multiplied.
func (e evidence) fromItems(lines []line) {
	printed, counted := items(lines)
	if printed > 0 {
		e[printed] += 4
	}
	if counted > 0 && counted != printed {
		e[counted] += 4
	}
}

// quantity is the "2 x 150.00" of an item.
var quantity = regexp.MustCompile(`(?:^|\s)(\d{1,3})(?:[.,]0{1,3})? ?[xXхХ*×] ?\d`)

// items adds up the lines above the total: the printed sums, and the products
// of quantity and price where both are on one line.
func items(lines []line) (printed, counted int64) {
	rows := 0
	for i, l := range lines {
		if isTotal(l) {
			if rows == 0 {
				return 0, 0
			}
			return printed, counted
		}
		a := l.amounts()
		q := quantity.FindStringSubmatch(l.text)
		switch {
		case len(a) == 0 || i == 0:
		case q != nil && len(a) >= 2:
			n, _ := strconv.ParseInt(q[1], 10, 64) // digits by the pattern
			printed += a[len(a)-1].minor
			counted += n * a[len(a)-2].minor
			rows++
		case q != nil: // the sum stands on the line with the name
		default:
			printed += a[len(a)-1].minor
			counted += a[len(a)-1].minor
			rows++
		}
	}
	return 0, 0
}

// fromTax gives 3 points to a sum whose tax is printed too: that proves both.
func (e evidence) fromTax(lines []line) {
	for _, l := range lines {
		tax, ok := l.last()
		if !ok || tax.minor == 0 || !l.has(taxLabels...) {
			continue
		}
		for sum := range e {
			if isTax(tax.minor, sum) {
				e[sum] += 3
			}
		}
		return
	}
}

func isTax(tax, sum int64) bool {
	for _, r := range rates {
		if d := tax*(100+r) - sum*r; d <= 2*(100+r) && -d <= 2*(100+r) {
			return true
		}
	}
	return false
}

func cashAndChange(lines []line) (cash, change int64, ok bool) {
	for _, l := range lines {
		a, found := l.last()
		switch {
		case !found:
		case l.has(changeLabels...):
			change = a.minor
		case l.has(cashLabels...) && !l.has(paidLabels...):
			cash = a.minor
		}
	}
	return cash, change, cash > change && change > 0
}
