package webhooks

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"kopilka/internal/jobs"
	"kopilka/internal/postgrestest"
	"kopilka/program"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// receiver is a merchant's own server: it answers as told and remembers what came.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	header http.Header
	got    []got
}

type got struct {
	header http.Header
	body   string
}

func newReceiver(t *testing.T, status int, header http.Header) *receiver {
	t.Helper()
	r := &receiver{status: status, header: header}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got = append(r.got, got{req.Header.Clone(), string(body)})
		for name, values := range r.header {
			w.Header()[name] = values
		}
		w.WriteHeader(r.status)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) answer(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

func (r *receiver) all() []got {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]got{}, r.got...)
}

// post office is hooks with a database and a clock, without a worker: tests work the
// jobs one by one.
type office struct {
	t     *testing.T
	db    *pgxpool.Pool
	hooks *Hooks
	now   time.Time
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, db: postgrestest.New(t), now: noon}
	enqueue, err := jobs.New(o.db, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	o.hooks = NewHooks(HooksOptions{DB: o.db, Jobs: enqueue, Now: func() time.Time { return o.now }, AllowLoopback: true})
	return o
}

func (o *office) tx(fn func(pgx.Tx) error) {
	o.t.Helper()
	if err := pgx.BeginFunc(context.Background(), o.db, fn); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) endpoint(url string, merchant int64) (id EndpointID, secret Secret) {
	o.t.Helper()
	o.tx(func(tx pgx.Tx) (err error) {
		id, secret, err = CreateEndpoint(context.Background(), tx, NewEndpoint{Merchant: merchant, URL: url, AllowLoopback: true}, o.now)
		return err
	})
	return id, secret
}

func accruedAt(merchant int64, id int64) program.Event {
	data, _ := json.Marshal(program.Accrued{Receipt: 45, Points: 3700, Merchant: merchant, MerchantOf: "Coffee", Tier: "start", Door: "telegram"})
	return program.Event{ID: id, Type: program.PointsAccrued, Member: 12, Data: data, At: noon}
}

func (o *office) plan(e program.Event) {
	o.t.Helper()
	o.tx(func(tx pgx.Tx) error { return o.hooks.Plan(context.Background(), tx, e) })
}

// attempt works one delivery as River would on its given attempt.
func (o *office) attempt(delivery int64, n int) error {
	o.t.Helper()
	job := &river.Job[deliverArgs]{Args: deliverArgs{delivery}, JobRow: &rivertype.JobRow{Attempt: n, MaxAttempts: len(schedule)}}
	return (&deliverer{hooks: o.hooks}).Work(context.Background(), job)
}

func (o *office) delivery(id int64) (state string, attempts, status int, problem string) {
	o.t.Helper()
	err := o.db.QueryRow(context.Background(), `SELECT state, attempts, last_status, last_error FROM webhooks.delivery WHERE id = $1`, id).
		Scan(&state, &attempts, &status, &problem)
	if err != nil {
		o.t.Fatal(err)
	}
	return state, attempts, status, problem
}

func (o *office) count(sql string) (n int) {
	o.t.Helper()
	if err := o.db.QueryRow(context.Background(), sql).Scan(&n); err != nil {
		o.t.Fatal(err)
	}
	return n
}

func TestAnEventIsSignedAndDelivered(t *testing.T) {
	t.Parallel()
	o, r := newOffice(t), newReceiver(t, 204, nil)
	_, secret := o.endpoint(r.URL+"/hook", 0)
	o.plan(accruedAt(1, 7))
	o.now = noon.Add(time.Minute)
	if err := o.attempt(1, 1); err != nil {
		t.Fatalf("attempt: %v", err)
	}
	all := r.all()
	if len(all) != 1 || !verified(string(secret), all[0].header, []byte(all[0].body), o.now) {
		t.Fatalf("the receiver got %d events, or cannot verify %v", len(all), all)
	}
	if id := all[0].header.Get("webhook-id"); id != "evt_7" {
		t.Errorf("webhook-id %q, want evt_7", id)
	}
	want := `{"type":"points.accrued","timestamp":"2026-11-21T12:00:00Z","data":{"member":"m_12","purchase":"r_45","merchant":"mr_1",` +
		`"points":{"hundredths":3700,"display":"37"},"pending":false,"total":{"minor":0,"currency":""},"tier":"start","door":"telegram"}}`
	if all[0].body != want {
		t.Errorf("body %s, want %s", all[0].body, want)
	}
	if state, n, status, _ := o.delivery(1); state != "sent" || n != 1 || status != 204 {
		t.Errorf("delivery %s after %d attempts, status %d", state, n, status)
	}
	if err := o.attempt(1, 2); err != nil || len(r.all()) != 1 {
		t.Errorf("a delivered event went out again: %v", err)
	}
}

func TestPlanningTwiceSendsOnceAndRollingBackSendsNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.endpoint("http://127.0.0.1:1/", 0)
	o.plan(accruedAt(1, 7))
	o.plan(accruedAt(1, 7))
	away := errors.New("away")
	err := pgx.BeginFunc(context.Background(), o.db, func(tx pgx.Tx) error {
		if err := o.hooks.Plan(context.Background(), tx, accruedAt(1, 8)); err != nil {
			return err
		}
		return away
	})
	if !errors.Is(err, away) {
		t.Fatal(err)
	}
	if d, j := o.count(`SELECT count(*) FROM webhooks.delivery`), o.count(`SELECT count(*) FROM jobs.river_job`); d != 1 || j != 1 {
		t.Errorf("%d deliveries and %d jobs, want 1 and 1", d, j)
	}
}

func TestEventsGoOnlyToThoseWhoAskedForThem(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.endpoint("http://127.0.0.1:1/all", 0)
	o.endpoint("http://127.0.0.1:1/coffee", 1)
	o.endpoint("http://127.0.0.1:1/books", 2)
	off, _ := o.endpoint("http://127.0.0.1:1/off", 0)
	o.tx(func(tx pgx.Tx) error { return DisableEndpoint(context.Background(), tx, off, "by hand", o.now) })
	o.plan(accruedAt(1, 7))
	o.plan(program.Event{ID: 8, Type: program.MemberJoined, Member: 12, Data: []byte(`{}`), At: noon})
	if all, coffee := o.count(`SELECT count(*) FROM webhooks.delivery`), o.count(`
		SELECT count(*) FROM webhooks.delivery d JOIN webhooks.endpoint e ON e.id = d.endpoint_id WHERE e.url LIKE '%/all' OR e.url LIKE '%/coffee'`); all != 2 || coffee != 2 {
		t.Errorf("%d deliveries, %d of them right, want 2 and 2", all, coffee)
	}
}

func TestEverythingButA2xxIsTriedAgain(t *testing.T) {
	t.Parallel()
	for _, status := range []int{100 + 99, 301, 302, 307, 308, 400, 401, 404, 500, 502} {
		if status == 199 {
			continue // a server cannot end an answer with 1xx
		}
		o, r := newOffice(t), newReceiver(t, status, http.Header{"Location": {"http://127.0.0.1:1/elsewhere"}})
		o.endpoint(r.URL, 0)
		o.plan(accruedAt(1, 7))
		err := o.attempt(1, 1)
		var snooze *rivertype.JobSnoozeError
		if err == nil || errors.As(err, &snooze) {
			t.Errorf("after %d the job ends with %v, want an error to be tried again", status, err)
		}
		if state, n, last, _ := o.delivery(1); state != "pending" || n != 1 || last != status || len(r.all()) != 1 {
			t.Errorf("after %d: %s, %d attempts, status %d, %d calls", status, state, n, last, len(r.all()))
		}
	}
}

func TestAReceiverMayNameTheTime(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status int
		after  string
		want   time.Duration
	}{{429, "120", 2 * time.Minute}, {503, noon.Add(time.Hour).Format(http.TimeFormat), time.Hour}, {429, "999999999", 24 * time.Hour}} {
		o, r := newOffice(t), newReceiver(t, c.status, http.Header{"Retry-After": {c.after}})
		o.endpoint(r.URL, 0)
		o.plan(accruedAt(1, 7))
		var snooze *rivertype.JobSnoozeError
		if err := o.attempt(1, 1); !errors.As(err, &snooze) || snooze.Duration != c.want {
			t.Errorf("%d with Retry-After %s: %v, want a snooze of %v", c.status, c.after, err, c.want)
		}
		o.now = noon.Add(patience + time.Hour) // for ever is too long
		if err := o.attempt(1, 1); err != nil {
			t.Errorf("after %v the job goes on: %v", patience, err)
		}
		if state, _, _, _ := o.delivery(1); state != "failed" {
			t.Errorf("after %v the delivery is %s, want failed", patience, state)
		}
	}
	for _, header := range []string{"", "-5", "soon", "1.5", noon.Add(-time.Hour).Format(http.TimeFormat)} {
		if got := retryAfter(header, noon); got != 0 {
			t.Errorf("retryAfter(%q) = %v, want 0", header, got)
		}
	}
}

func TestGoneEndsTheEndpoint(t *testing.T) {
	t.Parallel()
	o, r := newOffice(t), newReceiver(t, 410, nil)
	id, _ := o.endpoint(r.URL, 0)
	o.plan(accruedAt(1, 7))
	o.plan(accruedAt(1, 8))
	for delivery := range int64(2) {
		if err := o.attempt(delivery+1, 1); err != nil {
			t.Errorf("attempt: %v", err)
		}
	}
	first, _, _, _ := o.delivery(1)
	second, _, _, _ := o.delivery(2)
	all, err := Endpoints(context.Background(), o.db)
	if first != "failed" || second != "dropped" || err != nil || all[0].State != "disabled" || len(r.all()) != 1 {
		t.Errorf("after 410: %s, %s, endpoints %+v, %d calls, %v", first, second, all, len(r.all()), err)
	}
	o.tx(func(tx pgx.Tx) error { return EnableEndpoint(context.Background(), tx, id) })
	if all, _ := Endpoints(context.Background(), o.db); all[0].State != "enabled" {
		t.Errorf("enabled again: %+v", all)
	}
}

func TestTheLastAttemptIsTheLast(t *testing.T) {
	t.Parallel()
	o, r := newOffice(t), newReceiver(t, 500, nil)
	o.endpoint(r.URL, 0)
	o.plan(accruedAt(1, 7))
	for n := 1; n <= len(schedule); n++ {
		if err := o.attempt(1, n); (err != nil) != (n < len(schedule)) {
			t.Errorf("attempt %d of %d: %v", n, len(schedule), err)
		}
	}
	if state, n, _, problem := o.delivery(1); state != "failed" || n != len(schedule) || problem != "the receiver answered 500" {
		t.Errorf("delivery %s after %d attempts: %s", state, n, problem)
	}
}

func TestScheduleOfAttempts(t *testing.T) {
	t.Parallel()
	want := []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}
	for i, d := range want {
		if least, most := pause(i+1, 0), pause(i+1, 999); least != d || most < d || most > d+d/10 {
			t.Errorf("after attempt %d the pause is %v to %v, want %v and a tenth", i+1, least, most, d)
		}
	}
	if deliverArgs.InsertOpts(deliverArgs{}).MaxAttempts != len(want)+1 {
		t.Error("there are more or fewer attempts than pauses")
	}
}

func TestAReceiverComesBack(t *testing.T) {
	t.Parallel()
	o, r := newOffice(t), newReceiver(t, 500, nil)
	_, secret := o.endpoint(r.URL, 0)
	set := jobs.NewSet()
	o.hooks.Work(set)
	client, err := jobs.New(o.db, set, nil)
	if err != nil {
		t.Fatal(err)
	}
	// River's own clock runs; ours is put back so that the next attempt is due at once.
	o.hooks.now = func() time.Time { return time.Now().Add(100*time.Millisecond - schedule[1]) }
	if err := client.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	defer client.Stop(context.Background())
	o.plan(accruedAt(1, 7))
	wait(t, func() bool { return len(r.all()) >= 1 })
	r.answer(200)
	wait(t, func() bool { state, _, _, _ := o.delivery(1); return state == "sent" })
	if n := len(r.all()); n != 2 {
		t.Errorf("%d attempts, want 2", n)
	}
	for _, g := range r.all() {
		if g.header.Get("webhook-id") != "evt_7" || !verified(string(secret), g.header, []byte(g.body), time.Now()) {
			t.Errorf("an attempt with another id, or without a good signature: %v", g.header)
		}
	}
}

// wait looks until ok, for up to 20 s: the machine may be busy.
func wait(t *testing.T, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatal("waited for too long")
}

func TestFinishedDeliveriesAreForgottenAndPendingOnesAreNot(t *testing.T) {
	t.Parallel()
	o, r := newOffice(t), newReceiver(t, 200, nil)
	o.endpoint(r.URL, 0)
	o.plan(accruedAt(1, 7))
	o.plan(accruedAt(1, 8))
	if err := o.attempt(1, 1); err != nil {
		t.Fatal(err)
	}
	o.now = noon.Add(deliveryLife + time.Second)
	if err := (&sweeper{hooks: o.hooks}).Work(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	if n, pending := o.count(`SELECT count(*) FROM webhooks.delivery`), o.count(`SELECT count(*) FROM webhooks.delivery WHERE state = 'pending'`); n != 1 || pending != 1 {
		t.Errorf("%d deliveries are left, %d pending, want 1 and 1", n, pending)
	}
}

func TestAnEndpointsAddressIsChecked(t *testing.T) {
	t.Parallel()
	for url, good := range map[string]bool{
		"https://shop.example/hook": true, "https://shop.example:8443/hook?x=1": true, "https://shop.example:443": true,
		"http://shop.example/hook": false, "https://shop.example:8080/": false, "https://user:pass@shop.example/": false,
		"https:///hook": false, "ftp://shop.example/": false, "": false, "shop.example": false, "https://shop.example/#x": false,
		"https://shop.example/a b": false, "javascript:alert(1)": false, "https://shop.example/" + strings.Repeat("x", 2048): false,
	} {
		tx := postgrestest.Tx(t)
		_, secret, err := CreateEndpoint(context.Background(), tx, NewEndpoint{URL: url}, noon)
		if good != (err == nil) || !good && !errors.Is(err, ErrEndpointURL) || good && !strings.HasPrefix(string(secret), "whsec_") {
			t.Errorf("CreateEndpoint(%.60q) = %v, want good %v", url, err, good)
		}
	}
	tx := postgrestest.Tx(t)
	n := NewEndpoint{URL: "https://shop.example/again", Types: []string{"points.imagined"}}
	if _, _, err := CreateEndpoint(context.Background(), tx, n, noon); !errors.Is(err, ErrEndpointType) {
		t.Errorf("an unknown event: %v, want ErrEndpointType", err)
	}
	n.Types = nil
	if _, _, err := CreateEndpoint(context.Background(), tx, n, noon); err != nil {
		t.Fatal(err)
	}
	if _, _, err := CreateEndpoint(context.Background(), tx, n, noon); !errors.Is(err, ErrEndpointTaken) {
		t.Errorf("the same address again: %v, want ErrEndpointTaken", err)
	}
}
