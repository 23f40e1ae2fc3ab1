package main

import (
	"context"
	"time"

	"kopilka/internal/jobs"
	"kopilka/program"

	"github.com/riverqueue/river"
)

// sweepArgs name the job that makes visible what time has done.
type sweepArgs struct{}

func (sweepArgs) Kind() string { return "program_sweep" }

type sweeper struct {
	river.WorkerDefaults[sweepArgs]
	program *program.Program
}

func (s *sweeper) Work(ctx context.Context, _ *river.Job[sweepArgs]) error {
	return s.program.Sweep(ctx)
}

func (s *sweeper) Timeout(*river.Job[sweepArgs]) time.Duration { return 10 * time.Minute }

// work adds the programme's own jobs.
func work(set *jobs.Set, p *program.Program) {
	river.AddWorker(set.Workers, &sweeper{program: p})
	set.Every(time.Minute, sweepArgs{})
}
