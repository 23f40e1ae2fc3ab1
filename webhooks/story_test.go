package webhooks

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"kopilka/internal/jobs"
	"kopilka/members"
	"kopilka/program"
	"kopilka/receipts"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// A till posts a sale while its buyer scans the paper: one of the two counts, and the
// other is told so.
func TestTillAndShopperAtOnceAreOneAccrual(t *testing.T) {
	t.Parallel()
	h := open(t)
	scanned, err := receipts.Parse("t=20261121T1405&s=1249.90&fn=9960440300000001&i=71&fp=2345678901&n=1")
	if err != nil {
		t.Fatal(err)
	}
	shopper := members.Actor{Member: h.anna.ID, Role: members.RoleShopper}
	_, answers := together(8, func(i int) (int, string) {
		if i%2 == 0 {
			res := h.call("POST", "/v1/purchases", receipt71, "Idempotency-Key", "till-71")
			body := decode(t, res)
			return res.StatusCode, body["verdict"].(string)
		}
		o, err := h.door.program.Accrue(context.Background(), shopper, h.anna.ID, scanned, program.Submission{Door: "telegram", Ref: string(rune('a' + i)), Via: receipts.ViaQR})
		if err != nil {
			t.Errorf("the shopper's scan: %v", err)
		}
		return 0, string(o.Verdict)
	})
	for i, verdict := range answers {
		if verdict != "OK" && verdict != "DUP_SELF" {
			t.Errorf("answer %d is %s", i, verdict)
		}
	}
	if n := h.accruals(); n != 1 {
		t.Errorf("%d accruals, want 1", n)
	}
}

// A purchase comes in by the door, its event goes out to the merchant's server.
func TestAPurchaseComesBackAsASignedEvent(t *testing.T) {
	t.Parallel()
	h, r := open(t), newReceiver(t, 200, nil)
	enqueue, err := jobs.New(h.db, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	hooks := NewHooks(HooksOptions{DB: h.db, Jobs: enqueue, Now: h.door.now, AllowLoopback: true})
	ctx := context.Background()
	var secret Secret
	err = pgx.BeginFunc(ctx, h.db, func(tx pgx.Tx) (err error) {
		_, secret, err = CreateEndpoint(ctx, tx, NewEndpoint{Merchant: int64(h.coffee.Merchant.ID), URL: r.URL, AllowLoopback: true}, noon)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if res := h.call("POST", "/v1/purchases", receipt71, "Idempotency-Key", "k"); res.StatusCode != 201 {
		t.Fatalf("purchase: %d %s", res.StatusCode, read(t, res))
	}
	err = pgx.BeginFunc(ctx, h.db, func(tx pgx.Tx) error {
		events, err := program.TakeEvents(ctx, tx, 100)
		for _, e := range events {
			if err := hooks.Plan(ctx, tx, e); err != nil {
				return err
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	job := &river.Job[deliverArgs]{Args: deliverArgs{1}, JobRow: &rivertype.JobRow{Attempt: 1, MaxAttempts: len(schedule)}}
	if err := (&deliverer{hooks: hooks}).Work(ctx, job); err != nil {
		t.Fatal(err)
	}
	all := r.all()
	if len(all) != 1 || !verified(string(secret), all[0].header, []byte(all[0].body), noon) {
		t.Fatalf("the merchant got %v", all)
	}
	var m struct {
		Type string
		Data AccruedEvent
	}
	if err := json.Unmarshal([]byte(all[0].body), &m); err != nil {
		t.Fatal(err)
	}
	want := AccruedEvent{Member: 1, Purchase: 1, Merchant: 1, Points: points(3700), Total: Money{124990, "RUB"}, Tier: "start", Door: "api"}
	if m.Type != EventPointsAccrued || m.Data != want {
		t.Errorf("the event says %+v, want %+v", m, want)
	}
	if strings.Contains(all[0].body, "Анна") || strings.Contains(all[0].body, "900111") {
		t.Errorf("the event tells who the member is: %s", all[0].body)
	}
}
