// Package webhooks is the HTTP door: tills, 1C, online shops and applications come in
// by /v1, and signed events go out to them. It knows requests, answers, keys' limits
// and endpoints; what a purchase earns and who may do what is program's to say, and it
// holds no words for people.
package webhooks

import (
	"log/slog"
	"net/http"
	"time"

	"kopilka/program"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
)

// Deps are what the door works with. Program and DB are needed.
type Deps struct {
	Program *program.Program
	DB      *pgxpool.Pool
	// Now is the one clock; nil means the machine's.
	Now func() time.Time
	Log *slog.Logger
	// Metrics is where the door counts; nil means a registry of its own.
	Metrics *prometheus.Registry
	Limits  Limits
	// TrustProxy says that a proxy of ours stands before the door, so that the last
	// address in X-Forwarded-For is the caller's.
	TrustProxy bool
	// PublicURL is the door's address as callers write it, for the API's description;
	// empty means the address that the description was read from.
	PublicURL string
	// Telegram tells the state of the chat side for /readyz; nil leaves it out. The HTTP
	// side is ready without it.
	Telegram func() string
}

func (d Deps) withDefaults() Deps {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Metrics == nil {
		d.Metrics = prometheus.NewRegistry()
	}
	return d
}

// Server is the HTTP door.
type Server struct {
	program    *program.Program
	db         *pgxpool.Pool
	now        func() time.Time
	log        *slog.Logger
	metrics    *metrics
	perIP      *buckets
	perKey     *buckets
	trustProxy bool
	router     chi.Router
	api        huma.API
}

// New returns the door. It serves /v1, /openapi.json and /docs.
func New(d Deps) *Server {
	d = d.withDefaults()
	s := &Server{
		program: d.Program, db: d.DB, now: d.Now, log: d.Log, metrics: newMetrics(d.Metrics), trustProxy: d.TrustProxy,
		perIP:  newBuckets("ip", d.Limits.PerIP.or(defaultLimits.PerIP)),
		perKey: newBuckets("key", d.Limits.PerKey.or(defaultLimits.PerKey)),
	}
	s.router = chi.NewRouter()
	s.router.Use(identify, s.observe, guarded, s.recoverPanic, s.limitIP, bounded)
	s.router.NotFound(func(w http.ResponseWriter, r *http.Request) {
		problem(CodeNotFound, "").write(w, r)
	})
	s.router.MethodNotAllowed(s.methodNotAllowed)
	s.api = humachi.New(s.router, config(d.PublicURL))
	s.operations()
	describe(s.api.OpenAPI())
	s.router.Get("/openapi.json", s.openAPI())
	s.router.Get("/docs", page("index.html"))
	s.router.Get("/docs/docs.css", page("docs.css"))
	s.router.Get("/docs/docs.js", page("docs.js"))
	return s
}

// methodNotAllowed tells which methods the address takes (RFC 9110 §15.5.6).
func (s *Server) methodNotAllowed(w http.ResponseWriter, r *http.Request) {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if s.router.Match(chi.NewRouteContext(), method, r.URL.Path) {
			w.Header().Add("Allow", method)
		}
	}
	problem(CodeMethod, "").write(w, r)
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.router.ServeHTTP(w, r) }

// HTTPServer wraps a handler in a server that no slow caller can hold: every phase of a
// request has an end.
func HTTPServer(address string, h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Addr:              address,
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}
