package notify_test

import (
	"errors"
	"strings"
	"testing"

	"kopilka/notify"
	"kopilka/program"
)

func TestBroadcastReachesThoseWhoAgreedOnce(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	admin := s.admin()
	for range 25 {
		s.join("ru", true)
	}
	s.join("ru", false) // wants no news
	left := s.join("ru", true)
	if err := s.program.Leave(t.Context(), left.Member); err != nil {
		t.Fatal(err)
	}
	b, reach, err := s.notify.Draft(t.Context(), admin, notify.Message{Text: "<b>Скидки</b>"}, "")
	if err != nil || reach != 25 {
		t.Fatalf("draft: reach %d, %v", reach, err)
	}
	if _, err := s.notify.Start(t.Context(), admin, b.ID, 24, "1001"); !errors.Is(err, notify.ErrCount) {
		t.Errorf("start with another number: %v", err)
	}
	for range 2 {
		if _, err := s.notify.Start(t.Context(), admin, b.ID, 25, "1001"); err != nil {
			t.Fatalf("start: %v", err)
		}
	}
	s.run()
	people := map[string]int{}
	for _, d := range s.line.sent() {
		if d.Bulk {
			people[d.Address]++
		}
	}
	for address, n := range people {
		if n != 1 {
			t.Errorf("%s got the news %d times", address, n)
		}
	}
	if len(people) != 25 {
		t.Errorf("%d people got the news, want 25", len(people))
	}
	if b, err = s.notify.Broadcast(t.Context(), admin, b.ID); err != nil || b.Sent != 25 || b.Waiting != 0 {
		t.Errorf("the broadcast stands at %+v, %v", b, err)
	}
}

func TestBroadcastToOneTier(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	admin := s.admin()
	s.join("ru", true)
	s.buy(s.join("ru", true), "15000.00")
	if n, err := s.notify.Reach(t.Context(), admin, "silver"); err != nil || n != 1 {
		t.Errorf("silver reaches %d, %v", n, err)
	}
	if n, err := s.notify.Reach(t.Context(), admin, ""); err != nil || n != 2 {
		t.Errorf("everybody is %d, %v", n, err)
	}
}

func TestStoppedBroadcastStops(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	admin := s.admin()
	for range 10 {
		s.join("ru", true)
	}
	b, reach, err := s.notify.Draft(t.Context(), admin, notify.Message{Text: "x"}, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.notify.Start(t.Context(), admin, b.ID, reach, "1001"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if b, err = s.notify.Stop(t.Context(), admin, b.ID); err != nil || b.State != notify.Stopped {
			t.Fatalf("stop: %+v, %v", b, err)
		}
	}
	s.run()
	for _, d := range s.line.sent() {
		if d.Bulk {
			t.Errorf("a stopped broadcast went to %s", d.Address)
		}
	}
	if _, err := s.notify.Start(t.Context(), admin, b.ID, reach, "1001"); err != nil {
		t.Errorf("start after the stop: %v", err)
	}
	if b, err = s.notify.Broadcast(t.Context(), admin, b.ID); err != nil || b.State != notify.Stopped {
		t.Errorf("a stopped broadcast was started again: %+v, %v", b, err)
	}
}

func TestOnlyWhoMayBroadcasts(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	anna := s.join("ru", true)
	if _, _, err := s.notify.Draft(t.Context(), anna, notify.Message{Text: "x"}, ""); !errors.Is(err, program.ErrForbidden) {
		t.Errorf("a shopper drafts: %v", err)
	}
	if _, err := s.notify.Start(t.Context(), anna, 1, 1, ""); !errors.Is(err, program.ErrForbidden) {
		t.Errorf("a shopper starts: %v", err)
	}
	if _, err := s.notify.Stop(t.Context(), anna, 1); !errors.Is(err, program.ErrForbidden) {
		t.Errorf("a shopper stops: %v", err)
	}
}

func TestProgressIsShownInOneMessage(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	admin := s.admin()
	for range 12 {
		s.join("ru", true)
	}
	b, reach, err := s.notify.Draft(t.Context(), admin, notify.Message{Text: "x"}, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.notify.Start(t.Context(), admin, b.ID, reach, "1001"); err != nil {
		t.Fatal(err)
	}
	s.run()
	s.run() // until the end is shown
	var shown []notify.Delivery
	for _, d := range s.line.sent() {
		if !d.Bulk {
			shown = append(shown, d)
		}
	}
	if len(shown) == 0 {
		t.Fatal("no progress was shown")
	}
	for i, d := range shown {
		if d.Address != "1001" || (d.Message.Edit == "") != (i == 0) {
			t.Errorf("progress %d went to %s, editing %q", i, d.Address, d.Message.Edit)
		}
	}
}

func TestReviewsCallTheAdminsAndAnswerTheMember(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	admin, anna := s.admin(), s.join("uk", false)
	out := s.buy(anna, "500.00")
	_ = out
	id, err := s.program.Unread(t.Context(), anna.Member, program.VerdictBlurred, program.Submission{Door: "telegram", Ref: "u", Via: "qr"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.program.Dispute(t.Context(), anna.Member, id); err != nil {
		t.Fatal(err)
	}
	if err := s.program.Reject(t.Context(), admin, id, program.RejectUnreadable); err != nil {
		t.Fatal(err)
	}
	s.run()
	var toAdmin, toAnna string
	for _, d := range s.line.sent() {
		switch d.Member {
		case admin.Member:
			toAdmin += d.Message.Text
		case anna.Member:
			toAnna += d.Message.Text
		}
	}
	if !strings.Contains(toAdmin, "ждёт проверки") || !strings.Contains(toAnna, "Сфотографуйте чек повністю") {
		t.Errorf("the admin reads %q, the member %q", toAdmin, toAnna)
	}
}
