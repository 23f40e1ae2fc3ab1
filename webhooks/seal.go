package webhooks

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// Seal keeps signing secrets unreadable in the database and its backups: AES-256-GCM
// under a key that lives outside of it. A nil Seal keeps them as they are.
type Seal struct {
	id   string // tells the key that sealed from others, and nothing of it
	aead cipher.AEAD
}

// ErrSeal says that a secret was sealed with another key, or that a key cannot be used.
var ErrSeal = errors.New("the key for signing secrets is not the one that sealed them, or not 32 bytes")

const sealPrefix = "sealed:"

// NewSeal makes a seal of a key of 32 bytes.
func NewSeal(key []byte) (*Seal, error) {
	if len(key) != 32 {
		return nil, ErrSeal
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("use the key for signing secrets: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("use the key for signing secrets: %w", err)
	}
	sum := sha256.Sum256(append([]byte("kopilka seal id "), key...))
	return &Seal{hex.EncodeToString(sum[:4]), aead}, nil
}

// close writes a secret as it is stored.
func (s *Seal) close(secret Secret) string {
	if s == nil {
		return string(secret)
	}
	return sealPrefix + s.id + ":" + base64.StdEncoding.EncodeToString(s.aead.Seal(nil, nil, []byte(secret), []byte(s.id)))
}

// open reads a stored secret; one that was stored before there was a key stays readable.
func (s *Seal) open(stored string) (Secret, error) {
	rest, sealed := strings.CutPrefix(stored, sealPrefix)
	if !sealed {
		return Secret(stored), nil
	}
	id, text, _ := strings.Cut(rest, ":")
	if s == nil || id != s.id {
		return "", ErrSeal
	}
	box, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "", ErrSeal
	}
	secret, err := s.aead.Open(nil, nil, box, []byte(s.id))
	if err != nil {
		return "", ErrSeal
	}
	return Secret(secret), nil
}
