package bot

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	tg "github.com/go-telegram/bot"
)

const token = "123456:secret-of-the-bot"

// clientOf is a client of a Bot API that h plays.
func clientOf(t *testing.T, h http.HandlerFunc) *Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c, err := NewClient(ClientOptions{Token: token, URL: s.URL + "/"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestNoErrorHoldsTheToken(t *testing.T) {
	t.Parallel()
	gateway := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		}
	}
	for name, c := range map[string]struct {
		h    http.HandlerFunc
		want Class
	}{
		"gateway":      {gateway(502, "<h1>Bad Gateway /bot"+token+"</h1>"), Transient},
		"page":         {gateway(200, "<h1>Blocked</h1>"), Transient},
		"too large":    {gateway(413, "<h1>Request Entity Too Large</h1>"), File},
		"slow down":    {gateway(429, "<h1>429</h1>"), Flood},
		"cut":          {func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) }, Transient},
		"wrong token":  {gateway(401, `{"ok":false,"error_code":401,"description":"Unauthorized"}`), Auth},
		"nothing":      {gateway(200, ""), Transient},
		"endless page": {gateway(200, strings.Repeat("x", maxAnswer+1)), Transient},
	} {
		client := clientOf(t, c.h)
		_, send := client.API.SendMessage(t.Context(), &tg.SendMessageParams{ChatID: int64(1), Text: "x"})
		_, poll := client.Updates(t.Context(), 0, 0, nil)
		_, file := client.Download(t.Context(), "id", 0)
		for call, err := range map[string]error{"send": send, "poll": poll} {
			if f := Classify(err); f == nil || f.Class != c.want {
				t.Errorf("%s, %s: %v, want %s", name, call, err, c.want)
			}
		}
		for _, err := range []error{send, poll, file} {
			if err == nil || strings.Contains(err.Error(), "secret") {
				t.Errorf("%s: error %v, want one without the token", name, err)
			}
		}
	}
}

func TestAnUnreachableTelegramIsTransientAndUnsent(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(nil)
	s.Close()
	c, err := NewClient(ClientOptions{Token: token, URL: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.API.SendMessage(t.Context(), &tg.SendMessageParams{ChatID: int64(1), Text: "x"})
	if Classify(err).Class != Transient || !unsent(err) {
		t.Errorf("SendMessage = %v, want transient and surely unsent", err)
	}
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("the error holds the token: %v", err)
	}
}

func TestCallsGoThroughTheProxy(t *testing.T) {
	t.Parallel()
	var seen atomic.Value
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen.Store(r.URL.Host)
		fmt.Fprint(w, `{"ok":true,"result":[]}`)
	}))
	t.Cleanup(proxy.Close)
	c, err := NewClient(ClientOptions{Token: token, URL: "http://telegram.example", Proxy: proxy.URL})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Updates(t.Context(), 0, 0, kinds); err != nil || seen.Load() != "telegram.example" {
		t.Errorf("Updates = %v through a proxy that saw %v, want telegram.example", err, seen.Load())
	}
}

func TestOptionsThatCannotWorkAreRefused(t *testing.T) {
	t.Parallel()
	for _, o := range []ClientOptions{
		{}, {Token: "secret"}, {Token: "0:secret"}, {Token: "12:"}, {Token: token, URL: "secret"},
		{Token: token, Proxy: "::secret"}, {Token: token, URL: "http://%zz/secret"},
	} {
		if _, err := NewClient(o); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("NewClient(%+v) = %v, want an error that does not repeat it", o, err)
		}
	}
}

func TestDownload(t *testing.T) {
	t.Parallel()
	big := bytes.Repeat([]byte("x"), 3000)
	var asked, fetched atomic.Int64
	files := func(size int, h http.HandlerFunc) *Client {
		return clientOf(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				asked.Add(1)
				fmt.Fprintf(w, `{"ok":true,"result":{"file_id":"id","file_size":%d,"file_path":"photos/1.jpg"}}`, size)
				return
			}
			fetched.Add(1)
			h(w, r)
		})
	}
	whole := func(w http.ResponseWriter, r *http.Request) { w.Write(big) }
	if got, err := files(3000, whole).Download(t.Context(), "id", 0); err != nil || !bytes.Equal(got, big) {
		t.Errorf("Download = %d bytes, %v, want %d", len(got), err, len(big))
	}
	if _, err := files(3000, whole).Download(t.Context(), "id", 2999); !errors.Is(err, ErrTooBig) {
		t.Errorf("a file said to be too big: %v, want ErrTooBig", err)
	}
	if _, err := files(0, whole).Download(t.Context(), "id", 2999); !errors.Is(err, ErrTooBig) {
		t.Errorf("a file that is bigger than said: %v, want ErrTooBig", err)
	}
	asked.Store(0)
	if _, err := files(9, http.NotFound).Download(t.Context(), "id", 0); !errors.Is(err, ErrNoFile) || asked.Load() != 2 {
		t.Errorf("a dead link: %v after %d questions, want ErrNoFile after 2", err, asked.Load())
	}
	fetched.Store(0)
	once := func(w http.ResponseWriter, r *http.Request) {
		if fetched.Load() == 1 {
			http.NotFound(w, r)
			return
		}
		w.Write(big)
	}
	if got, err := files(9, once).Download(t.Context(), "id", 0); err != nil || len(got) != len(big) {
		t.Errorf("a link that died once: %d bytes, %v, want the file", len(got), err)
	}
	refuse := clientOf(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(400)
		fmt.Fprint(w, `{"ok":false,"error_code":400,"description":"Bad Request: file is too big"}`)
	})
	if _, err := refuse.Download(t.Context(), "id", 0); !errors.Is(err, ErrTooBig) {
		t.Errorf("a file that Telegram keeps: %v, want ErrTooBig", err)
	}
}

func TestPollingObeysTelegram(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		f    Failure
		last time.Duration
		want time.Duration
	}{
		{Failure{Class: Flood, RetryAfter: 90 * time.Second}, 0, 90 * time.Second},
		{Failure{Class: Auth}, 0, time.Minute},
		{Failure{Class: Transient}, 0, 500 * time.Millisecond},
		{Failure{Class: Transient}, 4 * time.Second, 8 * time.Second},
		{Failure{Class: Transient}, time.Minute, 30 * time.Second},
	} {
		if got := pollPause(&c.f, c.last); got != c.want {
			t.Errorf("pollPause(%s, %s) = %s, want %s", c.f.Class, c.last, got, c.want)
		}
	}
}
