package webhooks

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics count requests by route and kind of answer: never by who or what.
type metrics struct{ took *prometheus.HistogramVec }

func newMetrics(registry *prometheus.Registry) *metrics {
	m := &metrics{took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "kopilka_http_request_seconds",
		Help:    "Time to answer a request, by route, method and status.",
		Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
	}, []string{"method", "route", "status"})}
	registry.MustRegister(m.took)
	return m
}

func (m *metrics) request(method, route string, status int, took time.Duration) {
	if route == "" {
		// A stranger may call any address by any method; they all count as one.
		method, route = "", "none"
	}
	m.took.WithLabelValues(method, route, strconv.Itoa(status)).Observe(took.Seconds())
}
