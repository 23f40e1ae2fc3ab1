package tgfake

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// mdParser reads MarkdownV2 (https://core.telegram.org/bots/api#markdownv2-style):
// enough of it for the errors that bots meet. Offsets in errors count bytes.
type mdParser struct {
	in       string
	at       int
	out      strings.Builder
	length   int
	open     []mdOpen
	entities []Entity
}

type mdOpen struct {
	mark, kind, name string
	offset, begin    int
}

// mdMarks are in the order in which they are tried: the longer first.
var mdMarks = []mdOpen{
	{mark: "__", kind: "underline", name: "Underline"}, {mark: "||", kind: "spoiler", name: "Spoiler"},
	{mark: "*", kind: "bold", name: "Bold"}, {mark: "_", kind: "italic", name: "Italic"},
	{mark: "~", kind: "strikethrough", name: "Strikethrough"}, {mark: "[", kind: "text_link", name: "TextUrl"},
}

const mdReserved = "_*[]()~`>#+-=|{}.!\n"

func parseMarkdownV2(in string) (string, []Entity, error) {
	p := &mdParser{in: in}
	for p.at < len(in) {
		if err := p.step(); err != nil {
			return "", nil, err
		}
	}
	if n := len(p.open); n > 0 {
		return "", nil, htmlError("Can't find end of %s entity at byte offset %d", p.open[n-1].name, p.open[n-1].begin)
	}
	sortEntities(p.entities)
	return p.out.String(), p.entities, nil
}

func (p *mdParser) step() error {
	rest := p.in[p.at:]
	switch c := rest[0]; {
	case c == '\\' && len(rest) > 1 && rest[1] > 0 && rest[1] < 127:
		p.at++
		p.rune()
	case strings.HasPrefix(rest, "```"):
		return p.verbatim("```", "pre", "Pre")
	case c == '`':
		return p.verbatim("`", "code", "Code")
	case c == '>' && (p.at == 0 || p.in[p.at-1] == '\n'):
		p.quote()
	case c == '\n' || strings.IndexByte(mdReserved, c) < 0:
		p.rune()
	default:
		return p.mark(rest)
	}
	return nil
}

func (p *mdParser) rune() {
	r, n := utf8.DecodeRuneInString(p.in[p.at:])
	p.at += n
	p.out.WriteRune(r)
	p.length += max(1, utf16.RuneLen(r))
}

func (p *mdParser) mark(rest string) error {
	if n := len(p.open) - 1; n >= 0 {
		if t := p.open[n]; t.mark == "[" && rest[0] == ']' {
			return p.link(t)
		} else if t.mark != "[" && strings.HasPrefix(rest, t.mark) {
			p.at += len(t.mark)
			p.open = p.open[:n]
			p.add(Entity{Type: t.kind, Offset: t.offset})
			return nil
		}
	}
	for _, m := range mdMarks {
		if strings.HasPrefix(rest, m.mark) {
			m.offset, m.begin = p.length, p.at
			p.at += len(m.mark)
			p.open = append(p.open, m)
			return nil
		}
	}
	return htmlError(`Character '%c' is reserved and must be escaped with the preceding '\'`, rest[0])
}

func (p *mdParser) add(e Entity) {
	if e.Length = p.length - e.Offset; e.Length > 0 {
		p.entities = append(p.entities, e)
	}
}

// link reads ](url) after the text of a link.
func (p *mdParser) link(t mdOpen) error {
	p.open = p.open[:len(p.open)-1]
	p.at++
	if p.at >= len(p.in) || p.in[p.at] != '(' {
		return nil // brackets without an address are only brackets
	}
	begin := p.at
	var address strings.Builder
	for p.at++; p.at < len(p.in) && p.in[p.at] != ')'; p.at++ {
		if p.in[p.at] == '\\' && p.at+1 < len(p.in) {
			p.at++
		}
		address.WriteByte(p.in[p.at])
	}
	if p.at >= len(p.in) {
		return htmlError("Can't find end of a URL at byte offset %d", begin)
	}
	p.at++
	if e := (Entity{Type: "text_link", Offset: t.offset}); e.setLink(address.String()) {
		p.add(e)
	}
	return nil
}

// verbatim reads code, in which only ` and \ mean something.
func (p *mdParser) verbatim(mark, kind, name string) error {
	begin, e := p.at, Entity{Type: kind, Offset: p.length}
	p.at += len(mark)
	if line, _, ok := strings.Cut(p.in[p.at:], "\n"); kind == "pre" && ok && !strings.ContainsAny(line, "` ") {
		e.Language = line
		p.at += len(line) + 1
	}
	for !strings.HasPrefix(p.in[p.at:], mark) {
		if p.at >= len(p.in) {
			return htmlError("Can't find end of %s entity at byte offset %d", name, begin)
		}
		if p.in[p.at] == '\\' && p.at+1 < len(p.in) {
			p.at++
		}
		p.rune()
	}
	p.at += len(mark)
	p.add(e)
	return nil
}

// quote makes the lines that begin with > a block quotation.
func (p *mdParser) quote() {
	p.at++
	line, _, _ := strings.Cut(p.in[p.at:], "\n")
	e := Entity{Type: "blockquote", Offset: p.length, Length: utf16Len(line)}
	if n := len(p.entities) - 1; n >= 0 && p.entities[n].Type == "blockquote" &&
		p.entities[n].Offset+p.entities[n].Length+1 == e.Offset {
		p.entities[n].Length += 1 + e.Length
		return
	}
	if e.Length > 0 {
		p.entities = append(p.entities, e)
	}
}

// parseMarkdown reads the legacy Markdown: *bold*, _italic_, `code`,
// ```pre``` and [links](…), none inside another.
func parseMarkdown(in string) (string, []Entity, error) {
	p := &mdParser{in: in}
	marks := map[byte]string{'*': "bold", '_': "italic", '`': "code", '[': "text_link"}
	for p.at < len(in) {
		c := in[p.at]
		kind, ok := marks[c]
		if c == '\\' && p.at+1 < len(in) && marks[in[p.at+1]] != "" {
			p.at++
			ok = false
		}
		if !ok {
			p.rune()
			continue
		}
		mark, end := string(c), string(c)
		if kind == "text_link" {
			end = "]"
		} else if strings.HasPrefix(in[p.at:], "```") {
			mark, end, kind = "```", "```", "pre"
		}
		begin, offset := p.at, p.length
		p.at += len(mark)
		n := strings.Index(in[p.at:], end)
		if n < 0 {
			return "", nil, htmlError("Can't find end of the entity starting at byte offset %d", begin)
		}
		for stop := p.at + n; p.at < stop; {
			p.rune()
		}
		p.at += len(end)
		if err := p.finishLegacy(kind, offset); err != nil {
			return "", nil, err
		}
	}
	return p.out.String(), p.entities, nil
}

func (p *mdParser) finishLegacy(kind string, offset int) error {
	if kind != "text_link" {
		p.add(Entity{Type: kind, Offset: offset})
		return nil
	}
	if address, ok := strings.CutPrefix(p.in[p.at:], "("); ok {
		if address, _, ok = strings.Cut(address, ")"); ok {
			p.at += len(address) + 2
			if e := (Entity{Type: kind, Offset: offset}); e.setLink(address) {
				p.add(e)
			}
		}
	}
	return nil
}
