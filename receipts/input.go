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
	for strings.Contains(text, "&amp;") { // what was escaped twice reads the same again
		text = strings.ReplaceAll(text, "&amp;", "&")
	}
	return strings.TrimSpace(text)
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

// maxInner bounds how many readings of one text are tried.
const maxInner = 16

// inner are the codes that the text may carry in it: escaped, as another link's last
// part or parameter, or on a line of a message.
func (in input) inner() []input {
	texts := []string{in.text}
	var all []input
	tried := map[string]bool{in.text: true}
	for i := 0; i < len(texts) && len(all) < maxInner; i++ {
		if text := clean(texts[i]); !tried[text] {
			tried[text] = true
			if inner, err := readInput(text); err == nil {
				all = append(all, inner)
			}
		}
		if len(texts) < maxInner {
			// What another link carries knows better how it was escaped than the whole.
			texts = append(texts, carried(texts[i])...)
			texts = append(texts, unescapedOr(texts[i]))
		}
	}
	return all
}

// carried are the parts of a text that may be a code by themselves.
func carried(text string) (all []string) {
	for _, scheme := range []string{"https://", "http://"} {
		if at := strings.LastIndex(strings.ToLower(text), scheme); at > 0 && at < len(text) {
			all = append(all, text[at:])
		}
	}
	if _, query, ok := strings.Cut(text, "?"); ok && strings.Contains(text, "://") {
		if _, value, ok := strings.Cut(query, "="); ok {
			// A link's parameter writes a blank as "+" and a plus as an escape.
			if unescaped, err := url.QueryUnescape(value); err == nil {
				all = append(all, unescaped)
			}
			all = append(all, value)
		}
	}
	lines := strings.Split(text, "\n")
	if len(lines) > 1 {
		all = append(all, lines[:min(len(lines), 8)]...)
	}
	if _, after, ok := strings.Cut(text, ": "); ok && len(lines) == 1 {
		all = append(all, after)
	}
	return all
}

// unescapedOr is s without its percent escapes, or s itself if they are broken.
func unescapedOr(s string) string {
	if unescaped, err := url.PathUnescape(s); err == nil {
		return unescaped
	}
	return s
}
