package webhooks

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Secret is what an endpoint and this house sign with, written as Standard Webhooks
// does: whsec_ and base64. It is shown once, and never printed by accident.
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
type Secret string

// String hides the secret from logs; Secret converts to string where it is meant.
func (Secret) String() string { return "whsec_***" }

const secretPrefix = "whsec_"

var errSecret = errors.New("a signing secret is whsec_ and the base64 of 24 to 64 bytes")

// newSecret makes a secret of 32 random bytes.
func newSecret() Secret {
	key := make([]byte, 32)
	rand.Read(key) // never fails: https://pkg.go.dev/crypto/rand#Read
	return Secret(secretPrefix + base64.StdEncoding.EncodeToString(key))
}

func (s Secret) key() ([]byte, error) {
	encoded, found := strings.CutPrefix(string(s), secretPrefix)
	key, err := base64.StdEncoding.DecodeString(encoded)
	if !found || err != nil || len(key) < 24 || len(key) > 64 {
		return nil, errSecret
	}
	return key, nil
}

// sign adds the three headers of Standard Webhooks 1.0 to h. The id is the same on
// every attempt, so a receiver can tell a repeat; the time is that of the attempt.
func sign(h http.Header, s Secret, id string, at time.Time, body []byte) error {
	key, err := s.key()
	if err != nil {
		return err
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", id, stamp, body)
	h.Set("Webhook-Id", id)
	h.Set("Webhook-Timestamp", stamp)
	h.Set("Webhook-Signature", "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	return nil
}
