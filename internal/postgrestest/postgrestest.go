// Package postgrestest gives tests a real PostgreSQL: a throw-away cluster a test
// program, in memory where there is room, cloned from a seed that has every migration
// applied. It is for tests alone.
package postgrestest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"kopilka/internal/jobs"
	"kopilka/internal/postgres"
	"kopilka/migrations"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// template is the migrated database that every test's own is a copy of.
const template = "kopilka"

var shared struct {
	once    sync.Once
	cluster *postgres.Cluster
	dir     string
	pool    *pgxpool.Pool
	err     error
	number  atomic.Int64
}

// Main runs a package's tests and takes the cluster away after them:
//
//	func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }
func Main(m *testing.M) int {
	code := m.Run()
	if shared.pool != nil {
		shared.pool.Close()
	}
	if shared.cluster != nil {
		shared.cluster.Stop()
	}
	if shared.dir != "" {
		os.RemoveAll(shared.dir)
	}
	return code
}

// New returns a pool on a migrated database of the test's own: for what begins
// transactions or races.
func New(t testing.TB) *pgxpool.Pool {
	t.Helper()
	pool, err := postgres.Open(t.Context(), postgres.Options{URL: URL(t), MaxConns: 20})
	if err != nil {
		t.Fatalf("open the test's database: %v", err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// URL makes a migrated database of the test's own and returns its address.
func URL(t testing.TB) string {
	t.Helper()
	cluster := Cluster(t)
	name := fmt.Sprintf("test_%d", shared.number.Add(1))
	ctx := context.Background()
	admin, err := pgx.Connect(ctx, cluster.URL("postgres"))
	if err != nil {
		t.Fatalf("reach the test cluster: %v", err)
	}
	defer admin.Close(ctx)
	// file_copy with fsync off is several times faster than the default wal_log.
	if _, err := admin.Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE "+template+" STRATEGY file_copy"); err != nil {
		t.Fatalf("clone the migrated database: %v", err)
	}
	return cluster.URL(name)
}

// Tx returns a transaction that is rolled back when the test ends: for the nouns,
// whose writes take the caller's transaction.
func Tx(t testing.TB) pgx.Tx {
	t.Helper()
	Cluster(t)
	ctx := context.Background()
	tx, err := shared.pool.Begin(ctx)
	if err != nil {
		t.Fatalf("begin the test's transaction: %v", err)
	}
	t.Cleanup(func() { tx.Rollback(ctx) })
	return tx
}

// Cluster returns the test program's PostgreSQL. A machine without one fails the test:
// a suite that skips the database proves nothing.
func Cluster(t testing.TB) *postgres.Cluster {
	t.Helper()
	shared.once.Do(func() { shared.err = start() })
	if shared.err != nil {
		t.Fatalf("start the test cluster: %v", shared.err)
	}
	return shared.cluster
}

func start() error {
	root := memory()
	sweep(root)
	seed, err := seeded(root)
	if err != nil {
		return err
	}
	shared.dir = filepath.Join(root, fmt.Sprintf("kopilka-test-%d", os.Getpid()))
	if err := copyTree(seed, shared.dir); err != nil {
		return err
	}
	ctx := context.Background()
	if shared.cluster, err = postgres.StartCluster(ctx, postgres.ClusterOptions{Dir: shared.dir, Throwaway: true}); err != nil {
		return err
	}
	shared.pool, err = postgres.Open(ctx, postgres.Options{URL: shared.cluster.URL(template + "_shared"), MaxConns: 50})
	return err
}

// memory is a folder held in memory if there is one.
func memory() string {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		return "/dev/shm"
	}
	return os.TempDir()
}

// sweep removes what killed test programs left.
func sweep(root string) {
	left, _ := filepath.Glob(filepath.Join(root, "kopilka-test-*"))
	for _, dir := range left {
		var pid int
		if _, err := fmt.Sscanf(filepath.Base(dir), "kopilka-test-%d", &pid); err == nil && syscall.Kill(pid, 0) == syscall.ESRCH {
			os.RemoveAll(dir)
		}
	}
}

// seeded returns the folder of a stopped cluster with every migration applied, made
// once for each state of the migrations and shared by all test programs.
func seeded(root string) (string, error) {
	hash, err := migrationsHash()
	if err != nil {
		return "", err
	}
	seed := filepath.Join(root, fmt.Sprintf("kopilka-seed-%d-%s", os.Getuid(), hash))
	lock, err := os.OpenFile(seed+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", fmt.Errorf("open the seed's lock: %w", err)
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", fmt.Errorf("lock the seed: %w", err)
	}
	if _, err := os.Stat(filepath.Join(seed, "ready")); err == nil {
		return seed, nil
	}
	old, _ := filepath.Glob(filepath.Join(root, fmt.Sprintf("kopilka-seed-%d-*", os.Getuid())))
	for _, dir := range old {
		if info, err := os.Stat(dir); err == nil && (dir == seed || info.IsDir() && time.Since(info.ModTime()) > 10*time.Minute) {
			os.RemoveAll(dir)
		}
	}
	if err := makeSeed(seed); err != nil {
		return "", fmt.Errorf("make the migrated seed: %w", err)
	}
	return seed, os.WriteFile(filepath.Join(seed, "ready"), nil, 0o600)
}

func makeSeed(dir string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cluster, err := postgres.StartCluster(ctx, postgres.ClusterOptions{Dir: dir, Throwaway: true})
	if err != nil {
		return err
	}
	defer cluster.Stop()
	admin, err := pgx.Connect(ctx, cluster.URL("postgres"))
	if err != nil {
		return err
	}
	defer admin.Close(ctx)
	if _, err := admin.Exec(ctx, "CREATE DATABASE "+template); err != nil {
		return err
	}
	if err := postgres.Migrate(ctx, cluster.URL(template), migrations.FS); err != nil {
		return err
	}
	if err := jobs.Migrate(ctx, cluster.URL(template)); err != nil {
		return err
	}
	_, err = admin.Exec(ctx, "CREATE DATABASE "+template+"_shared TEMPLATE "+template)
	return err
}

func migrationsHash() (string, error) {
	h := sha256.New()
	err := fs.WalkDir(migrations.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := migrations.FS.ReadFile(path)
		h.Write([]byte(path))
		h.Write(b)
		return err
	})
	return hex.EncodeToString(h.Sum(nil))[:12], err
}

func copyTree(from, to string) error {
	// cp keeps the owner, which PostgreSQL insists on.
	if out, err := exec.Command("cp", "-a", from, to).CombinedOutput(); err != nil {
		return fmt.Errorf("copy the seed: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}
