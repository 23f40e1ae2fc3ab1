package bot

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// leaseTime is how long a replica that died without a word keeps the others waiting.
const leaseTime = 6 * time.Second

// lease says which replica polls and dispatches: one row, by the database's clock, so
// that neither the replicas' clocks nor a pooler in between matter.
type lease struct {
	db     *pgxpool.Pool
	botID  int64
	holder string
	time   time.Duration
	log    *slog.Logger
}

func newLease(db *pgxpool.Pool, botID int64, log *slog.Logger) lease {
	return lease{db: db, botID: botID, holder: rand.Text(), time: leaseTime, log: log}
}

// while runs work for as long as the lease is held, again each time it is won back,
// until ctx ends. work must return soon after its context ends.
func (l lease) while(ctx context.Context, work func(context.Context)) {
	for ctx.Err() == nil {
		held, err := l.take(ctx)
		if err != nil {
			l.log.Warn("lease not taken", "err", err)
		}
		if held {
			l.hold(ctx, work)
		}
		wait(ctx, l.time/4)
	}
}

func (l lease) hold(ctx context.Context, work func(context.Context)) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan struct{})
	go func() {
		defer close(done)
		work(ctx)
	}()
	l.keep(ctx)
	stop()
	<-done
	// Without this the next start would wait for the lease to run out.
	free, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if _, err := l.db.Exec(free, `DELETE FROM bot.lease WHERE bot_id = $1 AND holder = $2`, l.botID, l.holder); err != nil {
		l.log.Warn("lease not given back", "err", err)
	}
}

// keep renews the lease until ctx ends, somebody else has it, or it may have run out:
// a replica that cannot reach the database must stop before another begins.
func (l lease) keep(ctx context.Context) {
	sure := time.NewTimer(l.time * 3 / 4) // the machine's own clock, which never jumps
	defer sure.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-sure.C:
			l.log.Warn("lease ran out")
			return
		case <-time.After(l.time / 4):
		}
		try, cancel := context.WithTimeout(ctx, l.time/4)
		held, err := l.take(try)
		cancel()
		if err == nil && !held {
			l.log.Warn("lease lost to another replica")
			return
		}
		if held {
			sure.Reset(l.time * 3 / 4)
		}
	}
}

// take wins a free lease or renews one's own.
func (l lease) take(ctx context.Context) (bool, error) {
	tag, err := l.db.Exec(ctx, `
		INSERT INTO bot.lease AS l (bot_id, holder, until) VALUES ($1, $2, clock_timestamp() + $3::interval)
		ON CONFLICT (bot_id) DO UPDATE SET holder = excluded.holder, until = excluded.until
			WHERE l.holder = excluded.holder OR l.until < clock_timestamp()`,
		l.botID, l.holder, l.time)
	if err != nil {
		return false, fmt.Errorf("take the lease of bot %d: %w", l.botID, err)
	}
	return tag.RowsAffected() == 1, nil
}
