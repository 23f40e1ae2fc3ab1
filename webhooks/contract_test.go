package webhooks

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

// contract is our own description, as another's library reads it. The house asks it
// about every answer of every test.
var contract = sync.OnceValues(func() (routers.Router, error) {
	server := New(Deps{})
	text, err := json.Marshal(server.api.OpenAPI())
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, err
	}
	return legacy.NewRouter(doc)
})

// keepsContract fails the test if an answer is not one that the description promises.
func keepsContract(t testing.TB, r *http.Request, w *httptest.ResponseRecorder) {
	t.Helper()
	router, err := contract()
	if err != nil {
		t.Fatalf("the description cannot be read: %v", err)
	}
	route, params, err := router.FindRoute(r)
	if err != nil {
		if strings.HasPrefix(r.URL.Path, "/v1/") && w.Code < 400 {
			t.Errorf("%s %s answers %d and is not described: %v", r.Method, r.URL.Path, w.Code, err)
		}
		return
	}
	err = openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route},
		Status:                 w.Code,
		Header:                 w.Header(),
		Body:                   io.NopCloser(bytes.NewReader(w.Body.Bytes())),
		Options:                &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	})
	if err != nil {
		t.Errorf("%s %s answers %d against the description: %v\n%s", r.Method, r.URL.Path, w.Code, err, w.Body)
	}
}

func TestContractCatchesABrokenPromise(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"a property of the wrong type": `{"id":"m_1","state":"pending","name":7}`,
		"a property missing":           `{"state":"pending"}`,
		"an unknown property":          `{"id":"m_1","state":"pending","shoe_size":42}`,
	} {
		w := httptest.NewRecorder()
		w.Header().Set("Content-Type", "application/json")
		w.WriteString(body)
		probe := &probe{TB: t}
		keepsContract(probe, httptest.NewRequest("GET", "/v1/members/m_1", nil), w)
		if !probe.failed {
			t.Errorf("the contract accepts %s", name)
		}
	}
}

// probe is a test that may fail.
type probe struct {
	testing.TB
	failed bool
}

func (p *probe) Errorf(string, ...any) { p.failed = true }
func (p *probe) Helper()               {}

func TestDescriptionIsWhole(t *testing.T) {
	t.Parallel()
	var doc struct {
		OpenAPI string                              `json:"openapi"`
		Servers []struct{ URL string }              `json:"servers"`
		Info    struct{ License map[string]string } `json:"info"`
		Paths   map[string]map[string]struct {
			OperationID string                `json:"operationId"`
			Summary     string                `json:"summary"`
			Security    []map[string][]string `json:"security"`
			Responses   map[string]any        `json:"responses"`
		} `json:"paths"`
		Components struct{ Schemas map[string]any } `json:"components"`
		Webhooks   map[string]any                   `json:"webhooks"`
	}
	w := httptest.NewRecorder()
	New(Deps{}).ServeHTTP(w, httptest.NewRequest("GET", "/openapi.json", nil))
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" || len(doc.Servers) == 0 || doc.Info.License["name"] == "" || doc.Webhooks[EventPointsAccrued] == nil {
		t.Errorf("openapi %q, servers %v, license %v, webhooks %v: something is missing", doc.OpenAPI, doc.Servers, doc.Info.License, doc.Webhooks)
	}
	if doc.Components.Schemas["ErrorModel"] != nil {
		t.Error("the description has huma's form of errors, which is never sent")
	}
	operations := 0
	for path, item := range doc.Paths {
		for method, op := range item {
			operations++
			if op.OperationID == "" || op.Summary == "" || len(op.Security) != 1 || len(op.Security[0][security]) != 1 {
				t.Errorf("%s %s says too little: %+v", method, path, op)
			}
			for _, status := range []string{"401", "403", "422", "429", "500", "503"} {
				if op.Responses[status] == nil {
					t.Errorf("%s %s does not describe %s", method, path, status)
				}
			}
		}
	}
	if operations != 7 {
		t.Errorf("%d operations, want 7", operations)
	}
}
