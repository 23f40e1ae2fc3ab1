package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"kopilka/bot"
	"kopilka/internal/postgres"
)

type doctorCommand struct {
	databaseFlags
	Token string `name:"telegram-token" help:"The bot's token." env:"KOPILKA_TELEGRAM_TOKEN"`
	API   string `name:"telegram-api" help:"Base URL of the Bot API." default:"https://api.telegram.org" env:"KOPILKA_TELEGRAM_API"`
	Proxy string `name:"telegram-proxy" help:"Outgoing proxy to Telegram." env:"KOPILKA_TELEGRAM_PROXY"`
}

// finding is one line of the doctor's answer.
type finding struct {
	what, state, advice string
	bad                 bool
}

func (c *doctorCommand) Run(w *world) error {
	bad := false
	for _, check := range []func(context.Context) finding{c.database, c.tesseract, c.telegram} {
		ctx, cancel := context.WithTimeout(w.ctx, 15*time.Second)
		f := check(ctx)
		cancel()
		mark := "ok  "
		if f.bad {
			mark, bad = "BAD ", true
		}
		fmt.Fprintf(w.stdout, "%s %-10s %s\n", mark, f.what, f.state)
		if f.advice != "" {
			fmt.Fprintf(w.stdout, "     %-10s → %s\n", "", f.advice)
		}
	}
	if bad {
		return exit(1)
	}
	return nil
}

func (c *doctorCommand) database(ctx context.Context) finding {
	f := finding{what: "database"}
	if c.URL == "" {
		out, err := exec.CommandContext(ctx, "sh", "-c", "ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1; command -v initdb").Output()
		if err != nil && len(out) == 0 {
			f.bad, f.state, f.advice = true, "no PostgreSQL server on this machine, and no --database-url", "apt-get install postgresql, or give --database-url"
			return f
		}
		dir, err := c.folder()
		f.state = "its own PostgreSQL, in " + dir
		if err != nil {
			f.bad, f.state, f.advice = true, err.Error(), "give --data"
		}
		return f
	}
	pool, err := postgres.Open(ctx, postgres.Options{URL: c.URL})
	if err != nil {
		f.bad, f.state, f.advice = true, err.Error(), "check the URL, the server and its pg_hba.conf"
		return f
	}
	defer pool.Close()
	var version string
	if err := pool.QueryRow(ctx, `SHOW server_version`).Scan(&version); err != nil {
		f.bad, f.state = true, err.Error()
		return f
	}
	f.state = "PostgreSQL " + version
	return f
}

func (c *doctorCommand) tesseract(ctx context.Context) finding {
	f := finding{what: "tesseract"}
	out, err := exec.CommandContext(ctx, "tesseract", "--list-langs").CombinedOutput()
	if err != nil {
		f.bad, f.state, f.advice = true, "not installed: receipts without a QR code cannot be read", "apt-get install tesseract-ocr tesseract-ocr-rus tesseract-ocr-ukr tesseract-ocr-eng"
		return f
	}
	langs := strings.Fields(string(out))
	for _, need := range []string{"rus", "ukr", "eng"} {
		if !has(langs, need) {
			f.bad, f.state, f.advice = true, "the language "+need+" is missing", "apt-get install tesseract-ocr-"+need
			return f
		}
	}
	f.state = "rus, ukr, eng"
	return f
}

func has(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}

func (c *doctorCommand) telegram(ctx context.Context) finding {
	f := finding{what: "telegram"}
	if c.Token == "" {
		f.state, f.advice = "no token: the chat stays closed", "get one from @BotFather and set KOPILKA_TELEGRAM_TOKEN"
		return f
	}
	client, err := bot.NewClient(bot.ClientOptions{Token: c.Token, URL: c.API, Proxy: c.Proxy})
	if err != nil {
		f.bad, f.state = true, err.Error()
		return f
	}
	me, err := client.API.GetMe(ctx)
	var refused *bot.Failure
	switch {
	case err == nil:
		f.state = "@" + me.Username
	case errors.As(bot.Classify(err), &refused) && refused.Class == bot.Auth:
		f.bad, f.state, f.advice = true, "Telegram does not know this token", "copy it again from @BotFather: /mybots → API Token"
	default:
		f.bad, f.state, f.advice = true, "Telegram does not answer: "+err.Error(), "check the network, or set --telegram-proxy or --telegram-api"
	}
	return f
}
