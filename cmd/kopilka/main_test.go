package main

import (
	"os"
	"strings"
	"testing"

	"kopilka/internal/postgrestest"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the test program be the product as well: the house starts itself for
// reading print, and the crash test starts it to kill it.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && !strings.HasPrefix(os.Args[1], "-test.") {
		os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	testscript.Main(tests{m}, map[string]func(){"kopilka": func() {
		os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}})
}

// tests end the test cluster with the tests.
type tests struct{ m *testing.M }

func (t tests) Run() int { return postgrestest.Main(t.m) }

func TestCommandLine(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{Dir: "testdata", Setup: func(e *testscript.Env) error {
		e.Setenv("KOPILKA_LOG_LEVEL", "error")
		return nil
	}})
}
