package ocr

import (
	"fmt"
	"regexp"

	"kopilka/receipts"
)

var (
	dates = regexp.MustCompile(`(?:^|[^\d.,])(\d\d) ?[.,/\-]{1,2} ?(\d\d) ?[.,/\-]{1,2} ?(20\d\d|\d\d)(?:\D|\d\d ?[:;.]|$)`)
	times = regexp.MustCompile(`(?:^|[^\d:.]|20\d\d|\.\d\d)([01]?\d|2[0-3]) ?[:;] ?([0-5]\d)(?: ?[:;.] ?([0-5]\d))?(?:\D|$)`)
)

// when finds the date and time of the sale. A day printed with its time has 4
// points, without 2; 3 more when it is printed twice.
func when(lines []line) (receipts.LocalTime, int) {
	var best receipts.LocalTime
	points := 0
	days := make(map[string]int)
	for i, l := range lines {
		for _, m := range dates.FindAllStringSubmatchIndex(l.text, -1) {
			day := fmt.Sprintf("%s.%s.%s", l.text[m[2]:m[3]], l.text[m[4]:m[5]], l.text[m[6]:m[7]])
			t, err := receipts.ParseLocalTime(day)
			if err != nil || t.Year < firstYear {
				continue
			}
			p := 2
			if clock, ok := clockNear(lines, i, m[7]); ok {
				if full, err := receipts.ParseLocalTime(day + " " + clock); err == nil {
					t, p = full, 4
				}
			}
			if l.certain(m[2], m[7]) < 50 {
				p--
			}
			days[t.String()]++
			if p > points {
				best, points = t, p
			}
		}
	}
	if days[best.String()] > 1 {
		points += 3
	}
	return best, points
}

// firstYear is when tills began to print fiscal signs: ФЗ-54 in its present
// form is of 2016.
const firstYear = 2016

// clockNear looks for a time of day after the date, then before it on the same
// line, then alone on the next one.
func clockNear(lines []line, i, after int) (string, bool) {
	places := []string{lines[i].text[after:], lines[i].text[:after]}
	if i+1 < len(lines) {
		places = append(places, lines[i+1].text)
	}
	for _, place := range places {
		m := times.FindStringSubmatch(place)
		if m == nil {
			continue
		}
		clock := fmt.Sprintf("%02s:%s", m[1], m[2])
		if m[3] != "" {
			clock += ":" + m[3]
		}
		return clock, true
	}
	return "", false
}
