package webhooks

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"kopilka/internal/postgres"
)

// canary must never come back.
const canary = "canary4509123456"

func TestBadInputIsNeverOurFault(t *testing.T) {
	t.Parallel()
	h := open(t)
	good := `{"member":{"id":"m_1"},"document":"d-1","total":{"minor":10000,"currency":"RUB"},"time":"2026-11-21T14:05:00+03:00"}`
	with := func(old, new string) string { return strings.Replace(good, old, new, 1) }
	bodies := map[string]string{
		"nothing but a blank":      " ",
		"null":                     `null`,
		"a list":                   `[]`,
		"a text":                   `"` + canary + `"`,
		"a number":                 `1e400`,
		"cut off":                  good[:40],
		"two values":               good + good,
		"deep":                     strings.Repeat("[", 60000),
		"deep objects":             strings.Repeat(`{"member":`, 6000),
		"too large":                `{"document":"` + strings.Repeat("x", maxBody) + `"}`,
		"NUL escaped":              with("d-1", `d\u0000`),
		"NUL raw":                  with("d-1", "d\x00"),
		"bad UTF-8":                with("d-1", "d\xff\xfe"),
		"lone surrogate":           with("d-1", `\ud800`),
		"fraction":                 with("10000", "100.5"),
		"exponent":                 with("10000", "1e30"),
		"beyond int64":             with("10000", "9223372036854775808"),
		"negative":                 with("10000", "-1"),
		"zero":                     with("10000", "0"),
		"text for a number":        with("10000", `"`+canary+`"`),
		"no such currency":         with("RUB", "ZZZ"),
		"currency in small":        with("RUB", "rub"),
		"unknown property":         with(`"document"`, `"`+canary+`":1,"document"`),
		"id of another kind":       with("m_1", "r_1"),
		"id too large":             with("m_1", "m_99999999999999999999"),
		"id unknown":               with("m_1", "m_9000000000000000000"),
		"two names":                with(`"id":"m_1"`, `"id":"m_1","card":"`+canary+`"`),
		"no names":                 with(`"id":"m_1"`, ``),
		"bad phone":                with(`"id":"m_1"`, `"phone":"`+canary+`"`),
		"bad card":                 with(`"id":"m_1"`, `"card":"`+canary+`"`),
		"bad time":                 with("2026-11-21T14:05:00+03:00", canary),
		"year 1":                   with("2026-11-21", "0001-01-01"),
		"year 9999":                with("2026-11-21", "9999-12-31"),
		"no store":                 with(`"document"`, `"store":"st_999","document"`),
		"another's store":          with(`"document"`, `"store":"st_2","document"`),
		"no merchant":              with(`"document"`, `"merchant":"mr_999","document"`),
		"qr and document":          with(`"document"`, `"qr":"`+canary+`","document"`),
		"qr is noise":              `{"member":{"id":"m_1"},"qr":"t=&s=&fn=&i=&fp=&n=` + canary + `"}`,
		"qr is long":               `{"member":{"id":"m_1"},"qr":"` + strings.Repeat("t=", 3000) + `"}`,
		"fiscal of no country":     with(`"document":"d-1"`, `"fiscal":{"country":"ZZ","device":"1","document":"`+canary+`"}`),
		"fiscal device is no code": with(`"document":"d-1"`, `"fiscal":{"country":"RU","device":"`+canary+`","document":"x"}`),
		"fiscal is empty":          with(`"document":"d-1"`, `"fiscal":{}`),
	}
	i := 0
	for name, body := range bodies {
		for _, target := range []string{"/v1/purchases", "/v1/quotes", "/v1/members"} {
			i++
			res := h.call("POST", target, body, "Idempotency-Key", fmt.Sprintf("k%d", i))
			text := read(t, res)
			if res.StatusCode >= 500 || res.StatusCode < 400 && !strings.Contains(text, `"verdict"`) {
				t.Errorf("POST %s with %s = %d, want a 4xx or a verdict: %s", target, name, res.StatusCode, text)
			}
			if res.StatusCode >= 400 {
				isProblem(t, res, text)
			}
			if !strings.Contains(name, "property") && strings.Contains(text, canary) {
				t.Errorf("POST %s with %s repeats what was sent: %s", target, name, text)
			}
		}
	}
	if log := h.log.String(); strings.Contains(log, canary) {
		t.Error("the log has what was sent")
	}
}

func TestBadAddressesAreNeverOurFault(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, target := range []string{
		"/v1/members", "/v1/members?phone=" + canary, "/v1/members?card=" + canary, "/v1/members?phone=%00", "/v1/members?phone=%ff%fe",
		"/v1/members?phone=&card=", "/v1/members?shoe=1&phone=%2B79001112233", "/v1/members/%00", "/v1/members/m_%ff", "/v1/members/m_0",
		"/v1/members/m_1%20OR%201=1/balance", "/v1/members/m_1/history?limit=-1", "/v1/members/m_1/history?limit=x",
		"/v1/members/m_1/history?cursor=%00", "/v1/members/m_1/history?cursor=aA", "/v1/members/m_1/history?cursor=" + strings.Repeat("A", 40),
		"/v1/members/m_9/balance", "/v1/members/m_9/history", "/v2/members", "/v1//members", "/..%2f..%2fetc/passwd",
	} {
		res := h.call("GET", target, "")
		text := read(t, res)
		if res.StatusCode < 400 || res.StatusCode >= 500 {
			t.Errorf("GET %s = %d, want a 4xx: %s", target, res.StatusCode, text)
			continue
		}
		isProblem(t, res, text)
		if strings.Contains(text, canary) {
			t.Errorf("GET %s repeats what was sent: %s", target, text)
		}
	}
	if log := h.log.String(); strings.Contains(log, canary) {
		t.Error("the log has what was sent")
	}
}

func isProblem(t *testing.T, res *http.Response, text string) {
	t.Helper()
	var p Problem
	if err := json.Unmarshal([]byte(text), &p); err != nil || res.Header.Get("Content-Type") != problemType ||
		p.Status != res.StatusCode || kinds[p.Code].title == "" || p.RequestID == "" || p.RequestID != res.Header.Get("X-Request-Id") {
		t.Errorf("%d %s is no problem of ours: %s", res.StatusCode, res.Header.Get("Content-Type"), text)
	}
}

func TestAPanicIsA500ThatTellsNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.door.router.Get("/v1/panic", func(http.ResponseWriter, *http.Request) { panic(canary) })
	res := h.call("GET", "/v1/panic", "")
	text := read(t, res)
	if res.StatusCode != 500 || strings.Contains(text, canary) {
		t.Errorf("a panic answers %d %s", res.StatusCode, text)
	}
	isProblem(t, res, text)
}

func TestADatabaseThatIsAwayIs503(t *testing.T) {
	t.Parallel()
	away, err := postgres.Lazy(t.Context(), postgres.Options{URL: "host=" + t.TempDir() + " user=nobody dbname=" + canary})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(away.Close)
	h := open(t, func(d *Deps) { d.DB = away })
	res := h.call("GET", "/v1/members/m_1", "")
	text := read(t, res)
	if res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" || strings.Contains(text, canary) {
		t.Errorf("without a database: %d, Retry-After %q, %s, want 503 and a time", res.StatusCode, res.Header.Get("Retry-After"), text)
	}
}
