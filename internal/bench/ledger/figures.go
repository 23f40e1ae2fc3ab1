package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
)

// sample is what a thing's turns gave: operations a second, the time a call took, and the
// ratio to TPC-B. The figures are means over the turns.
type sample struct {
	tps      float64
	p50, p99 float64 // milliseconds
	ratio    float64
	turns    float64
}

// add counts one more turn in.
func (s *sample) add(t sample) {
	mean := func(of *float64, value float64) { *of = (*of*s.turns + value) / (s.turns + 1) }
	mean(&s.tps, t.tps)
	mean(&s.p50, t.p50)
	mean(&s.p99, t.p99)
	mean(&s.ratio, t.ratio)
	s.turns++
}

// figures are what the run measured.
type figures struct {
	Box      string
	Verified bool
	tpcb     sample
	bytes    float64 // of disk an operation

	single, half, batch, redeem   sample
	hotNaive, hotSingle, hotBatch sample
	protections                   map[string]float64
}

// print writes the ratios, and for machines one JSON object as the last line.
func (f figures) print(w io.Writer) error {
	fmt.Fprintf(w, "\nTPC-B %.0f/s\n", f.tpcb.tps)
	for _, line := range []struct {
		name  string
		ratio float64
		of    string
	}{
		{"single accruals", f.single.ratio, "TPC-B"},
		{"batches", f.batch.ratio, "TPC-B"},
		{"redemptions", f.redeem.ratio, "TPC-B"},
		{"hot member, batches", f.hotBatch.tps / f.hotNaive.tps, "begin, accrue, commit"},
		{"hot member, one call", f.hotSingle.tps / f.hotNaive.tps, "begin, accrue, commit"},
	} {
		fmt.Fprintf(w, "%-24s %6.2f x %s\n", line.name, line.ratio, line.of)
	}
	fmt.Fprintf(w, "%-24s %6.0f bytes\n", "an accrual on disk", f.bytes)
	b, err := json.Marshal(map[string]any{
		"box": f.Box, "verified": f.Verified,
		"tpcb_tps":           round(f.tpcb.tps),
		"single_tps":         round(f.single.tps),
		"single_ratio":       round(f.single.ratio),
		"batch_tps":          round(f.batch.tps),
		"batch_ratio":        round(f.batch.ratio),
		"p50_ms":             round(f.half.p50), // at half load
		"p99_ms":             round(f.half.p99),
		"full_p50_ms":        round(f.single.p50),
		"full_p99_ms":        round(f.single.p99),
		"redeem_tps":         round(f.redeem.tps),
		"redeem_ratio":       round(f.redeem.ratio),
		"hot_tx_tps":         round(f.hotNaive.tps),
		"hot_tps":            round(f.hotSingle.tps),
		"hot_batch_tps":      round(f.hotBatch.tps),
		"hot_ratio":          round(f.hotBatch.tps / f.hotNaive.tps),
		"bytes_per_accrual":  math.Round(f.bytes),
		"cost_of_protection": f.protections, // share of an accrual; null when not measured
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
