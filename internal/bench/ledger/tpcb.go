package main

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"

	"kopilka/internal/postgres"

	"github.com/jackc/pgx/v5"
)

// tpcb runs pgbench's built-in TPC-B-like script.
// https://www.postgresql.org/docs/15/pgbench.html
type tpcb struct {
	ctx  context.Context
	path string
	args []string
}

const tpcbDatabase = "tpcb"

func newTPCB(ctx context.Context, cluster *postgres.Cluster, o options) (*tpcb, error) {
	admin, err := pgx.Connect(ctx, cluster.URL("postgres"))
	if err != nil {
		return nil, fmt.Errorf("reach the database: %w", err)
	}
	defer admin.Close(ctx)
	if _, err := admin.Exec(ctx, "CREATE DATABASE "+tpcbDatabase); err != nil {
		return nil, fmt.Errorf("make the database of TPC-B: %w", err)
	}
	t := &tpcb{ctx: ctx, path: cluster.Binary("pgbench")}
	if _, err := t.exec(cluster.URL(tpcbDatabase), "-i", "-I", "dtGvp", "-q", "-s", strconv.Itoa(o.scale)); err != nil {
		return nil, err
	}
	seconds := max(1, int(o.turn.Seconds()))
	t.args = []string{cluster.URL(tpcbDatabase), "-n", "-M", "prepared", "-c", strconv.Itoa(o.clients), "-j", "2", "-T", strconv.Itoa(seconds)}
	return t, nil
}

func (t *tpcb) exec(args ...string) (string, error) {
	// The database's address comes last on the command line.
	args = append(args[1:len(args):len(args)], args[0])
	out, err := exec.CommandContext(t.ctx, t.path, args...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("run pgbench: %w: %s", err, out)
	}
	return string(out), nil
}

var (
	tpsLine     = regexp.MustCompile(`(?m)^tps = ([0-9.]+)`)
	latencyLine = regexp.MustCompile(`(?m)^latency average = ([0-9.]+) ms`)
)

// run answers transactions a second; pgbench prints a mean latency, which stands for p50.
func (t *tpcb) run() (sample, error) {
	out, err := t.exec(t.args...)
	if err != nil {
		return sample{}, err
	}
	tps, latency := tpsLine.FindStringSubmatch(out), latencyLine.FindStringSubmatch(out)
	if tps == nil || latency == nil {
		return sample{}, fmt.Errorf("pgbench printed no tps: %s", out)
	}
	var s sample
	if s.tps, err = strconv.ParseFloat(tps[1], 64); err != nil {
		return s, fmt.Errorf("read pgbench's tps: %w", err)
	}
	s.p50, err = strconv.ParseFloat(latency[1], 64)
	return s, err
}
