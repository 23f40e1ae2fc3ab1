// Command receipts measures how many QR codes receipts.Scan reads and at what cost. It
// knows a manifest of pictures with the texts that count as right; it does not know
// where they come from.
//
//	go run ./internal/bench/receipts -data images.jsonl
//
// Each line of the manifest is {"file", "set", "accept": [text…]}, the file's path being
// relative to the manifest's folder or to the one above it; an empty accept means a
// picture without a code. The last line printed is one JSON object.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"kopilka/receipts"
)

type picture struct {
	File   string   `json:"file"`
	Set    string   `json:"set"`
	Accept []string `json:"accept"`
	Expect string   `json:"expected"`
}

// tally is the outcome of one set. Blurred counts pictures told to hold a code that
// cannot be read.
type tally struct {
	Pictures int     `json:"pictures"`
	Right    int     `json:"right"`
	Wrong    int     `json:"wrong"`
	Blurred  int     `json:"blurred"`
	P50      float64 `json:"cpu_ms_p50"`
	P95      float64 `json:"cpu_ms_p95"`
	cost     []float64
}

func main() {
	data := flag.String("data", "", "the manifest of pictures, JSON lines")
	only := flag.String("set", "", "measure this set alone")
	verbose := flag.Bool("v", false, "print each picture")
	flag.Parse()
	if err := run(*data, *only, *verbose); err != nil {
		fmt.Fprintln(os.Stderr, "bench receipts:", err)
		os.Exit(1)
	}
}

func run(manifest, only string, verbose bool) error {
	pictures, err := load(manifest)
	if err != nil {
		return err
	}
	sets := map[string]*tally{}
	for _, p := range pictures {
		if only != "" && p.Set != only {
			continue
		}
		t := sets[p.Set]
		if t == nil {
			t = &tally{}
			sets[p.Set] = t
		}
		word, ms, err := measure(filepath.Dir(manifest), p)
		if err != nil {
			return err
		}
		t.add(word, ms)
		if verbose {
			fmt.Printf("%-8s %6.0f ms  %s\n", word, ms, p.File)
		}
	}
	return report(sets)
}

func load(manifest string) ([]picture, error) {
	f, err := os.Open(manifest)
	if err != nil {
		return nil, fmt.Errorf("open the manifest: %w", err)
	}
	defer f.Close()
	var all []picture
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var p picture
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
			return nil, fmt.Errorf("read the manifest: %w", err)
		}
		if p.Expect != "" {
			p.Accept = append(p.Accept, p.Expect)
		}
		all = append(all, p)
	}
	return all, lines.Err()
}

// measure reads one picture and returns right, wrong, blurred or none, and the CPU
// time of the process, decoding the file included.
func measure(dir string, p picture) (word string, ms float64, err error) {
	data, err := os.ReadFile(filepath.Join(dir, p.File))
	if errors.Is(err, os.ErrNotExist) {
		data, err = os.ReadFile(filepath.Join(dir, "..", p.File))
	}
	if err != nil {
		return "", 0, fmt.Errorf("read a picture: %w", err)
	}
	before := cpu()
	texts, err := scan(data)
	ms = float64((cpu() - before).Microseconds()) / 1000
	switch {
	case errors.Is(err, receipts.ErrBlurred):
		return "blurred", ms, nil
	case err != nil:
		return "none", ms, nil
	case slices.ContainsFunc(texts, func(t string) bool { return slices.ContainsFunc(p.Accept, func(a string) bool { return same(a, t) }) }):
		return "right", ms, nil
	}
	return "wrong", ms, nil
}

func scan(data []byte) ([]string, error) {
	p, err := receipts.Gate(data)
	if err != nil {
		return nil, err
	}
	return receipts.Scan(context.Background(), p)
}

func same(a, b string) bool {
	return strings.Join(strings.Fields(a), " ") == strings.Join(strings.Fields(b), " ")
}

func (t *tally) add(word string, ms float64) {
	t.Pictures++
	t.cost = append(t.cost, ms)
	switch word {
	case "right":
		t.Right++
	case "wrong":
		t.Wrong++
	case "blurred":
		t.Blurred++
	}
}

func report(sets map[string]*tally) error {
	names := make([]string, 0, len(sets))
	for name := range sets {
		names = append(names, name)
	}
	slices.Sort(names)
	fmt.Printf("%-18s %8s %6s %6s %8s %10s %10s\n", "set", "pictures", "right", "wrong", "blurred", "p50 cpu ms", "p95 cpu ms")
	for _, name := range names {
		t := sets[name]
		slices.Sort(t.cost)
		t.P50, t.P95 = t.cost[len(t.cost)/2], t.cost[len(t.cost)*95/100]
		fmt.Printf("%-18s %8d %6d %6d %8d %10.0f %10.0f\n", name, t.Pictures, t.Right, t.Wrong, t.Blurred, t.P50, t.P95)
	}
	return json.NewEncoder(os.Stdout).Encode(sets)
}

// cpu is the time that all threads of the process have taken.
func cpu() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
