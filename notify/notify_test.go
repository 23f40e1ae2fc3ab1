package notify_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"kopilka/catalog"
	"kopilka/internal/postgrestest"
	"kopilka/members"
	"kopilka/notify"
	"kopilka/program"
	"kopilka/receipts"
	"kopilka/texts"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

// line is a channel that keeps what it is given: the outside world of these tests.
type line struct {
	mu   sync.Mutex
	got  []notify.Delivery
	next func(notify.Delivery) notify.Outcome // nil sends all
}

func (l *line) Name() string { return "telegram" }

func (l *line) Send(_ context.Context, d notify.Delivery) notify.Outcome {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.got = append(l.got, d)
	if l.next != nil {
		return l.next(d)
	}
	return notify.Outcome{State: notify.Sent, Message: fmt.Sprint(len(l.got))}
}

func (l *line) sent() []notify.Delivery {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]notify.Delivery(nil), l.got...)
}

// scene is a programme with a shop, and a voice over the line.
type scene struct {
	t       *testing.T
	db      *pgxpool.Pool
	program *program.Program
	line    *line
	notify  *notify.Notify
	mu      sync.Mutex
	clock   time.Time
	shop    catalog.Place
	people  int64
	sales   int
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{t: t, db: postgrestest.New(t), line: &line{}, clock: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
	s.program = program.New(s.db, program.Options{Now: s.now})
	words, err := texts.Load()
	if err != nil {
		t.Fatal(err)
	}
	s.notify = notify.New(notify.Options{DB: s.db, Program: s.program, Texts: words, Channel: s.line, Now: s.now,
		Log: slog.New(slog.DiscardHandler), Poll: 5 * time.Millisecond})
	moscow, err := time.LoadLocation("Europe/Moscow")
	if err != nil {
		t.Fatal(err)
	}
	s.shop, err = s.program.AddShop(t.Context(), members.System(), program.Shop{
		Merchant: catalog.Merchant{Name: "Кофе & <Зерно>", Country: "RU", TaxID: "7707083893"},
		Store:    catalog.Store{Name: "1", Zone: moscow}, Devices: []string{"9287440300090728"}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *scene) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clock
}

func (s *scene) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock = s.clock.Add(d)
}

func (s *scene) join(lang string, promo bool) members.Actor {
	s.t.Helper()
	s.people++
	j, err := s.program.Join(s.t.Context(), program.Join{Telegram: 1000 + s.people, Name: "Анна", Lang: lang,
		Consents: []members.Consent{{Kind: "promo", Version: "1", Given: promo, Lang: lang, Evidence: "test", At: s.now()}}})
	if err != nil {
		s.t.Fatal(err)
	}
	return members.Actor{Member: j.Member.ID, Role: members.RoleShopper}
}

func (s *scene) admin() members.Actor {
	s.t.Helper()
	a := s.join("ru", false)
	token, err := s.program.InviteStaff(s.t.Context(), members.System(), members.RoleAdmin, 0, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.program.AcceptInvitation(s.t.Context(), a.Member, token); err != nil {
		s.t.Fatal(err)
	}
	a.Role = members.RoleAdmin
	return a
}

func (s *scene) buy(who members.Actor, sum string) program.Outcome {
	s.t.Helper()
	s.sales++
	at := s.now().In(s.shop.Store.Zone).Format("20060102T1504")
	r, err := receipts.Parse(fmt.Sprintf("t=%s&s=%s&fn=9287440300090728&i=%d&fp=1&n=1", at, sum, s.sales))
	if err != nil {
		s.t.Fatal(err)
	}
	out, err := s.program.Accrue(s.t.Context(), who, who.Member, r, program.Submission{Door: "telegram", Ref: fmt.Sprint(s.sales), Via: receipts.ViaQR, Message: "77"})
	if err != nil || out.Verdict != program.VerdictOK {
		s.t.Fatalf("buy for %s: %s, %v", sum, out.Verdict, err)
	}
	return out
}

// run tells people until nothing waits any more.
func (s *scene) run() {
	s.t.Helper()
	ctx, stop := context.WithCancel(s.t.Context())
	done := make(chan error, 1)
	go func() { done <- s.notify.Run(ctx) }()
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) && s.waiting() > 0 {
		time.Sleep(5 * time.Millisecond)
	}
	stop()
	if err := <-done; err != nil {
		s.t.Fatal(err)
	}
	if n := s.waiting(); n > 0 {
		s.t.Fatalf("%d events or messages still wait", n)
	}
}

// waiting counts what could be told now.
func (s *scene) waiting() (n int) {
	s.t.Helper()
	err := s.db.QueryRow(context.Background(), `
		SELECT (SELECT count(*) FROM program.event WHERE handled_at IS NULL)
			+ (SELECT count(*) FROM notify.delivery d WHERE state = 'sending' OR state = 'queued' AND not_before <= $1
				AND NOT EXISTS ( -- waits for an earlier one to the same person
					SELECT FROM notify.delivery e WHERE e.member_id = d.member_id AND e.id < d.id AND e.state = 'queued' AND e.not_before > $1))`,
		s.now()).Scan(&n)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

func (s *scene) states() (states []string) {
	s.t.Helper()
	rows, err := s.db.Query(s.t.Context(), `SELECT state FROM notify.delivery ORDER BY id`)
	if err != nil {
		s.t.Fatal(err)
	}
	if states, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
		s.t.Fatal(err)
	}
	return states
}

func TestAccrualIsToldInTheMembersLanguage(t *testing.T) {
	t.Parallel()
	for lang, want := range map[string]string{
		"ru": "✅ <b>+37 баллов</b> за покупку в «Кофе &amp; &lt;Зерно&gt;» на 1 249,90 ₽.\nБаланс: 37 баллов.\nДо уровня «Серебро» осталось 13 750,10 ₽.",
		"uk": "✅ <b>+37 балів</b> за покупку в «Кофе &amp; &lt;Зерно&gt;» на 1 249,90 ₽.\nБаланс: 37 балів.\nДо рівня «Срібло» залишилося 13 750,10 ₽.",
		"en": "✅ <b>+37 points</b> for ₽1,249.90 at Кофе &amp; &lt;Зерно&gt;.\nBalance: 37 points.\n₽13,750.10 to go to Silver.",
	} {
		s := newScene(t)
		anna := s.join(lang, false)
		out := s.buy(anna, "1249.90")
		s.run()
		got := s.line.sent()
		if len(got) != 2 {
			t.Fatalf("%s: %d messages, want the accrual and the wish for a phone", lang, len(got))
		}
		m := got[0].Message
		if text := strings.ReplaceAll(m.Text, "\u00a0", " "); text != want {
			t.Errorf("%s:\n%s\nwant\n%s", lang, text, want)
		}
		if got[0].Address != "1001" || m.Edit != "77" || m.Buttons[0][0].Action != notify.ActionWhy || m.Buttons[0][0].Arg != int64(out.ID) {
			t.Errorf("%s: the delivery is %+v", lang, got[0])
		}
		if got[1].Message.Contact == "" {
			t.Errorf("%s: the second message asks for no phone: %+v", lang, got[1].Message)
		}
	}
}

// TestNothingIsToldTwice plans and sends by several at once, as replicas do.
func TestNothingIsToldTwice(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	anna := s.join("ru", false)
	for range 9 {
		s.buy(anna, "500.00")
	}
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { s.notify.Run(ctx) })
	}
	for deadline := time.Now().Add(20 * time.Second); s.waiting() > 0 && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
	}
	stop()
	wg.Wait()
	balances := map[string]int{}
	last := int64(0)
	for _, d := range s.line.sent() {
		balances[d.Message.Text]++
		if d.ID < last {
			t.Errorf("message %d came after %d", d.ID, last)
		}
		last = d.ID
	}
	if len(s.line.sent()) != 10 { // nine accruals and one wish for a phone
		t.Errorf("%d messages for nine accruals: %v", len(s.line.sent()), balances)
	}
}

// TestCrashBetweenCommitAndMessageLosesNothing stops after the accrual, and again after
// the plan, and goes on with a new program each time.
func TestCrashBetweenCommitAndMessageLosesNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	anna := s.join("ru", false)
	s.buy(anna, "500.00")
	if n, err := s.notify.PlanEvents(t.Context()); err != nil || n == 0 {
		t.Fatalf("plan: %d, %v", n, err)
	}
	if n, err := s.notify.PlanEvents(t.Context()); err != nil || n != 0 {
		t.Errorf("plan again: %d, %v", n, err)
	}
	if len(s.line.sent()) != 0 {
		t.Fatal("planning sends")
	}
	s.run()
	if n := len(s.line.sent()); n != 2 {
		t.Errorf("%d messages, want 2", n)
	}
}

// TestLeaseOfADeadSenderEnds takes a message and dies with it.
func TestLeaseOfADeadSenderEnds(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.buy(s.join("ru", false), "500.00")
	if _, err := s.notify.PlanEvents(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.Exec(t.Context(), `UPDATE notify.delivery SET state = 'sending', lease_until = $1 WHERE id = (SELECT min(id) FROM notify.delivery)`, s.now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	s.pass(2 * time.Minute)
	s.run()
	if got := s.states(); strings.Join(got, " ") != "sent sent" {
		t.Errorf("the deliveries are %v", got)
	}
}

func TestEachAnswerOfTheChannelIsKept(t *testing.T) {
	t.Parallel()
	for state, want := range map[notify.State]string{notify.Sent: "sent", notify.Gone: "gone", notify.Failed: "failed", notify.Retry: "queued"} {
		s := newScene(t)
		s.line.next = func(notify.Delivery) notify.Outcome { return notify.Outcome{State: state, After: time.Hour} }
		s.buy(s.join("ru", false), "500.00")
		s.run()
		if got := s.states()[0]; got != want {
			t.Errorf("after %s the delivery is %s, want %s", state, got, want)
		}
		if state != notify.Retry {
			continue
		}
		before := len(s.line.sent())
		s.run()
		if n := len(s.line.sent()); n != before {
			t.Errorf("tried again before the hour was over")
		}
		s.line.next = nil
		s.pass(61 * time.Minute)
		s.run()
		if got := strings.Join(s.states(), " "); got != "sent sent" {
			t.Errorf("after the hour: %s", got)
		}
	}
}

func TestUnreachablePeopleAreLeftAlone(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	anna := s.join("ru", false)
	s.buy(anna, "500.00")
	err := pgx.BeginFunc(t.Context(), s.db, func(tx pgx.Tx) error {
		return members.SetReachable(t.Context(), tx, anna.Member, false, s.now())
	})
	if err != nil {
		t.Fatal(err)
	}
	s.run()
	if n := len(s.line.sent()); n != 0 {
		t.Errorf("%d messages to who has blocked the bot", n)
	}
}

// TestSinksAreToldWithoutAChannel runs a house whose chat is closed.
func TestSinksAreToldWithoutAChannel(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	told := &sink{}
	s.notify.Channel, s.notify.Sinks = nil, []notify.Sink{told}
	s.buy(s.join("ru", false), "500.00")
	s.run()
	if len(told.types) != 2 || told.types[1] != program.PointsAccrued || len(s.states()) != 0 {
		t.Errorf("the sink was told of %v, the deliveries are %v", told.types, s.states())
	}
}

type sink struct{ types []program.EventType }

func (s *sink) Plan(_ context.Context, _ pgx.Tx, e program.Event) error {
	s.types = append(s.types, e.Type)
	return nil
}
