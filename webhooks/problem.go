package webhooks

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// Code names a kind of refusal for programs. Codes are never renamed or reused.
type Code string

// Codes of refusals that the door itself makes; those of the product's own errors are
// in refusals.go.
const (
	CodeUnauthenticated Code = "UNAUTHENTICATED"
	CodeForbidden       Code = "FORBIDDEN"
	CodeNotFound        Code = "NOT_FOUND"
	CodeMethod          Code = "METHOD_NOT_ALLOWED"
	CodeMalformed       Code = "MALFORMED_BODY"
	CodeInvalid         Code = "VALIDATION_FAILED"
	CodeTooLarge        Code = "BODY_TOO_LARGE"
	CodeMediaType       Code = "UNSUPPORTED_MEDIA_TYPE"
	CodeTimeout         Code = "REQUEST_TIMEOUT"
	CodeLimited         Code = "RATE_LIMITED"
	CodeKeyMissing      Code = "IDEMPOTENCY_KEY_MISSING"
	CodeKeyInvalid      Code = "IDEMPOTENCY_KEY_INVALID"
	CodeKeyReused       Code = "IDEMPOTENCY_KEY_REUSED"
	CodeUnavailable     Code = "TEMPORARILY_UNAVAILABLE"
	CodeInternal        Code = "INTERNAL"
)

// Problem is an answer that says no, after RFC 9457. It never repeats what was sent:
// bodies carry phone numbers, and answers end up in other people's logs.
type Problem struct {
	Type      string  `json:"type" format:"uri-reference" example:"/docs#problem-VALIDATION_FAILED" doc:"Where this kind of refusal is described."`
	Title     string  `json:"title" example:"The request does not have the right form" doc:"The kind of refusal, always the same words."`
	Status    int     `json:"status" minimum:"400" maximum:"599" example:"422" doc:"The HTTP status."`
	Code      Code    `json:"code" pattern:"^[A-Z_]+$" example:"VALIDATION_FAILED" doc:"The kind of refusal, for programs: never renamed."`
	Detail    string  `json:"detail,omitempty" doc:"What to do about this one."`
	RequestID string  `json:"request_id" doc:"Names this request in the logs of the programme; tell it when you ask for help."`
	Errors    []Fault `json:"errors,omitempty" doc:"Each wrong place of the request."`

	after time.Duration // Retry-After; 0: none
	cause error         // for the log alone
}

// Fault is one wrong place of a request.
type Fault struct {
	In      string `json:"in" enum:"body,query,path,header" doc:"The part of the request."`
	Pointer string `json:"pointer,omitempty" example:"#/total/minor" doc:"The place in the body, as a JSON pointer (RFC 6901) fragment."`
	Name    string `json:"name,omitempty" example:"limit" doc:"The parameter or header."`
	Detail  string `json:"detail" doc:"What is wrong with it."`
}

var _ huma.StatusError = (*Problem)(nil)
var _ huma.ContentTypeFilter = (*Problem)(nil)

// Error is for the log.
func (p *Problem) Error() string {
	if p.cause != nil {
		return string(p.Code) + ": " + p.cause.Error()
	}
	return string(p.Code)
}

// Unwrap gives the cause.
func (p *Problem) Unwrap() error { return p.cause }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType says problem+json.
func (p *Problem) ContentType(string) string { return problemType }

// GetHeaders tells when to come again.
func (p *Problem) GetHeaders() http.Header {
	if p.after <= 0 {
		return nil
	}
	return http.Header{"Retry-After": {seconds(p.after)}}
}

// seconds rounds up: a client that comes a moment early is refused again.
func seconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}

const problemType = "application/problem+json"

// problem makes a refusal of a kind that the table below or refusals.go knows.
func problem(code Code, detail string) *Problem {
	k := kinds[code]
	return &Problem{Type: "/docs#problem-" + string(code), Title: k.title, Status: k.status, Code: code, Detail: detail}
}

// kind is what is the same in every refusal of one code.
type kind struct {
	status int
	title  string
}

// write answers with p outside huma: from the router and the middleware.
func (p *Problem) write(w http.ResponseWriter, r *http.Request) {
	p.RequestID = requestID(r.Context())
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p)
}

// problems turns huma's own errors into ours, just before they are written.
func problems(ctx huma.Context, _ string, v any) (any, error) {
	switch e := v.(type) {
	case *Problem:
		e.RequestID = requestID(ctx.Context())
		return e, nil
	case *huma.ErrorModel:
		p := fromHuma(e)
		p.RequestID = requestID(ctx.Context())
		return p, nil
	}
	return v, nil
}

// fromHuma keeps the status, because huma has sent it already.
func fromHuma(e *huma.ErrorModel) *Problem {
	p := problem(humaCodes[e.Status], "")
	if p.Code == "" {
		p = problem(CodeInternal, "")
	}
	p.Status = e.Status
	for _, d := range e.Errors {
		if d != nil {
			p.Errors = append(p.Errors, fault(d))
		}
	}
	return p
}

var humaCodes = map[int]Code{
	http.StatusBadRequest:            CodeMalformed,
	http.StatusRequestTimeout:        CodeTimeout,
	http.StatusRequestEntityTooLarge: CodeTooLarge,
	http.StatusUnsupportedMediaType:  CodeMediaType,
	http.StatusUnprocessableEntity:   CodeInvalid,
}

// fault keeps where and what, never the value.
func fault(d *huma.ErrorDetail) Fault {
	in, place, _ := strings.Cut(d.Location, ".")
	f := Fault{In: in, Detail: withoutValue(d.Message)}
	switch in {
	case "query", "path", "header":
		f.Name = place
	default:
		f.In = "body"
		f.Pointer = pointer(place)
	}
	return f
}

// pointer turns items[3].total into #/items/3/total.
func pointer(place string) string {
	if place == "" {
		return "#"
	}
	place = place[:min(len(place), 200)]
	place = strings.NewReplacer("~", "~0", "/", "~1", "[", ".", "]", "").Replace(place)
	return "#/" + strings.ToValidUTF8(strings.ReplaceAll(place, ".", "/"), "")
}

// withoutValue drops the decoder's messages that quote what they could not read.
func withoutValue(message string) string {
	switch {
	case strings.HasPrefix(message, "json: cannot unmarshal"):
		return "a value has the wrong type or is out of range"
	case strings.HasPrefix(message, "json:"), strings.HasPrefix(message, "invalid character"), strings.HasPrefix(message, "unexpected end"):
		return "not valid JSON"
	case strings.HasPrefix(message, "unknown content type"):
		return "the body must be application/json"
	}
	return message
}
