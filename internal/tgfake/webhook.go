package tgfake

import (
	"context"
	"time"
)

// webhook is where updates go.
type webhook struct {
	url     string
	secret  string
	room    chan struct{} // one place a connection
	max     int
	ctx     context.Context
	cancel  context.CancelFunc
	lanes   map[int64]bool // those that are being delivered
	gone    time.Time      // since when the bot answers 410
	trouble bool
}

type hookError struct {
	at   time.Time
	text string
}

func (s *Server) deliver() {}

func (s *Server) setWebhook(c *call) (any, error)     { return true, nil }
func (s *Server) deleteWebhook(c *call) (any, error)  { return true, nil }
func (s *Server) getWebhookInfo(c *call) (any, error) { return true, nil }
