package main

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kopilka/program"
	"kopilka/texts"
	"kopilka/webhooks"

	"github.com/alecthomas/kong"
)

const root = "../../"

func readDoc(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(root + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestReadmeListsEveryVariable compares the README's table with what the program takes.
func TestReadmeListsEveryVariable(t *testing.T) {
	t.Parallel()
	var c commands
	parser, err := kong.New(&c)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for _, node := range append([]*kong.Node{parser.Model.Node}, parser.Model.Leaves(false)...) {
		for _, f := range node.Flags {
			for _, name := range f.Envs {
				value := f.Default
				if f.IsBool() && value == "" {
					value = "false"
				}
				want[fmt.Sprintf("%s --%s %s", name, f.Name, value)] = true
			}
		}
	}
	row := regexp.MustCompile("(?m)^\\| `(KOPILKA_\\w+)` \\| `--([a-z-]+)` \\| (?:`([^`]*)`)? ?\\|")
	got := map[string]bool{}
	for _, m := range row.FindAllStringSubmatch(readDoc(t, "README.md"), -1) {
		got[fmt.Sprintf("%s --%s %s", m[1], m[2], m[3])] = true
	}
	for line := range want {
		if !got[line] {
			t.Errorf("README.md does not list %q", line)
		}
	}
	for line := range got {
		if !want[line] {
			t.Errorf("README.md lists %q, which the program does not take", line)
		}
	}
}

// TestReadmeListsEveryCommand compares the tables of commands with the program's own and
// with the chat's menus.
func TestReadmeListsEveryCommand(t *testing.T) {
	t.Parallel()
	readme := readDoc(t, "README.md")
	var c commands
	parser, err := kong.New(&c)
	if err != nil {
		t.Fatal(err)
	}
	for _, leaf := range parser.Model.Leaves(true) {
		first, last := leaf.FullPath(), "`"+leaf.Name+"`"
		if path := strings.Fields(first); !strings.Contains(readme, "`kopilka "+strings.Join(path[1:], " ")) && !strings.Contains(readme, last) {
			t.Errorf("README.md does not tell of %s", first)
		}
	}
	words, err := texts.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range words.Keys() {
		if name, ok := strings.CutPrefix(key, "cmd_"); ok && !strings.Contains(readme, "`/"+name+"`") && !strings.Contains(readme, "`/"+name+" ") {
			t.Errorf("README.md does not tell of the chat's /%s", name)
		}
	}
}

// TestDocsPointAtWhatIsThere follows every link and every path that the docs name.
func TestDocsPointAtWhatIsThere(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob(root + "docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	pages = append(pages, root+"README.md", root+"CONTRIBUTING.md")
	if len(pages) < 8 {
		t.Fatalf("found %d pages, want all of them", len(pages))
	}
	link := regexp.MustCompile(`\]\(([^)#:]+\.md)(?:#[^)]*)?\)`)
	path := regexp.MustCompile("`((?:bot|catalog|cmd|docs|internal|ledger|members|migrations|notify|program|receipts|texts|webhooks)/[\\w/.-]+\\.(?:go|sql|md|toml))`")
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllSubmatch(text, -1) {
			there(t, page, filepath.Join(filepath.Dir(page), string(m[1])))
		}
		for _, m := range path.FindAllSubmatch(text, -1) {
			there(t, page, filepath.Join(root, string(m[1])))
		}
	}
}

func there(t *testing.T, page, file string) {
	t.Helper()
	if _, err := os.Stat(file); err != nil {
		t.Errorf("%s names %s, which is not there", page, file)
	}
}

// TestLedgerDocNamesRealLaws looks for every name of the ledger's page in the code.
func TestLedgerDocNamesRealLaws(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(root + "ledger/*.go")
	if err != nil {
		t.Fatal(err)
	}
	files = append(files, root+"migrations/0002_ledger.sql", root+"migrations/0003_receipts.sql")
	var code strings.Builder
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		code.Write(b)
	}
	names := regexp.MustCompile("`(?:ledger\\.|receipts\\.)?([A-Za-z0-9]+(?:_[a-z_]+)?)`").FindAllStringSubmatch(readDoc(t, "docs/ledger.md"), -1)
	if len(names) < 30 {
		t.Fatalf("found %d names in docs/ledger.md, want its laws", len(names))
	}
	for _, m := range names {
		if !strings.Contains(code.String(), m[1]) {
			t.Errorf("docs/ledger.md names %s, which neither the ledger nor its migration does", m[1])
		}
	}
}

// TestAPIDocListsEveryCode compares the page's tables with what the server says of itself.
func TestAPIDocListsEveryCode(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	webhooks.New(webhooks.Deps{}).ServeHTTP(w, httptest.NewRequest("GET", "/openapi.json", nil))
	var described struct {
		Problems []struct {
			Code   string `json:"code"`
			Status int    `json:"status"`
		} `json:"x-problems"`
		Paths map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &described); err != nil {
		t.Fatal(err)
	}
	page := readDoc(t, "docs/api.md")
	var want []string
	for _, p := range described.Problems {
		want = append(want, fmt.Sprintf("| `%s` | %d |", p.Code, p.Status))
	}
	for _, line := range want {
		if !strings.Contains(page, line) {
			t.Errorf("docs/api.md has no line %q", line)
		}
	}
	for _, line := range regexp.MustCompile("(?m)^\\| `[A-Z_]+` \\| \\d+ \\|").FindAllString(page, -1) {
		if !slices.Contains(want, line) {
			t.Errorf("docs/api.md has the line %q, which the server does not know", line)
		}
	}
	for _, v := range program.Verdicts() {
		if !strings.Contains(page, "`"+string(v)+"`") {
			t.Errorf("docs/api.md does not tell of the verdict %s", v)
		}
	}
	for path := range described.Paths {
		if !strings.Contains(page, path) {
			t.Errorf("docs/api.md does not tell of %s", path)
		}
	}
}
