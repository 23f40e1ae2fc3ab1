package webhooks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"time"

	"code.dny.dev/ssrf"
)

const (
	attemptTimeout = 15 * time.Second
	receiverBody   = 64 << 10 // as much of an answer as is read, to keep the connection
)

// errRedirect says that a receiver answered with another address. It is never
// followed: the guard of the first address would not hold for the second.
var errRedirect = errors.New("the receiver redirected")

// receiverClient calls addresses that merchants wrote, so it trusts none of them: the
// guard looks at the address that is really dialled, after name resolution, on every
// connection, which leaves no room for a name that changes its mind between the check
// and the call. No proxy is used, because a proxy would dial in the guard's stead.
func receiverClient(allowLoopback bool) *http.Client {
	options := []ssrf.Option{ssrf.WithPorts(443, 8443)}
	if allowLoopback {
		options = []ssrf.Option{
			ssrf.WithAnyPort(),
			ssrf.WithAllowedV4Prefixes(netip.MustParsePrefix("127.0.0.0/8")),
			ssrf.WithAllowedV6Prefixes(netip.MustParsePrefix("::1/128")),
		}
	}
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: ssrf.New(options...).Safe}
	return &http.Client{
		Timeout: attemptTimeout,
		Transport: &http.Transport{
			Proxy:                  nil,
			DialContext:            dialer.DialContext,
			ForceAttemptHTTP2:      true,
			TLSHandshakeTimeout:    5 * time.Second,
			MaxIdleConnsPerHost:    2,
			IdleConnTimeout:        30 * time.Second,
			MaxResponseHeaderBytes: 16 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// attempt is what came of one call to a receiver.
type attempt struct {
	Status     int // 0: no HTTP answer
	RetryAfter time.Duration
	Err        error // nil: delivered
}

// post sends body once. Its error names what went wrong, never the address: merchants
// put tokens into addresses.
func (h *Hooks) post(ctx context.Context, address string, secret Secret, id string, body []byte) attempt {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return attempt{Err: ErrEndpointURL}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Kopilka-Webhooks/1")
	if err := sign(req.Header, secret, id, h.now(), body); err != nil {
		return attempt{Err: err}
	}
	res, err := h.client.Do(req)
	if err != nil {
		return attempt{Err: withoutURL(err)}
	}
	defer res.Body.Close()
	io.Copy(io.Discard, io.LimitReader(res.Body, receiverBody))
	return judge(res, h.now())
}

// judge reads an answer: only 2xx is a delivery.
func judge(res *http.Response, at time.Time) attempt {
	a := attempt{Status: res.StatusCode}
	switch {
	case res.StatusCode >= 200 && res.StatusCode < 300:
		return a
	case res.StatusCode >= 300 && res.StatusCode < 400:
		a.Err = errRedirect
		return a
	case res.StatusCode == http.StatusTooManyRequests || res.StatusCode == http.StatusServiceUnavailable:
		a.RetryAfter = retryAfter(res.Header.Get("Retry-After"), at)
	}
	a.Err = fmt.Errorf("the receiver answered %d", res.StatusCode)
	return a
}

// retryAfter reads seconds or a date (RFC 9110 §10.2.3), between 0 (none) and a day.
func retryAfter(header string, at time.Time) time.Duration {
	wait := time.Duration(0)
	if n, err := strconv.ParseUint(header, 10, 31); err == nil {
		wait = time.Duration(n) * time.Second
	} else if when, err := http.ParseTime(header); err == nil {
		wait = when.Sub(at)
	}
	return min(max(wait, 0), 24*time.Hour)
}

func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		if u.Timeout() {
			return errors.New("the receiver did not answer in time")
		}
		return u.Err
	}
	return err
}
