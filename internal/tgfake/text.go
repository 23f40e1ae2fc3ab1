package tgfake

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// The limits of texts: https://core.telegram.org/bots/api#sendmessage. They
// count characters after the markup is parsed.
const (
	rawTextRoom = 32768
	textRoom    = 4096
	captionRoom = 1024
)

// formatted reads a text with its parse_mode or its entities.
func (s *Server) formatted(c *call, field string) (string, []Entity, error) {
	text, mode, list := c.text(field), c.text("parse_mode"), "entities"
	if field == "caption" {
		list = "caption_entities"
	}
	return format(text, mode, c.text(list))
}

func format(text, mode, list string) (string, []Entity, error) {
	if len(text) > rawTextRoom {
		return "", nil, errTextTooLong
	}
	var entities []Entity
	var err error
	switch strings.ToLower(mode) {
	case "", "none":
		entities, err = parseEntities(text, list)
	case "html":
		text, entities, err = parseHTML(text)
	case "markdown":
		text, entities, err = parseMarkdown(text)
	case "markdownv2":
		text, entities, err = parseMarkdownV2(text)
	default:
		err = errParseMode
	}
	if err != nil {
		return "", nil, err
	}
	text, entities = tidy(text, entities)
	return text, detect(text, entities), nil
}

// messageText is the content of a text message. A caption may be empty and is
// shorter: see caption.
func (s *Server) messageText(c *call) (content, error) {
	if c.text("text") == "" {
		return content{}, errNoText
	}
	text, entities, err := s.formatted(c, "text")
	switch {
	case err != nil:
		return content{}, err
	case text == "":
		return content{}, errBlankText
	case utf8.RuneCountInString(text) > textRoom:
		return content{}, errLongMessage
	}
	return content{kind: KindText, text: text, entities: entities}, nil
}

func (s *Server) caption(c *call) (string, []Entity, error) {
	text, entities, err := s.formatted(c, "caption")
	if err == nil && utf8.RuneCountInString(text) > captionRoom {
		err = errLongCaption
	}
	return text, entities, err
}

func parseEntities(text, list string) ([]Entity, error) {
	if list == "" {
		return nil, nil
	}
	var entities []Entity
	if json.Unmarshal([]byte(list), &entities) != nil {
		return nil, bad("can't parse entities JSON object")
	}
	units := utf16.Encode([]rune(text))
	for _, e := range entities {
		end := e.Offset + e.Length
		switch {
		case e.Offset < 0 || e.Offset > len(units):
			return nil, badf("Entity begins after the end of the text at UTF-16 offset %d", e.Offset)
		case e.Length < 0 || end > len(units):
			return nil, badf("Entity beginning at UTF-16 offset %d ends after the end of the text at UTF-16 offset %d", e.Offset, end)
		case e.Offset < len(units) && isLowHalf(units[e.Offset]):
			return nil, badf("Entity begins in a middle of a UTF-16 symbol at byte offset %d", byteOffset(units, e.Offset-1))
		case end < len(units) && isLowHalf(units[end]):
			return nil, badf("Entity beginning at UTF-16 offset %d ends in a middle of a UTF-16 symbol at byte offset %d", e.Offset, byteOffset(units, end-1))
		}
	}
	entities = slices.DeleteFunc(entities, func(e Entity) bool { return e.Length == 0 })
	sortEntities(entities)
	return entities, nil
}

func isLowHalf(u uint16) bool { return u >= 0xDC00 && u < 0xE000 }

func byteOffset(units []uint16, n int) int { return len(string(utf16.Decode(units[:n]))) }

// tidy does what the server does to every text: no carriage returns, no
// control characters, nothing invisible around. Entities move along.
func tidy(text string, entities []Entity) (string, []Entity) {
	runes := []rune(text)
	first := slices.IndexFunc(runes, visible)
	if first < 0 {
		return "", nil
	}
	last := len(runes) - 1
	for !visible(runes[last]) {
		last--
	}
	var out strings.Builder
	place := make([]int, 0, len(text)+1) // UTF-16 offset before → after
	n := 0
	for i, r := range runes {
		for range max(1, utf16.RuneLen(r)) {
			place = append(place, n)
		}
		if i < first || i > last || r == '\r' {
			continue
		}
		if r < ' ' && r != '\n' {
			r = ' '
		}
		out.WriteRune(r)
		n += max(1, utf16.RuneLen(r))
	}
	place = append(place, n)
	var kept []Entity
	for _, e := range entities {
		begin, end := place[min(e.Offset, len(place)-1)], place[min(e.Offset+e.Length, len(place)-1)]
		e.Offset, e.Length = begin, end-begin
		if e.Length > 0 {
			kept = append(kept, e)
		}
	}
	return out.String(), kept
}

// visible reports whether a reader can see r: a text of the others is empty.
func visible(r rune) bool {
	switch {
	case unicode.IsSpace(r), unicode.IsControl(r),
		r == 0xAD, r == 0x34F, r == 0x115F, r == 0x1160, r == 0x17B4, r == 0x17B5, r == 0x3164, r == 0xFEFF, r == 0xFFA0,
		r >= 0x180B && r <= 0x180E, r >= 0x200B && r <= 0x200F, r >= 0x2028 && r <= 0x202E, r >= 0x2060 && r <= 0x206F:
		return false
	}
	return true
}

// found are the entities that Telegram finds by itself.
var found = []struct {
	kind string
	re   *regexp.Regexp
}{
	{"url", regexp.MustCompile(`https?://[^\s<>"]*[^\s<>".,!?;:)\]]`)},
	{"email", regexp.MustCompile(`[\w.+-]+@[\w-]+\.[\w.-]*\w`)},
	{"bot_command", regexp.MustCompile(`/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?`)},
	{"mention", regexp.MustCompile(`@[A-Za-z]\w{3,31}`)},
	{"hashtag", regexp.MustCompile(`#[\p{L}\d_]*\p{L}[\p{L}\d_]*`)},
}

// detect adds what Telegram finds by itself, except inside links and code.
func detect(text string, entities []Entity) []Entity {
	out := slices.Clone(entities)
	for _, f := range found {
		for _, at := range f.re.FindAllStringIndex(text, -1) {
			if !standsAlone(text, at[0], at[1], f.kind) {
				continue
			}
			e := Entity{Type: f.kind, Offset: utf16Len(text[:at[0]]), Length: utf16Len(text[at[0]:at[1]])}
			if !covered(out, e) {
				out = append(out, e)
			}
		}
	}
	sortEntities(out)
	return out
}

// standsAlone reports whether a find is no part of a longer word or path.
func standsAlone(text string, begin, end int, kind string) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:begin])
	after, _ := utf8.DecodeRuneInString(text[end:])
	word := func(r rune) bool {
		return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_')
	}
	if kind == "url" || kind == "email" {
		return true
	}
	return !word(before) && before != '/' && before != '<' && before != '@' && !word(after) && after != '/'
}

func covered(entities []Entity, e Entity) bool {
	for _, o := range entities {
		switch o.Type {
		case "text_link", "text_mention", "code", "pre", "url", "email", "mention", "hashtag", "bot_command":
			if e.Offset < o.Offset+o.Length && o.Offset < e.Offset+e.Length {
				return true
			}
		}
	}
	return false
}

func utf16Len(s string) int {
	n := 0
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}
