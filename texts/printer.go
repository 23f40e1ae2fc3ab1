package texts

import (
	"errors"
	"html"
	"regexp"
	"strings"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
)

// Data are the values of a sentence's {{.Name}} places. Strings are escaped; the types
// of this package print in the reader's form; HTML is taken as it is.
type Data map[string]any

// HTML is text that is already safe to show, as another sentence's.
type HTML string

// Printer prints sentences in one language.
type Printer struct {
	lang   string
	bundle *Bundle
	local  *i18n.Localizer
}

// Lang is the printer's language: "ru", "uk" or "en".
func (p Printer) Lang() string { return p.lang }

// Text is the sentence of key as Telegram's HTML.
func (p Printer) Text(key string, data ...Data) string {
	return p.print(key, nil, data)
}

// Plain is the sentence without tags, for buttons, pushes and captions of other channels.
func (p Printer) Plain(key string, data ...Data) string {
	return Strip(p.print(key, nil, data))
}

// Plural is the sentence of key in the form that n asks for; {{.N}} is n, printed.
func (p Printer) Plural(key string, n int64, data ...Data) string {
	return p.print(key, n, append(data, Data{"N": Count(n)}))
}

func (p Printer) print(key string, n any, data []Data) string {
	values := map[string]any{}
	for _, d := range data {
		for k, v := range d {
			values[k] = p.value(v)
		}
	}
	s, err := p.local.Localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: values, PluralCount: n})
	var missing *i18n.MessageNotFoundErr
	if errors.As(err, &missing) && s == "" {
		return key // a test forbids this; a person still sees something to report
	}
	return nested(s)
}

// nested gives quotes inside quotes their own form: «Кофейня „Зерно“».
func nested(s string) string {
	if strings.Count(s, "«") < 2 {
		return s
	}
	depth := 0
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '«':
			if depth++; depth > 1 {
				r = '„'
			}
		case r == '»' && depth > 0:
			if depth--; depth > 0 {
				r = '“'
			}
		}
		b.WriteRune(r)
	}
	return b.String()
}

// value prints one value as HTML in the reader's form.
func (p Printer) value(v any) any {
	switch v := v.(type) {
	case HTML:
		return string(v)
	case string:
		return html.EscapeString(v)
	case Points:
		return p.Points(int64(v))
	case Money:
		return html.EscapeString(p.Money(v.Minor, v.Currency))
	case Count:
		return p.Number(int64(v))
	case Percent:
		return p.Percent(int64(v))
	case Day:
		return p.Day(v.At, v.Now)
	case Moment:
		return p.Moment(v.At, v.Now)
	case time.Time:
		return v.Format("15:04")
	}
	return v
}

var tag = regexp.MustCompile(`</?[a-z][^>]*>`)

// Strip takes the tags and escapes out of a sentence.
func Strip(s string) string {
	return html.UnescapeString(tag.ReplaceAllString(strings.ReplaceAll(s, "<br>", "\n"), ""))
}

// Escape makes a person's own words safe in Telegram's HTML.
func Escape(s string) string { return html.EscapeString(s) }
