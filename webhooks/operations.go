package webhooks

import (
	"context"
	"errors"
	"net/http"

	"kopilka/members"
	"kopilka/receipts"

	"github.com/danielgtaylor/huma/v2"
)

// operation is what the door's own table says of one address; the rest is huma's.
type operation struct {
	id, method, path, tag string
	summary, description  string
	scope                 string
	status                int
	cost                  int   // tokens of the key's limit; 0 means 1
	idempotent            bool  // asks for an Idempotency-Key
	also                  []int // other statuses of success
	refuses               []int // statuses of refusals beside those of every operation
}

// operations are all addresses of /v1.
func (s *Server) operations() {
	register(s, operation{
		id: "registerMember", method: http.MethodPost, path: "/v1/members", tag: "Members", scope: members.ScopeMembersWrite,
		summary: "Register a buyer by phone", status: http.StatusCreated, also: []int{http.StatusOK},
		description: "Opens a profile that earns points at once. It becomes the buyer's own when they share the same number with the bot. " +
			"A number that has a profile already answers 200 with it, so the call can be repeated; of somebody who has joined nothing is changed.",
	}, s.registerMember)
	register(s, operation{
		id: "findMember", method: http.MethodGet, path: "/v1/members", tag: "Members", scope: members.ScopeMembersRead, cost: 5,
		summary: "Find a member by phone or card", status: http.StatusOK, refuses: []int{http.StatusNotFound},
		description: "Exactly one of the two parameters. A lookup costs five calls of the key's limit.",
	}, s.findMember)
	register(s, operation{
		id: "getMember", method: http.MethodGet, path: "/v1/members/{id}", tag: "Members", scope: members.ScopeMembersRead,
		summary: "Read a member", status: http.StatusOK, refuses: []int{http.StatusNotFound},
	}, s.getMember)
	register(s, operation{
		id: "getBalance", method: http.MethodGet, path: "/v1/members/{id}/balance", tag: "Points", scope: members.ScopePointsRead,
		summary: "Read a member's balance and tier", status: http.StatusOK, refuses: []int{http.StatusNotFound, http.StatusConflict},
	}, s.getBalance)
	register(s, operation{
		id: "getHistory", method: http.MethodGet, path: "/v1/members/{id}/history", tag: "Points", scope: members.ScopePointsRead,
		summary: "Read what moved a member's points", status: http.StatusOK, refuses: []int{http.StatusNotFound, http.StatusConflict},
		description: "The newest first. Follow next_cursor for as long as has_more is true.",
	}, s.getHistory)
	register(s, operation{
		id: "postPurchase", method: http.MethodPost, path: "/v1/purchases", tag: "Purchases", scope: members.ScopePurchasesWrite,
		summary: "Tell of a purchase", status: http.StatusCreated, also: []int{http.StatusOK, http.StatusAccepted}, idempotent: true,
		refuses: []int{http.StatusNotFound, http.StatusConflict}, description: purchaseDescription,
	}, s.postPurchase)
	register(s, operation{
		id: "quote", method: http.MethodPost, path: "/v1/quotes", tag: "Purchases", scope: members.ScopeQuote,
		summary: "Ask what a purchase would earn", status: http.StatusOK, refuses: []int{http.StatusNotFound, http.StatusConflict},
		description: "Nothing is written. The answer has the reason of every part of the sum.",
	}, s.quote)
}

// register ties an address to a handler, and every error to its refusal.
func register[In, Out any](s *Server, o operation, handle func(context.Context, *In) (*Out, error)) {
	op := huma.Operation{
		OperationID: o.id, Method: o.method, Path: o.path, Tags: []string{o.tag}, Summary: o.summary, Description: o.description,
		DefaultStatus: o.status, MaxBodyBytes: maxBody + 1, RejectUnknownQueryParameters: true,
		Security:  []map[string][]string{{security: {o.scope}}},
		Metadata:  map[string]any{"cost": max(1, o.cost), "also": o.also},
		Responses: refusalResponses(s.api.OpenAPI().Components.Schemas, o),
	}
	op.Middlewares = huma.Middlewares{s.authenticate}
	if o.idempotent {
		op.Middlewares = append(op.Middlewares, requireKey)
	}
	op.Middlewares = append(op.Middlewares, readBody)
	huma.Register(s.api, op, func(ctx context.Context, in *In) (*Out, error) {
		out, err := handle(ctx, in)
		if err == nil {
			return out, nil
		}
		p := refusal(err)
		s.logRefusal(ctx, p)
		return nil, p
	})
}

// invalid is a refusal that names one wrong place.
func invalid(in, place, detail string) *Problem {
	p := problem(CodeInvalid, "")
	f := Fault{In: in, Detail: detail}
	if in == "body" {
		f.Pointer = "#/" + place
	} else {
		f.Name = place
	}
	p.Errors = []Fault{f}
	return p
}

// within puts an error that belongs to a place of the request there.
func within(in, place string, err error) error {
	for _, known := range []error{members.ErrPhone, members.ErrCard, receipts.ErrNotFiscal, receipts.ErrMalformed} {
		if errors.Is(err, known) {
			p := refusal(err)
			p.Errors = invalid(in, place, known.Error()).Errors
			return p
		}
	}
	return err
}
