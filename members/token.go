package members

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

// newToken draws 192 random bits as 32 characters of [A-Za-z0-9_-]: with a letter and an
// underscore before it fits the 64 characters of a deep link's start parameter
// (https://core.telegram.org/bots/features#deep-linking).
func newToken() string {
	b := make([]byte, 24)
	rand.Read(b) // never fails: https://pkg.go.dev/crypto/rand#Read
	return base64.RawURLEncoding.EncodeToString(b)
}

// hash is what the database keeps of a secret. Secrets here are random and long, so a plain
// SHA-256 cannot be searched backwards and needs no salt.
func hash(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}
