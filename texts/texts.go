// Package texts holds every sentence that a person reads, in Russian, Ukrainian and
// English, and prints them with the reader's plurals, numbers, money and dates. It does
// not know who reads or why.
//
// A sentence lives in <area>.<language>.toml under a key that the code names. Sentences
// may hold Telegram's HTML (https://core.telegram.org/bots/api#html-style); the values
// put into them are escaped.
package texts

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed *.toml
var files embed.FS

// Languages are those that every sentence is written in.
var Languages = []string{"ru", "uk", "en"}

// fallback names the written language for a reader of another one: people of the
// former USSR read Russian sooner than English.
var fallback = map[string]string{
	"be": "ru", "kk": "ru", "ky": "ru", "uz": "ru", "tg": "ru", "tk": "ru", "az": "ru", "hy": "ru", "ka": "ru", "ro": "ru",
}

// Bundle is every sentence in every language.
type Bundle struct {
	i18n *i18n.Bundle
	keys map[string]bool
}

// Load reads the sentences that are built into the program.
func Load() (*Bundle, error) {
	b := &Bundle{i18n: i18n.NewBundle(language.English), keys: map[string]bool{}}
	b.i18n.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	names, err := fs.Glob(files, "*.toml")
	if err != nil {
		return nil, fmt.Errorf("list the sentences: %w", err)
	}
	for _, name := range names {
		f, err := b.i18n.LoadMessageFileFS(files, name)
		if err != nil {
			return nil, fmt.Errorf("read the sentences in %s: %w", path.Base(name), err)
		}
		for _, m := range f.Messages {
			b.keys[m.ID] = true
		}
	}
	return b, nil
}

// Keys lists every key in order.
func (b *Bundle) Keys() []string {
	keys := make([]string, 0, len(b.keys))
	for k := range b.keys {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// Language is the written language nearest to what a client names, as "pt-br" or "uk".
func Language(tag string) string {
	tag, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
	for _, l := range Languages {
		if tag == l {
			return l
		}
	}
	if l, ok := fallback[tag]; ok {
		return l
	}
	return "en"
}

// In returns a printer for the reader's language tag.
func (b *Bundle) In(tag string) Printer {
	lang := Language(tag)
	return Printer{lang: lang, bundle: b, local: i18n.NewLocalizer(b.i18n, lang)}
}
