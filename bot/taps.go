package bot

import "sync"

// taps remembers which of the newest taps have been answered: Telegram takes one answer.
// Beyond its size it forgets the oldest, whose second answer Telegram would refuse.
type taps struct {
	mu   sync.Mutex
	done map[string]bool
	ring [4096]string
	next int
}

// first reports whether nobody has answered the tap yet, and takes that on.
func (t *taps) first(id string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.done[id] {
		return false
	}
	if t.done == nil {
		t.done = map[string]bool{}
	}
	delete(t.done, t.ring[t.next])
	t.done[id], t.ring[t.next] = true, id
	t.next = (t.next + 1) % len(t.ring)
	return true
}
