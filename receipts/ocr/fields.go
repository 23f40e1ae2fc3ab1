package ocr

import (
	"fmt"
	"strings"
)

func parse(words []word, country string) Reading {
	var b strings.Builder
	last := 0
	sum := 0.0
	for i, w := range words {
		if i > 0 && w.Line != last {
			b.WriteByte('\n')
		} else if i > 0 {
			b.WriteByte(' ')
		}
		last = w.Line
		b.WriteString(w.Text)
		sum += w.Sure
	}
	return Reading{Text: b.String(), Country: country, clarity: sum / float64(max(1, len(words)))}
}

func decimal(minor int64) string { return fmt.Sprintf("%d.%02d", minor/100, minor%100) }
