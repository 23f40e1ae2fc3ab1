// Package logs writes the program's log: one line a record, with what must never be in a
// log taken out of it. It knows how secrets and personal data look; it does not know what
// is logged.
package logs

import (
	"context"
	"io"
	"log/slog"
	"regexp"
	"strings"
)

// New returns a logger to w. format is "text" or "json".
func New(w io.Writer, level slog.Level, format string) *slog.Logger {
	opts := &slog.HandlerOptions{Level: level, ReplaceAttr: redactAttr}
	if format == "json" {
		return slog.New(redactor{slog.NewJSONHandler(w, opts)})
	}
	return slog.New(redactor{slog.NewTextHandler(w, opts)})
}

// redactor cleans messages; attributes are cleaned by redactAttr.
type redactor struct{ slog.Handler }

func (r redactor) Handle(ctx context.Context, rec slog.Record) error {
	clean := slog.NewRecord(rec.Time, rec.Level, Redact(rec.Message), rec.PC)
	rec.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(a)
		return true
	})
	return r.Handler.Handle(ctx, clean)
}

func (r redactor) WithAttrs(attrs []slog.Attr) slog.Handler {
	return redactor{r.Handler.WithAttrs(attrs)}
}

func (r redactor) WithGroup(name string) slog.Handler {
	return redactor{r.Handler.WithGroup(name)}
}

// personal are attribute keys whose values are about a person or open a door, whatever
// they look like.
var personal = map[string]bool{
	"name": true, "first_name": true, "last_name": true, "username": true, "phone": true, "card": true, "token": true,
	"secret": true, "password": true, "authorization": true, "body": true, "text": true, "contact": true,
}

func redactAttr(_ []string, a slog.Attr) slog.Attr {
	if personal[strings.ToLower(a.Key)] {
		return slog.String(a.Key, "[redacted]")
	}
	switch v := a.Value.Any().(type) {
	case string:
		return slog.String(a.Key, Redact(v))
	case error:
		return slog.String(a.Key, Redact(v.Error()))
	case []byte:
		return slog.String(a.Key, Redact(string(v)))
	}
	return a
}

// patterns are how secrets and personal data look inside other text. The order matters:
// what holds digits in a longer shape comes before bare digits.
var patterns = []struct {
	look *regexp.Regexp
	put  string
}{
	{regexp.MustCompile(`\d{6,12}:[A-Za-z0-9_-]{20,}`), "[bot token]"},                            // Telegram's bot tokens
	{regexp.MustCompile(`\bkp_(live|test)_[A-Za-z0-9]+_[A-Za-z0-9_-]+`), "[api key]"},             // our API keys
	{regexp.MustCompile(`\bwh(sec|sk)_[A-Za-z0-9+/=_-]+`), "[webhook secret]"},                    // Standard Webhooks
	{regexp.MustCompile(`(?i)\bbearer\s+[A-Za-z0-9._~+/=-]{8,}`), "[bearer]"},                     // RFC 6750
	{regexp.MustCompile(`(?i)(://[^:/@\s]+:)[^@/\s]+@`), "${1}[password]@"},                       // URLs
	{regexp.MustCompile(`(?i)\b(password|pwd)=\S+`), "${1}=[password]"},                           // libpq
	{regexp.MustCompile(`\b(start=)?[mcl]_[A-Za-z0-9_-]{16,}`), "[link token]"},                   // invitations and claims
	{regexp.MustCompile(`\b9643[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}\b`), "[card]"},                      // our cards
	{regexp.MustCompile(`\+\d[\d ()-]{8,18}\d`), "[phone]"},                                       // with a plus
	{regexp.MustCompile(`\b[78][ (-]{0,2}\d{3}[ )-]{0,2}\d{3}[ -]?\d{2}[ -]?\d{2}\b`), "[phone]"}, // Russia and Kazakhstan
	{regexp.MustCompile(`\b(380|375|996|998)\d{9}\b`), "[phone]"},                                 // neighbours, bare
}

// Redact takes secrets and personal data out of s.
func Redact(s string) string {
	for _, p := range patterns {
		s = p.look.ReplaceAllString(s, p.put)
	}
	return s
}
