package ocr

import (
	"bytes"
	"context"
	"errors"
	"image"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// reader returns a Reader whose children are this binary run with args.
func reader(t *testing.T, o Options, args ...string) *Reader {
	t.Helper()
	if !haveEngine {
		t.Skip("built without Tesseract")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o.Command = append([]string{self}, args...)
	r := New(o)
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func TestBadChildIsUnavailableAndDoesNoHarm(t *testing.T) {
	t.Parallel()
	img := drawn(t, russianSale)
	for _, mode := range []string{"child-killed", "child-hangs", "child-exits", "child-babbles", "child-boasts"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			r := reader(t, Options{Timeout: 500 * time.Millisecond}, mode)
			if _, err := r.Read(t.Context(), img, "RU"); !errors.Is(err, ErrUnavailable) {
				t.Errorf("Read with %s = %v, want ErrUnavailable", mode, err)
			}
		})
	}
}

func TestMissingBinaryIsUnavailable(t *testing.T) {
	t.Parallel()
	if !haveEngine {
		t.Skip("built without Tesseract")
	}
	for _, command := range [][]string{nil, {filepath.Join(t.TempDir(), "absent")}} {
		r := New(Options{Command: command})
		if _, err := r.Read(t.Context(), drawn(t, russianSale), ""); !errors.Is(err, ErrUnavailable) {
			t.Errorf("Read with command %q = %v, want ErrUnavailable", command, err)
		}
		if err := r.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	}
}

func TestPageIsReadAgainWhenItsChildIsKilled(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	r := reader(t, Options{Log: slog.New(slog.NewTextHandler(&log, nil))},
		"child-killed-once", filepath.Join(t.TempDir(), "dead"))
	got, err := r.Read(t.Context(), drawn(t, russianSale), "RU")
	if err != nil || got.Total.Value.Minor != russianSale.Total() {
		t.Errorf("Read = %v, %v, want %d", got.Total, err, russianSale.Total())
	}
	if !strings.Contains(log.String(), "killed") {
		t.Errorf("log = %q, want how the child ended", log.String())
	}
}

func TestChildsComplaintIsTold(t *testing.T) {
	t.Parallel()
	r := reader(t, Options{}, "child-exits")
	_, err := r.Read(t.Context(), drawn(t, russianSale), "RU")
	if err == nil || !strings.Contains(err.Error(), "exit status 3 out of paper") {
		t.Errorf("Read = %v, want status and complaint of the child", err)
	}
}

func TestGivenUpReadEndsAtOnce(t *testing.T) {
	t.Parallel()
	r := reader(t, Options{Timeout: time.Hour}, "child-hangs")
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := r.Read(ctx, drawn(t, russianSale), "RU"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Read = %v, want the context's error", err)
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("Read took %v after its context ended", took)
	}
}

func TestManyReadersShareTheWorkers(t *testing.T) {
	t.Parallel()
	r := reader(t, Options{Workers: 2}, "ocr-child")
	img := drawn(t, russianSale)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			got, err := r.Read(t.Context(), img, "RU")
			if err != nil || got.Total.Value.Minor != russianSale.Total() {
				t.Errorf("Read = %v, %v, want %d", got.Total, err, russianSale.Total())
			}
		})
	}
	all.Wait()
}

func TestClosedReaderLeavesNothing(t *testing.T) {
	// Not parallel: it counts goroutines.
	if !haveEngine {
		t.Skip("built without Tesseract")
	}
	before := goleak.IgnoreCurrent()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	r := New(Options{Command: []string{self, "ocr-child"}})
	if _, err := r.Read(t.Context(), drawn(t, russianSale), "RU"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := r.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	}
	if _, err := r.Read(t.Context(), drawn(t, russianSale), "RU"); !errors.Is(err, ErrUnavailable) {
		t.Errorf("Read after Close = %v, want ErrUnavailable", err)
	}
	goleak.VerifyNone(t, before)
}

// TestHungryChildIsRefusedMemory gives a child less than a page needs.
func TestHungryChildIsRefusedMemory(t *testing.T) {
	t.Parallel()
	r := reader(t, Options{MemoryBytes: 1 << 20, Timeout: 10 * time.Second}, "ocr-child")
	if _, err := r.Read(t.Context(), drawn(t, russianSale), "RU"); !errors.Is(err, ErrUnavailable) {
		t.Errorf("Read with 1 MiB = %v, want ErrUnavailable", err)
	}
}

func TestUnknownLanguageIsAnAnswerNotADeath(t *testing.T) {
	t.Parallel()
	if !haveEngine {
		t.Skip("built without Tesseract")
	}
	got := answerTo(request{"no-such-language", pgm(image.NewGray(image.Rect(0, 0, 9, 9)))}, map[string]*engine{})
	if got.Error == "" {
		t.Error("answerTo an unknown language has no error")
	}
}

func TestFramesAreBounded(t *testing.T) {
	t.Parallel()
	if _, err := readFrame(strings.NewReader("\xff\xff\xff\xff")); err == nil {
		t.Error("readFrame of 4 GiB succeeds")
	}
	if _, err := readFrame(strings.NewReader("\x00\x00\x00\x09abc")); err == nil {
		t.Error("readFrame of a cut frame succeeds")
	}
	if err := writeFrame(&bytes.Buffer{}, make([]byte, maxFrame+1)); err == nil {
		t.Error("writeFrame of more than maxFrame succeeds")
	}
	var b bytes.Buffer
	if err := writeFrame(&b, []byte("чек")); err != nil {
		t.Fatal(err)
	}
	if got, err := readFrame(&b); err != nil || string(got) != "чек" {
		t.Errorf("readFrame = %q, %v, want what was written", got, err)
	}
}
