package bot

import (
	"context"
	"time"
)

// pollWait is how long one getUpdates may wait; Telegram's own limit is 50 s.
const pollWait = 45 * time.Second

// poll asks for updates until ctx ends. An offset is moved, which tells Telegram to
// forget what is below it, only after the commit of what it covers; so nothing needs to
// be remembered over a restart.
func (b *Bot) poll(ctx context.Context) {
	var offset int64
	var pause time.Duration
	for ctx.Err() == nil {
		next, err := b.pollOnce(ctx, offset)
		if err == nil {
			offset, pause = next, 0
			b.pollState(true)
			continue
		}
		if ctx.Err() != nil {
			return
		}
		pause = pollPause(Classify(err), pause)
		b.pollState(false)
		b.log.Warn("polling pauses", "pause", pause, "err", err)
		wait(ctx, pause)
	}
}

func (b *Bot) pollOnce(ctx context.Context, offset int64) (int64, error) {
	updates, err := b.client.Updates(ctx, offset, b.pollWait, kinds)
	if err != nil || len(updates) == 0 {
		return offset, err
	}
	bodies := make([][]byte, len(updates))
	for i, u := range updates {
		bodies[i] = u
		if e, err := openEnvelope(u); err == nil {
			offset = max(offset, e.ID+1)
		}
	}
	return offset, b.receive(ctx, bodies...)
}

// pollPause is how long to be silent after a failure: as long as Telegram asks, a
// minute when the token does not work, and ever longer when the line is down.
func pollPause(f *Failure, last time.Duration) time.Duration {
	switch f.Class {
	case Flood:
		return f.RetryAfter
	case Auth:
		return time.Minute
	}
	return min(max(2*last, 500*time.Millisecond), 30*time.Second)
}

// wait sleeps unless ctx ends first, and reports whether it slept to the end.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
