package webhooks

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"kopilka/catalog"
	"kopilka/internal/postgrestest"
	"kopilka/members"
	"kopilka/program"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

// noon is the tests' present.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// everyScope is all that a key may have.
var everyScope = []string{members.ScopeMembersRead, members.ScopeMembersWrite, members.ScopePointsRead, members.ScopePurchasesWrite, members.ScopeQuote}

// house is a whole programme behind the door: a real database, two shops, two members.
type house struct {
	t      testing.TB
	db     *pgxpool.Pool
	door   *Server
	log    *lockedBuffer
	now    time.Time
	key    string // Coffee's key, every scope
	keyID  string
	root   string // a key of the whole programme
	coffee catalog.Place
	books  catalog.Place
	anna   members.Member
}

// lockedBuffer is a log that many goroutines write.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

const (
	coffeeDevice = "9960440300000001"
	booksDevice  = "9960440300000002"
	annaPhone    = "+79001112233"
)

// open builds the house; change may alter the door's Deps.
func open(t testing.TB, change ...func(*Deps)) *house {
	t.Helper()
	h := &house{t: t, db: postgrestest.New(t), log: &lockedBuffer{}, now: noon}
	clock := func() time.Time { return h.now }
	p := program.New(h.db, program.Options{Now: clock})
	d := Deps{Program: p, DB: h.db, Now: clock, Log: slog.New(slog.NewJSONHandler(h.log, nil)),
		Limits: Limits{PerIP: Limit{Rate: -1}, PerKey: Limit{Rate: -1}}}
	for _, c := range change {
		c(&d)
	}
	h.door = New(d)
	h.furnish(p)
	return h
}

func (h *house) furnish(p *program.Program) {
	h.t.Helper()
	ctx := context.Background()
	must := func(err error) {
		h.t.Helper()
		if err != nil {
			h.t.Fatal(err)
		}
	}
	moscow, err := time.LoadLocation("Europe/Moscow")
	must(err)
	shop := func(name string, tax catalog.TaxID, device string) catalog.Place {
		at, err := p.AddShop(ctx, members.System(), program.Shop{
			Merchant: catalog.Merchant{Name: name, Country: "RU", TaxID: tax},
			Store:    catalog.Store{Name: name + " 1", Zone: moscow}, Devices: []string{device},
		})
		must(err)
		return at
	}
	h.coffee = shop("Coffee", "7707083893", coffeeDevice)
	h.books = shop("Books", "7736050003", booksDevice)
	phone, err := members.ParsePhone(annaPhone, "")
	must(err)
	h.anna, _, err = p.RegisterByPhone(ctx, members.System(), phone, "Анна")
	must(err)
	h.key, h.keyID = h.newKey(int64(h.coffee.Merchant.ID), everyScope...)
	h.root, _ = h.newKey(0, everyScope...)
}

func (h *house) newKey(merchant int64, scopes ...string) (secret, id string) {
	h.t.Helper()
	err := pgx.BeginFunc(context.Background(), h.db, func(tx pgx.Tx) (err error) {
		secret, id, err = members.CreateKey(context.Background(), tx, "till", scopes, merchant, h.now)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return secret, id
}

// call sends one request with Coffee's key; headers are name, value, name, value.
func (h *house) call(method, target, body string, headers ...string) *http.Response {
	h.t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, target, reader)
	r.Header.Set("Authorization", "Bearer "+h.key)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i+1] == "" {
			r.Header.Del(headers[i])
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.door.ServeHTTP(w, r)
	if _, timed := h.t.(*testing.B); !timed {
		keepsContract(h.t, r, w)
	}
	return w.Result()
}

func read(t testing.TB, res *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// decode reads a body into a generic value.
func decode(t testing.TB, res *http.Response) map[string]any {
	t.Helper()
	var v map[string]any
	if text := read(t, res); json.Unmarshal([]byte(text), &v) != nil {
		t.Fatalf("not JSON: %s", text)
	}
	return v
}

func (h *house) count(sql string, args ...any) (n int) {
	h.t.Helper()
	if err := h.db.QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		h.t.Fatal(err)
	}
	return n
}
