package webhooks

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits bound how often one address and one key may call. They are counted in this
// process: with several replicas each allows as much.
type Limits struct {
	PerIP  Limit // before the key is looked at
	PerKey Limit
}

// Limit is a steady rate a second and how much may come at once. Zero means the
// default, a negative rate no limit.
type Limit struct {
	Rate  int
	Burst int
}

var defaultLimits = Limits{PerIP: Limit{Rate: 100, Burst: 200}, PerKey: Limit{Rate: 50, Burst: 100}}

func (l Limit) or(d Limit) Limit {
	if l == (Limit{}) {
		return d
	}
	return l
}

// maxBuckets bounds the memory that strangers can make us use.
const maxBuckets = 50_000

// buckets is one token bucket for each caller seen lately.
type buckets struct {
	name  string
	limit Limit
	mu    sync.Mutex
	of    map[string]*rate.Limiter
}

func newBuckets(name string, limit Limit) *buckets {
	return &buckets{name: name, limit: limit, of: map[string]*rate.Limiter{}}
}

// take spends cost tokens of who and tells it so in the RateLimit fields of
// draft-ietf-httpapi-ratelimit-headers. It returns how long to wait; 0 means go on.
func (b *buckets) take(h http.Header, who string, cost int, at time.Time) time.Duration {
	if b.limit.Rate < 0 {
		return 0
	}
	l := b.bucket(who, at)
	ok := l.AllowN(at, cost)
	left := max(0, int(l.TokensAt(at)))
	full := time.Duration(b.limit.Burst-left) * time.Second / time.Duration(b.limit.Rate)
	h.Set("RateLimit-Policy", fmt.Sprintf("%q;q=%d;w=%d", b.name, b.limit.Burst, max(1, b.limit.Burst/b.limit.Rate)))
	h.Set("RateLimit", fmt.Sprintf("%q;r=%d;t=%s", b.name, left, seconds(full)))
	if ok {
		return 0
	}
	return max(time.Second, time.Duration(cost-left)*time.Second/time.Duration(b.limit.Rate))
}

func (b *buckets) bucket(who string, at time.Time) *rate.Limiter {
	b.mu.Lock()
	defer b.mu.Unlock()
	if l, found := b.of[who]; found {
		return l
	}
	if len(b.of) >= maxBuckets {
		b.forget(at)
	}
	l := rate.NewLimiter(rate.Limit(b.limit.Rate), b.limit.Burst)
	b.of[who] = l
	return l
}

// forget drops the full buckets, which a new one replaces exactly, and everything if
// that was not enough.
func (b *buckets) forget(at time.Time) {
	for who, l := range b.of {
		if l.TokensAt(at) >= float64(b.limit.Burst) {
			delete(b.of, who)
		}
	}
	if len(b.of) >= maxBuckets {
		clear(b.of)
	}
}

// limitIP refuses an address that calls too often, before anything is done for it.
func (s *Server) limitIP(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if wait := s.perIP.take(w.Header(), s.clientIP(r), 1, s.now()); wait > 0 {
			p := problem(CodeLimited, "Too many requests from this address.")
			p.after = wait
			p.write(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// clientIP is the peer, or what a trusted proxy before us says the peer was. An IPv6
// caller counts by its /64, because it has that many addresses for nothing.
func (s *Server) clientIP(r *http.Request) string {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	if s.trustProxy {
		hops := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
		if last := strings.TrimSpace(hops[len(hops)-1]); last != "" {
			host = last
		}
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return "unknown"
	}
	if addr = addr.Unmap().WithZone(""); addr.Is6() {
		prefix, _ := addr.Prefix(64)
		return prefix.String()
	}
	return addr.String()
}
