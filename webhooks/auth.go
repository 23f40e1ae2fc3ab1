package webhooks

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"kopilka/members"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
)

// security is the name of our one scheme in the description.
const security = "key"

// caller is who a request comes from, once the key has been read.
type caller struct{ actor members.Actor }

func actorOf(ctx context.Context) members.Actor {
	if c, ok := ctx.Value(callerKey).(*caller); ok {
		return c.actor
	}
	return members.Actor{}
}

// authenticate reads the key, asks for the operation's scope and counts the call. It
// runs before anything of the request is parsed: a stranger is told nothing else.
func (s *Server) authenticate(ctx huma.Context, next func(huma.Context)) {
	r, w := humachi.Unwrap(ctx)
	actor, p := s.bearer(r)
	if p == nil {
		ctx.Context().Value(callerKey).(*caller).actor = actor
		p = s.admit(w, actor, ctx.Operation())
	}
	if p != nil {
		if p.Status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", `Bearer realm="kopilka"`)
		}
		s.logRefusal(r.Context(), p)
		p.write(w, r)
		return
	}
	next(ctx)
}

func (s *Server) bearer(r *http.Request) (members.Actor, *Problem) {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || secret == "" {
		return members.Actor{}, problem(CodeUnauthenticated, "Send the API key as Authorization: Bearer kp_live_…")
	}
	actor, err := members.KeyActor(r.Context(), s.db, strings.TrimSpace(secret))
	if errors.Is(err, members.ErrKey) {
		return members.Actor{}, problem(CodeUnauthenticated, "This API key is unknown or revoked.")
	}
	if err != nil {
		return members.Actor{}, refusal(err)
	}
	return actor, nil
}

// admit asks for the key's scope and its tokens.
func (s *Server) admit(w http.ResponseWriter, a members.Actor, op *huma.Operation) *Problem {
	if wait := s.perKey.take(w.Header(), a.Key, costOf(op), s.now()); wait > 0 {
		p := problem(CodeLimited, "Too many requests with this key.")
		p.after = wait
		return p
	}
	for _, scope := range op.Security[0][security] {
		if !slices.Contains(a.Scopes, scope) {
			return problem(CodeForbidden, "This needs an API key with the scope "+scope+".")
		}
	}
	return nil
}

// costOf is what a call costs of the key's tokens. A lookup by phone or card costs
// most: it is how a list of numbers would be tried.
func costOf(op *huma.Operation) int {
	if cost, ok := op.Metadata["cost"].(int); ok {
		return cost
	}
	return 1
}
