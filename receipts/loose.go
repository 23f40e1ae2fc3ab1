package receipts

import (
	"encoding/base64"
	"regexp"
	"strings"
)

// loose is a code that is nearly JSON or a list of names and values, by lower-case name.
type loose struct {
	values map[string]string
	clash  string // a name that stands there with two values, "" for none
}

func (l *loose) add(name, value string) {
	if l.values == nil {
		l.values = map[string]string{}
	}
	name = strings.ToLower(name)
	if had, ok := l.values[name]; ok && had != value {
		l.clash = name
		return
	}
	l.values[name] = value
}

func (l loose) has(names ...string) bool {
	for _, name := range names {
		if _, ok := l.values[name]; !ok {
			return false
		}
	}
	return true
}

// in makes f read the values instead of the text's own pairs.
func (l loose) in(f *fields) {
	if l.clash != "" {
		f.fail(l.clash, "stands twice with different values")
	}
	f.in.params, f.in.clashing, f.in.repeated = l.values, nil, nil
}

// labelled takes "name: value" out of a text whose values may hold blanks, commas and
// colons: a value ends where the next of the names begins.
func labelled(text string, names *regexp.Regexp) (l loose) {
	found := names.FindAllStringSubmatchIndex(text, -1)
	for i, at := range found {
		end := len(text)
		if i+1 < len(found) {
			end = found[i+1][0]
		}
		l.add(text[at[2]:at[3]], strings.Trim(text[at[1]:end], " ,;\n"))
	}
	return l
}

var nearJSON = regexp.MustCompile(`["']?([A-Za-z_][\w()]*)["']?\s*[:=]\s*(?:"([^"]*)"|'([^']*)'|([^\s,"'{}]+))`)

// nearlyJSON reads one flat object in the spellings of tills: single quotes, numbers in
// quotes and with leading zeros, "=" for ":".
func nearlyJSON(text string) (l loose) {
	for _, m := range nearJSON.FindAllStringSubmatch(text, -1) {
		l.add(m[1], strings.TrimSpace(m[2]+m[3]+m[4]))
	}
	return l
}

// A link turns "+" into a blank; messengers break long lines.
var base64Marks = strings.NewReplacer("-", "+", "_", "/", " ", "+", "\n", "")

// looseBase64 decodes either alphabet, with or without padding.
func looseBase64(s string) ([]byte, bool) {
	s = strings.TrimRight(base64Marks.Replace(strings.TrimSpace(s)), "=")
	b, err := base64.RawStdEncoding.DecodeString(s)
	return b, err == nil && len(b) > 0
}

// route is the path of a link to one of the hosts, unescaped, and "" for other texts.
func (in input) route(hosts ...string) string {
	if !in.on(hosts...) {
		return ""
	}
	path := unescapedOr(in.path)
	if end := strings.IndexAny(path, "?#"); end >= 0 {
		path = path[:end] // escaped with the rest
	}
	return clean(strings.Trim(path, "/"))
}

// production fails for codes of a tax service's test environment: they are in form and
// stand for nothing.
func production(ok bool) Check { return Check{"production", passIf(ok), L1} }

// onTestHost reports whether the receipt's link leads to one of the hosts.
func (r Receipt) onTestHost(hosts ...string) bool {
	host, _ := hostAndPath(r.Text)
	return input{host: host}.on(hosts...)
}

// weighted sums the characters of s, digits as they are and capital letters as they
// follow them in ASCII, each times its weight; the last weight is the last character's
// and they come round again from there.
func weighted(s string, weights ...int) (sum int) {
	for i := range len(s) {
		sum += int(s[len(s)-1-i]-'0') * weights[len(weights)-1-i%len(weights)]
	}
	return sum
}
