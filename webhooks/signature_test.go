package webhooks

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"
)

// verified is a receiver's own check of a signature, written from the words of Standard
// Webhooks and sharing nothing with the code that signs: the header lists signatures,
// one of which must be ours, and the time must be within five minutes.
func verified(secret string, h http.Header, body []byte, now time.Time) bool {
	key, err := base64.StdEncoding.DecodeString(secret[len("whsec_"):])
	if err != nil {
		return false
	}
	var stamp int64
	if _, err := fmt.Sscan(h.Get("webhook-timestamp"), &stamp); err != nil || now.Sub(time.Unix(stamp, 0)).Abs() > 5*time.Minute {
		return false
	}
	content := strings.Join([]string{h.Get("webhook-id"), h.Get("webhook-timestamp"), string(body)}, ".")
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(content))
	for _, one := range strings.Fields(h.Get("webhook-signature")) {
		version, text, _ := strings.Cut(one, ",")
		got, err := base64.StdEncoding.DecodeString(text)
		if err == nil && version == "v1" && hmac.Equal(got, mac.Sum(nil)) {
			return true
		}
	}
	return false
}

// The vector that the libraries of Standard Webhooks share:
// https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/go/webhook_test.go
const (
	vectorSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	vectorID     = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	vectorBody   = `{"test": 2432232314}`
	vectorSign   = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
)

var vectorTime = time.Unix(1614265330, 0)

func TestSignatureOfTheSharedVector(t *testing.T) {
	t.Parallel()
	h := http.Header{}
	if err := sign(h, vectorSecret, vectorID, vectorTime, []byte(vectorBody)); err != nil {
		t.Fatal(err)
	}
	if got := h.Get("webhook-signature"); got != vectorSign {
		t.Errorf("signature %s, want %s", got, vectorSign)
	}
	if h.Get("webhook-id") != vectorID || h.Get("webhook-timestamp") != "1614265330" {
		t.Errorf("headers %v", h)
	}
	if !verified(vectorSecret, h, []byte(vectorBody), vectorTime) {
		t.Error("a receiver refuses our signature")
	}
}

func TestAnythingChangedBreaksTheSignature(t *testing.T) {
	t.Parallel()
	signed := func() http.Header {
		h := http.Header{}
		if err := sign(h, vectorSecret, vectorID, vectorTime, []byte(vectorBody)); err != nil {
			t.Fatal(err)
		}
		return h
	}
	for name, change := range map[string]func(http.Header) (secret, body string, at time.Time){
		"body":   func(http.Header) (string, string, time.Time) { return vectorSecret, vectorBody + " ", vectorTime },
		"secret": func(http.Header) (string, string, time.Time) { return string(newSecret()), vectorBody, vectorTime },
		"old": func(http.Header) (string, string, time.Time) {
			return vectorSecret, vectorBody, vectorTime.Add(6 * time.Minute)
		},
		"id": func(h http.Header) (string, string, time.Time) {
			h.Set("webhook-id", "msg_x")
			return vectorSecret, vectorBody, vectorTime
		},
		"time": func(h http.Header) (string, string, time.Time) {
			h.Set("webhook-timestamp", "1614265331")
			return vectorSecret, vectorBody, vectorTime
		},
	} {
		h := signed()
		if secret, body, at := change(h); verified(secret, h, []byte(body), at) {
			t.Errorf("another %s passes", name)
		}
	}
}

func TestOnlyWholeSecretsSign(t *testing.T) {
	t.Parallel()
	for _, s := range []Secret{"", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_%%%", "whsec_c2hvcnQ=", Secret("whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 65)))} {
		if err := sign(http.Header{}, s, "id", vectorTime, nil); err == nil {
			t.Errorf("sign with %q is no error", string(s))
		}
	}
	if s := newSecret(); sign(http.Header{}, s, "id", vectorTime, nil) != nil || s == newSecret() {
		t.Error("newSecret makes secrets that do not sign, or one twice")
	}
}

func TestSecretsStayOutOfLogs(t *testing.T) {
	t.Parallel()
	s := newSecret()
	var b strings.Builder
	slog.New(slog.NewTextHandler(&b, nil)).Info("made", "secret", s)
	fmt.Fprintf(&b, "%v %s %+v", s, s, struct{ S Secret }{s})
	if strings.Contains(b.String(), string(s)[10:20]) {
		t.Errorf("printed: %s", b.String())
	}
}
