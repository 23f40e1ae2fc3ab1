//go:build !cgo || noocr

package ocr

const haveEngine = false

// engine stands for the one that is not there.
type engine struct{}

func newEngine(string) (*engine, error) { return nil, ErrNoEngine }

func (*engine) read([]byte) ([]word, error) { return nil, ErrNoEngine }
