package postgres

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// folder is one that PostgreSQL's own user can enter, with a path short enough for a
// socket.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "kopilka-pg-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func start(t *testing.T, dir string) *Cluster {
	t.Helper()
	c, err := StartCluster(t.Context(), ClusterOptions{Dir: dir, Throwaway: true, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatalf("start a cluster: %v", err)
	}
	t.Cleanup(c.Stop)
	return c
}

func query(t *testing.T, c *Cluster, sql string) (n int, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.URL("postgres"))
	if err != nil {
		return 0, err
	}
	defer conn.Close(ctx)
	return n, conn.QueryRow(ctx, sql).Scan(&n)
}

func TestClusterKeepsItsDataBetweenStarts(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	c := start(t, dir)
	if _, err := query(t, c, "WITH made AS (SELECT 7 AS n) SELECT n FROM made"); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), c.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), "CREATE TABLE kept AS SELECT 41 AS n"); err != nil {
		t.Fatal(err)
	}
	conn.Close(t.Context())
	c.Stop()
	if _, err := query(t, c, "SELECT 1"); err == nil {
		t.Error("a stopped cluster answers")
	}
	if n, err := query(t, start(t, dir), "SELECT n FROM kept"); err != nil || n != 41 {
		t.Errorf("after a restart: %d, %v", n, err)
	}
}

func TestClusterIsClosedToOthers(t *testing.T) {
	t.Parallel()
	c := start(t, folder(t))
	info, err := os.Stat(c.socketDir())
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the socket's folder: %v, %v", info.Mode(), err)
	}
	conn, err := pgx.Connect(t.Context(), c.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var addresses string
	if err := conn.QueryRow(t.Context(), "SHOW listen_addresses").Scan(&addresses); err != nil || addresses != "" {
		t.Errorf("it listens on %q, %v", addresses, err)
	}
}

func TestKilledServerComesBack(t *testing.T) {
	t.Parallel()
	c := start(t, folder(t))
	c.mu.Lock()
	pid := c.cmd.Process.Pid
	c.mu.Unlock()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		n, err := query(t, c, "SELECT 5")
		c.mu.Lock()
		reborn := c.cmd.Process.Pid != pid
		c.mu.Unlock()
		if err == nil && n == 5 && reborn {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("it has not come back: %v\n%s", err, c.logTail())
		}
	}
}

func TestSecondUserSharesTheRunningCluster(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	first := start(t, dir)
	second := start(t, dir)
	if n, err := query(t, second, "SELECT 3"); err != nil || n != 3 {
		t.Errorf("the second user: %d, %v", n, err)
	}
	second.Stop()
	if n, err := query(t, first, "SELECT 4"); err != nil || n != 4 {
		t.Errorf("after the second user has gone: %d, %v", n, err)
	}
}

func TestSecondUserTakesOverWhenTheFirstEnds(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	first := start(t, dir)
	second := start(t, dir)
	first.Stop()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if n, err := query(t, second, "SELECT 6"); err == nil && n == 6 {
			return
		} else if time.Now().After(deadline) {
			t.Fatalf("nobody runs the server: %v\n%s", err, second.logTail())
		}
	}
}

func TestAnotherMajorVersionIsNeverTouched(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	start(t, dir).Stop()
	version := filepath.Join(dir, "data", "PG_VERSION")
	if err := os.WriteFile(version, []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := StartCluster(t.Context(), ClusterOptions{Dir: dir})
	var major *MajorVersionError
	if !errors.As(err, &major) || major.Data != "9" || !strings.Contains(err.Error(), "pg_dumpall") {
		t.Errorf("data of version 9: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "data", "base")); err != nil {
		t.Errorf("the data is gone: %v", err)
	}
}

func TestPathTooLongForASocketIsSaid(t *testing.T) {
	t.Parallel()
	_, err := StartCluster(t.Context(), ClusterOptions{Dir: filepath.Join(folder(t), strings.Repeat("x", 100))})
	if err == nil || !strings.Contains(err.Error(), "too long") {
		t.Errorf("a long path: %v", err)
	}
}

func TestMigrationsRunOnceForManyReplicas(t *testing.T) {
	t.Parallel()
	c := start(t, folder(t))
	files := fstest.MapFS{"0001_once.sql": {Data: []byte("-- +goose Up\nCREATE TABLE once (n bigint);\nINSERT INTO once VALUES (1);\n")}}
	errs := make(chan error, 4)
	for range cap(errs) {
		go func() { errs <- Migrate(t.Context(), c.URL("postgres"), files) }()
	}
	for range cap(errs) {
		if err := <-errs; err != nil {
			t.Errorf("migrate: %v", err)
		}
	}
	if n, err := query(t, c, "SELECT count(*) FROM once"); err != nil || n != 1 {
		t.Errorf("the migration ran %d times, %v", n, err)
	}
}

func TestErrorsAreToldApart(t *testing.T) {
	t.Parallel()
	taken := &pgconn.PgError{Code: "23505", ConstraintName: "identity_taken"}
	if !Violates(taken, "identity_taken") || Violates(taken, "other") || Violates(nil, "identity_taken") {
		t.Error("Violates does not look at the constraint's name")
	}
	for code, want := range map[string]bool{"40001": true, "40P01": true, "57P01": true, "23505": false, "42601": false} {
		if got := Retryable(&pgconn.PgError{Code: code}); got != want {
			t.Errorf("Retryable(%s) = %v", code, got)
		}
	}
	_, err := Open(t.Context(), Options{URL: "host=127.0.0.1 port=1 user=nobody dbname=none connect_timeout=2"})
	if !Away(err) {
		t.Errorf("a server that is not there: %v", err)
	}
	if Away(&pgconn.PgError{Code: "23505"}) || Away(nil) {
		t.Error("a server that answers is away")
	}
}
