package tgfake

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// setLink makes e a link, or a mention of a person. It reports whether there
// is anything to link to: the server drops the others silently.
func (e *Entity) setLink(link string) bool {
	if id, ok := strings.CutPrefix(link, "tg://user?id="); ok {
		n, err := strconv.ParseInt(id, 10, 64)
		e.Type, e.User = "text_mention", &peer{ID: n}
		return err == nil
	}
	b := inlineButton{URL: strings.TrimSpace(link)}
	if b.URL == "" || b.checkURL() != nil {
		return false
	}
	e.URL = b.URL
	return true
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// decodeEntity reads one of the four named entities or a numeric one at the
// beginning of s; n is its length, 0 when there is none. Anything else, such
// as &nbsp;, is text. The semicolon may be missing.
func decodeEntity(s string) (r rune, n int) {
	if s == "" || s[0] != '&' {
		return 0, 0
	}
	if strings.HasPrefix(s, "&#") {
		r, n = decodeNumber(s)
	} else {
		for name, char := range map[string]rune{"&lt": '<', "&gt": '>', "&amp": '&', "&quot": '"'} {
			if strings.HasPrefix(s, name) && (len(s) == len(name) || !isAlnum(s[len(name)])) {
				r, n = char, len(name)
			}
		}
	}
	if n > 0 && n < len(s) && s[n] == ';' {
		n++
	}
	return r, n
}

func decodeNumber(s string) (rune, int) {
	begin, base, digits := 2, 10, "0123456789"
	if len(s) > 2 && (s[2] == 'x' || s[2] == 'X') {
		begin, base, digits = 3, 16, "0123456789abcdefABCDEF"
	}
	end := begin
	for end < len(s) && strings.IndexByte(digits, s[end]) >= 0 {
		end++
	}
	v, err := strconv.ParseInt(s[begin:end], base, 32)
	if err != nil || v == 0 || v >= 0x10ffff || !utf8.ValidRune(rune(v)) || end-begin > 8 {
		return 0, 0
	}
	return rune(v), end
}

// sortEntities puts the outer before the inner.
func sortEntities(e []Entity) {
	slices.SortStableFunc(e, func(a, b Entity) int {
		if a.Offset != b.Offset {
			return a.Offset - b.Offset
		}
		return b.Length - a.Length
	})
}
