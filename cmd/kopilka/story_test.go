package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"kopilka/bot"
	"kopilka/internal/logs"
	"kopilka/internal/postgrestest"
	"kopilka/internal/samples"
	"kopilka/internal/tgfake"
	"kopilka/ledger"
	"kopilka/members"
	"kopilka/texts"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// stage is the whole product, with the demo's mall in it, over a Telegram of our own.
type stage struct {
	t        *testing.T
	db       *pgxpool.Pool
	mall     *demoMall
	telegram *tgfake.Server
	people   *demoPeople
	words    texts.Printer
	addr     string
	ops      string
	public   string // "" polls
	log      *safeBuffer
}

// safeBuffer is a log that tests read while it is written.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// freePort is an address of this machine that nobody listens on just now.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func setStage(t *testing.T, db *pgxpool.Pool) *stage {
	t.Helper()
	s := &stage{t: t, db: db, telegram: tgfake.New(tgfake.Options{AnyWebhook: true}), addr: freePort(t), ops: freePort(t), log: &safeBuffer{}}
	if _, err := s.telegram.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.telegram.Close)
	words, err := texts.Load()
	if err != nil {
		t.Fatal(err)
	}
	s.words = words.In("ru")
	if s.mall, err = openMall(t.Context(), db, time.Now); err != nil {
		t.Fatal(err)
	}
	if s.people, err = s.mall.people(t.Context(), s.telegram, "ru"); err != nil {
		t.Fatal(err)
	}
	return s
}

// live builds and runs the house until the test ends, or until stop is called.
func (s *stage) live() (stop func()) {
	s.t.Helper()
	h, err := build(plan{db: s.db, log: logs.New(s.log, slog.LevelInfo, "text"), listen: s.addr, ops: s.ops, public: s.public, loopback: true,
		username: s.telegram.Username(), telegram: bot.ClientOptions{Token: s.telegram.Token(), URL: s.telegram.URL()}})
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.live(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			s.t.Errorf("the house fell: %v", err)
		}
	})
	s.t.Cleanup(stop)
	return stop
}

// await waits until the person's chat has a message that says what.
func (s *stage) await(u *tgfake.User, what string) tgfake.Message {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 40*time.Second)
	defer cancel()
	m, err := u.Await(ctx, func(m tgfake.Message) bool { return m.FromBot && strings.Contains(plain(m.Text), what) })
	if err != nil {
		s.t.Fatalf("no message says %q: %v\n%s\n%s", what, err, u.Transcript(), s.log)
	}
	return m
}

func plain(s string) string { return strings.ReplaceAll(s, "\u00a0", " ") }

func (s *stage) tap(u *tgfake.User, key string) {
	s.t.Helper()
	if err := u.Tap(s.words.Plain(key)); err != nil {
		s.t.Fatalf("tap %s: %v\n%s", key, err, u.Transcript())
	}
}

func picture(t *testing.T, sale samples.Sale) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := sale.Draw(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestStory is what a newcomer sees: a shopper joins, sends a receipt, gets points; the
// till posts the same receipt and hears that it has been counted.
func TestStory(t *testing.T) {
	t.Parallel()
	s := setStage(t, postgrestest.New(t))
	s.live()
	anna := s.people.shopper
	anna.Start("s_poster")
	s.awaitButton(anna, "button_join_news")
	s.tap(anna, "button_join_news")
	s.await(anna, s.words.Plain("joined_next"))
	coffee := s.mall.sale(0, "77133", time.Now().Add(-time.Hour), samples.Line{Name: "Кофе в зёрнах", Qty: 1, Price: 1249_90})
	if _, err := anna.SendPhoto(picture(t, coffee), ""); err != nil {
		t.Fatal(err)
	}
	s.await(anna, "+62 балла")

	torn := s.mall.sale(1, "77129", time.Now().Add(-time.Hour), samples.Line{Name: "Мастер и Маргарита", Qty: 1, Price: 889_00})
	torn.NoQR = true
	if _, err := anna.SendPhoto(picture(t, torn), ""); err != nil {
		t.Fatal(err)
	}
	s.await(anna, "+26 баллов")

	status, answer := s.post(s.key(), "till-1", map[string]any{"member": map[string]any{"card": s.card(anna)}, "qr": coffee.QR()})
	if status != http.StatusOK || answer["verdict"] != "DUP_SELF" {
		t.Errorf("the till's POST of the scanned receipt: %d %v", status, answer)
	}
	s.telegramIsClean()
}

func (s *stage) awaitButton(u *tgfake.User, key string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 30*time.Second)
	defer cancel()
	_, err := u.Await(ctx, func(m tgfake.Message) bool {
		for _, row := range m.Buttons {
			for _, b := range row {
				if b.Label == s.words.Plain(key) {
					return true
				}
			}
		}
		return false
	})
	if err != nil {
		s.t.Fatalf("no button %s: %v\n%s\n%s", key, err, u.Transcript(), s.log)
	}
}

// telegramIsClean checks what no conversation may leave behind.
func (s *stage) telegramIsClean() {
	s.t.Helper()
	for _, v := range s.telegram.Violations() {
		s.t.Errorf("Telegram saw: %s", v)
	}
	for _, secret := range []string{s.telegram.Token(), "79001112233", "kp_live_"} {
		if strings.Contains(s.log.String(), secret) {
			s.t.Errorf("the log holds %q", secret)
		}
	}
}

func (s *stage) key() (secret string) {
	s.t.Helper()
	err := pgx.BeginFunc(s.t.Context(), s.db, func(tx pgx.Tx) (err error) {
		secret, _, err = members.CreateKey(s.t.Context(), tx, "till", []string{members.ScopePurchasesWrite, members.ScopeMembersRead, members.ScopePointsRead}, 0, time.Now())
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return secret
}

func (s *stage) card(u *tgfake.User) string {
	s.t.Helper()
	m, err := members.ByTelegram(s.t.Context(), s.db, u.ID())
	if err != nil {
		s.t.Fatal(err)
	}
	return string(m.Card)
}

func (s *stage) post(key, idempotency string, body any) (int, map[string]any) {
	s.t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, "http://"+s.addr+"/v1/purchases", bytes.NewReader(b))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Idempotency-Key", idempotency)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer map[string]any
	text, _ := io.ReadAll(resp.Body)
	if err := json.Unmarshal(text, &answer); err != nil {
		s.t.Fatalf("the answer %d is not JSON: %s", resp.StatusCode, text)
	}
	return resp.StatusCode, answer
}

// TestWebhookMode has Telegram post its updates instead of being asked for them.
func TestWebhookMode(t *testing.T) {
	t.Parallel()
	s := setStage(t, postgrestest.New(t))
	s.public = "http://" + s.addr
	s.joinQuietly()
	s.live()
	s.people.shopper.Send(s.coffee(1))
	s.await(s.people.shopper, "+25 баллов")
	if n := len(s.telegram.Calls("getUpdates")); n != 0 {
		t.Errorf("with a public address Telegram is asked for updates %d times", n)
	}
	resp, err := http.Post("http://"+s.addr+"/telegram", "application/json", strings.NewReader(`{"update_id":1}`))
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		t.Fatalf("a forged update: %v, %v", resp, err)
	}
	resp.Body.Close()
}

// TestHTTPStaysUpWithoutTelegram starts the house while nothing answers for Telegram.
func TestHTTPStaysUpWithoutTelegram(t *testing.T) {
	t.Parallel()
	s := setStage(t, postgrestest.New(t))
	s.telegram.Close()
	s.live()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		resp, err := http.Get("http://" + s.ops + "/readyz")
		if err != nil {
			if time.Now().After(deadline) {
				t.Fatalf("not ready: %v\n%s", err, s.log)
			}
			continue
		}
		text, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK || !strings.Contains(string(text), "unreachable") {
			t.Errorf("readiness: %d %s", resp.StatusCode, text)
		}
		break
	}
	resp, err := http.Get("http://" + s.addr + "/openapi.json")
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("the API's description: %v, %v", resp, err)
	}
	resp.Body.Close()
}

// verify proves the ledger's laws and returns how many operations of receipts there are.
func (s *stage) verify() (accruals int) {
	s.t.Helper()
	report, err := ledger.Verify(s.t.Context(), s.db, func(int64, int64) {})
	if err != nil {
		s.t.Fatal(err)
	}
	if !report.OK() {
		report.Write(os.Stderr)
		s.t.Error("the ledger's laws do not hold")
	}
	if err := s.db.QueryRow(s.t.Context(), `SELECT count(*) FROM ledger.op WHERE source = 'receipt'`).Scan(&accruals); err != nil {
		s.t.Fatal(err)
	}
	return accruals
}
