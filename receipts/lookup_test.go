package receipts

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"kopilka/internal/postgres"
	"kopilka/internal/postgrestest"
)

func TestAPictureThatWasNotReadIsKeptAndEarnsNothing(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	id := record(t, tx, Submission{Member: 7, Door: "chat", Ref: "a", Via: ViaQR, FileID: "photo", At: testNow})
	got, err := ByID(t.Context(), tx, id)
	if err != nil || got.Key != "" || got.FileID != "photo" || got.Receipt.HasTotal {
		t.Errorf("ByID of an unread picture = %+v, %v", got, err)
	}
	err = Decide(t.Context(), tx, id, Decision{State: Accepted, Points: 100, Op: 5, At: testNow})
	if !postgres.Violates(err, "receipt_unread_earns_nothing") {
		t.Errorf("Decide of points for an unread picture = %v, want it refused", err)
	}
}

func TestARefusalIsDisputedOnce(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	id := record(t, tx, submission(t, 7, "a", codeOne))
	for i, c := range []struct {
		state State
		want  bool
	}{{Pending, false}, {Refused, true}, {Refused, false}} {
		if c.state == Refused {
			d := Decision{State: Refused, Verdict: "SHOP_OUT", At: testNow}
			if i == 2 { // a person has looked at it
				d.Reason, d.ReviewedBy = "dispute", 5
			}
			decide(t, tx, id, d)
		}
		got, err := Reopen(t.Context(), tx, id, "dispute")
		if err != nil || got != c.want {
			t.Errorf("Reopen of a %s receipt, try %d = %v, %v, want %v", c.state, i, got, err, c.want)
		}
	}
}

func TestOperationsLeadBackToTheirReceipts(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	want := map[int64]ID{}
	for op := int64(1); op <= 3; op++ {
		want[op] = record(t, tx, submission(t, 7, fmt.Sprint(op), codeOne))
		decide(t, tx, want[op], Decision{State: Accepted, Op: op, At: testNow})
	}
	all, err := OfOps(t.Context(), tx, []int64{1, 3, 99})
	if err != nil || len(all) != 2 || all[1].ID != want[1] || all[3].ID != want[3] {
		t.Errorf("OfOps = %v, %v, want those of 1 and 3", all, err)
	}
	if one, err := ByOp(t.Context(), tx, 2); err != nil || one.ID != want[2] {
		t.Errorf("ByOp(2) = %d, %v, want %d", one.ID, err, want[2])
	}
	if _, err := ByOp(t.Context(), tx, 99); !errors.Is(err, ErrNotFound) {
		t.Errorf("ByOp of another operation = %v, want ErrNotFound", err)
	}
}

func TestWaitingReceiptsKeepTheirPlace(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	for i, verdict := range []string{"LIMIT", "PENDING", "LIMIT", "LIMIT"} {
		s := submission(t, 7, fmt.Sprint(i), codeOne)
		s.At = testNow.Add(time.Duration(i) * time.Hour)
		decide(t, tx, record(t, tx, s), Decision{State: Pending, Verdict: verdict, At: testNow})
	}
	got, err := Waiting(t.Context(), tx, "LIMIT", testNow.Add(3*time.Hour), 10)
	if err != nil || len(got) != 2 || got[0].Ref != "0" || got[1].Ref != "2" {
		t.Errorf("Waiting = %v, %v, want the first and the third", got, err)
	}
}

func TestOneSaleToldTwoWaysIsSeen(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	till := submission(t, 7, "a", codeOne)
	till.Via = ViaTill
	id := record(t, tx, till)
	decide(t, tx, id, Decision{State: Accepted, Merchant: 3, At: testNow})
	r, from, to := till.Receipt, testNow.Add(-time.Hour), testNow.Add(time.Hour)
	dearer, later := r, r
	dearer.Total.Minor++
	later.Time.Minute = (later.Time.Minute + 1) % 60
	same, err := SameSale(t.Context(), tx, 7, 3, r, ViaQR, from, to)
	if err != nil || same.ID != id {
		t.Errorf("SameSale of a scan after the till's = %d, %v, want %d", same.ID, err, id)
	}
	if same, err = SameSale(t.Context(), tx, 7, 3, r, ViaQR, to, to.Add(1)); err != nil || same.ID != id {
		t.Errorf("SameSale of a scan that came late, of the same minute = %d, %v, want %d", same.ID, err, id)
	}
	for name, find := range map[string]func() error{
		"two tills":            func() error { _, err := SameSale(t.Context(), tx, 7, 3, r, ViaTill, from, to); return err },
		"another shop":         func() error { _, err := SameSale(t.Context(), tx, 7, 4, r, ViaQR, from, to); return err },
		"another member":       func() error { _, err := SameSale(t.Context(), tx, 8, 3, r, ViaQR, from, to); return err },
		"another sum":          func() error { _, err := SameSale(t.Context(), tx, 7, 3, dearer, ViaQR, from, to); return err },
		"another minute, late": func() error { _, err := SameSale(t.Context(), tx, 7, 3, later, ViaQR, to, to.Add(1)); return err },
	} {
		if err := find(); !errors.Is(err, ErrNotFound) {
			t.Errorf("SameSale of %s = %v, want ErrNotFound", name, err)
		}
	}
	n, err := CountVia(t.Context(), tx, 7, ViaTill, from, to)
	other, err2 := CountVia(t.Context(), tx, 7, ViaOCR, from, to)
	if n != 1 || other != 0 || errors.Join(err, err2) != nil {
		t.Errorf("CountVia = %d by till and %d by ocr, want 1 and 0", n, other)
	}
}
