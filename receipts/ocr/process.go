package ocr

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// nursery starts children from one thread that lives as long as it does. The
// kernel ends a child with Pdeathsig when the thread that started it is gone,
// and Go ends threads as it likes.
type nursery struct {
	options Options
	births  chan birth
}

type birth struct {
	cmd  *exec.Cmd
	done chan error
}

func newNursery(o Options) *nursery {
	if o.MemoryBytes == 0 {
		o.MemoryBytes = 1 << 30
	}
	n := &nursery{options: o, births: make(chan birth)}
	go func() {
		runtime.LockOSThread()
		for b := range n.births {
			b.done <- b.cmd.Start()
		}
	}()
	return n
}

// child starts a process and greets it.
func (n *nursery) child() (*child, error) {
	if len(n.options.Command) == 0 {
		return nil, errors.New("start text reader: no command")
	}
	cmd := exec.Command(n.options.Command[0], n.options.Command[1:]...)
	// One thread is faster than OpenMP's many on pages of this size, and libgomp
	// reads the variable before main does. Nothing else of our environment is
	// the child's business.
	cmd.Env = []string{"OMP_THREAD_LIMIT=1"}
	if n.options.Tessdata != "" {
		cmd.Env = append(cmd.Env, "TESSDATA_PREFIX="+n.options.Tessdata)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	cmd.WaitDelay = time.Second
	c := &child{cmd: cmd}
	cmd.Stderr = &c.complaint
	var err error
	if c.in, err = cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("start text reader: %w", err)
	}
	if c.out, err = cmd.StdoutPipe(); err != nil {
		return nil, fmt.Errorf("start text reader: %w", err)
	}
	done := make(chan error)
	n.births <- birth{cmd, done}
	if err := <-done; err != nil {
		return nil, fmt.Errorf("start text reader: %w", err)
	}
	return c, c.greet(hello{n.options.MemoryBytes})
}

// child is a running process that reads pages.
type child struct {
	cmd       *exec.Cmd
	in        io.WriteCloser
	out       io.ReadCloser
	complaint tail
}

func (c *child) greet(h hello) error {
	b, err := json.Marshal(h)
	if err == nil {
		err = writeFrame(c.in, b)
	}
	if err != nil {
		c.kill()
	}
	return err
}

// ask sends a page and waits for its words, however long it takes; killing the
// child ends the wait.
func (c *child) ask(r request) (answer, error) {
	var a answer
	for _, b := range [][]byte{[]byte(r.lang), r.page} {
		if err := writeFrame(c.in, b); err != nil {
			return a, err
		}
	}
	b, err := readFrame(c.out)
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(b, &a); err != nil {
		return a, fmt.Errorf("decode words: %w", err)
	}
	return a, nil
}

// kill ends the process and says how it ended.
func (c *child) kill() error {
	_ = c.cmd.Process.Kill() // it may be dead already
	err := c.cmd.Wait()
	return fmt.Errorf("%w %s", err, c.complaint.text())
}

// worker owns at most one child, and starts one when it is needed.
type worker struct{ child *child }

func (w *worker) stop() {
	if w.child != nil {
		_ = w.child.kill() // killed is how it shall end
		w.child = nil
	}
}

// attempt has the child read a page within limit. After any error but the
// engine's own the child is gone.
func (w *worker) attempt(ctx context.Context, n *nursery, r request, limit time.Duration) ([]word, error) {
	if w.child == nil {
		c, err := n.child()
		if err != nil {
			return nil, err
		}
		w.child = c
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	// The watcher only kills; ask then fails, and the worker waits for both.
	c, watched := w.child, make(chan struct{})
	asked := make(chan struct{})
	go func() {
		defer close(watched)
		select {
		case <-ctx.Done():
			_ = c.cmd.Process.Kill()
		case <-asked:
		}
	}()
	a, err := c.ask(r)
	close(asked)
	<-watched
	switch {
	case err != nil:
		end := c.kill()
		w.child = nil
		return nil, fmt.Errorf("ask text reader: %w", errors.Join(ctx.Err(), err, end))
	case a.Error != "":
		return nil, fmt.Errorf("ask text reader: %s", a.Error)
	}
	return a.Words, nil
}

// tail keeps the last of what a child complains of.
type tail struct {
	mu   sync.Mutex
	last []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, b...)
	t.last = t.last[max(0, len(t.last)-2048):]
	return len(b), nil
}

func (t *tail) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.last))
}
