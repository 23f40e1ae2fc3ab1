// Package ocr reads the print of a receipt whose QR cannot be read: it turns,
// cleans and cuts the picture, has Tesseract read it in a child process that
// may die without harm, and finds the sum, the date and the fiscal requisites
// in the text, each with how sure it is.
//
// It knows how receipts look on paper. It does not know who buys or sells,
// and it does not decide what a reading is worth: a receipt read by eye alone
// is a claim, not a proof.
package ocr

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"log/slog"
	"sync"
	"time"
)

// What the caller tells the person about.
var (
	// ErrNoText: the picture holds no print that could be a receipt.
	ErrNoText = errors.New("no text on the picture")
	// ErrTooSmall: there is print, but its letters are too small; the person
	// should come closer.
	ErrTooSmall = errors.New("letters too small to be read")
	// ErrUnavailable: the engine failed twice on this picture, or cannot be
	// started. Another picture may do.
	ErrUnavailable = errors.New("text reader is unavailable")
	// ErrNoEngine: this binary was built without Tesseract.
	ErrNoEngine = errors.New("built without a text reader")
)

// Options say how the child that reads is run. Only Command is needed.
type Options struct {
	// Command starts a process that calls Child: usually this binary and the
	// name of a hidden subcommand.
	Command []string
	// Timeout is how long one picture may take; 0 means 20 s.
	Timeout time.Duration
	// MemoryBytes is how much the child may take beyond what it starts with;
	// 0 means 1 GiB.
	MemoryBytes uint64
	// Workers is how many children read at once; 0 means 1.
	Workers int
	// Tessdata is the folder of Tesseract's languages; "" means its own.
	Tessdata string
	// Log is told of children that died; nil means nobody.
	Log *slog.Logger
}

// Reader reads pictures, as many at once as it has workers.
type Reader struct {
	workers chan *worker
	nursery *nursery
	limit   time.Duration
	log     *slog.Logger
	closing sync.Once
}

// New returns a Reader. Children start with the first pictures.
func New(o Options) *Reader {
	r := &Reader{limit: o.Timeout, log: o.Log, nursery: newNursery(o)}
	if r.limit == 0 {
		r.limit = 20 * time.Second
	}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	r.workers = make(chan *worker, max(1, o.Workers))
	for range cap(r.workers) {
		r.workers <- &worker{}
	}
	return r
}

// Close ends the children, after the pictures being read. The Reader answers
// ErrUnavailable from then on.
func (r *Reader) Close() error {
	r.closing.Do(func() {
		for range cap(r.workers) {
			w := <-r.workers
			w.stop()
		}
		close(r.workers)
		close(r.nursery.births)
	})
	return nil
}

// Read reads a picture, which stands upright by its EXIF orientation and is of
// bounded size already. The country, ISO 3166-1 alpha-2 or "", says in which
// language to expect the print.
func (r *Reader) Read(ctx context.Context, img image.Image, country string) (Reading, error) {
	if !haveEngine {
		return Reading{}, ErrNoEngine
	}
	p, err := find(img)
	if err != nil {
		return Reading{}, err
	}
	got, err := r.look(ctx, p, country)
	if err != nil {
		return Reading{}, fmt.Errorf("read receipt: %w", err)
	}
	return got, nil
}

// look reads the print, and again when the first reading leaves a doubt.
func (r *Reader) look(ctx context.Context, p print, country string) (Reading, error) {
	page := p.page(letterHeight)
	first, err := r.read(ctx, page, country)
	if err != nil {
		return first, err
	}
	turned := false
	if first.babble() {
		// Print shows its angle, but not which end is up.
		second, err := r.read(ctx, flip(page), country)
		if err != nil {
			return second, err
		}
		if turned = second.clarity > first.clarity; turned {
			first = second
		}
	}
	if first.settled() || first.babble() {
		return first, nil
	}
	page = p.page(secondHeight)
	if turned {
		page = flip(page)
	}
	second, err := r.read(ctx, page, country)
	return first.with(second), err
}

func (r *Reader) read(ctx context.Context, p *image.Gray, country string) (Reading, error) {
	words, err := r.recognise(ctx, p, language(country))
	if err != nil {
		return Reading{}, err
	}
	return parse(words, country), nil
}

// recognise has a worker read the page, and a fresh one when it dies of it.
func (r *Reader) recognise(ctx context.Context, p *image.Gray, lang string) ([]word, error) {
	var w *worker
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case w = <-r.workers:
	}
	if w == nil {
		return nil, ErrUnavailable // closed
	}
	defer func() { r.workers <- w }()

	job := request{lang, pgm(p)}
	var last error
	for range 2 {
		words, err := w.attempt(ctx, r.nursery, job, r.limit)
		if err == nil || ctx.Err() != nil {
			return words, errors.Join(err, ctx.Err())
		}
		r.log.Warn("text reader died", "error", err)
		last = err
	}
	return nil, fmt.Errorf("%w: %w", ErrUnavailable, last)
}

// language is what Tesseract calls the language of a country's receipts. The
// fields are digits and their labels are folded, so Russian serves where
// nothing is known.
func language(country string) string {
	if country == "UA" {
		return "ukr"
	}
	return "rus"
}

// pgm writes g in the plainest of formats (netpbm P5), so that the engine's
// decoders meet no bytes of strangers.
func pgm(g *image.Gray) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "P5\n%d %d\n255\n", g.Rect.Dx(), g.Rect.Dy())
	b.Write(g.Pix)
	return b.Bytes()
}
