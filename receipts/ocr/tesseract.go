//go:build cgo && !noocr

package ocr

import (
	"fmt"

	"github.com/otiai10/gosseract/v2"
)

const haveEngine = true

// retire is after how many pages an engine is made anew: gosseract leaks the
// text of each.
const retire = 5000

// engine is a Tesseract that has loaded one language.
type engine struct {
	lang   string
	client *gosseract.Client
	pages  int
}

func newEngine(lang string) (*engine, error) {
	e := &engine{lang: lang}
	return e, e.renew()
}

func (e *engine) renew() error {
	if e.client != nil {
		_ = e.client.Close() // it always returns nil
	}
	c := gosseract.NewClient()
	if err := c.SetLanguage(e.lang); err != nil {
		return fmt.Errorf("load language %s: %w", e.lang, err)
	}
	// A receipt is one block of print (mode 6). SetPageSegMode before the first
	// page is forgotten when the engine loads; a variable is not.
	if err := c.SetVariable("tessedit_pageseg_mode", "6"); err != nil {
		return fmt.Errorf("set page mode: %w", err)
	}
	e.client, e.pages = c, 0
	return nil
}

// read returns the words of a PGM. Reading words and text would recognise the
// page twice, so the text is made of the words.
func (e *engine) read(page []byte) ([]word, error) {
	if e.pages++; e.pages > retire {
		if err := e.renew(); err != nil {
			return nil, err
		}
	}
	if err := e.client.SetImageFromBytes(page); err != nil {
		return nil, fmt.Errorf("set page: %w", err)
	}
	boxes, err := e.client.GetBoundingBoxesVerbose()
	if err != nil {
		return nil, fmt.Errorf("recognise page: %w", err)
	}
	words := make([]word, 0, len(boxes))
	line, last := 0, [3]int{}
	for _, b := range boxes {
		if at := [3]int{b.BlockNum, b.ParNum, b.LineNum}; at != last {
			line, last = line+1, at
		}
		words = append(words, word{b.Word, b.Box, line, b.Confidence})
	}
	return words, nil
}
