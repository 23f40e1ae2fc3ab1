package bot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"time"

	tg "github.com/go-telegram/bot"
)

// Class is what a failed call means for its sender.
type Class string

const (
	Flood     Class = "flood"     // too fast: wait RetryAfter, then the same again
	Gone      Class = "gone"      // this person cannot be written to until they come back
	Moved     Class = "moved"     // the group has a new id
	Noop      Class = "noop"      // nothing to change: as good as done
	Stale     Class = "stale"     // the message or the tap is too old to touch
	BadFormat Class = "badformat" // our own mistake in text or buttons
	File      Class = "file"      // the file is gone, too big or no picture
	Auth      Class = "auth"      // the token does not work: nothing else will
	Transient Class = "transient" // try again later; it may have been delivered
	Refused   Class = "refused"   // any other refusal: a repeat will not help
)

// Failure is a failed call and what it means. It never holds the token.
type Failure struct {
	Class      Class
	RetryAfter time.Duration // of Flood
	MovedTo    int64         // of Moved
	Err        error
}

func (f *Failure) Error() string { return fmt.Sprintf("telegram: %s: %v", f.Class, f.Err) }
func (f *Failure) Unwrap() error { return f.Err }

// ClassOf is the class of an error that a Sender returned, or "" if it is none.
func ClassOf(err error) Class {
	var f *Failure
	if errors.As(err, &f) {
		return f.Class
	}
	return ""
}

// words tell the classes of 400 and 403 apart; the first hit wins. The strings are those
// of the server's source: https://github.com/tdlib/telegram-bot-api
var words = []struct {
	text  string
	class Class
}{
	{"message is not modified", Noop},
	{"query is too old", Stale},
	{"message to edit not found", Stale},
	{"message can't be edited", Stale},
	{"message to delete not found", Stale},
	{"message can't be deleted", Stale},
	{"there is no text in the message to edit", Stale},
	{"there is no caption in the message to edit", Stale},
	{"message to be replied not found", Stale},
	{"can't parse entities", BadFormat},
	{"message is too long", BadFormat},
	{"caption is too long", BadFormat},
	{"text is too long", BadFormat},
	{"message text is empty", BadFormat},
	{"text must be non-empty", BadFormat},
	{"reply markup", BadFormat},
	{"keyboard button", BadFormat},
	{"button_", BadFormat},
	{"message_too_long", BadFormat},
	{"encoded in utf-8", BadFormat},
	{"file is too big", File},
	{"too big for a photo", File},
	{"file_id", File},
	{"file identifier", File},
	{"file must be non-empty", File},
	{"photo_invalid_dimensions", File},
	{"image_process_failed", File},
	{"request entity too large", File},
	{"message to copy not found", File},
	{"message to forward not found", File},
	{"chat not found", Gone},
	{"user not found", Gone},
	{"bot was blocked by the user", Gone},
	{"user is deactivated", Gone},
	{"can't initiate conversation", Gone},
	{"bot was kicked", Gone},
	{"bot is not a member", Gone},
	{"chat was deleted", Gone},
	{"can't send messages to", Gone},
	{"no write access", Gone},
}

// Classify says what a failed call of the Bot API means; nil stays nil.
func Classify(err error) *Failure {
	if err == nil {
		return nil
	}
	var known *Failure
	if errors.As(err, &known) {
		return known
	}
	f := &Failure{Err: err}
	var flood *tg.TooManyRequestsError
	var moved *tg.MigrateError
	var api *APIError
	switch {
	case errors.As(err, &flood):
		f.Class, f.RetryAfter = Flood, seconds(flood.RetryAfter)
	case errors.As(err, &moved):
		f.Class, f.MovedTo = Moved, int64(moved.MigrateToChatID)
	case errors.As(err, &api):
		f.Class, f.RetryAfter, f.MovedTo = classOfCode(api.Code, api.Description), api.RetryAfter, api.MigrateTo
		if api.MigrateTo != 0 {
			f.Class = Moved
		}
	case errors.Is(err, tg.ErrorUnauthorized):
		f.Class = Auth
	case errors.Is(err, tg.ErrorNotFound):
		f.Class = classOfCode(404, err.Error())
	case errors.Is(err, tg.ErrorBadRequest), errors.Is(err, tg.ErrorForbidden):
		f.Class = classOfWords(err.Error())
	case errors.Is(err, tg.ErrorConflict), isLine(err):
		f.Class = Transient
	default:
		f.Class = classOfCode(codeIn(err.Error()), err.Error())
	}
	if f.Class == Flood && f.RetryAfter < time.Second {
		f.RetryAfter = time.Second
	}
	return f
}

func classOfCode(code int, description string) Class {
	switch {
	case code == 429:
		return Flood
	case code == 401, code == 421, code == 404:
		return Auth
	case code == 409, code >= 500:
		return Transient
	}
	return classOfWords(description)
}

func classOfWords(description string) Class {
	description = strings.ToLower(description)
	for _, w := range words {
		if strings.Contains(description, w.text) {
			return w.class
		}
	}
	return Refused
}

// isLine reports whether the line failed rather than the call.
func isLine(err error) bool {
	var transient *TransientError
	var network net.Error
	return errors.As(err, &transient) || errors.As(err, &network) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// The library gives a code without a sentinel of its own only in words.
var codeInWords = regexp.MustCompile(`error response from telegram for method \w+, (\d+)`)

func codeIn(text string) int {
	m := codeInWords.FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	var code int
	fmt.Sscan(m[1], &code)
	return code
}
