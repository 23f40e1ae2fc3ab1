package tgfake

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"
)

// webhook is where updates go. Inside a lane they go one at a time, the next
// only after the one before was taken; lanes go side by side.
type webhook struct {
	url     string
	secret  string
	max     int
	allowed []string
	room    chan struct{} // one place a connection
	ctx     context.Context
	cancel  context.CancelFunc
	lanes   map[int64]bool // those that are being delivered
	gone    time.Time      // since when the bot answers 410
}

// hookError is the last failed delivery.
type hookError struct {
	at   time.Time
	text string
}

// certificateRoom is the largest certificate.
const certificateRoom = 3 << 20

func (s *Server) setWebhook(c *call) (any, error) {
	address := strings.TrimSpace(c.text("url"))
	if address == "" {
		return s.deleteWebhook(c)
	}
	if err := s.checkHook(c, address); err != nil {
		return nil, err
	}
	if err := s.allow(c); err != nil {
		return nil, err
	}
	s.dropPending(c)
	limit := c.int("max_connections")
	if limit < 1 || limit > 100 {
		limit = 40
	}
	h := &webhook{url: address, secret: c.text("secret_token"), max: limit, allowed: s.queue.allowed,
		room: make(chan struct{}, limit), lanes: map[int64]bool{}}
	if old := s.hook; old != nil {
		if old.url == h.url && old.secret == h.secret && old.max == h.max && reflect.DeepEqual(old.allowed, h.allowed) {
			return noted{true, "Webhook is already set"}, nil
		}
		old.cancel()
	}
	h.ctx, h.cancel = context.WithCancel(s.ctx)
	s.hook, s.hookError = h, hookError{}
	if p := s.queue.poll; p != nil {
		p.stop(errPollEnded)
	}
	s.deliver()
	return noted{true, "Webhook was set"}, nil
}

func (s *Server) checkHook(c *call, address string) error {
	secret := c.text("secret_token")
	switch {
	case len(secret) > 256:
		return bad("secret token is too long")
	case secret != "" && strings.Trim(secret, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") != "":
		return bad("secret token contains unallowed characters")
	}
	if up := c.files["certificate"]; up != nil && len(up.data) > certificateRoom {
		return badf("certificate size is too big (%d bytes)", len(up.data))
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return bad("invalid webhook URL specified")
	}
	if s.opts.AnyWebhook {
		return nil
	}
	return checkPlace(u)
}

// checkPlace is where Telegram delivers to: https://core.telegram.org/bots/webhooks
func checkPlace(u *url.URL) error {
	if u.Scheme != "https" {
		return bad("bad webhook: An HTTPS URL must be provided for webhook")
	}
	if !slices.Contains([]string{"", "80", "88", "443", "8443"}, u.Port()) {
		return bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
	}
	host := u.Hostname()
	if host == "localhost" {
		host = "127.0.0.1"
	}
	switch ip := net.ParseIP(host); {
	case ip == nil:
		return nil
	case ip.To4() == nil:
		return bad("bad webhook: IPv6-only addresses are not allowed")
	case ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast() || ip.IsUnspecified():
		return badf("bad webhook: IP address %s is reserved", ip)
	}
	return nil
}

func (s *Server) deleteWebhook(c *call) (any, error) {
	s.dropPending(c)
	if s.hook == nil {
		return noted{true, "Webhook is already deleted"}, nil
	}
	s.hook.cancel()
	s.hook = nil
	return noted{true, "Webhook was deleted"}, nil
}

func (s *Server) dropPending(c *call) {
	if c.bool("drop_pending_updates") {
		s.queue.waiting = nil
		s.wake()
	}
}

func (s *Server) getWebhookInfo(*call) (any, error) {
	s.queue.expire(s.now())
	o := object{"url": "", "has_custom_certificate": false, "pending_update_count": len(s.queue.waiting)}
	if s.hook == nil {
		return o, nil
	}
	o["url"], o["max_connections"] = s.hook.url, s.hook.max
	if len(s.queue.allowed) > 0 {
		o["allowed_updates"] = s.queue.allowed
	}
	if !s.hookError.at.IsZero() {
		o["last_error_date"], o["last_error_message"] = s.hookError.at.Unix(), s.hookError.text
	}
	return o, nil
}

// deliver starts the delivery of each lane that has updates and is not being
// delivered. s.mu is held.
func (s *Server) deliver() {
	h := s.hook
	if h == nil || h.ctx.Err() != nil {
		return
	}
	for _, u := range s.queue.waiting {
		if !h.lanes[u.lane] {
			h.lanes[u.lane] = true
			s.work.Go(func() { s.drain(h, u.lane) })
		}
	}
}

// drain delivers a lane until it is empty or the webhook is no more.
func (s *Server) drain(h *webhook, lane int64) {
	failures := 0
	for {
		u, ok := s.head(h, lane)
		if !ok {
			return
		}
		select {
		case h.room <- struct{}{}:
		case <-h.ctx.Done():
			return
		}
		o := s.pushTo(h, u)
		<-h.room
		if s.settle(h, u, o) {
			failures = 0
			continue
		}
		failures++
		if s.opts.Sleep(h.ctx, o.delay(failures)) != nil {
			return
		}
	}
}

// head is the oldest update of a lane. An empty lane is left.
func (s *Server) head(h *webhook, lane int64) (update, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h.ctx.Err() != nil {
		return update{}, false
	}
	s.queue.expire(s.now())
	i := slices.IndexFunc(s.queue.waiting, func(u update) bool { return u.lane == lane })
	if i < 0 {
		delete(h.lanes, lane)
		return update{}, false
	}
	return s.queue.waiting[i], true
}

// settle forgets a taken update, or notes why it was not taken.
func (s *Server) settle(h *webhook, u update, o outcome) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.wake()
	if o.status/100 == 2 {
		s.queue.drop(u.id)
		h.gone = time.Time{}
		return true
	}
	s.hookError = hookError{at: s.now(), text: o.trouble}
	if o.status != http.StatusGone {
		h.gone = time.Time{}
		return false
	}
	if h.gone.IsZero() {
		h.gone = s.now()
	}
	if s.now().Sub(h.gone) > 23*time.Hour && s.hook == h {
		h.cancel()
		s.hook = nil
	}
	return false
}
