package demopage

import (
	"net/http"
	"net/url"
)

// What the page asks first: who is here, and what is in the tray.
type (
	description struct {
		Bot     botView      `json:"bot"`
		Chats   []chatView   `json:"chats"`
		Samples []sampleView `json:"samples"`
	}
	botView struct {
		Name     string `json:"name"`
		Username string `json:"username"`
	}
	chatView struct {
		Key      string `json:"key"`
		Title    string `json:"title"`
		Subtitle string `json:"subtitle"`
		Name     string `json:"name"`
		Phone    string `json:"phone"`
	}
	sampleView struct {
		Name     string            `json:"name"`
		Captions map[string]string `json:"captions"`
		Text     string            `json:"text,omitempty"`
		NoQR     bool              `json:"no_qr,omitempty"`
		URL      string            `json:"url"`
	}
)

func (p *Page) describe(w http.ResponseWriter, _ *http.Request) error {
	d := description{
		Bot:     botView{p.botName, p.telegram.Username()},
		Chats:   []chatView{},
		Samples: []sampleView{},
	}
	for _, c := range p.chats {
		d.Chats = append(d.Chats, chatView{c.Key, c.Title, c.Subtitle, c.User.Name(), c.User.Spec().Phone})
	}
	for _, s := range p.samples {
		d.Samples = append(d.Samples, sampleView{s.Name, s.Captions, s.Text, s.NoQR, "/samples/" + url.PathEscape(s.Name) + ".jpg"})
	}
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, http.StatusOK, d)
	return nil
}
