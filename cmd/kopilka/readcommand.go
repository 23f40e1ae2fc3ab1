package main

import (
	"context"
	"errors"
	"os"

	"kopilka/receipts"
	"kopilka/receipts/ocr"
)

// readCommand is kopilka read on the command line.
type readCommand struct {
	readArgs
	NoPrint bool `help:"Read QR codes only, never the print beside them."`
}

// errPrint says that the print does not make a receipt.
var errPrint = errors.New("the print does not make a receipt")

func (c *readCommand) Run(w *world) error {
	var reader ocrFunc
	if !c.NoPrint {
		self, err := os.Executable()
		if err != nil {
			return err
		}
		r := ocr.New(ocr.Options{Command: []string{self, "ocr-child"}, Log: w.log})
		defer r.Close()
		reader = func(ctx context.Context, picture []byte) (receipts.Receipt, error) {
			got, whole, err := print(ctx, r, picture, "")
			if err == nil && !whole {
				err = errPrint
			}
			return got, err
		}
	}
	if code := runRead(w.ctx, c.readArgs, w.stdin, w.stdout, w.stderr, reader); code != 0 {
		return exit(code)
	}
	return nil
}
