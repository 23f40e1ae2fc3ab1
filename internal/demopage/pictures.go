package demopage

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"time"

	"kopilka/internal/tgfake"
)

// sample is a picture of the tray, drawn at most once.
type sample struct {
	Sample
	jpeg func() ([]byte, error)
}

// shown are the kinds of files that a browser may show; the rest it saves, so
// that a page or a script sent to the bot never runs here.
var shown = map[string]bool{"image/jpeg": true, "image/png": true, "image/webp": true, "image/gif": true}

// serveFile gives a file of the simulated Telegram. An id always means the
// same bytes.
func (p *Page) serveFile(w http.ResponseWriter, r *http.Request) error {
	body, err := p.telegram.File(r.PathValue("id"))
	if err != nil {
		return errNoFile
	}
	kind := http.DetectContentType(body)
	if !shown[kind] {
		kind = "application/octet-stream"
		w.Header().Set("Content-Disposition", "attachment")
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "private, max-age=31536000, immutable")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
	return nil
}

func (p *Page) serveSample(w http.ResponseWriter, r *http.Request) error {
	name, ok := strings.CutSuffix(r.PathValue("name"), ".jpg")
	if !ok {
		return errNoSample
	}
	_, body, err := p.picture(name)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/jpeg")
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", `"`+p.journal.run+`"`) // a new run may draw another picture
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
	return nil
}

// sample sends a picture of the tray as if the person had just taken it.
func (p *Page) sample(u *tgfake.User, r *http.Request) error {
	in, err := decode[struct{ Name, As string }](r)
	if err != nil {
		return err
	}
	s, body, err := p.picture(in.Name)
	if err != nil {
		return err
	}
	switch in.As {
	case "photo":
		m, err := u.SendPhoto(body, "")
		if err != nil {
			return fmt.Errorf("send sample %s: %w", s.Name, err)
		}
		return sent(m)
	case "file":
		return sent(u.SendFile(s.Name+".jpg", "image/jpeg", body, ""))
	default:
		return bad(`a sample goes as "photo" or as "file"`)
	}
}

func (p *Page) picture(name string) (*sample, []byte, error) {
	for _, s := range p.samples {
		if s.Name != name {
			continue
		}
		body, err := s.jpeg()
		if err != nil {
			return nil, nil, fmt.Errorf("draw sample %s: %w", name, err)
		}
		return s, body, nil
	}
	return nil, nil, errNoSample
}
