package demopage

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"kopilka/internal/tgfake"
)

func (w *world) last(u *tgfake.User) tgfake.Message {
	w.t.Helper()
	all := u.Messages()
	if len(all) == 0 {
		w.t.Fatal("no messages")
	}
	return all[len(all)-1]
}

func TestAPersonSaysWhatThePageSends(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, tt := range []struct {
		action, body, text string
	}{
		{"start", `{}`, "/start"},
		{"start", `{"payload":"c_A-9"}`, "/start c_A-9"},
		{"text", `{"text":"  /card \n"}`, "/card"},
		{"text", `{"text":"две\nстроки"}`, "две\nстроки"},
	} {
		status, why := w.post("/api/chats/shopper/"+tt.action, tt.body)
		if status != http.StatusNoContent {
			t.Errorf("%s %s = %d %s, want 204", tt.action, tt.body, status, why)
		}
		if got := w.last(w.anna); got.Text != tt.text || got.FromBot {
			t.Errorf("%s %s sent %q, want %q", tt.action, tt.body, got.Text, tt.text)
		}
	}
	if n := len(w.oleg.Messages()); n != 0 {
		t.Errorf("%d messages in the other chat, want 0", n)
	}
}

func TestWhatCannotBeSentIsRefusedWithAReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, tt := range []struct {
		path, body string
		status     int
	}{
		{"/api/chats/nobody/text", `{"text":"a"}`, 404},
		{"/api/chats/shopper/dance", `{}`, 404},
		{"/api/chats/shopper/text", `{"text":" "}`, 400},
		{"/api/chats/shopper/text", `{"text":"` + strings.Repeat("ж", 4097) + `"}`, 400},
		{"/api/chats/shopper/text", `{"text":"` + strings.Repeat("a", jsonRoom) + `"}`, 400},
		{"/api/chats/shopper/text", `text`, 400},
		{"/api/chats/shopper/start", `{"payload":"a b"}`, 400},
		{"/api/chats/shopper/start", `{"payload":"` + strings.Repeat("a", 65) + `"}`, 400},
		{"/api/chats/shopper/contact", `{}`, 400},
		{"/api/chats/shopper/contact", `{"phone":"` + strings.Repeat("1", 33) + `"}`, 400},
		{"/api/chats/shopper/tap", `{"message":1}`, 409},
		{"/api/chats/shopper/photo", `{}`, 400},
		{"/api/chats/shopper/sample", `{"name":"nothing","as":"photo"}`, 404},
		{"/api/chats/shopper/sample", `{"name":"kofe","as":"cake"}`, 400},
		{"/api/chats/shopper/sample", `{"name":"broken","as":"photo"}`, 500},
	} {
		status, why := w.post(tt.path, tt.body)
		if status != tt.status {
			t.Errorf("POST %s %.40s = %d %s, want %d", tt.path, tt.body, status, why, tt.status)
		}
		if why == "" && !strings.Contains(tt.path, "dance") {
			t.Errorf("POST %s %.40s gives no reason", tt.path, tt.body)
		}
		if strings.Contains(why, "no paper") {
			t.Errorf("POST %s tells its insides: %q", tt.path, why)
		}
	}
	if n := len(w.anna.Messages()); n != 0 {
		t.Errorf("%d messages were sent, want 0", n)
	}
}

func TestAnotherSitesPageCannotAct(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := httptest.NewRequest(http.MethodPost, "/api/chats/shopper/text", strings.NewReader(`{"text":"a"}`))
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	rec := httptest.NewRecorder()
	w.page.ServeHTTP(rec, r)
	if rec.Code != http.StatusForbidden || len(w.anna.Messages()) != 0 {
		t.Errorf("POST from another site = %d and %d messages, want 403 and none", rec.Code, len(w.anna.Messages()))
	}
}

func TestWhoBlockedTheBotSendsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.anna.Start("")
	w.anna.Block()
	if status, _ := w.post("/api/chats/shopper/text", `{"text":"a"}`); status != http.StatusForbidden {
		t.Errorf("text of one who blocked the bot = %d, want 403", status)
	}
}

func TestATapPressesTheButtonThatWasSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.anna.Start("")
	keys := func(labels ...string) map[string]any {
		var row []map[string]any
		for _, l := range labels {
			row = append(row, map[string]any{"text": l, "callback_data": l})
		}
		return map[string]any{"inline_keyboard": []any{row}}
	}
	w.bot("sendMessage", map[string]any{"chat_id": w.anna.ID(), "text": "?", "reply_markup": keys("Да", "Нет")})
	id := w.last(w.anna).ID
	tap := fmt.Sprintf(`{"message":%d,"row":0,"column":1,"label":"Нет"}`, id)
	if status, why := w.post("/api/chats/shopper/tap", tap); status != http.StatusNoContent {
		t.Fatalf("tap = %d %s, want 204", status, why)
	}
	if got := w.anna.Pending(); len(got) != 1 || got[0] != "Нет" {
		t.Errorf("buttons waiting = %q, want [Нет]", got)
	}
	w.bot("editMessageReplyMarkup", map[string]any{"chat_id": w.anna.ID(), "message_id": id, "reply_markup": keys("Да", "Удалить")})
	if status, _ := w.post("/api/chats/shopper/tap", tap); status != http.StatusConflict {
		t.Errorf("tap on a button that has changed = %d, want 409", status)
	}
}

func TestOnlyTheOwnContactIsMarkedAsOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, tt := range []struct {
		body, phone string
		user        int64
	}{
		{`{"own":true}`, "+380501112233", w.anna.ID()},
		{`{"phone":"+70000000000"}`, "+70000000000", 0},
		{`{"phone":"+79001112233","name":"Олег"}`, "+79001112233", w.oleg.ID()},
	} {
		if status, why := w.post("/api/chats/shopper/contact", tt.body); status != http.StatusNoContent {
			t.Fatalf("contact %s = %d %s", tt.body, status, why)
		}
		got := w.last(w.anna).Contact
		if got == nil || got.Phone != tt.phone || got.UserID != tt.user {
			t.Errorf("contact %s = %+v, want %s of user %d", tt.body, got, tt.phone, tt.user)
		}
	}
}

// send posts files as the page's form does.
func (w *world) send(path, caption string, files ...[]byte) (int, string) {
	w.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if caption != "" {
		_ = form.WriteField("caption", caption) // into memory
	}
	for _, f := range files {
		part, err := form.CreateFormFile("file", "чек.jpg")
		if err != nil {
			w.t.Fatal(err)
		}
		_, _ = part.Write(f)
	}
	_ = form.Close()
	r, err := http.Post(w.url+path, form.FormDataContentType(), &body)
	if err != nil {
		w.t.Fatal(err)
	}
	return outcome(w.t, r)
}

func TestPicturesGoAsPhotosAlbumsAndFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	big := picture(1400, 140)
	if status, why := w.send("/api/chats/shopper/photo", "мой чек", big); status != http.StatusNoContent {
		t.Fatalf("photo = %d %s", status, why)
	}
	if m := w.last(w.anna); m.Photo == nil || m.Photo.Width != 1280 || m.Text != "мой чек" {
		t.Errorf("photo = %+v, want 1280 wide with its caption", m)
	}
	if status, why := w.send("/api/chats/shopper/file", "", big); status != http.StatusNoContent {
		t.Fatalf("file = %d %s", status, why)
	}
	file := w.last(w.anna)
	if file.Document == nil || file.Document.Name != "чек.jpg" {
		t.Fatalf("file = %+v", file)
	}
	if _, body := w.get("/files/" + file.Document.ID); !bytes.Equal(body, big) {
		t.Errorf("the file came back as %d other bytes, want the same %d", len(body), len(big))
	}
	if status, why := w.send("/api/chats/shopper/album", "", big, picture(90, 90), big); status != http.StatusNoContent {
		t.Fatalf("album = %d %s", status, why)
	}
	all := w.anna.Messages()
	if n := len(all); n != 5 || all[2].Album == "" || all[2].Album != all[4].Album {
		t.Errorf("%d messages, albums %q and %q, want 5 and one album", n, all[2].Album, all[n-1].Album)
	}
}

func TestUploadsAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, tt := range []struct {
		name, path, caption string
		files               [][]byte
		status              int
	}{
		{"one byte over 20 MB", "/api/chats/shopper/file", "", [][]byte{make([]byte, fileRoom+1)}, 413},
		{"a body over the room", "/api/chats/shopper/album", "", [][]byte{make([]byte, fileRoom), make([]byte, fileRoom)}, 413},
		{"two files as one", "/api/chats/shopper/file", "", [][]byte{{1}, {2}}, 400},
		{"no file", "/api/chats/shopper/file", "a", nil, 400},
		{"a long caption", "/api/chats/shopper/file", strings.Repeat("ж", 1025), [][]byte{{1}}, 400},
		{"no picture", "/api/chats/shopper/photo", "", [][]byte{[]byte("hello")}, 400},
		{"nobody's chat", "/api/chats/nobody/file", "", [][]byte{{1}}, 404},
	} {
		if status, why := w.send(tt.path, tt.caption, tt.files...); status != tt.status || why == "" {
			t.Errorf("%s = %d %q, want %d with a reason", tt.name, status, why, tt.status)
		}
	}
	if n := len(w.anna.Messages()); n != 0 {
		t.Errorf("%d messages were sent, want 0", n)
	}
	if status, why := w.send("/api/chats/shopper/file", "", make([]byte, fileRoom)); status != http.StatusNoContent {
		t.Errorf("a file of just 20 MB = %d %s, want 204", status, why)
	}
}

func TestASentPageIsNeverShownAsOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.anna.SendFile("a.html", "text/html", []byte("<!doctype html><script>alert(1)</script>"), "")
	r, _ := w.get("/files/" + m.Document.ID)
	if kind, how := r.Header.Get("Content-Type"), r.Header.Get("Content-Disposition"); kind != "application/octet-stream" || how != "attachment" {
		t.Errorf("an HTML file is served as %q, %q, want bytes to save", kind, how)
	}
	if r, _ := w.get("/files/nothing"); r.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown file = %d, want 404", r.StatusCode)
	}
}

func TestASampleIsDrawnOnceAndSentBothWays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, as := range []string{"photo", "file"} {
		if status, why := w.post("/api/chats/cashier/sample", `{"name":"kofe","as":"`+as+`"}`); status != http.StatusNoContent {
			t.Fatalf("sample as %s = %d %s", as, status, why)
		}
	}
	all := w.oleg.Messages()
	if len(all) != 2 || all[0].Photo == nil || all[1].Document == nil {
		t.Errorf("sent %+v, want a photo and a file", all)
	}
	r, body := w.get("/samples/kofe.jpg")
	if r.Header.Get("Content-Type") != "image/jpeg" || !bytes.Equal(body, picture(200, 300)) {
		t.Errorf("GET sample = %q, %d bytes", r.Header.Get("Content-Type"), len(body))
	}
	if w.samplesDrawn != 1 {
		t.Errorf("drawn %d times, want once", w.samplesDrawn)
	}
	for path, want := range map[string]int{"/samples/kofe": 404, "/samples/none.jpg": 404, "/samples/broken.jpg": 500} {
		if r, _ := w.get(path); r.StatusCode != want {
			t.Errorf("GET %s = %d, want %d", path, r.StatusCode, want)
		}
	}
}
