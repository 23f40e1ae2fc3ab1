package tgfake

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Fault makes calls fail as they fail in the world.
type Fault struct {
	Method      string        // "" is any
	Chat        int64         // 0 is any
	After       int           // let so many calls pass first
	Times       int           // then fail so many; 0 is until Mend
	Status      int           // error_code and HTTP status; 0 is 500
	Description string        // "" is the usual one of the status
	RetryAfter  int           // seconds: 429 with Retry-After
	HTML502     bool          // a gateway's page instead of JSON
	Timeout     time.Duration // hold the call so long, then cut it: nothing is done
	// CutAfterDelivery does the call and cuts the connection before the answer:
	// the bot can't know that the message was delivered.
	CutAfterDelivery bool
}

// Fail adds a fault. Faults added first are tried first.
func (s *Server) Fail(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Times == 0 {
		f.Times = -1
	}
	s.faults = append(s.faults, &f)
}

// Mend takes all faults away.
func (s *Server) Mend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// fault is the fault that a call meets, or nil.
func (s *Server) fault(c *call, m method) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	chatID, _ := c.int64("chat_id")
	i := slices.IndexFunc(s.faults, func(f *Fault) bool {
		return (f.Method == "" || strings.EqualFold(f.Method, m.name)) && (f.Chat == 0 || f.Chat == chatID)
	})
	if i < 0 {
		return nil
	}
	f := s.faults[i]
	if f.After > 0 {
		f.After--
		return nil
	}
	if f.Times > 0 {
		if f.Times--; f.Times == 0 {
			s.faults = slices.Delete(s.faults, i, i+1)
		}
	}
	return f
}

// play answers a call with the fault.
func (f *Fault) play(w http.ResponseWriter, r *http.Request, s *Server) {
	switch {
	case f.Timeout > 0:
		_ = s.opts.Sleep(r.Context(), f.Timeout)
		panic(http.ErrAbortHandler)
	case f.HTML502:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n")
	case f.RetryAfter > 0:
		answerRefusal(w, flood(f.RetryAfter).(*refusal))
	default:
		status := f.Status
		if status == 0 {
			status = http.StatusInternalServerError
		}
		text := f.Description
		if text == "" {
			text = http.StatusText(status)
		}
		answerRefusal(w, &refusal{code: status, text: text})
	}
}
