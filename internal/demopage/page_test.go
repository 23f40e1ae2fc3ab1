package demopage

import (
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"kopilka/internal/tgfake"
)

// world is a page with two people, and the simulated Telegram behind it.
type world struct {
	t            *testing.T
	telegram     *tgfake.Server
	anna, oleg   *tgfake.User
	page         *Page
	url          string
	samplesDrawn int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, telegram: tgfake.New(tgfake.Options{})}
	w.anna = w.telegram.User(tgfake.UserSpec{FirstName: "Анна", LastName: "Коваль", Lang: "uk", Phone: "+380501112233"})
	w.oleg = w.telegram.User(tgfake.UserSpec{FirstName: "Олег", Lang: "ru", Phone: "+79001112233"})
	w.page = New(Options{
		Telegram: w.telegram,
		Chats: []Chat{
			{Key: "shopper", Title: "Покупатель", User: w.anna},
			{Key: "cashier", Title: "Кассир", User: w.oleg},
		},
		Samples: []Sample{
			{Name: "kofe", Captions: map[string]string{"ru": "Кофе, 788,00"}, Text: "t=20261121T1844", JPEG: func() ([]byte, error) { w.samplesDrawn++; return picture(200, 300), nil }},
			{Name: "broken", JPEG: func() ([]byte, error) { return nil, errors.New("no paper") }},
		},
	})
	server := httptest.NewServer(w.page)
	w.url = server.URL
	t.Cleanup(func() {
		w.page.Close()
		server.Close()
		w.telegram.Close()
	})
	return w
}

func picture(width, height int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, width, height)), nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// bot calls the Bot API, as the bot would.
func (w *world) bot(method string, args map[string]any) {
	w.t.Helper()
	body, err := json.Marshal(args)
	if err != nil {
		w.t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/bot"+w.telegram.Token()+"/"+method, bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	w.telegram.ServeHTTP(rec, r)
	if rec.Code != http.StatusOK {
		w.t.Fatalf("%s = %d %s", method, rec.Code, rec.Body)
	}
}

// post acts as a person through the API and gives the status and the error.
func (w *world) post(path, body string) (int, string) {
	w.t.Helper()
	r, err := http.Post(w.url+path, "application/json", strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	return outcome(w.t, r)
}

func outcome(t *testing.T, r *http.Response) (int, string) {
	t.Helper()
	defer r.Body.Close()
	var problem struct{ Error string }
	_ = json.NewDecoder(r.Body).Decode(&problem) // success has no body
	return r.StatusCode, problem.Error
}

func (w *world) get(path string) (*http.Response, []byte) {
	w.t.Helper()
	r, err := http.Get(w.url + path)
	if err != nil {
		w.t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return r, body
}

func TestThePageMayRunOnlyItsOwnFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{"/", "/static/main.js", "/api/page", "/nothing"} {
		r, _ := w.get(path)
		csp := r.Header.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("GET %s: Content-Security-Policy = %q, want default-src 'none' and nothing unsafe", path, csp)
		}
		if got := r.Header.Get("X-Content-Type-Options"); got != "nosniff" {
			t.Errorf("GET %s: X-Content-Type-Options = %q, want nosniff", path, got)
		}
	}
}

func TestAssetsNeedNothingFromOutside(t *testing.T) {
	t.Parallel()
	// Addresses may be written in code that reads links; loading one may not.
	loads := regexp.MustCompile(`(?i)(src|href)=["']?(https?:)?//|url\(["']?(https?:)?//|@import|from ['"]https?:|import\(['"]https?:|fetch\(['"]https?:`)
	inline := regexp.MustCompile(`(?i)<script>|\son[a-z]+=|\sstyle=|javascript:`)
	each(t, func(name, body string) {
		if found := loads.FindString(body); found != "" {
			t.Errorf("%s loads from outside: %q", name, found)
		}
		if found := inline.FindString(body); found != "" && strings.HasSuffix(name, ".html") {
			t.Errorf("%s has %q, which the policy forbids", name, found)
		}
	})
}

// each calls look with every file of the page.
func each(t *testing.T, look func(name, body string)) {
	t.Helper()
	files, err := fs.ReadDir(assets, "assets")
	if err != nil || len(files) == 0 {
		t.Fatalf("ReadDir = %d files, %v", len(files), err)
	}
	for _, f := range files {
		body, err := assets.ReadFile("assets/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		look(f.Name(), string(body))
	}
}

func TestEveryReferenceOfThePageIsServed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	reference := regexp.MustCompile(`/static/([\w.-]+\.(?:js|css|svg|json))|from '\./([\w-]+\.js)'`)
	each(t, func(name, body string) {
		for _, m := range reference.FindAllStringSubmatch(body, -1) {
			r, _ := w.get("/static/" + m[1] + m[2])
			if r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") == "" {
				t.Errorf("%s refers to %s: status %d, type %q", name, m[0], r.StatusCode, r.Header.Get("Content-Type"))
			}
		}
	})
}

func TestWordsAreThereInEveryLanguage(t *testing.T) {
	t.Parallel()
	var words map[string]map[string]string
	body, err := assets.ReadFile("assets/words.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, &words); err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	each(t, func(name, body string) {
		if name != "words.json" {
			code.WriteString(body)
		}
	})
	for key := range words["en"] {
		for _, lang := range []string{"ru", "uk"} {
			if words[lang][key] == "" || len(words[lang]) != len(words["en"]) {
				t.Errorf("%s has no word for %q, or words that English lacks", lang, key)
			}
		}
	}
	used := regexp.MustCompile(`word\('(\w+)'|data-word(?:-label|-hint)?'?[:=] ?["'](\w+)["']`)
	for _, m := range used.FindAllStringSubmatch(code.String(), -1) {
		if key := m[1] + m[2]; words["en"][key] == "" {
			t.Errorf("the page uses the word %q, which is not in words.json", key)
		}
	}
}

func TestAnUnchangedAssetIsNotSentAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, _ := w.get("/static/page.css")
	again := httptest.NewRequest(http.MethodGet, "/static/page.css", nil)
	again.Header.Set("If-None-Match", first.Header.Get("ETag"))
	rec := httptest.NewRecorder()
	w.page.ServeHTTP(rec, again)
	if rec.Code != http.StatusNotModified {
		t.Errorf("GET with the ETag = %d, want 304", rec.Code)
	}
}

func TestAnAssetOutsideTheFolderIsNotThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{"/static/none.js", "/static/..%2fdemopage.go", "/static/", "/index.html"} {
		if r, _ := w.get(path); r.StatusCode != http.StatusNotFound {
			t.Errorf("GET %s = %d, want 404", path, r.StatusCode)
		}
	}
}

func TestThePageIsToldWhoIsThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, body := w.get("/api/page")
	var got description
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatal(err)
	}
	if got.Bot.Username != w.telegram.Username() || len(got.Chats) != 2 || len(got.Samples) != 2 {
		t.Fatalf("page = %+v", got)
	}
	if c := got.Chats[0]; c.Key != "shopper" || c.Name != "Анна Коваль" || c.Phone != "+380501112233" {
		t.Errorf("first chat = %+v", c)
	}
	if s := got.Samples[0]; s.URL != "/samples/kofe.jpg" || s.Text == "" {
		t.Errorf("first sample = %+v", s)
	}
}
