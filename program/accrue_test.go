package program_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kopilka/ledger"
	"kopilka/members"
	"kopilka/program"
	"kopilka/receipts"
)

func TestReceiptEarnsPoints(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	anna := m.join()
	out := m.send(anna, m.receipt(1, "1249.90"))
	if out.Verdict != program.VerdictOK || out.Points != 37_00 || out.Place.Merchant.ID != m.shop.Merchant.ID {
		t.Errorf("the answer is %s with %d points at merchant %d", out.Verdict, out.Points, out.Place.Merchant.ID)
	}
	if b := m.balance(anna); b.Available != 37_00 {
		t.Errorf("the balance is %d, want 3700", b.Available)
	}
	if got := m.events(); !slices.Equal(got, []program.EventType{program.PointsAccrued}) {
		t.Errorf("what is told: %v", got)
	}
	h, err := m.History(t.Context(), anna, anna.Member, 0, 10)
	if err != nil || len(h) != 1 || h[0].Place.Merchant.Name != m.shop.Merchant.Name || h[0].Receipt == nil {
		t.Errorf("the history is %+v, %v", h, err)
	}
}

func TestReceiptCountsOnceForAll(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	anna, boris := m.join(), m.join()
	r := m.receipt(1, "1000.00")
	first := m.send(anna, r)
	if v := m.send(anna, r); v.Verdict != program.VerdictDupSelf || v.Earlier.Points != first.Points || v.Earlier.Receipt != first.ID {
		t.Errorf("the same member again: %s, earlier %+v", v.Verdict, v.Earlier)
	}
	if v := m.send(boris, r); v.Verdict != program.VerdictDupOther {
		t.Errorf("another member: %s", v.Verdict)
	}
	withSeconds := m.parse(strings.Replace(r.Text, "T1400&", "T140033&", 1))
	if v := m.send(boris, withSeconds); v.Verdict != program.VerdictDupOther {
		t.Errorf("the same receipt in another spelling: %s", v.Verdict)
	}
	if a, b := m.balance(anna).Available, m.balance(boris).Available; a != 30_00 || b != 0 {
		t.Errorf("balances are %d and %d, want 3000 and 0", a, b)
	}
	forged := m.parse(strings.Replace(r.Text, "fp=1482926127", "fp=11", 1))
	if v := m.send(boris, forged); v.Verdict != program.VerdictReview || v.Reason != program.ReasonForged {
		t.Errorf("the same document with another sign: %s %s", v.Verdict, v.Reason)
	}
}

// TestReceiptCountsOnceAtOnce sends one receipt by two people, by a chat and a till, all
// at the same moment, each of them several times.
func TestReceiptCountsOnceAtOnce(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	anna, boris := m.join(), m.join()
	r := m.receipt(1, "1000.00")
	var wg sync.WaitGroup
	outs := make([]program.Outcome, 30)
	errs := make([]error, len(outs))
	for i := range outs {
		who := []members.Actor{anna, boris}[i%2]
		actor, sub := who, program.Submission{Door: "telegram", Ref: fmt.Sprint(i), Via: receipts.ViaQR}
		if i%3 == 0 {
			actor, sub = m.cashier, program.Submission{Door: "api", Ref: fmt.Sprint(i), Via: receipts.ViaTill, Merchant: m.shop.Merchant.ID}
		}
		wg.Go(func() { outs[i], errs[i] = m.Accrue(t.Context(), actor, who.Member, r, sub) })
	}
	wg.Wait()
	counts := map[program.Verdict]int{}
	for i, out := range outs {
		if errs[i] != nil {
			t.Fatalf("sending %d: %v", i, errs[i])
		}
		counts[out.Verdict]++
	}
	if counts[program.VerdictOK] != 1 || counts[program.VerdictDupSelf]+counts[program.VerdictDupOther] != len(outs)-1 {
		t.Errorf("the answers are %v", counts)
	}
	if sum := m.balance(anna).Available + m.balance(boris).Available; sum != 30_00 {
		t.Errorf("both together have %d, want 3000", sum)
	}
}

func TestSubmissionIsAnsweredTheSameAgain(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	anna := m.join()
	sub := program.Submission{Door: "telegram", Ref: "42", Via: receipts.ViaQR}
	for i := range 3 {
		out, err := m.Accrue(t.Context(), anna, anna.Member, m.receipt(1, "1000.00"), sub)
		if err != nil || out.Verdict != program.VerdictOK || out.Points != 30_00 || out.Replay != (i > 0) || len(out.Breakdown.Lines) != 1 {
			t.Errorf("time %d: %+v, %v", i, out, err)
		}
	}
	if got := m.events(); len(got) != 1 {
		t.Errorf("one accrual is told %d times", len(got))
	}
}

func TestEachRefusalHasItsVerdict(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	m.publish(func(s *program.Settings) { s.BeforeJoinDays = 2 })
	anna := m.join()
	at := func(d time.Duration) string { return m.now().Add(d).In(m.shop.Store.Zone).Format("20060102T1504") }
	qr := func(when, sum, fn, n string) string {
		return fmt.Sprintf("t=%s&s=%s&fn=%s&i=77&fp=1482926127&n=%s", when, sum, fn, n)
	}
	for name, c := range map[string]struct {
		text   string
		want   program.Verdict
		reason program.Reason
	}{
		"too old":           {qr(at(-15*24*time.Hour), "500.00", device, "1"), program.VerdictTooOld, ""},
		"before joining":    {qr(at(-3*24*time.Hour), "500.00", device, "1"), program.VerdictBeforeJoin, ""},
		"from the future":   {qr(at(time.Hour), "500.00", device, "1"), program.VerdictFuture, ""},
		"below the sum":     {qr(at(-time.Hour), "99.99", device, "1"), program.VerdictMinSum, ""},
		"of no merchant":    {qr(at(-time.Hour), "500.00", "9289000100408074", "1"), program.VerdictShopOut, ""},
		"a refund":          {qr(at(-time.Hour), "500.00", device, "2"), program.VerdictRefund, ""},
		"not a sale":        {qr(at(-time.Hour), "500.00", device, "3"), program.VerdictNotSale, ""},
		"a sum in two ways": {qr(at(-time.Hour), "55189", device, "1"), program.VerdictReview, program.ReasonNoTotal},
	} {
		out := m.send(anna, m.parse(c.text))
		if out.Verdict != c.want || out.Reason != c.reason {
			t.Errorf("%s: %s %s, want %s %s", name, out.Verdict, out.Reason, c.want, c.reason)
		}
	}
	if b := m.balance(anna); b.Available != 0 {
		t.Errorf("refusals earned %d", b.Available)
	}
	// A refused receipt is not used up.
	if out := m.send(anna, m.receipt(77, "500.00")); out.Verdict != program.VerdictOK {
		t.Errorf("after the refusals the good receipt gets %s", out.Verdict)
	}
}

func TestReceiptOverTheDaysLimitCountsTomorrow(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	m.publish(func(s *program.Settings) { s.ReceiptsPerDay = 1 })
	anna, boris := m.join(), m.join()
	m.send(anna, m.receipt(1, "1000.00"))
	kept := m.receipt(2, "1000.00")
	if out := m.send(anna, kept); out.Verdict != program.VerdictLimit {
		t.Fatalf("the second receipt gets %s", out.Verdict)
	}
	if out := m.send(boris, kept); out.Verdict != program.VerdictDupOther {
		t.Errorf("somebody else with the kept receipt gets %s", out.Verdict)
	}
	for range 2 {
		if err := m.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if b := m.balance(anna); b.Available != 30_00 {
			t.Errorf("on the same day the balance is %d, want 3000", b.Available)
		}
	}
	m.pass(24 * time.Hour)
	for range 2 {
		if err := m.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if b := m.balance(anna); b.Available != 60_00 {
			t.Errorf("on the next day the balance is %d, want 6000", b.Available)
		}
	}
}

func TestCapsHoldWhenReceiptsComeAtOnce(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	m.publish(func(s *program.Settings) { s.PointsPerDay, s.ReceiptsPerDay = 100_00, 0 })
	anna := m.join()
	var wg sync.WaitGroup
	for i := range 20 {
		r := m.receipt(i+1, "1000.00")
		wg.Go(func() {
			if _, err := m.Accrue(t.Context(), anna, anna.Member, r, program.Submission{Door: "telegram", Ref: fmt.Sprint("c", i), Via: receipts.ViaQR}); err != nil {
				t.Errorf("receipt %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	if b := m.balance(anna); b.Available != 100_00 {
		t.Errorf("twenty receipts at once earned %d, the day's cap is 10000", b.Available)
	}
}

func TestTierRisesAtOnceAndFallsAfterAYear(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	anna := m.join()
	out := m.send(anna, m.receipt(1, "15000.00"))
	if out.Points != 450_00 || out.Standing.Tier.Code != "silver" || out.Standing.Left != 45_000_00 {
		t.Errorf("the first purchase: %d points, tier %s, left %d", out.Points, out.Standing.Tier.Code, out.Standing.Left)
	}
	if out := m.send(anna, m.receipt(2, "1000.00")); out.Points != 50_00 {
		t.Errorf("the next purchase earns %d, want the tier's 5000", out.Points)
	}
	if got := m.events(); !slices.Equal(got, []program.EventType{program.PointsAccrued, program.TierChanged, program.PointsAccrued}) {
		t.Errorf("what is told: %v", got)
	}
	m.pass(366 * 24 * time.Hour)
	if err := m.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	a, err := m.Account(t.Context(), anna, anna.Member)
	if err != nil || a.Standing.Tier.Code != "start" || a.Standing.Spend != 0 {
		t.Errorf("a year later: %+v, %v", a.Standing, err)
	}
	if a.Balance.Available != 0 {
		t.Errorf("a year later %d points live, all have expired", a.Balance.Available)
	}
}

func TestPendingPointsWait(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	m.publish(func(s *program.Settings) { s.PendingDays = 14 })
	anna := m.join()
	out := m.send(anna, m.receipt(1, "1000.00"))
	if out.AvailableAt.IsZero() || m.balance(anna) == (ledger.Balance{}) || m.balance(anna).Available != 0 || m.balance(anna).Pending != 30_00 {
		t.Errorf("new points: available at %v, balance %+v", out.AvailableAt, m.balance(anna))
	}
	m.pass(15 * 24 * time.Hour)
	if b := m.balance(anna); b.Available != 30_00 || b.Pending != 0 {
		t.Errorf("after the wait the balance is %+v", b)
	}
}

func TestPrintedReceiptsWaitAndAreFew(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	anna := m.join()
	read := func(document int, sum string) program.Outcome {
		out, err := m.Accrue(t.Context(), anna, anna.Member, m.receipt(document, sum),
			program.Submission{Door: "telegram", Ref: fmt.Sprint("p", document), Via: receipts.ViaOCR})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if out := read(1, "9000.00"); out.Verdict != program.VerdictReview || out.Reason != program.ReasonPrinted {
		t.Errorf("a large printed receipt: %s %s", out.Verdict, out.Reason)
	}
	for i := range 3 {
		if out := read(i+2, "1000.00"); out.Verdict != program.VerdictOK || out.AvailableAt.IsZero() {
			t.Errorf("printed receipt %d: %s, available at %v", i, out.Verdict, out.AvailableAt)
		}
	}
	// A day later the code of a receipt whose number was misread is scanned.
	m.pass(20 * time.Hour)
	scan := m.parse(strings.Replace(m.receipt(99, "1000.00").Text, m.now().Add(-time.Hour).In(m.shop.Store.Zone).Format("20060102T1504"),
		m.now().Add(-21*time.Hour).In(m.shop.Store.Zone).Format("20060102T1504"), 1))
	if out := m.send(anna, scan); out.Verdict != program.VerdictReview || out.Reason != program.ReasonSame {
		t.Errorf("the code of a receipt that was read from print: %s %s", out.Verdict, out.Reason)
	}
	m.pass(-20 * time.Hour)
	if out := read(5, "1000.00"); out.Verdict != program.VerdictReview {
		t.Errorf("the fourth printed receipt of the day: %s", out.Verdict)
	}
}

func TestReceiptIsJudgedByTheRulesOfItsDay(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	m.publish(func(*program.Settings) {})
	anna := m.join()
	old := m.receipt(1, "1000.00")
	m.publish(func(s *program.Settings) { s.Base = 1000 })
	if out := m.send(anna, old); out.Points != 30_00 {
		t.Errorf("bought before the change: %d points, want 3000 by the old rate", out.Points)
	}
	m.pass(2 * time.Hour)
	if out := m.send(anna, m.receipt(2, "1000.00")); out.Points != 100_00 {
		t.Errorf("bought after the change: %d points, want 10000", out.Points)
	}
}

func TestOnlyTheRightPeopleAccrue(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	anna, boris := m.join(), m.join()
	sub := program.Submission{Door: "telegram", Ref: "1", Via: receipts.ViaQR}
	if _, err := m.Accrue(t.Context(), boris, anna.Member, m.receipt(1, "500.00"), sub); !errors.Is(err, program.ErrForbidden) {
		t.Errorf("a shopper for another: %v", err)
	}
	elsewhere := m.cashier
	elsewhere.Merchant += 1000
	if _, err := m.Accrue(t.Context(), elsewhere, anna.Member, m.receipt(1, "500.00"), sub); !errors.Is(err, program.ErrForbidden) {
		t.Errorf("a cashier for another merchant's receipt: %v", err)
	}
	if _, err := m.Publish(t.Context(), m.cashier, program.Defaults()); !errors.Is(err, program.ErrForbidden) {
		t.Errorf("a cashier publishes settings: %v", err)
	}
	if _, err := m.History(t.Context(), boris, anna.Member, 0, 10); !errors.Is(err, program.ErrForbidden) {
		t.Errorf("a shopper reads another's history: %v", err)
	}
	out := m.send(anna, m.receipt(1, "500.00"))
	if _, err := m.Receipt(t.Context(), boris, out.ID); !errors.Is(err, program.ErrNotFound) {
		t.Errorf("a shopper reads another's receipt: %v", err)
	}
}
