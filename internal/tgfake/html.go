package tgfake

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// htmlParser reads the HTML style of the Bot API
// (https://core.telegram.org/bots/api#html-style) with the rules and the
// errors of TDLib's parse_html. Offsets in errors count bytes.
type htmlParser struct {
	in       string
	at       int
	out      strings.Builder
	length   int // of out, in UTF-16 code units
	open     []openTag
	entities []Entity
}

type openTag struct {
	name, argument string
	offset, byteAt int // in out
}

var htmlTypes = map[string]string{
	"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
	"s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
	"span": "spoiler", "tg-emoji": "custom_emoji", "tg-time": "", "a": "text_link", "pre": "pre", "code": "code",
	"blockquote": "blockquote",
}

// parseHTML gives the text without markup and its entities.
func parseHTML(in string) (string, []Entity, error) {
	p := &htmlParser{in: in}
	for p.at < len(in) {
		if err := p.step(); err != nil {
			return "", nil, err
		}
	}
	if n := len(p.open); n > 0 {
		return "", nil, htmlError(`Can't find end tag corresponding to start tag "%s"`, p.open[n-1].name)
	}
	sortEntities(p.entities)
	return p.out.String(), p.entities, nil
}

func htmlError(format string, args ...any) error {
	return badf("can't parse entities: "+format, args...)
}

func (p *htmlParser) step() error {
	switch p.in[p.at] {
	case '&':
		if r, n := decodeEntity(p.in[p.at:]); n > 0 {
			p.at += n
			p.write(r)
			return nil
		}
	case '<':
		begin := p.at
		p.at++
		if p.peek() == '/' {
			return p.endTag(begin)
		}
		return p.startTag(begin)
	}
	r, n := utf8.DecodeRuneInString(p.in[p.at:])
	p.at += n
	p.write(r)
	return nil
}

func (p *htmlParser) write(r rune) {
	p.out.WriteRune(r)
	p.length += max(1, utf16.RuneLen(r))
}

// peek is the byte at the reader's place, 0 at the end.
func (p *htmlParser) peek() byte {
	if p.at < len(p.in) {
		return p.in[p.at]
	}
	return 0
}

// blank is true at the end too, as it is in TDLib.
func (p *htmlParser) blank() bool {
	return strings.IndexByte(" \t\r\n\v\x00", p.peek()) >= 0
}

func (p *htmlParser) skipBlanks() {
	for p.at < len(p.in) && p.blank() {
		p.at++
	}
}

// word reads up to a blank, the end or one of the stops.
func (p *htmlParser) word(stops string) string {
	begin := p.at
	for p.at < len(p.in) && !p.blank() && strings.IndexByte(stops, p.peek()) < 0 {
		p.at++
	}
	return p.in[begin:p.at]
}

func (p *htmlParser) startTag(begin int) error {
	name := strings.ToLower(p.word(">"))
	if p.at >= len(p.in) {
		return htmlError("Unclosed start tag at byte offset %d", begin)
	}
	if _, ok := htmlTypes[name]; !ok {
		return htmlError(`Unsupported start tag "%s" at byte offset %d`, name, begin)
	}
	tag := openTag{name: name, offset: p.length, byteAt: p.out.Len()}
	for {
		p.skipBlanks()
		if p.peek() == '>' {
			break
		}
		if err := p.attribute(&tag, begin); err != nil {
			return err
		}
	}
	p.at++
	if name == "span" && tag.argument != "tg-spoiler" {
		return htmlError(`Tag "span" must have class "tg-spoiler" at byte offset %d`, begin)
	}
	p.open = append(p.open, tag)
	return nil
}

func (p *htmlParser) attribute(tag *openTag, begin int) error {
	name := p.word("=>")
	if name == "" {
		if p.at >= len(p.in) {
			return htmlError(`Unclosed start tag "%s" at byte offset %d`, tag.name, begin)
		}
		return htmlError(`Empty attribute name in the tag "%s" at byte offset %d`, tag.name, begin)
	}
	p.skipBlanks()
	if p.peek() != '=' {
		tag.take(name, "")
		return nil
	}
	p.at++
	p.skipBlanks()
	if p.at >= len(p.in) {
		return htmlError(`Unclosed start tag "%s" at byte offset %d`, tag.name, begin)
	}
	value, err := p.value()
	if err != nil {
		return err
	}
	if p.at >= len(p.in) {
		return htmlError("Unclosed start tag at byte offset %d", begin)
	}
	tag.take(name, value)
	return nil
}

// value reads a name token or a quoted string.
func (p *htmlParser) value() (string, error) {
	quote := p.peek()
	if quote != '\'' && quote != '"' {
		begin := p.at
		for p.at < len(p.in) && (isAlnum(p.in[p.at]) || p.in[p.at] == '.' || p.in[p.at] == '-') {
			p.at++
		}
		if !p.blank() && p.peek() != '>' {
			return "", htmlError("Unexpected end of name token at byte offset %d", begin)
		}
		return strings.ToLower(p.in[begin:p.at]), nil
	}
	p.at++
	var out strings.Builder
	for p.at < len(p.in) && p.in[p.at] != quote {
		if r, n := decodeEntity(p.in[p.at:]); n > 0 {
			p.at += n
			out.WriteRune(r)
			continue
		}
		out.WriteByte(p.in[p.at])
		p.at++
	}
	p.at++ // the closing quote; behind the end when there is none
	return out.String(), nil
}

// take keeps the one attribute that means something to the tag.
func (t *openTag) take(name, value string) {
	switch name := strings.ToLower(name); {
	case t.name == "a" && name == "href",
		t.name == "tg-emoji" && name == "emoji-id",
		t.name == "span" && name == "class" && strings.HasPrefix(value, "tg-"):
		t.argument = value
	case t.name == "code" || t.name == "pre":
		if language, ok := strings.CutPrefix(value, "language-"); ok && name == "class" {
			t.argument = language
		}
	case t.name == "blockquote" && name == "expandable":
		t.argument = "expandable"
	}
}

func (p *htmlParser) endTag(begin int) error {
	if len(p.open) == 0 {
		return htmlError("Unexpected end tag at byte offset %d", begin)
	}
	p.at++
	name := strings.ToLower(p.word(">"))
	p.skipBlanks()
	if p.peek() != '>' {
		return htmlError("Unclosed end tag at byte offset %d", begin)
	}
	p.at++
	tag := p.open[len(p.open)-1]
	if name != "" && name != tag.name {
		return htmlError(`Unmatched end tag at byte offset %d, expected "</%s>", found "</%s>"`, begin, tag.name, name)
	}
	p.open = p.open[:len(p.open)-1]
	if p.length > tag.offset {
		p.close(tag)
	}
	return nil
}

func (p *htmlParser) close(t openTag) {
	e := Entity{Type: htmlTypes[t.name], Offset: t.offset, Length: p.length - t.offset}
	switch t.name {
	case "tg-time":
		return
	case "tg-emoji":
		e.CustomEmojiID = t.argument
	case "a":
		link := t.argument
		if link == "" {
			link = p.out.String()[t.byteAt:]
		}
		if !e.setLink(link) {
			return
		}
	case "pre", "code":
		e.Language = t.argument
		if n := len(p.entities) - 1; t.name == "pre" && n >= 0 && p.entities[n].Type == "code" &&
			p.entities[n].Offset == e.Offset && p.entities[n].Length == e.Length {
			e.Language = p.entities[n].Language
			p.entities = p.entities[:n]
		}
	case "blockquote":
		if t.argument != "" {
			e.Type = "expandable_blockquote"
		}
	}
	p.entities = append(p.entities, e)
}
