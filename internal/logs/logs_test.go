package logs

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
)

func TestNoSecretReachesTheLog(t *testing.T) {
	t.Parallel()
	secrets := []string{
		"7000000001:AAtgfake-token-of-no-real-bot-0000000", "kp_live_ab12cd34_Zm9vYmFyYmF6cXV4", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
		"+7 900 111-22-33", "+380671234567", "89001112233", "8 (900) 111-22-33", "380671234567",
		"9643651281052146", "9643 6512 8105 2146", "m_Zm9vYmFyYmF6cXV4MTIz", "s3cr3tpassword",
	}
	texts := []string{
		"call https://api.telegram.org/bot7000000001:AAtgfake-token-of-no-real-bot-0000000/getMe", "key kp_live_ab12cd34_Zm9vYmFyYmF6cXV4",
		"secret whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "call +7 900 111-22-33 or +380671234567", "89001112233", "8 (900) 111-22-33", "380671234567",
		"card 9643651281052146", "card 9643 6512 8105 2146", "https://t.me/kopilka_bot?start=m_Zm9vYmFyYmF6cXV4MTIz",
		"postgres://kopilka:s3cr3tpassword@db/kopilka", "host=db password=s3cr3tpassword",
	}
	for _, format := range []string{"text", "json"} {
		var out bytes.Buffer
		log := New(&out, slog.LevelInfo, format)
		for _, s := range texts {
			log.Info(s, "attr", s, "err", errors.New(s), "bytes", []byte(s))
			log.With("with", s).WithGroup("g").Info("x", "in", s)
		}
		for _, s := range secrets {
			if strings.Contains(out.String(), s) {
				t.Errorf("%s: the log holds %q:\n%s", format, s, out.String())
			}
		}
	}
}

func TestPersonalAttributesAreNeverShown(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	New(&out, slog.LevelInfo, "text").Info("joined", "name", "Олена Коваль", "phone", "12345", "body", "{}", "member", 12)
	if got := out.String(); strings.Contains(got, "Олена") || strings.Contains(got, "12345") || !strings.Contains(got, "member=12") {
		t.Errorf("the log says %s", got)
	}
}

func TestFactsStayReadable(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"receipt RU:9287440300090728:5", "update 123456789", "2026-11-21T12:00:00Z", "took 1234567890 ns", "points 124990"} {
		if got := Redact(s); got != s {
			t.Errorf("Redact(%q) = %q", s, got)
		}
	}
}
