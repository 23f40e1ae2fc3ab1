package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"kopilka/members"
	"kopilka/program"
)

type settingsCommand struct {
	databaseFlags
	Publish string `help:"File of settings to publish; - is standard input. Empty: print the present ones." type:"path"`
}

func (c *settingsCommand) Run(w *world) error {
	db, err := openDatabase(w.ctx, c.databaseFlags, w.log)
	if err != nil {
		return err
	}
	defer db.close()
	p := program.New(db.pool, program.Options{})
	if c.Publish == "" {
		s, err := p.Settings(w.ctx)
		if err != nil {
			return err
		}
		out := json.NewEncoder(w.stdout)
		out.SetIndent("", "  ")
		return out.Encode(s)
	}
	body, err := c.file(w.stdin)
	if err != nil {
		return err
	}
	var s program.Settings
	if err := json.Unmarshal(body, &s); err != nil {
		return fmt.Errorf("read the settings: %w", err)
	}
	version, err := p.Publish(w.ctx, members.System(), s)
	if err != nil {
		return err
	}
	fmt.Fprintf(w.stdout, "Published as version %d.\n", version)
	return nil
}

// maxSettings bounds the file: real ones are some kilobytes.
const maxSettings = 1 << 20

func (c *settingsCommand) file(stdin io.Reader) ([]byte, error) {
	if c.Publish == "-" {
		return io.ReadAll(io.LimitReader(stdin, maxSettings))
	}
	f, err := os.Open(c.Publish)
	if err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxSettings))
}
