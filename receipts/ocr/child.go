package ocr

import (
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// hello is the first frame a child gets.
type hello struct {
	MemoryBytes uint64 `json:"memory_bytes"`
}

// request is one page to read: a frame with the language, one with the PGM.
type request struct {
	lang string
	page []byte
}

// answer is what a child says about one page.
type answer struct {
	Words []word `json:"words"`
	Error string `json:"error,omitempty"`
}

// word is a word as the engine read it: where, in which line, how sure of 100.
type word struct {
	Text string          `json:"text"`
	Box  image.Rectangle `json:"box"`
	Line int             `json:"line"`
	Sure float64         `json:"sure"`
}

// Child reads pages from stdin and writes their words to stdout until stdin
// ends. It is the whole life of the child process: it lowers the process's
// limits and priority first, and is not to be called in any other.
func Child(stdin io.Reader, stdout io.Writer) error {
	runtime.LockOSThread() // the priority is the thread's
	var h hello
	b, err := readFrame(stdin)
	if err != nil {
		return fmt.Errorf("greet text reader: %w", err)
	}
	if err := json.Unmarshal(b, &h); err != nil {
		return fmt.Errorf("greet text reader: %w", err)
	}
	if err := confine(h.MemoryBytes); err != nil {
		return fmt.Errorf("confine text reader: %w", err)
	}
	engines := make(map[string]*engine)
	for {
		req, err := readRequest(stdin)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		b, err := json.Marshal(answerTo(req, engines))
		if err != nil {
			return fmt.Errorf("encode words: %w", err)
		}
		if err := writeFrame(stdout, b); err != nil {
			return err
		}
	}
}

func readRequest(r io.Reader) (request, error) {
	lang, err := readFrame(r)
	if err != nil {
		return request{}, err
	}
	page, err := readFrame(r)
	return request{string(lang), page}, err
}

// answerTo reads one page with the engine of its language, which is made once.
func answerTo(req request, engines map[string]*engine) answer {
	e, ok := engines[req.lang]
	if !ok {
		var err error
		if e, err = newEngine(req.lang); err != nil {
			return answer{Error: err.Error()}
		}
		engines[req.lang] = e
	}
	words, err := e.read(req.page)
	if err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Words: words}
}

// confine takes from the process what reading does not need. The memory limit
// counts from what the process has now, for Go reserves much address space
// that it does not use.
func confine(memory uint64) error {
	now, err := addressSpace()
	if err != nil {
		return err
	}
	for what, limit := range map[int]uint64{
		syscall.RLIMIT_AS:    now + memory,
		syscall.RLIMIT_CORE:  0,
		syscall.RLIMIT_FSIZE: 0,
	} {
		if err := syscall.Setrlimit(what, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
			return fmt.Errorf("set limit %d: %w", what, err)
		}
	}
	// People wait for the process that answers them, not for this one.
	return syscall.Setpriority(syscall.PRIO_PROCESS, 0, 10)
}

func addressSpace() (uint64, error) {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, err
	}
	pages, _, _ := strings.Cut(string(b), " ")
	n, err := strconv.ParseUint(pages, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("parse statm: %w", err)
	}
	return n * uint64(os.Getpagesize()), nil
}
