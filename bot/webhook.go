package bot

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// maxUpdate bounds the body of a webhook call; real updates are some kilobytes.
const maxUpdate = 1 << 20

// Webhook takes the updates that Telegram posts. Every call must bear the secret that
// setWebhook was given. It answers 200 only when the update is stored, and 503 when it
// cannot be, so that Telegram sends it again and keeps the order.
// https://core.telegram.org/bots/api#setwebhook
func (b *Bot) Webhook(secret string) http.Handler {
	want := sha256.Sum256([]byte(secret))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "POST only", http.StatusMethodNotAllowed)
			return
		}
		// Hashes are compared, so that not even the secret's length shows in the time.
		got := sha256.Sum256([]byte(r.Header.Get("X-Telegram-Bot-Api-Secret-Token")))
		if secret == "" || subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			http.Error(w, "wrong secret", http.StatusUnauthorized)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxUpdate))
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			http.Error(w, "update too large", http.StatusRequestEntityTooLarge)
			return
		}
		if err != nil || !json.Valid(body) {
			http.Error(w, "not JSON", http.StatusBadRequest)
			return
		}
		if _, err := openEnvelope(body); err != nil {
			http.Error(w, "not an update", http.StatusBadRequest)
			return
		}
		if err := b.receive(r.Context(), body); err != nil {
			b.log.Error("update not stored", "err", err)
			w.Header().Set("Retry-After", "5")
			http.Error(w, "try again", http.StatusServiceUnavailable)
		}
	})
}
