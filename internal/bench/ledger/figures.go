package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
)

// figures are what the run measured.
type figures struct {
	Box      string
	Verified bool
	tpcb     []float64

	single, half, batch, redeem   sample
	hotNaive, hotSingle, hotBatch sample
}

func (f figures) tpcbTPS() float64 {
	var sum float64
	for _, tps := range f.tpcb {
		sum += tps
	}
	return sum / float64(max(1, len(f.tpcb)))
}

// print writes the ratios, and for machines one JSON object as the last line.
func (f figures) print(w io.Writer) error {
	base := f.tpcbTPS()
	fmt.Fprintf(w, "\nTPC-B is %.0f/s (%.0f)\n", base, f.tpcb)
	for _, line := range []struct {
		name  string
		ratio float64
		of    string
	}{
		{"single accruals", f.single.tps / base, "TPC-B"},
		{"batches", f.batch.tps / base, "TPC-B"},
		{"redemptions", f.redeem.tps / base, "TPC-B"},
		{"hot member, batches", f.hotBatch.tps / f.hotNaive.tps, "begin, accrue, commit"},
		{"hot member, one call", f.hotSingle.tps / f.hotNaive.tps, "begin, accrue, commit"},
	} {
		fmt.Fprintf(w, "%-24s %6.2f x %s\n", line.name, line.ratio, line.of)
	}
	b, err := json.Marshal(map[string]any{
		"box": f.Box, "verified": f.Verified,
		"tpcb_tps":        round(base),
		"single_tps":      round(f.single.tps),
		"single_ratio":    round(f.single.tps / base),
		"batch_tps":       round(f.batch.tps),
		"batch_ratio":     round(f.batch.tps / base),
		"p50_ms":          f.half.p50, // at half load
		"p99_ms":          f.half.p99,
		"full_p50_ms":     f.single.p50,
		"full_p99_ms":     f.single.p99,
		"redeem_tps":      round(f.redeem.tps),
		"redeem_ratio":    round(f.redeem.tps / base),
		"hot_tx_tps":      round(f.hotNaive.tps),
		"hot_tps":         round(f.hotSingle.tps),
		"hot_batch_tps":   round(f.hotBatch.tps),
		"hot_batch_ratio": round(f.hotBatch.tps / f.hotNaive.tps),
	})
	if err != nil {
		return fmt.Errorf("write the figures: %w", err)
	}
	_, err = fmt.Fprintf(w, "%s\n", b)
	if err == nil && !f.Verified {
		err = fmt.Errorf("a law of the ledger does not hold")
	}
	return err
}

func round(x float64) float64 { return math.Round(x*100) / 100 }

// describe names the box: figures without it mean nothing.
func describe(ctx context.Context, pool *pgxpool.Pool) (string, error) {
	var version string
	if err := pool.QueryRow(ctx, `SHOW server_version`).Scan(&version); err != nil {
		return "", fmt.Errorf("ask PostgreSQL for its version: %w", err)
	}
	load, _ := os.ReadFile("/proc/loadavg")
	busy, _, _ := strings.Cut(string(load), " ")
	return fmt.Sprintf("%s, %d cores, PostgreSQL %s, fsync on, load before %s", processor(), runtime.NumCPU(), version, busy), nil
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
