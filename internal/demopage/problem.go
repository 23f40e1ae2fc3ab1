package demopage

import (
	"encoding/json"
	"errors"
	"net/http"
)

// refusal is an answer that tells what was wrong with a request.
type refusal struct {
	status int
	text   string
}

func (r *refusal) Error() string { return r.text }

func bad(text string) error { return &refusal{http.StatusBadRequest, text} }

var (
	errNoChat   = &refusal{http.StatusNotFound, "no such chat"}
	errNoFile   = &refusal{http.StatusNotFound, "no such file"}
	errNoSample = &refusal{http.StatusNotFound, "no such sample"}
	errTooBig   = &refusal{http.StatusRequestEntityTooLarge, "the file is over 20 MB"}
	errBlocked  = &refusal{http.StatusForbidden, "the person has blocked the bot"}
)

// answer turns the error of a handler into a response.
func (p *Page) answer(serve func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := serve(w, r)
		if err == nil {
			return
		}
		var told *refusal
		if !errors.As(err, &told) {
			p.log.Error("demo page", "path", r.URL.Path, "error", err)
			told = &refusal{http.StatusInternalServerError, "something went wrong"}
		}
		w.Header().Set("Cache-Control", "no-store")
		writeJSON(w, told.status, map[string]string{"error": told.text})
	})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the reader has gone: nobody to tell
}
