package main

import (
	"encoding/base64"
	"errors"

	"kopilka/webhooks"
)

// sealFlags hold the key that keeps signing secrets unreadable in the database.
type sealFlags struct {
	Key string `name:"secret-key" help:"Base64 of 32 random bytes (openssl rand -base64 32): seals webhooks' signing secrets in the database. Empty: they stay readable there." env:"KOPILKA_SECRET_KEY"`
}

func (f sealFlags) seal() (*webhooks.Seal, error) {
	if f.Key == "" {
		return nil, nil
	}
	key, err := base64.StdEncoding.DecodeString(f.Key)
	if err != nil {
		return nil, errors.New("the secret key is not base64; make one with: openssl rand -base64 32")
	}
	return webhooks.NewSeal(key)
}
