package main

import "kopilka/receipts/ocr"

// ocrChildCommand is the process that reads print; the product starts it by itself, apart
// from everything else, because a picture may crash it.
type ocrChildCommand struct{}

func (ocrChildCommand) Run(w *world) error { return ocr.Child(w.stdin, w.stdout) }
