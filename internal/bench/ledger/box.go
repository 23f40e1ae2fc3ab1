package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// describe names the box: figures without it mean nothing.
func describe(ctx context.Context, pool *pgxpool.Pool, sync time.Duration) (string, error) {
	var version string
	if err := pool.QueryRow(ctx, `SHOW server_version`).Scan(&version); err != nil {
		return "", fmt.Errorf("ask PostgreSQL for its version: %w", err)
	}
	load, _ := os.ReadFile("/proc/loadavg")
	busy, _, _ := strings.Cut(string(load), " ")
	return fmt.Sprintf("%s, %d cores, PostgreSQL %s, fsync on (%s each), load before %s",
		processor(), runtime.NumCPU(), version, sync.Round(time.Microsecond), busy), nil
}

func processor() string {
	info, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(info)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

// fsyncTime is how long the disk of dir takes to keep a block of 8 kB, as pg_test_fsync
// measures it.
func fsyncTime(dir string) (time.Duration, error) {
	f, err := os.Create(filepath.Join(dir, "fsync"))
	if err != nil {
		return 0, fmt.Errorf("make a file to sync: %w", err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	block := bytes.Repeat([]byte{1}, 8192)
	start := time.Now()
	n := 0
	for ; n == 0 || time.Since(start) < 300*time.Millisecond; n++ {
		if _, err := f.WriteAt(block, 0); err != nil {
			return 0, fmt.Errorf("write a block: %w", err)
		}
		if err := syscall.Fdatasync(int(f.Fd())); err != nil {
			return 0, fmt.Errorf("sync a block: %w", err)
		}
	}
	return time.Since(start) / time.Duration(n), nil
}
