package program_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"kopilka/program"
	"kopilka/receipts"
)

// unknown is a receipt of a till that nobody has registered.
func (m *mall) unknown(document int) receipts.Receipt {
	bought := m.now().In(m.shop.Store.Zone)
	return m.parse(fmt.Sprintf("t=%s&s=1000.00&fn=9289000100408074&i=%d&fp=1482926127&n=1", bought.Format("20060102T1504"), document))
}

func TestPersonAcceptsADisputedReceipt(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	anna, boris := m.join(), m.join()
	out := m.send(anna, m.unknown(1))
	if out.Verdict != program.VerdictShopOut {
		t.Fatalf("an unknown till gets %s", out.Verdict)
	}
	if err := m.Dispute(t.Context(), boris.Member, out.ID); !errors.Is(err, program.ErrNotFound) {
		t.Errorf("another member disputes: %v", err)
	}
	for range 2 {
		if err := m.Dispute(t.Context(), anna.Member, out.ID); err != nil {
			t.Fatalf("dispute: %v", err)
		}
	}
	queue, err := m.ReviewQueue(t.Context(), m.admin, 0, 10)
	if err != nil || len(queue) != 1 || queue[0].ID != out.ID {
		t.Fatalf("the queue: %+v, %v", queue, err)
	}
	if _, err := m.Approve(t.Context(), m.admin, out.ID, program.Correction{}); !errors.Is(err, program.ErrSum) {
		t.Errorf("approve without a merchant: %v", err)
	}
	fix := program.Correction{Merchant: m.shop.Merchant.ID, Store: m.shop.Store.ID, RegisterDevice: true}
	done, err := m.Approve(t.Context(), m.admin, out.ID, fix)
	if err != nil || done.Verdict != program.VerdictOK || done.Points != 30_00 {
		t.Fatalf("approve: %+v, %v", done, err)
	}
	if _, err := m.Approve(t.Context(), m.admin, out.ID, fix); !errors.Is(err, program.ErrDone) {
		t.Errorf("approve again: %v", err)
	}
	if b := m.balance(anna); b.Available != 30_00 {
		t.Errorf("the balance is %d", b.Available)
	}
	// The till is known now.
	if out := m.send(boris, m.unknown(2)); out.Verdict != program.VerdictOK {
		t.Errorf("the next receipt of that till gets %s", out.Verdict)
	}
	if out := m.send(boris, m.unknown(1)); out.Verdict != program.VerdictDupOther {
		t.Errorf("the approved receipt, sent by another, gets %s", out.Verdict)
	}
}

func TestPersonRejects(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	anna := m.join()
	out := m.send(anna, m.parse(fmt.Sprintf("t=%s&s=55189&fn=%s&i=5&fp=1482926127&n=1", m.now().In(m.shop.Store.Zone).Format("20060102T1504"), device)))
	if out.Verdict != program.VerdictReview {
		t.Fatalf("an ambiguous sum gets %s", out.Verdict)
	}
	if err := m.Reject(t.Context(), anna, out.ID, program.RejectForged); !errors.Is(err, program.ErrForbidden) {
		t.Errorf("a shopper rejects: %v", err)
	}
	if err := m.Reject(t.Context(), m.admin, out.ID, "bad mood"); !errors.Is(err, program.ErrNotFound) {
		t.Errorf("a reason that is not in the list: %v", err)
	}
	if err := m.Reject(t.Context(), m.admin, out.ID, program.RejectUnreadable); err != nil {
		t.Fatalf("reject: %v", err)
	}
	if got := m.events(); !slices.Equal(got, []program.EventType{program.ReceiptReview, program.ReceiptRejected}) {
		t.Errorf("what is told: %v", got)
	}
	if err := m.Dispute(t.Context(), anna.Member, out.ID); err != nil {
		t.Errorf("dispute a person's decision: %v", err)
	}
	if queue, err := m.ReviewQueue(t.Context(), m.admin, 0, 10); err != nil || len(queue) != 0 {
		t.Errorf("what a person has rejected is back in the queue: %+v, %v", queue, err)
	}
}

func TestPersonSettlesTheSum(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	anna := m.join()
	out := m.send(anna, m.parse(fmt.Sprintf("t=%s&s=55189&fn=%s&i=5&fp=1482926127&n=1", m.now().In(m.shop.Store.Zone).Format("20060102T1504"), device)))
	done, err := m.Approve(t.Context(), m.admin, out.ID, program.Correction{Total: rub(551_89)})
	if err != nil || done.Points != 16_00 {
		t.Errorf("approve with the sum: %d points, %v", done.Points, err)
	}
	if h, err := m.History(t.Context(), anna, anna.Member, 0, 10); err != nil || len(h) != 1 || h[0].Receipt.Receipt.Total != rub(551_89) {
		t.Errorf("the history keeps %+v, %v", h, err)
	}
}

func TestNobodyReviewsTheirOwn(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	shopper := m.admin
	shopper.Role = "shopper"
	out := m.send(shopper, m.unknown(1))
	if err := m.Dispute(t.Context(), m.admin.Member, out.ID); err != nil {
		t.Fatal(err)
	}
	_, err := m.Approve(t.Context(), m.admin, out.ID, program.Correction{Merchant: m.shop.Merchant.ID})
	if !errors.Is(err, program.ErrForbidden) {
		t.Errorf("an admin approves their own receipt: %v", err)
	}
}

func TestUnreadPictureIsKept(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	anna := m.join()
	sub := program.Submission{Door: "telegram", Ref: "u1", Via: receipts.ViaQR, FileID: "file"}
	id, err := m.Unread(t.Context(), anna.Member, program.VerdictBlurred, sub)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := m.Unread(t.Context(), anna.Member, program.VerdictBlurred, sub); err != nil || again != id {
		t.Errorf("the same picture again: %d, %v, want %d", again, err, id)
	}
	list, err := m.Receipts(t.Context(), anna, anna.Member, 0, 10)
	if err := m.Dispute(t.Context(), anna.Member, id); err != nil {
		t.Fatal(err)
	}
	out, err2 := m.Approve(t.Context(), m.admin, id, program.Correction{Merchant: m.shop.Merchant.ID, Total: rub(1000_00)})
	if err2 != nil || out.Points != 30_00 {
		t.Errorf("a person types what they see: %d points, %v", out.Points, err2)
	}
	if err != nil || len(list) != 1 || list[0].Verdict != string(program.VerdictBlurred) || list[0].FileID != "file" {
		t.Errorf("what was sent: %+v, %v", list, err)
	}
}
