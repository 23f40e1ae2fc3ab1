package bot

import (
	"bytes"
	"log/slog"
	"sync"
)

// logbook keeps what a bot logs.
type logbook struct {
	*slog.Logger
	mu  sync.Mutex
	buf bytes.Buffer
}

func newLogbook() *logbook {
	l := &logbook{}
	l.Logger = slog.New(slog.NewTextHandler(l, nil))
	return l
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logbook) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}
