// Command kopilka is the whole product in one binary: the bot, the HTTP API, background
// jobs, and the operator's tools. Only this package reads flags and the environment; it
// wires everything in one straight function (house.go).
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"kopilka/internal/logs"

	"github.com/alecthomas/kong"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// commands is what the program can be asked to do.
type commands struct {
	Log logFlags `embed:"" prefix:"log-"`

	Serve   serveCommand   `cmd:"" help:"Run the bot, the HTTP API and the background jobs."`
	Demo    demoCommand    `cmd:"" help:"Show the whole product on a web page: its own database, a Telegram of its own, a small mall."`
	Read    readCommand    `cmd:"" help:"Read receipts from pictures or QR texts, without a server or a database."`
	Migrate migrateCommand `cmd:"" help:"Bring the database's schema up to date."`
	Ledger  ledgerCommand  `cmd:"" help:"Look after the ledger of points."`
	Admin   adminCommand   `cmd:"" help:"Invite the first admin, manage API keys and webhooks."`
	Doctor  doctorCommand  `cmd:"" help:"Check this machine and this configuration, and say what to do about what is missing."`
	Version versionCommand `cmd:"" help:"Print the version."`

	OCRChild ocrChildCommand `cmd:"" hidden:""`
}

type logFlags struct {
	Level  slog.Level `help:"Least level to log: debug, info, warn or error." default:"info" env:"KOPILKA_LOG_LEVEL"`
	Format string     `help:"text or json." enum:"text,json" default:"text" env:"KOPILKA_LOG_FORMAT"`
}

// world is what a command is given to work with.
type world struct {
	ctx            context.Context
	stdin          io.Reader
	stdout, stderr io.Writer
	log            *slog.Logger
}

// exit is an error that carries the program's exit code. Its text, if any, has been
// printed already.
type exit int

func (e exit) Error() string { return fmt.Sprint("exit ", int(e)) }

// run is main with its surroundings as arguments. It returns the exit code: 0 for done, 1
// for failed, 2 for wrong use.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var c commands
	code := -1
	parser, err := kong.New(&c, kong.Name("kopilka"), kong.Writers(stdout, stderr), kong.Exit(func(n int) { code = n }),
		kong.Description("Kopilka is a loyalty programme that lives in a chat: receipts earn points, tills and shops use the same ledger.\n\n"+
			"Start with: kopilka demo\n\nFor real: KOPILKA_TELEGRAM_TOKEN=… kopilka serve"),
		kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(stderr, "kopilka:", err)
		return 2
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	kctx, err := parser.Parse(args)
	if code >= 0 { // help was asked for and printed
		return code
	}
	if err != nil {
		fmt.Fprintln(stderr, "kopilka:", err)
		fmt.Fprintln(stderr, "Try: kopilka --help")
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	w := &world{ctx: ctx, stdin: stdin, stdout: stdout, stderr: stderr, log: logs.New(stderr, c.Log.Level, c.Log.Format)}
	err = kctx.Run(w)
	var asked exit
	switch {
	case errors.As(err, &asked):
		return int(asked)
	case err != nil:
		fmt.Fprintln(stderr, "kopilka:", logs.Redact(err.Error()))
		return 1
	}
	return 0
}
