package webhooks

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"time"

	"kopilka/internal/postgres"
	"kopilka/migrations"

	"github.com/go-chi/chi/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Ops returns the handler of the operators' own address: /healthz says that the
// program is alive, /readyz that it can work, /metrics what it has done. It asks for no
// key, so the address must not be public.
func Ops(d Deps) http.Handler {
	d = d.withDefaults()
	d.Metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), poolMetrics(d.DB))
	r := chi.NewRouter()
	r.Get("/healthz", func(w http.ResponseWriter, r *http.Request) { reply(w, http.StatusOK, state{"status": "alive"}) })
	r.Get("/readyz", d.ready)
	r.Handle("/metrics", promhttp.HandlerFor(d.Metrics, promhttp.HandlerOpts{}))
	return r
}

// state is the answer of a check.
type state map[string]string

// ready asks the database and its schema. Telegram's state is told and does not count:
// the HTTP side works without it.
func (d Deps) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
	defer cancel()
	out, status := state{"status": "ready", "database": "ok"}, http.StatusOK
	if err := schemaReady(ctx, d.DB); err != nil {
		out["status"], out["database"], status = "not ready", err.Error(), http.StatusServiceUnavailable
	}
	if d.Telegram != nil {
		out["telegram"] = d.Telegram()
	}
	reply(w, status, out)
}

func schemaReady(ctx context.Context, q postgres.Querier) error {
	newest, err := newestMigration(migrations.FS)
	if err != nil {
		return err
	}
	var applied int64
	if err := q.QueryRow(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`).Scan(&applied); err != nil {
		return fmt.Errorf("the database does not answer") // its error may tell addresses and users
	}
	if applied < newest {
		return fmt.Errorf("the schema is at %d and the program needs %d: run kopilka migrate", applied, newest)
	}
	return nil
}

// newestMigration reads the number off the last file's name.
func newestMigration(files fs.FS) (int64, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil || len(names) == 0 {
		return 0, fmt.Errorf("list the migrations: %w", err)
	}
	digits, _, _ := strings.Cut(names[len(names)-1], "_")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read the number of migration %s: %w", names[len(names)-1], err)
	}
	return n, nil
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}

// pool tells how the connections are used.
type pool struct {
	db             *pgxpool.Pool
	used, idle, of *prometheus.Desc
}

func poolMetrics(db *pgxpool.Pool) prometheus.Collector {
	desc := func(name, help string) *prometheus.Desc { return prometheus.NewDesc(name, help, nil, nil) }
	return &pool{db,
		desc("kopilka_db_connections_used", "Database connections in use."),
		desc("kopilka_db_connections_idle", "Database connections waiting for work."),
		desc("kopilka_db_connections_max", "Database connections that the pool may open."),
	}
}

func (p *pool) Describe(ch chan<- *prometheus.Desc) {
	ch <- p.used
	ch <- p.idle
	ch <- p.of
}

func (p *pool) Collect(ch chan<- prometheus.Metric) {
	s := p.db.Stat()
	ch <- prometheus.MustNewConstMetric(p.used, prometheus.GaugeValue, float64(s.AcquiredConns()))
	ch <- prometheus.MustNewConstMetric(p.idle, prometheus.GaugeValue, float64(s.IdleConns()))
	ch <- prometheus.MustNewConstMetric(p.of, prometheus.GaugeValue, float64(s.MaxConns()))
}
