package samples

import (
	"fmt"
	"hash/fnv"
	"strings"
	"unicode/utf8"
)

// columns is how many letters of the small size fit on a line: a 57 mm roll
// takes 32 to 42.
const columns = 38

// row is one printed line; a big row is printed twice as large.
type row struct {
	text string
	big  bool
}

// rows returns the receipt's text from top to bottom.
func (s Sale) rows() []row {
	if s.Country == Ukraine {
		return s.ukrainian()
	}
	return s.russian()
}

func (s Sale) russian() []row {
	p := page{}
	p.centre(s.Merchant)
	p.centre(s.Address)
	p.centre("КАССОВЫЙ ЧЕК")
	p.pair(russianOperation[s.operation()], fmt.Sprintf("СМЕНА №%d", 1+s.digest("shift")%600))
	p.rule()
	for _, l := range s.Lines {
		p.text(l.Name)
		p.pair(fmt.Sprintf("  %d x %s", l.Qty, money(l.Price)), "="+money(l.Sum()))
	}
	p.rule()
	p.big("ИТОГ", "="+money(s.Total()))
	p.pair(s.paidBy("НАЛИЧНЫМИ", "БЕЗНАЛИЧНЫМИ"), "="+money(s.Total()))
	p.pair(fmt.Sprintf("СУММА НДС %d%%", s.russianVAT()), "="+money(vat(s.Total(), s.russianVAT())))
	p.pair("ИНН "+s.TaxID, "СНО: ОСН")
	p.text(fmt.Sprintf("ЗН ККТ %014d", s.digest("serial")%1e12))
	p.text(fmt.Sprintf("РН ККТ 000%013d", s.digest("registration")%1e13))
	p.text("ФН № " + s.Device)
	p.pair("ФД № "+s.Document, s.At.Format("02.01.06 15:04"))
	p.text("ФПД: " + s.Sign)
	p.text("САЙТ ФНС: www.nalog.gov.ru")
	return p.rows
}

func (s Sale) ukrainian() []row {
	p := page{}
	p.centre(s.Merchant)
	p.centre(s.Address)
	p.centre("ІПН " + s.TaxID)
	if s.operation() != 1 {
		p.centre("ПОВЕРНЕННЯ")
	}
	p.rule()
	for _, l := range s.Lines {
		if l.Qty > 1 {
			p.text(fmt.Sprintf("%d.000 x %s", l.Qty, money(l.Price)))
		}
		p.pair(l.Name, money(l.Sum())+" А")
	}
	p.rule()
	p.big("СУМА", money(s.Total()))
	p.pair("ПДВ А 20.00%", money(vat(s.Total(), 20)))
	p.pair(s.paidBy("ГОТІВКА", "КАРТКА"), money(s.Total())+" ГРН")
	p.rule()
	p.pair("ЧЕК № "+s.Document, "ОНЛАЙН")
	p.text("ФН ПРРО " + s.Device)
	p.pair("ДАТА "+s.At.Format("02.01.2006"), "ЧАС "+s.At.Format("15:04:05"))
	p.centre("ФІСКАЛЬНИЙ ЧЕК")
	return p.rows
}

var russianOperation = map[int]string{1: "ПРИХОД", 2: "ВОЗВРАТ ПРИХОДА", 3: "РАСХОД", 4: "ВОЗВРАТ РАСХОДА"}

// russianVAT is the ordinary rate on the day of the sale: ФЗ-425 of 28.11.2025
// raised it from 20 to 22 percent.
func (s Sale) russianVAT() int64 {
	if s.At.Year() >= 2026 {
		return 22
	}
	return 20
}

// vat is the tax inside a total that includes it, rounded half up.
func vat(total, rate int64) int64 {
	return (2*total*rate + 100 + rate) / (2 * (100 + rate))
}

func (s Sale) paidBy(cash, card string) string {
	if s.digest("paid")%3 == 0 {
		return cash
	}
	return card
}

// digest is a number that follows from the sale, for what a till has of its
// own: its serial number, its shift.
func (s Sale) digest(what string) uint64 {
	h := fnv.New64a()
	fmt.Fprint(h, what, s.Device, s.TaxID, s.Document)
	return h.Sum64() >> 1
}

// page collects printed rows.
type page struct{ rows []row }

func (p *page) text(s string)        { p.wrap(s, columns, func(l string) string { return l }) }
func (p *page) rule()                { p.text(strings.Repeat("-", columns)) }
func (p *page) pair(a, b string)     { p.add(spread(a, b, columns), false) }
func (p *page) big(a, b string)      { p.add(spread(a, b, columns/2), true) }
func (p *page) add(s string, b bool) { p.rows = append(p.rows, row{s, b}) }

func (p *page) centre(s string) {
	p.wrap(s, columns, func(l string) string {
		return strings.Repeat(" ", (columns-utf8.RuneCountInString(l))/2) + l
	})
}

// wrap breaks s at blanks into rows of at most width letters.
func (p *page) wrap(s string, width int, dress func(string) string) {
	line := ""
	for _, w := range strings.SplitAfter(s, " ") {
		if line != "" && utf8.RuneCountInString(line+strings.TrimRight(w, " ")) > width {
			p.add(dress(strings.TrimRight(line, " ")), false)
			line = ""
		}
		line += w
	}
	p.add(dress(clip(line, width)), false)
}

// spread puts a at the left edge and b at the right one; a gives way.
func spread(a, b string, width int) string {
	a = clip(a, width-utf8.RuneCountInString(b)-1)
	gap := width - utf8.RuneCountInString(a) - utf8.RuneCountInString(b)
	return a + strings.Repeat(" ", max(1, gap)) + b
}

func clip(s string, width int) string {
	r := []rune(s)
	if width < 0 {
		width = 0
	}
	if len(r) > width {
		r = r[:width]
	}
	return string(r)
}
