package bot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"kopilka/internal/tgfake"

	tg "github.com/go-telegram/bot"
)

// refusals are what the server says and what it means for the sender. The words are the
// server's own: https://github.com/tdlib/telegram-bot-api
var refusals = []struct {
	code        int
	description string
	want        Class
}{
	{429, "Too Many Requests: retry after 7", Flood},
	{403, "Forbidden: bot was blocked by the user", Gone},
	{403, "Forbidden: user is deactivated", Gone},
	{403, "Forbidden: bot can't initiate conversation with a user", Gone},
	{403, "Forbidden: the bot can't send messages to the bot", Gone},
	{403, "Forbidden: bot can't send messages to bots", Gone},
	{403, "Forbidden: bot was kicked from the group chat", Gone},
	{403, "Forbidden: bot was kicked from the supergroup chat", Gone},
	{403, "Forbidden: bot is not a member of the channel chat", Gone},
	{403, "Forbidden: the group chat was deleted", Gone},
	{400, "Bad Request: chat not found", Gone},
	{400, "Bad Request: private chat not found", Gone},
	{400, "Bad Request: have no write access to the chat", Gone},
	{400, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message", Noop},
	{400, "Bad Request: query is too old and response timeout expired or query ID is invalid", Stale},
	{400, "Bad Request: message to edit not found", Stale},
	{400, "Bad Request: message can't be edited", Stale},
	{400, "Bad Request: message to delete not found", Stale},
	{400, "Bad Request: message can't be deleted", Stale},
	{400, "Bad Request: there is no text in the message to edit", Stale},
	{400, "Bad Request: there is no caption in the message to edit", Stale},
	{400, "Bad Request: can't parse entities: Unsupported start tag \"foo\" at byte offset 0", BadFormat},
	{400, "Bad Request: message is too long", BadFormat},
	{400, "Bad Request: message caption is too long", BadFormat},
	{400, "Bad Request: text is too long", BadFormat},
	{400, "Bad Request: message text is empty", BadFormat},
	{400, "Bad Request: text must be non-empty", BadFormat},
	{400, "Bad Request: BUTTON_DATA_INVALID", BadFormat},
	{400, "Bad Request: BUTTON_URL_INVALID", BadFormat},
	{400, "Bad Request: inline keyboard button URL 'x' is invalid: Wrong HTTP URL", BadFormat},
	{400, "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard", BadFormat},
	{400, "Bad Request: reply markup is too long", BadFormat},
	{400, "Bad Request: strings must be encoded in UTF-8", BadFormat},
	{400, "Bad Request: wrong file_id or the file is temporarily unavailable", File},
	{400, "Bad Request: wrong file identifier/HTTP URL specified", File},
	{400, "Bad Request: wrong remote file identifier specified: x", File},
	{400, "Bad Request: invalid file_id", File},
	{400, "Bad Request: file is too big", File},
	{400, "Bad Request: file of size 9 bytes is too big for a photo; the maximum size is 10485760 bytes", File},
	{400, "Bad Request: PHOTO_INVALID_DIMENSIONS", File},
	{400, "Bad Request: IMAGE_PROCESS_FAILED", File},
	{400, "Bad Request: message to copy not found", File},
	{413, "Request Entity Too Large", File},
	{401, "Unauthorized", Auth},
	{401, "Unauthorized: invalid token specified", Auth},
	{404, "Not Found", Auth},
	{421, "Misdirected Request: unallowed token specified", Auth},
	{409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running", Transient},
	{500, "Internal Server Error: closing", Transient},
	{400, "Bad Request: not enough rights to send text messages to the chat", Refused},
	{400, "Bad Request: TOPIC_CLOSED", Refused},
}

// Each refusal comes over the wire, through the library and through the raw calls.
func TestEveryRefusalHasItsClass(t *testing.T) {
	t.Parallel()
	fake := tgfake.New(tgfake.Options{})
	url, err := fake.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	c, err := NewClient(ClientOptions{Token: fake.Token(), URL: url})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range refusals {
		fault := tgfake.Fault{Times: 2, Status: r.code, Description: r.description}
		if r.code == 429 {
			fault.RetryAfter = 7
		}
		fake.Fail(fault)
		_, byLibrary := c.API.SendMessage(t.Context(), &tg.SendMessageParams{ChatID: int64(1), Text: "x"})
		raw := c.call(t.Context(), "sendMessage", map[string]any{}, nil)
		for name, err := range map[string]error{"library": byLibrary, "raw": raw} {
			f := Classify(err)
			if f == nil || f.Class != r.want {
				t.Errorf("%s: Classify(%d %q) = %v, want %s", name, r.code, r.description, f, r.want)
				continue
			}
			if r.want == Flood && f.RetryAfter != 7*time.Second {
				t.Errorf("%s: retry after %v, want 7s", name, f.RetryAfter)
			}
			if strings.Contains(f.Error(), fake.Token()) {
				t.Errorf("%s: the failure holds the token: %v", name, f)
			}
		}
		fake.Mend()
	}
}

func TestErrorsOfTheLineAreTransient(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		&TransientError{Status: 502, Err: errors.New("Bad Gateway")},
		&net.OpError{Op: "read", Err: errors.New("reset")},
		io.EOF, io.ErrUnexpectedEOF, context.DeadlineExceeded, context.Canceled,
	} {
		wrapped := fmt.Errorf("call sendMessage: %w", err)
		if f := Classify(wrapped); f.Class != Transient {
			t.Errorf("Classify(%v) = %s, want transient", wrapped, f.Class)
		}
	}
	if f := Classify(fmt.Errorf("x: %w", &tg.MigrateError{MigrateToChatID: -100})); f.Class != Moved || f.MovedTo != -100 {
		t.Errorf("a migration = %+v, want moved to -100", f)
	}
	if f := Classify(nil); f != nil {
		t.Errorf("Classify(nil) = %v, want nil", f)
	}
	if f := Classify(&tg.TooManyRequestsError{}); f.RetryAfter < time.Second {
		t.Errorf("a flood without a time waits %v, want a second", f.RetryAfter)
	}
}
