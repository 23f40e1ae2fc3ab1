package ocr

import (
	"strings"
	"unicode"
)

// fold brings a word to the form in which labels are compared: upper case, and
// of the letters and digits that look alike on thermal paper only one, so that
// ИТОГ, "MTОГ" and "итог:" meet.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		r = unicode.ToUpper(r)
		if to, ok := lookAlike[r]; ok {
			return to
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

var lookAlike = map[rune]rune{
	'A': 'А', 'B': 'В', 'C': 'С', 'E': 'Е', 'H': 'Н', 'K': 'К', 'M': 'М', 'O': 'О', 'P': 'Р',
	'T': 'Т', 'X': 'Х', 'Y': 'У', '0': 'О', '3': 'З', '4': 'Ч', '6': 'Б', '8': 'В',
	'Ё': 'Е', 'Є': 'Е', 'Э': 'Е', 'Й': 'И', 'N': 'И', 'U': 'И', '@': 'Ф',
	'I': '1', 'І': '1', 'Ї': '1', 'L': '1', '|': '1', '!': '1',
	'Ґ': 'Г', 'R': 'Г',
}

// labelled reports whether a folded word is one of the labels, allowing one
// letter read wrong in words of four and two in words of eight and more.
func labelled(word string, labels ...string) bool {
	for _, l := range labels {
		n := len([]rune(l))
		allow := 0
		if n >= 8 {
			allow = 2
		} else if n >= 4 {
			allow = 1
		}
		if distance([]rune(word), []rune(fold(l)), allow) <= allow {
			return true
		}
	}
	return false
}

// distance is Levenshtein's, or more than limit as soon as it must be.
func distance(a, b []rune, limit int) int {
	if d := len(a) - len(b); d > limit || -d > limit {
		return limit + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, ra := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, rb := range b {
			cost := diagonal
			if ra != rb {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// numeral writes with digits what is a number misread: a word at least half
// of digits, or a sum behind its "=", gives up the letters that look like some.
func numeral(word string) string {
	digits, others := 0, 0
	for _, r := range word {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case unicode.IsLetter(r) || r == '|' || r == '!':
			others++
		}
	}
	if digits == 0 || digits < others && !strings.HasPrefix(word, "=") {
		return word
	}
	return strings.Map(func(r rune) rune {
		if to, ok := digitAlike[r]; ok {
			return to
		}
		return r
	}, word)
}

var digitAlike = map[rune]rune{
	'О': '0', 'о': '0', 'O': '0', 'o': '0', 'З': '3', 'з': '3', 'б': '6', 'Б': '6', 'В': '8', 'B': '8',
	'l': '1', 'I': '1', 'І': '1', 'і': '1', '|': '1', '!': '1', 'S': '5', 's': '5', 'g': '9', 'Ч': '4',
}
