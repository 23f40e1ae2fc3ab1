package tgfake

import (
	"html"
	"slices"
	"strings"
	"unicode/utf16"
)

// renderHTML writes text with its entities as HTML that is safe to insert
// into a page. Line breaks stay line breaks: show it with white-space: pre-wrap.
func renderHTML(text string, entities []Entity) string {
	if len(entities) == 0 {
		return html.EscapeString(text)
	}
	units := utf16.Encode([]rune(text))
	points := []int{0, len(units)}
	for _, e := range entities {
		points = append(points, min(e.Offset, len(units)), min(e.Offset+e.Length, len(units)))
	}
	slices.Sort(points)
	points = slices.Compact(points)
	var out strings.Builder
	var open []Entity
	for i, at := range points {
		open = closeAt(&out, open, at)
		for _, e := range entities {
			if e.Offset == at && e.Length > 0 {
				out.WriteString(e.begin(units))
				open = append(open, e)
			}
		}
		if i+1 < len(points) {
			out.WriteString(html.EscapeString(string(utf16.Decode(units[at:points[i+1]]))))
		}
	}
	for _, e := range slices.Backward(open) {
		out.WriteString(e.end())
	}
	return out.String()
}

// closeAt closes the entities that end, and closes and opens again those that
// began inside them and go on.
func closeAt(out *strings.Builder, open []Entity, at int) []Entity {
	first := slices.IndexFunc(open, func(e Entity) bool { return e.Offset+e.Length <= at })
	if first < 0 {
		return open
	}
	for _, e := range slices.Backward(open[first:]) {
		out.WriteString(e.end())
	}
	kept := slices.Clone(open[:first])
	for _, e := range open[first:] {
		if e.Offset+e.Length > at {
			out.WriteString(e.begin(nil))
			kept = append(kept, e)
		}
	}
	return kept
}

var plainTags = map[string]string{
	"bold": "b", "italic": "i", "underline": "u", "strikethrough": "s", "code": "code", "pre": "pre",
	"blockquote": "blockquote", "expandable_blockquote": "blockquote",
}

func (e Entity) begin(units []uint16) string {
	if tag := plainTags[e.Type]; tag != "" && e.Type != "expandable_blockquote" {
		return "<" + tag + ">"
	}
	switch e.Type {
	case "expandable_blockquote":
		return "<blockquote expandable>"
	case "spoiler":
		return `<span class="tg-spoiler">`
	case "bot_command":
		return `<span class="tg-command">`
	case "text_link", "url":
		link := e.URL
		if e.Type == "url" && units != nil {
			link = string(utf16.Decode(units[e.Offset:min(e.Offset+e.Length, len(units))]))
		}
		return `<a target="_blank" rel="noopener noreferrer" href="` + html.EscapeString(safeLink(link)) + `">`
	}
	return "<span>"
}

func (e Entity) end() string {
	if tag := plainTags[e.Type]; tag != "" {
		return "</" + tag + ">"
	}
	if e.Type == "text_link" || e.Type == "url" {
		return "</a>"
	}
	return "</span>"
}

// safeLink lets through only what a page may follow.
func safeLink(link string) string {
	for _, scheme := range []string{"http://", "https://", "tg://", "mailto:"} {
		if strings.HasPrefix(link, scheme) {
			return link
		}
	}
	return "http://" + link
}
