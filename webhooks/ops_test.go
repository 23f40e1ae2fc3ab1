package webhooks

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"kopilka/internal/postgres"
	"kopilka/internal/postgrestest"
	"kopilka/migrations"

	"github.com/prometheus/client_golang/prometheus"
)

func get(h http.Handler, target string) (int, string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", target, nil))
	return w.Code, w.Body.String()
}

func TestReadyWithoutTelegram(t *testing.T) {
	t.Parallel()
	ops := Ops(Deps{DB: postgrestest.New(t), Telegram: func() string { return "unreachable" }})
	code, body := get(ops, "/readyz")
	if code != 200 || !strings.Contains(body, `"telegram":"unreachable"`) {
		t.Errorf("/readyz = %d %s, want 200 that tells of Telegram", code, body)
	}
}

func TestNotReadyWithoutTheWholeSchema(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	newest, err := newestMigration(migrations.FS)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(context.Background(), `DELETE FROM goose_db_version WHERE version_id = $1`, newest); err != nil {
		t.Fatal(err)
	}
	if code, body := get(Ops(Deps{DB: db}), "/readyz"); code != 503 || !strings.Contains(body, "kopilka migrate") {
		t.Errorf("/readyz = %d %s, want 503 that says what to do", code, body)
	}
}

func TestAliveAndNotReadyWithoutADatabase(t *testing.T) {
	t.Parallel()
	away, err := postgres.Lazy(t.Context(), postgres.Options{URL: "host=" + t.TempDir() + " user=nobody dbname=" + canary})
	if err != nil {
		t.Fatal(err)
	}
	defer away.Close()
	ops := Ops(Deps{DB: away})
	if code, _ := get(ops, "/healthz"); code != 200 {
		t.Errorf("/healthz = %d, want 200", code)
	}
	if code, body := get(ops, "/readyz"); code != 503 || strings.Contains(body, canary) {
		t.Errorf("/readyz = %d %s, want 503 without the database's name", code, body)
	}
}

func TestMetricsCountRoutesAndNotAddresses(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	h := open(t, func(d *Deps) { d.Metrics = registry })
	h.call("GET", "/v1/members?phone=%2B79001112233", "")
	h.call("GET", "/v1/members/m_1", "")
	h.call("GET", "/"+canary, "")
	_, body := get(Ops(Deps{DB: h.db, Metrics: registry}), "/metrics")
	for _, want := range []string{
		`kopilka_http_request_seconds_count{method="GET",route="/v1/members",status="200"} 1`,
		`kopilka_http_request_seconds_count{method="GET",route="/v1/members/{id}",status="200"} 1`,
		`kopilka_http_request_seconds_count{method="",route="none",status="404"} 1`,
		"kopilka_db_connections_max 20",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("/metrics has no %s", want)
		}
	}
	if strings.Contains(body, canary) || strings.Contains(body, "9001112233") {
		t.Error("/metrics has what callers wrote")
	}
}
