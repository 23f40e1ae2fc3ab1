package webhooks

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

const apiDescription = `Tills, 1C, online shops and applications tell Kopilka of purchases and read members' points.

**Keys.** Every call carries ` + "`Authorization: Bearer kp_live_…`" + `. A key has scopes and, if it is a merchant's, that merchant alone. It is made by ` + "`kopilka admin key`" + ` and shown once.

**Repeats.** A purchase carries an ` + "`Idempotency-Key`" + ` of your own. Repeat a request with the same key as often as you like: it counts once, and the answer is the first one, with ` + "`Idempotency-Replayed: true`" + `. Answers are kept for 72 hours. A fiscal receipt counts once for ever, also when its buyer scans it.

**Refusals** are ` + "`application/problem+json`" + ` (RFC 9457) with a ` + "`code`" + ` that never changes its name. They never repeat what you sent. What becomes of a purchase is no refusal: it is a ` + "`verdict`" + ` in a 200, 201 or 202.

**Limits** are told in ` + "`RateLimit`" + ` and ` + "`RateLimit-Policy`" + `; after a 429 or 503 wait for ` + "`Retry-After`" + ` seconds.

**Changes.** Properties and codes are only ever added to /v1: ignore what you do not know.`

const eventDescription = `Kopilka posts this to your endpoint when points have been added. Verify it by Standard Webhooks 1.0: the header webhook-signature has v1, and the base64 of HMAC-SHA256 over "id.timestamp.body" with your whsec_ secret. Answer 2xx within 15 seconds. Anything else is tried again for three days; 410 ends the endpoint; redirects are not followed. webhook-id is the same on every attempt: use it to drop repeats.`

// config is huma without its own pages: their scripts come from other people's servers.
func config(publicURL string) huma.Config {
	if publicURL == "" {
		publicURL = "/"
	}
	plain := huma.Format{
		Marshal: func(w io.Writer, v any) error {
			e := json.NewEncoder(w)
			e.SetEscapeHTML(false)
			return e.Encode(v)
		},
		Unmarshal: func(data []byte, v any) error { return json.Unmarshal(data, v) },
	}
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "Kopilka API", Version: "1", Description: apiDescription,
				Contact: &huma.Contact{Name: "The operator of your programme"},
				License: &huma.License{Name: "Proprietary", Identifier: "LicenseRef-Proprietary"},
			},
			Servers: []*huma.Server{{URL: publicURL, Description: "This programme"}},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", schemaName),
				SecuritySchemes: map[string]*huma.SecurityScheme{security: {
					Type: "http", Scheme: "bearer", BearerFormat: "kp_live_<id>_<secret>", Description: "An API key of the programme.",
				}},
			},
			Security: []map[string][]string{{security: {}}},
			Tags: []*huma.Tag{
				{Name: "Members", Description: "Who buys."},
				{Name: "Points", Description: "What they have."},
				{Name: "Purchases", Description: "What they bought, and what it earns."},
			},
		},
		Formats:       map[string]huma.Format{"application/json": plain, "json": plain},
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{problems},
	}
}

// schemaName names a schema as its Go type; the types are named for readers.
func schemaName(t reflect.Type, hint string) string { return huma.DefaultSchemaNamer(t, hint) }

var everyRefusal = []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusUnprocessableEntity,
	http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusServiceUnavailable}

var bodyRefusal = []int{http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType}

// refusalResponses describes the statuses of o, so that huma describes none of its own.
func refusalResponses(schemas huma.Registry, o operation) map[string]*huma.Response {
	out := map[string]*huma.Response{}
	schema := schemas.Schema(reflect.TypeFor[Problem](), true, "")
	statuses := append(append([]int{}, everyRefusal...), o.refuses...)
	if o.method == http.MethodPost {
		statuses = append(statuses, bodyRefusal...)
	}
	for _, status := range statuses {
		r := &huma.Response{Description: http.StatusText(status), Content: map[string]*huma.MediaType{problemType: {Schema: schema}}, Headers: map[string]*huma.Param{}}
		if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
			r.Headers["Retry-After"] = &huma.Param{Description: "Seconds to wait.", Schema: &huma.Schema{Type: huma.TypeInteger}}
		}
		out[strconv.Itoa(status)] = r
	}
	return out
}

// describe adds to the description what huma does not read off the operations: the other
// statuses of success, what every answer carries, and the event that we send.
func describe(doc *huma.OpenAPI) {
	delete(doc.Components.Schemas.Map(), "ErrorModel") // huma's own form of errors, which we never send
	delete(doc.Components.Schemas.Map(), "ErrorDetail")
	for _, item := range doc.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post} {
			if op != nil {
				describeAnswers(op)
				giveExamples(op)
			}
		}
	}
	describeEvent(doc)
	describeOrder(doc.Components.Schemas)
	doc.Extensions = map[string]any{"x-problems": describeProblems()}
}

// describeOrder keeps the order that properties are declared in, which is a reader's; a
// map has none.
func describeOrder(schemas huma.Registry) {
	for name, schema := range schemas.Map() {
		t := schemas.TypeFromRef("#/components/schemas/" + name)
		if t == nil || t.Kind() != reflect.Struct {
			continue
		}
		var order []string
		for i := range t.NumField() {
			property, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			if schema.Properties[property] != nil {
				order = append(order, property)
			}
		}
		schema.Extensions = map[string]any{"x-order": order}
	}
}

// describeProblems lists the codes of refusals, which /docs shows.
func describeProblems() []map[string]any {
	var list []map[string]any
	for _, code := range slices.Sorted(maps.Keys(kinds)) {
		list = append(list, map[string]any{"code": code, "status": kinds[code].status, "title": kinds[code].title})
	}
	return list
}

func describeAnswers(op *huma.Operation) {
	for _, r := range op.Responses {
		if r.Headers == nil {
			r.Headers = map[string]*huma.Param{}
		}
		r.Headers["X-Request-Id"] = &huma.Param{Description: "Names the request in our logs.", Schema: &huma.Schema{Type: huma.TypeString}}
	}
	first := op.Responses[strconv.Itoa(op.DefaultStatus)]
	for _, status := range alsoOf(op) {
		again := *first
		again.Description = http.StatusText(status)
		op.Responses[strconv.Itoa(status)] = &again
	}
}

func alsoOf(op *huma.Operation) []int {
	also, _ := op.Metadata["also"].([]int)
	return also
}

func describeEvent(doc *huma.OpenAPI) {
	data := doc.Components.Schemas.Schema(reflect.TypeFor[AccruedEvent](), true, "")
	body := &huma.Schema{
		Type: huma.TypeObject, Required: []string{"type", "timestamp", "data"},
		Properties: map[string]*huma.Schema{
			"type":      {Type: huma.TypeString, Enum: []any{EventPointsAccrued}},
			"timestamp": {Type: huma.TypeString, Format: "date-time"},
			"data":      data,
		},
	}
	header := func(name, what string) *huma.Param {
		return &huma.Param{Name: name, In: "header", Required: true, Description: what, Schema: &huma.Schema{Type: huma.TypeString}}
	}
	doc.Webhooks = map[string]*huma.PathItem{EventPointsAccrued: {Post: &huma.Operation{
		OperationID: "pointsAccrued", Tags: []string{"Events"}, Summary: "Points were added", Description: eventDescription,
		Security:    []map[string][]string{},
		Parameters:  []*huma.Param{header("webhook-id", "The event, the same on every attempt."), header("webhook-timestamp", "Unix seconds of the attempt."), header("webhook-signature", "v1,<base64>; several may stand with blanks between.")},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: body, Example: exampleEvent}}},
		Responses:   map[string]*huma.Response{"2XX": {Description: "Received"}},
	}}}
	doc.Tags = append(doc.Tags, &huma.Tag{Name: "Events", Description: "What we tell you."})
}

// openAPI serves the description, written once.
func (s *Server) openAPI() http.HandlerFunc {
	doc, err := json.Marshal(s.api.OpenAPI())
	if err != nil {
		panic(fmt.Sprintf("describe the API: %v", err)) // a fault in this file, seen by every test
	}
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/vnd.oai.openapi+json;version=3.1")
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Cache-Control", "no-cache")
		w.Write(doc)
	}
}
