package webhooks

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"kopilka/ledger"
	"kopilka/program"
	"kopilka/receipts"
)

// exportedErrors lists the exported Err* variables that a package declares.
func exportedErrors(t *testing.T, dir string) []string {
	t.Helper()
	notTests := func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }
	packages, err := parser.ParseDir(token.NewFileSet(), dir, notTests, 0)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for name, p := range packages {
		for _, file := range p.Files {
			for _, decl := range file.Decls {
				general, ok := decl.(*ast.GenDecl)
				if !ok || general.Tok != token.VAR {
					continue
				}
				for _, spec := range general.Specs {
					for _, ident := range spec.(*ast.ValueSpec).Names {
						if strings.HasPrefix(ident.Name, "Err") {
							names = append(names, name+"."+ident.Name)
						}
					}
				}
			}
		}
	}
	return names
}

func TestEveryErrorOfTheProductHasACode(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("refusals.go")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile(`(?m)^\t\{((?:\w+\.)?Err\w+), `)
	has := map[string]bool{}
	for _, m := range row.FindAllStringSubmatch(string(source), -1) {
		has[m[1]] = true
	}
	found := 0
	for _, dir := range []string{"../program", "../ledger", "../receipts", "../members", "../catalog", "."} {
		for _, name := range exportedErrors(t, dir) {
			found++
			if !has[strings.TrimPrefix(name, "webhooks.")] {
				t.Errorf("%s has no row in refusals", name)
			}
		}
	}
	if found != len(refusals) {
		t.Errorf("%d exported errors and %d rows: a row is of an error that is gone, or stands twice", found, len(refusals))
	}
}

func TestEveryCodeHasAMeaning(t *testing.T) {
	t.Parallel()
	name := regexp.MustCompile(`^[A-Z]+(_[A-Z]+)*$`)
	for _, r := range refusals {
		p := refusal(fmt.Errorf("do something: %w", r.err))
		if p.Code != r.code || p.Status < 400 || p.Status >= 500 || p.Title == "" {
			t.Errorf("refusal(%v) = %s %d %q, want %s, a 4xx and a title", r.err, p.Code, p.Status, p.Title, r.code)
		}
	}
	for code, k := range kinds {
		if !name.MatchString(string(code)) || k.title == "" || http.StatusText(k.status) == "" {
			t.Errorf("code %q means %d %q", code, k.status, k.title)
		}
	}
}

func TestTypedErrorsAreRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err    error
		code   Code
		status int
	}{
		{&receipts.FieldError{Field: "fn", Reason: "missing"}, "RECEIPT_MALFORMED", 422},
		{&ledger.InsufficientError{Have: 100, Want: 200}, "INSUFFICIENT_POINTS", 409},
		{fmt.Errorf("anything that nobody foresaw"), CodeInternal, 500},
	} {
		if p := refusal(fmt.Errorf("deep: %w", c.err)); p.Code != c.code || p.Status != c.status {
			t.Errorf("refusal(%v) = %s %d, want %s %d", c.err, p.Code, p.Status, c.code, c.status)
		}
	}
}

func TestUnforeseenErrorsSayNothingOfThemselves(t *testing.T) {
	t.Parallel()
	p := refusal(fmt.Errorf("dial postgres://user:canary@db"))
	if strings.Contains(fmt.Sprintf("%+v", []any{p.Title, p.Detail, p.Errors}), "canary") {
		t.Errorf("the answer tells the cause: %+v", p)
	}
}

func TestEveryVerdictHasAReasonAndAStatus(t *testing.T) {
	t.Parallel()
	for _, v := range program.Verdicts() {
		status := statusOf(program.Outcome{Verdict: v})
		if reasons[v] == "" || status < 200 || status > 202 {
			t.Errorf("verdict %s: reason %q, status %d", v, reasons[v], status)
		}
	}
	if len(reasons) != len(program.Verdicts()) {
		t.Errorf("%d reasons for %d verdicts", len(reasons), len(program.Verdicts()))
	}
}
