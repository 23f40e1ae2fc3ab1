package receipts

import (
	"net/url"
	"strings"
	"unicode"
)

// input is a code's text taken apart: a link's host and path, and name=value pairs
// whatever separates them.
type input struct {
	text string
	host string // lower case, without port and www.; "" when the text is no link
	path string
	// params are by lower-case name; clashing names stand in the text with two values,
	// repeated ones with one value twice.
	params             map[string]string
	clashing, repeated map[string]bool
}

// readInput cleans text and takes it apart.
func readInput(text string) (input, error) {
	if len(text) > MaxText {
		return input{}, &FieldError{Field: "text", Reason: "longer than 4096 bytes"}
	}
	text = clean(text)
	if text == "" {
		return input{}, &FieldError{Field: "text", Reason: "empty"}
	}
	in := input{text: text, params: map[string]string{}, clashing: map[string]bool{}, repeated: map[string]bool{}}
	in.host, in.path = hostAndPath(text)
	for _, pair := range pairs(text) {
		in.add(pair)
	}
	return in, nil
}

// clean drops what cannot be seen and what messengers and scanners add: byte order
// marks, zero-width and soft marks, HTML's ampersands.
func clean(text string) string {
	text = strings.ToValidUTF8(text, "")
	text = strings.Map(func(c rune) rune {
		switch {
		case c == '\n' || c == '\r' || c == '\t':
			return '\n'
		case c == '\u00a0' || c == '\u202f' || c == '\u2009':
			return ' '
		case unicode.Is(unicode.Cf, c) || unicode.IsControl(c):
			return -1
		}
		return c
	}, text)
	return strings.TrimSpace(strings.ReplaceAll(text, "&amp;", "&"))
}

func hostAndPath(text string) (host, path string) {
	_, rest, ok := strings.Cut(text, "://")
	if !ok {
		return "", ""
	}
	if end := strings.IndexAny(rest, "?#& \n"); end >= 0 {
		rest = rest[:end]
	}
	host, path, _ = strings.Cut(rest, "/")
	host, _, _ = strings.Cut(strings.ToLower(host), ":")
	return strings.TrimPrefix(host, "www."), path
}

// pairs splits at every separator that tills and people put between fields. A blank
// separates only when a name follows it, because dates hold blanks.
func pairs(text string) []string {
	var all []string
	for _, piece := range strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune("&;\n?#", c) }) {
		start := 0
		for i := range len(piece) {
			if piece[i] == ' ' && startsWithName(piece[i+1:]) {
				all = append(all, piece[start:i])
				start = i + 1
			}
		}
		all = append(all, piece[start:])
	}
	return all
}

// startsWithName reports whether s begins with "name=", the name being short and Latin.
func startsWithName(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		if s[i] == '=' {
			return i > 0
		}
		if i > 16 || (c < 'a' || c > 'z') && s[i] != '_' {
			return false
		}
	}
	return false
}

func (in *input) add(pair string) {
	name, value, ok := strings.Cut(pair, "=")
	if startsWithName(value) && !strings.HasSuffix(value, "=") {
		name, value, _ = strings.Cut(value, "=") // a whole code as another link's parameter
	}
	name = strings.ToLower(strings.TrimSpace(name))
	if !ok || name == "" || strings.ContainsAny(name, " /") {
		return
	}
	if unescaped, err := url.PathUnescape(value); err == nil {
		value = clean(unescaped) // escapes can hide what cannot be seen, too
	}
	value = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), ","))
	if had, ok := in.params[name]; ok {
		if had == value {
			in.repeated[name] = true
		} else {
			in.clashing[name] = true
		}
		return
	}
	in.params[name] = value
}

// has reports whether every one of the names is there.
func (in input) has(names ...string) bool {
	return in.count(names...) == len(names)
}

func (in input) count(names ...string) (n int) {
	for _, name := range names {
		if _, ok := in.params[name]; ok {
			n++
		}
	}
	return n
}

// on reports whether the text is a link to one of the hosts or to a host under them.
func (in input) on(hosts ...string) bool {
	for _, h := range hosts {
		if in.host == h || strings.HasSuffix(in.host, "."+h) {
			return true
		}
	}
	return false
}

// unescaped is the input with one level of percent escapes taken off, if there is one.
func (in input) unescaped() (input, bool) {
	text, err := url.PathUnescape(in.text)
	if err != nil || text == in.text {
		return input{}, false
	}
	inner, err := readInput(text)
	return inner, err == nil
}
