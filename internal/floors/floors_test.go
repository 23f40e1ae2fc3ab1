package floors

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const module = "kopilka/"

// floor says how high each package lives. A package imports only lower floors, so equals
// never meet.
var floor = map[string]int{
	"texts": 0, "migrations": 0, "internal/floors": 0, "internal/postgres": 0, "internal/jobs": 0, "internal/logs": 0,
	"ledger": 1, "receipts": 1, "catalog": 1, "members": 1,
	"internal/postgrestest": 1, "internal/samples": 1, "internal/tgfake": 1,
	"receipts/ocr": 2, "program": 2, "internal/demopage": 2,
	"notify": 3,
	"bot":    4, "webhooks": 4,
	"cmd/kopilka": 5, "internal/bench/draw": 5, "internal/bench/ledger": 5, "internal/bench/receipts": 5, "internal/bench/ocr": 5,
}

// only names who alone may import a library, and why.
var only = map[string]struct {
	who []string
	why string
}{
	"github.com/go-telegram/bot":                              {[]string{"bot"}, "Telegram is one door; the rest must not know it"},
	"github.com/go-telegram/bot/models":                       {[]string{"bot"}, "Telegram is one door; the rest must not know it"},
	"github.com/go-chi/chi/v5":                                {[]string{"webhooks"}, "routing belongs to the HTTP door"},
	"github.com/danielgtaylor/huma/v2":                        {[]string{"webhooks"}, "the API's description belongs to the HTTP door"},
	"code.dny.dev/ssrf":                                       {[]string{"webhooks"}, "only webhooks go to addresses that others name"},
	"github.com/otiai10/gosseract/v2":                         {[]string{"receipts/ocr"}, "cgo stays out of every other package"},
	"github.com/makiuchi-d/gozxing":                           {[]string{"receipts"}, "pictures are read in one place"},
	"github.com/ProtonMail/go-crypto/brainpool":               {[]string{"receipts"}, "only German receipts are signed on such curves"},
	"github.com/pressly/goose/v3":                             {[]string{"internal/postgres"}, "one way to migrate"},
	"github.com/riverqueue/river":                             {[]string{"internal/jobs", "webhooks", "cmd/kopilka"}, "jobs are wired where they are worked"},
	"github.com/nicksnyder/go-i18n/v2/i18n":                   {[]string{"texts"}, "sentences live in one place"},
	"github.com/nyaruka/phonenumbers":                         {[]string{"members"}, "a phone number is parsed once"},
	"github.com/alecthomas/kong":                              {[]string{"cmd/kopilka"}, "only main reads flags and the environment"},
	"github.com/prometheus/client_golang/prometheus":          {[]string{"webhooks", "cmd/kopilka"}, "figures leave by the operations' address"},
	"github.com/prometheus/client_golang/prometheus/promhttp": {[]string{"webhooks"}, "figures leave by the operations' address"},
}

type pkg struct {
	ImportPath, Dir, Name, Doc string
	Imports                    []string
	GoFiles                    []string
}

func packages(t *testing.T) (all []pkg) {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,Name,Doc,Imports,GoFiles", module+"...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v: %s", err, stderr.String())
	}
	for dec := json.NewDecoder(bytes.NewReader(out)); dec.More(); {
		var p pkg
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		if len(p.GoFiles) > 0 || p.Name != "floors" {
			all = append(all, p)
		}
	}
	return all
}

func TestFloors(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		mine, ok := floor[name]
		if !ok {
			t.Errorf("%s has no floor: give it one", name)
		}
		for _, imp := range p.Imports {
			if rest, ours := strings.CutPrefix(imp, module); ours && floor[rest] >= mine {
				t.Errorf("%s (floor %d) imports %s (floor %d)", name, mine, rest, floor[rest])
			}
			if rule, ruled := only[imp]; ruled && !contains(rule.who, name) {
				t.Errorf("%s imports %s: %s", name, imp, rule.why)
			}
		}
	}
}

func contains(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}

func TestEveryPackageSaysWhatItKnows(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if p.Doc == "" {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
	}
}

// TestOnlyMainReadsTheEnvironment looks at the calls themselves: os has other uses.
func TestOnlyMainReadsTheEnvironment(t *testing.T) {
	t.Parallel()
	call := regexp.MustCompile(`\bos\.(Getenv|LookupEnv|Setenv)\(`)
	for _, p := range packages(t) {
		if p.Name == "main" {
			continue
		}
		for _, f := range p.GoFiles {
			src, err := os.ReadFile(filepath.Join(p.Dir, f))
			if err != nil {
				t.Fatal(err)
			}
			if call.Match(src) {
				t.Errorf("%s/%s reads the environment", p.ImportPath, f)
			}
		}
	}
}

// TestNoCyrillicInTheNouns keeps sentences for people in texts: a noun that holds
// Cyrillic strings talks to people. Comments, the labels that receipts print, and the
// demo's own mall are another matter.
func TestSentencesStayInTexts(t *testing.T) {
	t.Parallel()
	sentence := regexp.MustCompile("(?m)^[^/\n]*\"[^\"\n]*[а-яіїєґ]{3,} [^\"\n]*[а-яіїєґ]{3,}[^\"\n]*\"")
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		if contains([]string{"receipts", "receipts/ocr", "internal/samples", "internal/demopage", "internal/bench/ocr", "cmd/kopilka"}, name) {
			continue
		}
		for _, f := range p.GoFiles {
			src, err := os.ReadFile(filepath.Join(p.Dir, f))
			if err != nil {
				t.Fatal(err)
			}
			if m := sentence.Find(src); m != nil {
				t.Errorf("%s/%s speaks to people by itself: %s", name, f, bytes.TrimSpace(m))
			}
		}
	}
}
