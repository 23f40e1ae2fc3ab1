package webhooks

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

const order = `{"member":{"id":"m_1"},"document":"order-1","total":{"minor":500000,"currency":"RUB"},"time":"2026-11-21T14:30:00+03:00"}`

const receipt71 = `{"member":{"id":"m_1"},"qr":"t=20261121T1405&s=1249.90&fn=9960440300000001&i=71&fp=2345678901&n=1"}`

// together makes n calls at once and returns the statuses and bodies.
func together(n int, call func(i int) (int, string)) (statuses []int, bodies []string) {
	statuses, bodies = make([]int, n), make([]string, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { statuses[i], bodies[i] = call(i) })
	}
	wg.Wait()
	return statuses, bodies
}

func (h *house) accruals() int {
	h.t.Helper()
	return h.count(`SELECT count(*) FROM ledger.op WHERE kind = 'accrual'`)
}

func TestOneKeyAtOnceIsOnePostingAndOneAnswer(t *testing.T) {
	t.Parallel()
	h := open(t)
	statuses, bodies := together(24, func(int) (int, string) {
		res := h.call("POST", "/v1/purchases", order, "Idempotency-Key", "same")
		return res.StatusCode, read(t, res)
	})
	for i := range statuses {
		if statuses[i] != http.StatusCreated || bodies[i] != bodies[0] {
			t.Errorf("answer %d is %d %s, want 201 %s", i, statuses[i], bodies[i], bodies[0])
		}
	}
	if n := h.accruals(); n != 1 {
		t.Errorf("%d accruals, want 1", n)
	}
}

func TestOneReceiptAtOnceUnderManyKeysCountsOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	_, bodies := together(12, func(i int) (int, string) {
		res := h.call("POST", "/v1/purchases", receipt71, "Idempotency-Key", fmt.Sprint("k", i))
		return res.StatusCode, read(t, res)
	})
	counted := 0
	for _, body := range bodies {
		if strings.Contains(body, `"verdict":"OK"`) {
			counted++
		} else if !strings.Contains(body, `"verdict":"DUP_SELF"`) {
			t.Errorf("an answer that is neither the first nor a duplicate: %s", body)
		}
	}
	if n := h.accruals(); counted != 1 || n != 1 {
		t.Errorf("%d answers say OK and %d accruals are there, want 1 and 1", counted, n)
	}
}

func TestTheSameKeyOfTwoCallersIsTwoKeys(t *testing.T) {
	t.Parallel()
	h := open(t)
	other, _ := h.newKey(int64(h.books.Merchant.ID), everyScope...)
	if res := h.call("POST", "/v1/purchases", order, "Idempotency-Key", "one"); res.StatusCode != 201 {
		t.Fatalf("first caller: %d %s", res.StatusCode, read(t, res))
	}
	res := h.call("POST", "/v1/purchases", order, "Idempotency-Key", "one", "Authorization", "Bearer "+other)
	if body := decode(t, res); res.StatusCode != 201 || body["merchant"] != "mr_2" || res.Header.Get("Idempotency-Replayed") != "" {
		t.Errorf("second caller: %d %v, want a purchase of its own", res.StatusCode, body)
	}
}

func TestARefusedRequestLeavesTheKeyFree(t *testing.T) {
	t.Parallel()
	h := open(t)
	wrong := strings.Replace(order, "m_1", "m_999", 1)
	if res := h.call("POST", "/v1/purchases", wrong, "Idempotency-Key", "k"); res.StatusCode != http.StatusNotFound {
		t.Fatalf("unknown member: %d %s", res.StatusCode, read(t, res))
	}
	if res := h.call("POST", "/v1/purchases", order, "Idempotency-Key", "k"); res.StatusCode != http.StatusCreated {
		t.Errorf("the mended request: %d %s, want 201", res.StatusCode, read(t, res))
	}
}

// A program killed between the posting and the answer leaves a key without an answer.
func TestACrashAfterThePostingIsFinishedByTheRepeat(t *testing.T) {
	t.Parallel()
	h := open(t)
	first := read(t, h.call("POST", "/v1/purchases", order, "Idempotency-Key", "k"))
	if _, err := h.db.Exec(context.Background(), `UPDATE webhooks.idempotency SET status = NULL, answer = NULL`); err != nil {
		t.Fatal(err)
	}
	for try := range 2 {
		res := h.call("POST", "/v1/purchases", order, "Idempotency-Key", "k")
		body := decode(t, res)
		if res.StatusCode != http.StatusCreated || body["id"] != "r_1" || body["verdict"] != "OK" {
			t.Errorf("repeat %d: %d %v, want what the first said: %s", try+1, res.StatusCode, body, first)
		}
	}
	if n := h.accruals(); n != 1 {
		t.Errorf("%d accruals, want 1", n)
	}
	if n := h.count(`SELECT count(*) FROM webhooks.idempotency WHERE answer IS NULL`); n != 0 {
		t.Errorf("%d keys still without an answer", n)
	}
}

func TestQuotedAndBareKeysAreOne(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.call("POST", "/v1/purchases", order, "Idempotency-Key", `"k-1"`)
	if res := h.call("POST", "/v1/purchases", order, "Idempotency-Key", "k-1"); res.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("the bare key is not the quoted one: %d %s", res.StatusCode, read(t, res))
	}
}

func TestAnswersAreForgottenInTime(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.call("POST", "/v1/purchases", order, "Idempotency-Key", "k")
	for _, c := range []struct {
		before time.Time
		left   int
	}{{noon, 1}, {noon.Add(time.Second), 0}} {
		err := pgx.BeginFunc(context.Background(), h.db, func(tx pgx.Tx) error { return forgetAnswers(context.Background(), tx, c.before) })
		if n := h.count(`SELECT count(*) FROM webhooks.idempotency`); err != nil || n != c.left {
			t.Errorf("forgetAnswers(%v) leaves %d, %v, want %d", c.before, n, err, c.left)
		}
	}
	// The answer is gone, the purchase is not: it is found again by its own name.
	if body := decode(t, h.call("POST", "/v1/purchases", order, "Idempotency-Key", "k")); body["id"] != "r_1" {
		t.Errorf("after the answer is forgotten the purchase is %v, want r_1", body["id"])
	}
}
