package program_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"kopilka/ledger"
	"kopilka/program"
	"kopilka/receipts"
)

func TestBuyerConfirmsARedemption(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	anna, boris := m.join(), m.join()
	m.send(anna, m.receipt(1, "10000.00"))
	r, err := m.RequestRedemption(t.Context(), m.cashier, anna.Member, 200_00, "r1")
	if err != nil || r.State != program.RedemptionOpen {
		t.Fatalf("request: %+v, %v", r, err)
	}
	if again, err := m.RequestRedemption(t.Context(), m.cashier, anna.Member, 200_00, "r1"); err != nil || again.ID != r.ID {
		t.Errorf("the same request again: %+v, %v", again, err)
	}
	if _, err := m.ConfirmRedemption(t.Context(), boris, r.ID); !errors.Is(err, program.ErrForbidden) {
		t.Errorf("another member confirms: %v", err)
	}
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			if _, err := m.ConfirmRedemption(t.Context(), anna, r.ID); err != nil {
				t.Errorf("confirm: %v", err)
			}
		})
	}
	wg.Wait()
	if b := m.balance(anna); b.Available != 100_00 {
		t.Errorf("ten taps left %d, want 10000", b.Available)
	}
	if _, err := m.DeclineRedemption(t.Context(), anna, r.ID); !errors.Is(err, program.ErrDone) {
		t.Errorf("decline after the confirmation: %v", err)
	}
	if got := m.events(); !slices.Equal(got, []program.EventType{program.PointsAccrued, program.RedemptionRequested, program.PointsRedeemed}) {
		t.Errorf("what is told: %v", got)
	}
}

func TestRedemptionThatIsNotConfirmedTakesNothing(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	anna := m.join()
	m.send(anna, m.receipt(1, "10000.00"))
	no, err := m.RequestRedemption(t.Context(), m.cashier, anna.Member, 100_00, "r1")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if r, err := m.DeclineRedemption(t.Context(), anna, no.ID); err != nil || r.State != program.RedemptionRefused {
			t.Errorf("decline: %+v, %v", r, err)
		}
	}
	late, err := m.RequestRedemption(t.Context(), m.cashier, anna.Member, 100_00, "r2")
	if err != nil {
		t.Fatal(err)
	}
	m.pass(11 * time.Minute)
	if _, err := m.ConfirmRedemption(t.Context(), anna, late.ID); !errors.Is(err, program.ErrTooLate) {
		t.Errorf("a late answer: %v", err)
	}
	if err := m.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r, err := m.Redemption(t.Context(), m.cashier, late.ID); err != nil || r.State != program.RedemptionLapsed {
		t.Errorf("the unanswered request: %+v, %v", r, err)
	}
	if b := m.balance(anna); b.Available != 300_00 {
		t.Errorf("the balance is %d, want 30000", b.Available)
	}
}

func TestRedemptionAsksForWhatIsThere(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	anna := m.join()
	m.send(anna, m.receipt(1, "1000.00"))
	var short *ledger.InsufficientError
	if _, err := m.RequestRedemption(t.Context(), m.cashier, anna.Member, 31_00, "r1"); !errors.As(err, &short) || short.Have != 30_00 {
		t.Errorf("more than there is: %v", err)
	}
	if _, err := m.RequestRedemption(t.Context(), m.cashier, anna.Member, 0, "r2"); !errors.Is(err, program.ErrSum) {
		t.Errorf("nothing: %v", err)
	}
	if _, err := m.RequestRedemption(t.Context(), anna, anna.Member, 10_00, "r3"); !errors.Is(err, program.ErrForbidden) {
		t.Errorf("a shopper asks: %v", err)
	}
}

// TestTwoTillsSpendOneBalance asks at two tills for all the points; one gets them.
func TestTwoTillsSpendOneBalance(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	anna := m.join()
	m.send(anna, m.receipt(1, "1000.00"))
	ids := make([]int64, 2)
	for i := range ids {
		r, err := m.RequestRedemption(t.Context(), m.cashier, anna.Member, 30_00, fmt.Sprint("till", i))
		if err != nil {
			t.Fatal(err)
		}
		ids[i] = r.ID
	}
	errs := make([]error, 2)
	var wg sync.WaitGroup
	for i, id := range ids {
		wg.Go(func() { _, errs[i] = m.ConfirmRedemption(t.Context(), anna, id) })
	}
	wg.Wait()
	var short *ledger.InsufficientError
	if (errs[0] == nil) == (errs[1] == nil) || !errors.As(errors.Join(errs...), &short) {
		t.Errorf("two tills: %v", errs)
	}
	if b := m.balance(anna); b.Available != 0 {
		t.Errorf("the balance is %d", b.Available)
	}
}

func sale(ref string, minor int64) program.Sale {
	return program.Sale{Total: receipts.Money{Minor: minor, Currency: "RUB"}, Ref: ref}
}

func TestCashierBooksASaleAndUndoesIt(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	anna := m.join()
	quote, err := m.Quote(t.Context(), m.cashier, anna.Member, m.shop.Merchant.ID, rub(124990))
	if err != nil {
		t.Fatal(err)
	}
	var out program.Outcome
	for range 2 { // a double tap
		if out, err = m.AccrueSale(t.Context(), m.cashier, anna.Member, sale("s1", 124990)); err != nil || out.Points != quote.Total {
			t.Fatalf("book: %d points, the quote was %d, %v", out.Points, quote.Total, err)
		}
	}
	if b := m.balance(anna); b.Available != 37_00 {
		t.Errorf("the balance is %d, want 3700", b.Available)
	}
	for i := range 2 {
		res, err := m.Undo(t.Context(), m.cashier, out.Op)
		if err != nil || res.Replay != (i > 0) {
			t.Errorf("undo %d: %+v, %v", i, res, err)
		}
	}
	a, err := m.Account(t.Context(), anna, anna.Member)
	if err != nil || a.Balance.Available != 0 || a.Standing.Spend != 0 {
		t.Errorf("after the undo: %d points, spending %d, %v", a.Balance.Available, a.Standing.Spend, err)
	}
	if got := m.events(); !slices.Equal(got, []program.EventType{program.PointsAccrued, program.PointsReversed}) {
		t.Errorf("what is told: %v", got)
	}
}

func TestUndoHasItsLimits(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	anna := m.join()
	other := m.staff("cashier", m.shop.Merchant.ID)
	manager := m.staff("manager", m.shop.Merchant.ID)
	out, err := m.AccrueSale(t.Context(), m.cashier, anna.Member, sale("s1", 100000))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Undo(t.Context(), other, out.Op); !errors.Is(err, program.ErrForbidden) {
		t.Errorf("another cashier: %v", err)
	}
	if _, err := m.Undo(t.Context(), anna, out.Op); !errors.Is(err, program.ErrForbidden) {
		t.Errorf("the buyer: %v", err)
	}
	m.pass(16 * time.Minute)
	if _, err := m.Undo(t.Context(), m.cashier, out.Op); !errors.Is(err, program.ErrTooLate) {
		t.Errorf("the cashier after a quarter of an hour: %v", err)
	}
	if _, err := m.Undo(t.Context(), manager, out.Op); err != nil {
		t.Errorf("the manager: %v", err)
	}
	if _, err := m.Undo(t.Context(), manager, 999999); !errors.Is(err, program.ErrNotFound) {
		t.Errorf("an operation that is not there: %v", err)
	}
}

func TestUndoneRedemptionReturnsThePoints(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	anna := m.join()
	m.send(anna, m.receipt(1, "1000.00"))
	r, err := m.RequestRedemption(t.Context(), m.cashier, anna.Member, 20_00, "r1")
	if err != nil {
		t.Fatal(err)
	}
	if r, err = m.ConfirmRedemption(t.Context(), anna, r.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Undo(t.Context(), m.cashier, r.Op); err != nil {
		t.Errorf("undo: %v", err)
	}
	if b := m.balance(anna); b.Available != 30_00 {
		t.Errorf("the balance is %d, want 3000", b.Available)
	}
}

// TestScanOfABookedSaleIsLookedAt: a cashier books the sum, then the buyer scans the
// receipt of the same purchase; without a common key only a person can tell.
func TestScanOfABookedSaleIsLookedAt(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	anna := m.join()
	if _, err := m.AccrueSale(t.Context(), m.cashier, anna.Member, sale("s1", 100000)); err != nil {
		t.Fatal(err)
	}
	if out := m.send(anna, m.receipt(1, "1000.00")); out.Verdict != program.VerdictReview || out.Reason != program.ReasonSame {
		t.Errorf("the scan of the booked sale gets %s %s", out.Verdict, out.Reason)
	}
	if out := m.send(anna, m.receipt(2, "999.00")); out.Verdict != program.VerdictOK {
		t.Errorf("another purchase gets %s", out.Verdict)
	}
}

func rub(minor int64) receipts.Money { return receipts.Money{Minor: minor, Currency: "RUB"} }

func TestStaffDoNotBookForThemselves(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	if _, err := m.AccrueSale(t.Context(), m.cashier, m.cashier.Member, sale("s1", 100000)); !errors.Is(err, program.ErrOwnAccount) {
		t.Errorf("a cashier books a sale for themselves: %v", err)
	}
	if _, err := m.RequestRedemption(t.Context(), m.cashier, m.cashier.Member, 10_00, "r1"); !errors.Is(err, program.ErrOwnAccount) {
		t.Errorf("a cashier takes their own points: %v", err)
	}
}

func TestSuspendedShopTakesNoPoints(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	anna := m.join()
	m.send(anna, m.receipt(1, "1000.00"))
	if err := m.SetMerchantState(t.Context(), m.admin, m.shop.Merchant.ID, "suspended"); err != nil {
		t.Fatal(err)
	}
	if _, err := m.RequestRedemption(t.Context(), m.cashier, anna.Member, 10_00, "r1"); !errors.Is(err, program.ErrSuspended) {
		t.Errorf("a suspended shop asks for points: %v", err)
	}
	if out := m.send(anna, m.receipt(2, "1000.00")); out.Verdict != program.VerdictShopOut {
		t.Errorf("a receipt of a suspended shop gets %s", out.Verdict)
	}
}
