package ocr

import (
	"fmt"
	"strings"

	"kopilka/receipts"
)

// parse finds the fields of a receipt in the words of its print.
func parse(words []word, country string) Reading {
	lines := linesOf(words)
	r := Reading{Text: text(words), Country: homeland(lines, country), Operation: operation(lines), clarity: clarity(words)}
	if minor, points := total(lines); points > 0 {
		r.Total = Field[receipts.Money]{receipts.Money{Minor: minor, Currency: currency[r.Country]}, points}
	}
	r.Time.Value, r.Time.Sure = when(lines)
	if r.Country == "UA" {
		r.ukraine(lines)
	} else {
		r.russia(lines)
	}
	return r
}

var currency = map[string]string{"RU": "RUB", "UA": "UAH"}

// homeland tells the country by the words that only its receipts have.
func homeland(lines []line, hint string) string {
	russia, ukraine := 0, 0
	for _, l := range lines {
		if l.has("НДС", "ИТОГ", "ИТОГО", "ККТ", "ФПД", "ИНН", "ФНС", "КАССОВЫЙ", "ПРИХОД") {
			russia++
		}
		if l.has("ПРРО", "ПДВ", "ГРН", "СУМА", "ФІСКАЛЬНИЙ", "КАРТКА", "ГОТІВКА", "БЕЗГОТІВКОВА") {
			ukraine++
		}
	}
	if ukraine > russia || ukraine == russia && hint == "UA" {
		return "UA"
	}
	return "RU"
}

// operation tells a sale from what is not one.
func operation(lines []line) receipts.Operation {
	op := receipts.Sale
	for _, l := range lines {
		switch {
		case l.has("ВОЗВРАТ") && l.has("РАСХОДА"):
			return receipts.PurchaseRefund
		case l.has("ВОЗВРАТ", "ПОВЕРНЕННЯ"):
			return receipts.Refund
		case l.has("РАСХОД"):
			op = receipts.Purchase
		}
	}
	return op
}

// text is the print, a line a row.
func text(words []word) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 && w.Line != words[i-1].Line {
			b.WriteByte('\n')
		} else if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w.Text)
	}
	return b.String()
}

// clarity is the mean of what the engine says of its words.
func clarity(words []word) float64 {
	sum := 0.0
	for _, w := range words {
		sum += w.Sure
	}
	return sum / float64(max(1, len(words)))
}

func decimal(minor int64) string { return fmt.Sprintf("%d.%02d", minor/100, minor%100) }
