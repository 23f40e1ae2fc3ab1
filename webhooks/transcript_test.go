package webhooks

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite testdata/*.http with what the door answers")

// TestTranscripts plays testdata/*.http: each file is a talk with a fresh house, and
// what the door answers must be what stands there. ==== begins the next request.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.http")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".http"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(open(t), string(text))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got != string(text) {
				t.Errorf("%s answers otherwise; run with -update to see the difference in git. It says:\n%s", file, got)
			}
		})
	}
}

func play(h *house, text string) string {
	var out []string
	for _, step := range strings.Split(text, "\n====\n") {
		request, _, _ := strings.Cut(step, "\n----\n")
		request = strings.TrimRight(request, "\n")
		out = append(out, request+"\n----\n"+h.tell(request))
	}
	return strings.Join(out, "\n====\n")
}

// tell sends what a transcript's request says and writes the answer as it stands there.
func (h *house) tell(request string) string {
	head, body, _ := strings.Cut(request, "\n\n")
	lines := strings.Split(head, "\n")
	for len(lines) > 0 && strings.HasPrefix(lines[0], "#") {
		lines = lines[1:]
	}
	method, target, _ := strings.Cut(h.fill(lines[0]), " ")
	headers := []string{"X-Request-Id", "req_1"}
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ": ")
		headers = append(headers, name, h.fill(value))
	}
	res := h.call(method, target, h.fill(body), headers...)
	return h.blank(answerText(h.t, res))
}

// fill puts what differs from run to run in its place, and blank takes it out again.
func (h *house) fill(s string) string {
	return strings.NewReplacer("{card}", string(h.anna.Card), "{root}", "Bearer "+h.root).Replace(s)
}

func (h *house) blank(s string) string {
	return anyCard.ReplaceAllString(strings.ReplaceAll(s, string(h.anna.Card), "{card}"), "{another card}")
}

var anyCard = regexp.MustCompile(`9643\d{12}`)

var shownHeaders = []string{"Content-Type", "Allow", "WWW-Authenticate", "Idempotency-Replayed", "Retry-After"}

func answerText(t testing.TB, res *http.Response) string {
	t.Helper()
	var b bytes.Buffer
	fmt.Fprintf(&b, "%d %s\n", res.StatusCode, http.StatusText(res.StatusCode))
	for _, name := range shownHeaders {
		if v := res.Header.Get(name); v != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, v)
		}
	}
	b.WriteString("\n")
	if err := json.Indent(&b, []byte(read(t, res)), "", "  "); err != nil {
		t.Fatalf("not JSON: %v", err)
	}
	return strings.TrimRight(short.ReplaceAllStringFunc(b.String(), func(object string) string {
		return blanks.ReplaceAllString(object, " ")
	}), "\n") + "\n"
}

// An amount reads better on one line.
var (
	short  = regexp.MustCompile(`\{\s+"(?:hundredths|minor)": -?\d+,\s+"(?:display|currency)": "[^"]*"\s+\}`)
	blanks = regexp.MustCompile(`\s+`)
)
