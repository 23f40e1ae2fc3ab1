package main

import (
	"encoding/json"
	"fmt"
	"os"

	"kopilka/ledger"
)

type ledgerCommand struct {
	Verify verifyCommand `cmd:"" help:"Prove every law of the ledger from its entries, while the system runs. Exit code 1 when one does not hold."`
}

type verifyCommand struct {
	databaseFlags
	JSON bool `help:"One JSON object instead of words."`
}

func (c *verifyCommand) Run(w *world) error {
	db, err := openDatabase(w.ctx, c.databaseFlags, w.log)
	if err != nil {
		return err
	}
	defer db.close()
	progress := func(done, total int64) {}
	if info, err := os.Stderr.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		progress = func(done, total int64) { fmt.Fprintf(w.stderr, "\r%d of %d accounts", done, total) }
		defer fmt.Fprintln(w.stderr)
	}
	report, err := ledger.Verify(w.ctx, db.pool, progress)
	if err != nil {
		return err
	}
	if c.JSON {
		err = json.NewEncoder(w.stdout).Encode(report)
	} else {
		err = report.Write(w.stdout)
	}
	if err == nil && !report.OK() {
		return exit(1)
	}
	return err
}
