package webhooks

import (
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func TestThePageNeedsNoOtherServer(t *testing.T) {
	t.Parallel()
	door := New(Deps{})
	other := regexp.MustCompile(`(?:src|href|url\(|fetch\()\s*=?\s*["'(]?(?:https?:)?//[^"')]+`)
	for _, target := range []string{"/docs", "/docs/docs.css", "/docs/docs.js"} {
		w := httptest.NewRecorder()
		door.ServeHTTP(w, httptest.NewRequest("GET", target, nil))
		if w.Code != 200 || w.Body.Len() < 1000 {
			t.Errorf("GET %s = %d, %d bytes", target, w.Code, w.Body.Len())
		}
		if found := other.FindString(w.Body.String()); found != "" {
			t.Errorf("%s asks another server: %s", target, found)
		}
		policy := w.Header().Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s may do too much: %s", target, policy)
		}
		if strings.Contains(w.Body.String(), "style=") || strings.Contains(w.Body.String(), "innerHTML") {
			t.Errorf("%s has what its policy forbids, or makes markup of text", target)
		}
	}
}

func TestEveryProblemLeadsToItsMeaning(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	New(Deps{}).ServeHTTP(w, httptest.NewRequest("GET", "/openapi.json", nil))
	for code := range kinds {
		if p := problem(code, ""); p.Type != "/docs#problem-"+string(code) || !strings.Contains(w.Body.String(), `"code":"`+string(code)+`"`) {
			t.Errorf("%s: type %s, and the description does not list it", code, p.Type)
		}
	}
}
