package webhooks

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)

const (
	maxBody        = 64 << 10
	maxDepth       = 16 // our deepest body has 3
	requestTimeout = 10 * time.Second
)

type contextKey int

const (
	requestIDKey contextKey = iota
	callerKey
)

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey).(string)
	return id
}

// identify gives every request a name: the caller's own if it has a decent one.
func identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get("X-Request-Id")
		if !isToken(id, 64) {
			id = "req_" + rand.Text()
		}
		w.Header().Set("X-Request-Id", id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey, id)))
	})
}

// isToken reports whether s is 1 to limit letters, digits, and - _ . : only.
func isToken(s string, limit int) bool {
	for _, c := range []byte(s) {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' || c == ':') {
			return false
		}
	}
	return s != "" && len(s) <= limit
}

// observe logs and counts each request by its route, never by its address: a lookup
// has a phone number in it.
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now() // a duration, not a business time
		c := &caller{}
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		r = r.WithContext(context.WithValue(r.Context(), callerKey, c))
		next.ServeHTTP(ww, r)
		route := chi.RouteContext(r.Context()).RoutePattern()
		status := max(ww.Status(), http.StatusOK)
		if ww.Status() != 0 {
			status = ww.Status()
		}
		took := time.Since(start)
		s.metrics.request(r.Method, route, status, took)
		s.log.LogAttrs(r.Context(), slog.LevelInfo, "http request", slog.String("request", requestID(r.Context())),
			slog.String("method", r.Method), slog.String("route", route), slog.Int("status", status),
			slog.Int64("ms", took.Milliseconds()), slog.String("key", c.actor.Key))
	})
}

// recoverPanic turns a fault of ours into a 500 that says nothing of it.
func (s *Server) recoverPanic(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			fault := recover()
			if fault == nil {
				return
			}
			if fault == http.ErrAbortHandler {
				panic(fault)
			}
			s.log.Error("panic in a request", "request", requestID(r.Context()), "panic", fault, "stack", string(debug.Stack()))
			problem(CodeInternal, "").write(w, r)
		}()
		next.ServeHTTP(w, r)
	})
}

// bounded ends a request's work in time.
func bounded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// guarded keeps pages of ours from being framed, sniffed or cached, and says that the
// API's answers are no pages at all.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// readBody takes the body in before huma does, within its bounds, so that a caller's
// fault is told as one.
func readBody(ctx huma.Context, next func(huma.Context)) {
	r, w := humachi.Unwrap(ctx)
	if ctx.Operation().RequestBody == nil {
		next(ctx)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	var network net.Error
	switch {
	case errors.As(err, &tooLarge):
		problem(CodeTooLarge, "A request body may have 64 KiB.").write(w, r)
	case errors.As(err, &network) && network.Timeout():
		problem(CodeTimeout, "The body came too slowly.").write(w, r)
	case err != nil:
		problem(CodeMalformed, "The body ended early.").write(w, r)
	case !shallow(body):
		problem(CodeMalformed, "The body is nested too deeply.").write(w, r)
	case bytes.Contains(body, []byte(`\u0000`)) || bytes.IndexByte(body, 0) >= 0:
		// PostgreSQL keeps no NUL in text: https://www.postgresql.org/docs/15/datatype-character.html
		problem(CodeMalformed, "The body has a NUL character in it.").write(w, r)
	default:
		r.Body = io.NopCloser(bytes.NewReader(body))
		next(ctx)
	}
}

// shallow reports whether no value of the JSON lies deeper than our own ever do.
func shallow(body []byte) bool {
	depth, inString := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return false
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return true
}
