package members

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"

	"kopilka/internal/postgres"

	"github.com/jackc/pgx/v5"
)

var (
	// ErrKey says that an API key opens nothing: malformed, unknown or revoked.
	ErrKey = errors.New("API key is not valid")
	// ErrScope says that an API key was asked for with no scope or an unknown one.
	ErrScope = errors.New("unknown scope")
)

// keyPrefix lets secret scanners and people see at once what they found.
const keyPrefix = "kp_live_"

// APIKey is what is known of a key after it was made: never its secret.
type APIKey struct {
	ID        string
	Name      string
	Scopes    []string
	Merchant  int64 // 0 is every merchant
	CreatedAt time.Time
	RevokedAt *time.Time // nil while it is good
}

// CreateKey makes an API key and returns the secret, kp_live_<id>_<secret>, which is told
// only now, and the id by which it is revoked. Scopes are the Scope constants.
func CreateKey(ctx context.Context, tx pgx.Tx, name string, scopes []string, merchant int64, at time.Time) (secret, id string, err error) {
	if !validScopes(scopes) {
		return "", "", fmt.Errorf("create API key with scopes %q: %w", scopes, ErrScope)
	}
	id = randomText(10)
	secret = keyPrefix + id + "_" + randomText(32)
	_, err = tx.Exec(ctx, `
		INSERT INTO members.api_key (id, name, hash, scopes, merchant_id, created_at)
		VALUES ($1, $2, $3, $4, $5, $6)`, id, clean(name, 128), hash(secret), scopes, merchant, at)
	if err != nil {
		return "", "", fmt.Errorf("create API key: %w", err)
	}
	return secret, id, nil
}

// randomText is n random bytes in letters and digits, so that a double click takes all of it.
func randomText(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails: https://pkg.go.dev/crypto/rand#Read
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))
}

// KeyActor returns who the bearer of the secret acts as, or ErrKey.
func KeyActor(ctx context.Context, q postgres.Querier, secret string) (Actor, error) {
	rest, ok := strings.CutPrefix(secret, keyPrefix)
	id, _, found := strings.Cut(rest, "_")
	if !ok || !found || len(secret) > 128 || strings.Trim(id, "abcdefghijklmnopqrstuvwxyz234567") != "" {
		return Actor{}, ErrKey
	}
	a := Actor{Role: RoleAPI, Key: id}
	var want []byte
	err := q.QueryRow(ctx, `
		SELECT hash, scopes, merchant_id FROM members.api_key
		WHERE id = $1 AND revoked_at IS NULL`, id).Scan(&want, &a.Scopes, &a.Merchant)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return Actor{}, fmt.Errorf("read API key: %w", err)
	}
	if subtle.ConstantTimeCompare(hash(secret), want) != 1 {
		return Actor{}, ErrKey
	}
	return a, nil
}

// RevokeKey ends the key at once. It returns ErrNotFound for an unknown or revoked one.
func RevokeKey(ctx context.Context, tx pgx.Tx, id string, at time.Time) error {
	done, err := tx.Exec(ctx, `
		UPDATE members.api_key SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL`, id, at)
	if err != nil {
		return fmt.Errorf("revoke API key: %w", err)
	}
	if done.RowsAffected() == 0 {
		return fmt.Errorf("revoke API key: %w", ErrNotFound)
	}
	return nil
}

// Keys lists every key ever made, the newest first.
func Keys(ctx context.Context, q postgres.Querier) ([]APIKey, error) {
	rows, err := q.Query(ctx, `
		SELECT id, name, scopes, merchant_id, created_at, revoked_at
		FROM members.api_key
		ORDER BY created_at DESC, id
		LIMIT 1000`)
	if err != nil {
		return nil, fmt.Errorf("list API keys: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[APIKey])
	if err != nil {
		return nil, fmt.Errorf("list API keys: %w", err)
	}
	return list, nil
}
