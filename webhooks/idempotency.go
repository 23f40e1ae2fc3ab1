package webhooks

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/jackc/pgx/v5"
)

// answerLife is how long an answer is kept for a repeat of its request: longer than
// any till keeps trying. What a receipt did is kept for ever, by the receipt itself.
const answerLife = 72 * time.Hour

// answer is what a write replies, so that the same can be replied again.
type answer[T any] struct {
	Status int
	Body   T
}

// once runs do for the first request with this caller's key and gives its answer to
// every repeat. Answers of 4xx are not kept: the caller mends the request and may use
// the key again. Nothing is kept of a 5xx, and what do has done by then is found again
// by the reference that it was done under, so a repeat finishes it.
func once[T any](ctx context.Context, s *Server, key string, request any, do func(ref string) (answer[T], error)) (answer[T], bool, error) {
	var none answer[T]
	apiKey := actorOf(ctx).Key
	hash, err := fingerprint(request)
	if err != nil {
		return none, false, err
	}
	stored, err := s.begin(ctx, apiKey, key, hash)
	if err != nil {
		return none, false, err
	}
	if stored != nil {
		return replay[T](stored)
	}
	done, err := do(apiKey + ":" + key)
	if err != nil {
		s.release(ctx, apiKey, key, err)
		return none, false, err
	}
	stored, first, err := s.keep(ctx, apiKey, key, done.Status, done.Body)
	if err != nil || first {
		return done, false, err
	}
	return replay[T](stored)
}

// kept is a stored answer.
type kept struct {
	Status int
	Answer string
}

func replay[T any](k *kept) (answer[T], bool, error) {
	a := answer[T]{Status: k.Status}
	if err := json.Unmarshal([]byte(k.Answer), &a.Body); err != nil {
		return a, true, fmt.Errorf("read a kept answer: %w", err)
	}
	return a, true, nil
}

// fingerprint is of the request as it was understood, so that blanks and the order of
// properties do not matter.
func fingerprint(request any) ([]byte, error) {
	canonical, err := json.Marshal(request)
	if err != nil {
		return nil, fmt.Errorf("fingerprint a request: %w", err)
	}
	hash := sha256.Sum256(canonical)
	return hash[:], nil
}

// begin ties the key to its one request and returns the answer if there is one. The
// row is worth no wait for the disk: if a crash of the database loses it, the repeat
// finds what was done by its reference, and the answer is made again.
func (s *Server) begin(ctx context.Context, apiKey, key string, hash []byte) (*kept, error) {
	var same bool
	var status *int
	var body *string
	err := s.db.QueryRow(ctx, `
		INSERT INTO webhooks.idempotency AS i (api_key, key, request_hash, created_at)
		SELECT $1, $2, $3::bytea, $4
		WHERE set_config('synchronous_commit', 'off', true) IS NOT NULL
		-- the row that is there already is only returned by an update
		ON CONFLICT ON CONSTRAINT idempotency_pkey DO UPDATE SET key = excluded.key
		RETURNING i.request_hash = $3::bytea, i.status, i.answer`, apiKey, key, hash, s.now()).Scan(&same, &status, &body)
	switch {
	case err != nil:
		return nil, fmt.Errorf("begin an idempotent request: %w", err)
	case !same:
		return nil, problem(CodeKeyReused, "This Idempotency-Key came with another request before. Use a new key for a new request.")
	case status == nil:
		return nil, nil
	}
	return &kept{*status, *body}, nil
}

// keep stores the answer unless another request with the same key has stored its own
// first; then that one counts for both.
func (s *Server) keep(ctx context.Context, apiKey, key string, status int, body any) (_ *kept, first bool, _ error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, false, fmt.Errorf("write an answer: %w", err)
	}
	done, err := s.db.Exec(ctx, `
		UPDATE webhooks.idempotency
		SET status = $3, answer = $4
		WHERE api_key = $1 AND key = $2 AND status IS NULL
			AND set_config('synchronous_commit', 'off', true) IS NOT NULL`, apiKey, key, status, string(text))
	if err != nil {
		return nil, false, fmt.Errorf("keep an answer: %w", err)
	}
	if done.RowsAffected() == 1 {
		return nil, true, nil
	}
	var k kept
	err = s.db.QueryRow(ctx, `
		SELECT status, answer
		FROM webhooks.idempotency
		WHERE api_key = $1 AND key = $2 AND status IS NOT NULL`, apiKey, key).Scan(&k.Status, &k.Answer)
	if errors.Is(err, pgx.ErrNoRows) { // swept away: ours is as good
		return nil, true, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read a kept answer: %w", err)
	}
	return &k, false, nil
}

// release lets the key be used for a mended request, if this one was refused.
func (s *Server) release(ctx context.Context, apiKey, key string, cause error) {
	if refusal(cause).Status >= http.StatusInternalServerError {
		return
	}
	_, err := s.db.Exec(context.WithoutCancel(ctx), `
		DELETE FROM webhooks.idempotency
		WHERE api_key = $1 AND key = $2 AND status IS NULL`, apiKey, key)
	if err != nil {
		s.log.Warn("idempotency key not released", "request", requestID(ctx), "err", err)
	}
}

// forgetAnswers drops what is older than before.
func forgetAnswers(ctx context.Context, tx pgx.Tx, before time.Time) error {
	if _, err := tx.Exec(ctx, `DELETE FROM webhooks.idempotency WHERE created_at < $1`, before); err != nil {
		return fmt.Errorf("forget old answers: %w", err)
	}
	return nil
}

// requireKey refuses a write without an Idempotency-Key before anything else is read.
func requireKey(ctx huma.Context, next func(huma.Context)) {
	r, w := humachi.Unwrap(ctx)
	values := r.Header.Values("Idempotency-Key")
	switch {
	case len(values) == 0 || values[0] == "":
		problem(CodeKeyMissing, "Send a new Idempotency-Key with every new purchase, and the same one with every repeat.").write(w, r)
	case len(values) > 1 || !isToken(bareKey(values[0]), 255):
		problem(CodeKeyInvalid, "An Idempotency-Key has 1 to 255 letters, digits, and - _ . : only.").write(w, r)
	default:
		next(ctx)
	}
}

// bareKey takes the quotes off: the draft writes keys as quoted strings
// (draft-ietf-httpapi-idempotency-key-header), many clients send them bare.
func bareKey(header string) string {
	if inner, ok := strings.CutPrefix(header, `"`); ok {
		if inner, ok := strings.CutSuffix(inner, `"`); ok {
			return inner
		}
	}
	return header
}
