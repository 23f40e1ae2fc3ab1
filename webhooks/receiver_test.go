package webhooks

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"code.dny.dev/ssrf"
)

// closed are addresses that no merchant may make us call, however they are written.
var closed = []string{
	"127.0.0.1", "127.1", "0.0.0.0", "0", "2130706433", "0x7f000001", "0177.0.0.1", "localhost",
	"10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "192.0.0.8", "192.0.2.1", "192.88.99.1",
	"198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
	"[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[fe80::1]", "[fc00::1]", "[fd00::1]", "[ff02::1]",
	"[2001:db8::1]", "[3fff::1]", "[100::1]", "[2002:7f00:1::]", "[64:ff9b::7f00:1]", "[64:ff9b:1::1]", "[5f00::1]",
}

func TestNoEventGoesToAClosedAddress(t *testing.T) {
	t.Parallel()
	h := NewHooks(HooksOptions{})
	for _, host := range closed {
		a := h.post(t.Context(), "https://"+host+"/hook", newSecret(), "evt_1", []byte(`{}`))
		var name *net.DNSError
		if a.Err == nil || a.Status != 0 || !errors.Is(a.Err, ssrf.ErrProhibitedIP) && !errors.As(a.Err, &name) && !errors.Is(a.Err, syscall.EINVAL) {
			t.Errorf("post to %s: status %d, %v, want it closed", host, a.Status, a.Err)
		}
		if a.Err != nil && strings.Contains(a.Err.Error(), "/hook") {
			t.Errorf("post to %s: the error has the address's path: %v", host, a.Err)
		}
	}
}

// A name can be changed between a check and the call; the guard looks at the address
// that is dialled, so there is no between.
func TestTheGuardLooksAtTheAddressThatIsDialled(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, 200, nil)
	h := NewHooks(HooksOptions{}) // loopback is closed
	transport := h.client.Transport.(*http.Transport)
	if transport.Proxy != nil {
		t.Error("a proxy would dial in the guard's stead")
	}
	conn, err := transport.DialContext(t.Context(), "tcp", strings.TrimPrefix(r.URL, "http://"))
	if err == nil {
		conn.Close()
	}
	if !errors.Is(err, ssrf.ErrProhibitedPort) && !errors.Is(err, ssrf.ErrProhibitedIP) {
		t.Errorf("dialling loopback: %v, want it prohibited", err)
	}
	if len(r.all()) != 0 {
		t.Error("the closed receiver was called")
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	inner := newReceiver(t, 200, nil)
	outer := newReceiver(t, 302, http.Header{"Location": {inner.URL}})
	h := NewHooks(HooksOptions{AllowLoopback: true})
	if a := h.post(t.Context(), outer.URL, newSecret(), "evt_1", []byte(`{}`)); !errors.Is(a.Err, errRedirect) || len(inner.all()) != 0 {
		t.Errorf("post: %v, and the other address got %d calls", a.Err, len(inner.all()))
	}
}

// endless is an answer that never stops.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	return len(p), nil
}

func TestAnAnswerIsReadWithinBounds(t *testing.T) {
	t.Parallel()
	written := make(chan int, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(w, io.LimitReader(&endless{}, 1<<30))
		written <- int(n)
	}))
	defer server.Close()
	start := time.Now()
	a := NewHooks(HooksOptions{AllowLoopback: true}).post(t.Context(), server.URL, newSecret(), "evt_1", []byte(`{}`))
	if a.Err != nil || a.Status != 200 {
		t.Errorf("post: %+v", a)
	}
	if n := <-written; n >= 1<<30 || time.Since(start) > attemptTimeout {
		t.Errorf("the receiver could write %d bytes in %v", n, time.Since(start))
	}
}

func TestASlowReceiverIsLeft(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { <-stop }))
	defer server.Close()
	defer close(stop)
	h := NewHooks(HooksOptions{AllowLoopback: true})
	if h.client.Timeout != attemptTimeout {
		t.Errorf("an attempt may take %v, want %v", h.client.Timeout, attemptTimeout)
	}
	h.client.Timeout = 50 * time.Millisecond
	if a := h.post(t.Context(), server.URL+"/"+canary, newSecret(), "evt_1", []byte(`{}`)); a.Err == nil || strings.Contains(a.Err.Error(), canary) {
		t.Errorf("post: %v, want a timeout that does not tell the address", a.Err)
	}
}
