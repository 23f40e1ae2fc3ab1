package tgfake

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// outcome is what became of one delivery.
type outcome struct {
	status  int // 0: no answer at all
	retry   time.Duration
	trouble string // as getWebhookInfo tells it
}

// delay is how long to wait after so many failures in a row: the first try
// again is at once, the waits double up to a minute, and a Retry-After is
// honoured up to an hour. From WebhookActor.cpp of
// https://github.com/tdlib/telegram-bot-api
func (o outcome) delay(failures int) time.Duration {
	switch {
	case o.retry > 0:
		return min(o.retry, time.Hour)
	case failures <= 1:
		return 0
	case failures > 7:
		return time.Minute
	}
	return min(time.Second<<(failures-2), time.Minute)
}

var hookClient = &http.Client{
	Timeout:       60 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// pushTo posts one update and does the call that the answer may carry.
func (s *Server) pushTo(h *webhook, u update) outcome {
	body, err := json.Marshal(u)
	if err != nil {
		return outcome{trouble: err.Error()}
	}
	req, err := http.NewRequestWithContext(h.ctx, http.MethodPost, h.url, bytes.NewReader(body))
	if err != nil {
		return outcome{trouble: err.Error()}
	}
	req.Header.Set("Content-Type", "application/json")
	if h.secret != "" {
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", h.secret)
	}
	resp, err := hookClient.Do(req)
	if err != nil {
		return outcome{trouble: troubleOf(err)}
	}
	defer resp.Body.Close()
	answer, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<20)) // half an answer is a bad call, ignored
	if resp.StatusCode/100 == 2 {
		s.replyCall(answer)
		return outcome{status: resp.StatusCode}
	}
	wait, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
	return outcome{status: resp.StatusCode, retry: time.Duration(wait) * time.Second,
		trouble: "Wrong response from the webhook: " + resp.Status}
}

func troubleOf(err error) string {
	var slow interface{ Timeout() bool }
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "Connection refused"
	case errors.As(err, &slow) && slow.Timeout():
		return "Connection timed out"
	}
	return "Webhook connection closed"
}

// replyCall does the method call of an answer to an update. Nobody sees its
// result: https://core.telegram.org/bots/api#making-requests-when-getting-updates
func (s *Server) replyCall(body []byte) {
	c := &call{args: map[string]string{}, files: map[string]*upload{}}
	if c.readJSON(bytes.NewReader(body)) != nil {
		return
	}
	name := strings.ToLower(c.text("method"))
	m, ok := s.table[name]
	if !ok || m.slow != nil || strings.HasPrefix(name, "get") || name == "setwebhook" || name == "deletewebhook" {
		return
	}
	c.method = m.name
	s.begin(m)
	_, err := s.run(context.Background(), m, c)
	s.end(c, m, err)
	if err != nil {
		s.opts.Log.Info("call in an answer refused", "method", m.name, "error", fmt.Sprint(err))
	}
}
