package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"kopilka/internal/postgres"
	"kopilka/internal/postgrestest"
	"kopilka/internal/samples"
	"kopilka/members"
	"kopilka/program"
)

// unlimited lets a member send as many receipts as a test needs.
func (s *stage) unlimited() {
	s.t.Helper()
	set, err := s.mall.program.Settings(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	set.ReceiptsPerDay, set.PointsPerDay = 0, 0
	if _, err := s.mall.program.Publish(s.t.Context(), members.System(), set); err != nil {
		s.t.Fatal(err)
	}
}

// joinQuietly makes the shopper a member without the chat.
func (s *stage) joinQuietly() members.Actor {
	s.t.Helper()
	u := s.people.shopper
	j, err := s.mall.program.Join(s.t.Context(), program.Join{Telegram: u.ID(), Name: u.Name(), Lang: "ru"})
	if err != nil {
		s.t.Fatal(err)
	}
	return members.Actor{Member: j.Member.ID, Role: members.RoleShopper}
}

// coffee is the text of a receipt of 500 roubles; each document is another purchase.
func (s *stage) coffee(document int) string {
	return s.mall.sale(0, fmt.Sprint(1000+document), time.Now().Add(-time.Hour), samples.Line{Name: "Кофе", Qty: 1, Price: 500_00}).QR()
}

// awaitOps waits until that many receipts have been credited.
func (s *stage) awaitOps(want int) {
	s.t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		var n int
		err := s.db.QueryRow(s.t.Context(), `SELECT count(*) FROM ledger.op WHERE source = 'receipt'`).Scan(&n)
		if err == nil && n >= want {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("%d of %d receipts credited, %v\n%s\n%s", n, want, err, s.people.shopper.Transcript(), s.log)
		}
	}
}

// TestKillAnywhere kills the running program at random moments, again and again, while a
// shopper sends receipts. Each receipt is credited once and answered.
func TestKillAnywhere(t *testing.T) {
	t.Parallel()
	url := postgrestest.URL(t)
	db, err := postgres.Open(t.Context(), postgres.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	s := setStage(t, db)
	s.unlimited()
	anna := s.joinQuietly()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	start := func() *exec.Cmd {
		cmd := exec.Command(self, "serve", "--database-url="+url, "--telegram-token="+s.telegram.Token(), "--telegram-api="+s.telegram.URL(),
			"--telegram-username="+s.telegram.Username(), "--listen=127.0.0.1:0", "--ops-listen=")
		cmd.Stdout, cmd.Stderr = s.log, s.log
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { cmd.Process.Kill() })
		return cmd
	}
	const rounds, each = 3, 4
	sent := 0
	for range rounds {
		cmd := start()
		for range each {
			sent++
			s.people.shopper.Send(s.coffee(sent))
			time.Sleep(time.Duration(rand.IntN(60)) * time.Millisecond)
		}
		if sent == each { // the first time it shall have begun
			s.awaitOps(1)
		}
		time.Sleep(time.Duration(rand.IntN(400)) * time.Millisecond)
		cmd.Process.Kill()
		cmd.Wait()
	}
	last := start()
	s.awaitOps(sent)
	s.awaitTold(sent)
	last.Process.Signal(syscall.SIGTERM)
	if err := last.Wait(); err != nil {
		t.Errorf("the program does not end well: %v", err)
	}
	if n := s.verify(); n != sent {
		t.Errorf("%d receipts gave %d accruals", sent, n)
	}
	a, err := s.mall.program.Account(t.Context(), anna, anna.Member)
	if err != nil || a.Balance.Available != 25_00*rounds*each {
		t.Errorf("%d receipts of 25 points make %d, %v", sent, a.Balance.Available, err)
	}
}

// awaitTold waits until every accrual has been told.
func (s *stage) awaitTold(want int) {
	s.t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		var told int
		var states string
		err := s.db.QueryRow(s.t.Context(), `
			SELECT count(DISTINCT d.event_id) FILTER (WHERE d.state = 'sent' AND d.part = 1), coalesce(string_agg(concat_ws(' ', d.state, d.attempts, d.not_before, d.lease_until, d.sent_at, d.reason), E'\n' ORDER BY d.id), '')
			FROM program.event e LEFT JOIN notify.delivery d ON e.id = d.event_id WHERE e.type = 'points.accrued'`).Scan(&told, &states)
		if err == nil && told == want {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("%d of %d accruals told, %v: %s\n%s\n%s", told, want, err, states, s.log, s.people.shopper.Transcript())
		}
	}
}

// TestDatabaseAway takes the database away while receipts come in, and brings it back.
func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "kopilka-away-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	opts := postgres.ClusterOptions{Dir: dir, Throwaway: true}
	cluster, err := postgres.StartCluster(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	url := cluster.URL("postgres")
	if err := migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	db, err := postgres.Open(t.Context(), postgres.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	s := setStage(t, db)
	s.unlimited()
	s.joinQuietly()
	s.live()
	s.people.shopper.Send(s.coffee(1))
	s.awaitOps(1)

	cluster.Stop()
	for i := range 3 {
		s.people.shopper.Send(s.coffee(i + 2))
		time.Sleep(400 * time.Millisecond)
	}
	if cluster, err = postgres.StartCluster(t.Context(), opts); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Stop)
	s.awaitOps(4)
	s.awaitTold(4)
	if n := s.verify(); n != 4 {
		t.Errorf("4 receipts gave %d accruals", n)
	}
}
