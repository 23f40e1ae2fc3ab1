package webhooks

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestAKeyThatCallsTooOftenIsToldWhenToComeBack(t *testing.T) {
	t.Parallel()
	h := open(t, func(d *Deps) { d.Limits.PerKey = Limit{Rate: 2, Burst: 3} })
	for i := range 3 {
		if res := h.call("GET", "/v1/members/m_1", ""); res.StatusCode != 200 || res.Header.Get("RateLimit") == "" || res.Header.Get("RateLimit-Policy") != `"key";q=3;w=1` {
			t.Fatalf("call %d: %d %v", i, res.StatusCode, res.Header)
		}
	}
	res := h.call("GET", "/v1/members/m_1", "")
	if res.StatusCode != 429 || res.Header.Get("Retry-After") != "1" || !strings.HasPrefix(res.Header.Get("RateLimit"), `"key";r=0;`) {
		t.Errorf("call 4: %d %v, want 429, Retry-After 1, nothing left", res.StatusCode, res.Header)
	}
	isProblem(t, res, read(t, res))
	if res := h.call("GET", "/v1/members/m_1", "", "Authorization", "Bearer "+h.root); res.StatusCode != 200 {
		t.Errorf("another key: %d, want 200", res.StatusCode)
	}
	h.now = h.now.Add(time.Second)
	if res := h.call("GET", "/v1/members/m_1", ""); res.StatusCode != 200 {
		t.Errorf("after the time told: %d, want 200", res.StatusCode)
	}
}

func TestALookupCostsMore(t *testing.T) {
	t.Parallel()
	h := open(t, func(d *Deps) { d.Limits.PerKey = Limit{Rate: 1, Burst: 10} })
	for i, want := range []int{200, 200, 429} {
		if res := h.call("GET", "/v1/members?phone=%2B79001112233", ""); res.StatusCode != want {
			t.Errorf("lookup %d: %d, want %d", i, res.StatusCode, want)
		}
	}
}

func TestAnAddressIsLimitedBeforeItsKeyIsRead(t *testing.T) {
	t.Parallel()
	h := open(t, func(d *Deps) { d.Limits.PerIP = Limit{Rate: 1, Burst: 2} })
	for i, want := range []int{401, 401, 429} {
		if res := h.call("GET", "/v1/members/m_1", "", "Authorization", ""); res.StatusCode != want {
			t.Errorf("call %d: %d, want %d", i, res.StatusCode, want)
		}
	}
}

func TestClientIP(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		peer, forwarded string
		trust           bool
		want            string
	}{
		{"198.51.100.7:555", "", false, "198.51.100.7"},
		{"198.51.100.7:555", "203.0.113.9", false, "198.51.100.7"}, // anybody can write that header
		{"127.0.0.1:555", "203.0.113.9", true, "203.0.113.9"},
		{"127.0.0.1:555", "10.9.9.9, 203.0.113.9", true, "203.0.113.9"}, // the last is our proxy's own word
		{"127.0.0.1:555", "", true, "127.0.0.1"},
		{"127.0.0.1:555", "<script>", true, "unknown"},
		{"[2001:db8:1:2:3:4:5:6]:555", "", false, "2001:db8:1:2::/64"},
		{"[::ffff:198.51.100.7]:555", "", false, "198.51.100.7"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.peer
		r.Header.Set("X-Forwarded-For", c.forwarded)
		if got := (&Server{trustProxy: c.trust}).clientIP(r); got != c.want {
			t.Errorf("clientIP(%s, %q, trust %v) = %q, want %q", c.peer, c.forwarded, c.trust, got, c.want)
		}
	}
}

func TestStrangersCannotFillTheMemory(t *testing.T) {
	t.Parallel()
	b := newBuckets("ip", Limit{Rate: 1, Burst: 2})
	for i := range maxBuckets + 100 {
		b.take(map[string][]string{}, fmt.Sprint(i), 1, noon)
	}
	if len(b.of) > maxBuckets {
		t.Errorf("%d buckets, want at most %d", len(b.of), maxBuckets)
	}
}
