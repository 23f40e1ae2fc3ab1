package tgfake

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"testing"
	"time"
)

// start runs a server for one test.
func start(t *testing.T, o Options) *Server {
	t.Helper()
	s := New(o)
	if _, err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// reply is an answer of the Bot API.
type reply struct {
	Status      int
	Header      http.Header
	OK          bool
	Code        int `json:"error_code"`
	Description string
	Parameters  struct {
		RetryAfter int   `json:"retry_after"`
		MigrateTo  int64 `json:"migrate_to_chat_id"`
	}
	Result json.RawMessage
}

// ask calls a method with JSON.
func ask(t *testing.T, s *Server, method string, args object) reply {
	t.Helper()
	body, err := json.Marshal(args)
	if err != nil {
		t.Fatal(err)
	}
	return post(t, s.URL()+"/bot"+s.Token()+"/"+method, "application/json", body)
}

func post(t *testing.T, url, kind string, body []byte) reply {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	r := reply{Status: resp.StatusCode, Header: resp.Header}
	if err := json.NewDecoder(resp.Body).Decode(&r); err != nil {
		t.Fatalf("%s answered no JSON: %v", url, err)
	}
	return r
}

// must is ask for calls that have to succeed; it decodes the result into to.
func must(t *testing.T, s *Server, method string, args object, to any) {
	t.Helper()
	r := ask(t, s, method, args)
	if !r.OK {
		t.Fatalf("%s(%v) = %d %s", method, args, r.Code, r.Description)
	}
	if to == nil {
		return
	}
	if err := json.Unmarshal(r.Result, to); err != nil {
		t.Fatalf("%s: decode %s: %v", method, r.Result, err)
	}
}

// picture is a JPEG with a gradient, so that it doesn't shrink to nothing.
func picture(t *testing.T, w, h int) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetGray(x, y, color.Gray{Y: uint8(x*255/w ^ y*255/h)})
		}
	}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, img, nil); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestAConversationGoesBothWays(t *testing.T) {
	t.Parallel()
	s := start(t, Options{})
	olena := s.User(UserSpec{FirstName: "Олена", Lang: "uk", Phone: "+380501112233"})
	events, stop := s.Watch(olena)
	defer stop()
	olena.Start("s_12")
	var updates []struct {
		ID      int `json:"update_id"`
		Message struct {
			ID   int `json:"message_id"`
			Text string
			From peer
		}
	}
	must(t, s, "getUpdates", object{"timeout": 1}, &updates)
	if len(updates) != 1 || updates[0].Message.Text != "/start s_12" || updates[0].Message.From.LanguageCode != "uk" {
		t.Fatalf("getUpdates = %+v, want the one /start s_12 in uk", updates)
	}
	must(t, s, "sendMessage", object{"chat_id": olena.ID(), "text": "<b>Вітаємо</b>", "parse_mode": "HTML",
		"reply_markup": object{"keyboard": [][]object{{{"text": "📱 Номер", "request_contact": true}}}}}, nil)
	if got := olena.Last(); got.HTML != "<b>Вітаємо</b>" || !got.FromBot {
		t.Errorf("Last() = %+v, want the bot's bold greeting", got)
	}
	if err := olena.Tap("📱 Номер"); err != nil {
		t.Fatal(err)
	}
	if m := olena.Messages(); m[len(m)-1].Contact == nil || m[len(m)-1].Contact.UserID != olena.ID() {
		t.Errorf("the button shared %+v, want the own contact", m[len(m)-1].Contact)
	}
	var kinds []EventType
	for len(events) > 0 {
		kinds = append(kinds, (<-events).Type)
	}
	if len(kinds) != 4 || kinds[2] != EventKeyboard {
		t.Errorf("events = %v, want message, message, keyboard, message", kinds)
	}
}
