package tgfake

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// uploadRoom is the largest request: 50 MB of files and their fields.
const uploadRoom = 50<<20 + 1<<20

// call is one call of a method with its parameters, in whatever form they
// came: https://core.telegram.org/bots/api#making-requests
type call struct {
	method string
	args   map[string]string
	files  map[string]*upload
}

type upload struct {
	name, mime string
	data       []byte
	ladder     []rung // when it was made a photo of
	broken     error  // why it can't be a photo
}

func parseCall(method string, w http.ResponseWriter, r *http.Request) (*call, error) {
	c := &call{method: method, args: map[string]string{}, files: map[string]*upload{}}
	if r.ContentLength > uploadRoom {
		return nil, errTooLarge
	}
	r.Body = http.MaxBytesReader(w, r.Body, uploadRoom)
	c.addValues(r.URL.Query())
	if err := c.readBody(r); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return nil, errTooLarge
		}
		return nil, err
	}
	for _, v := range c.args {
		if !utf8.ValidString(v) {
			return nil, errNotUTF8
		}
	}
	return c, nil
}

func (c *call) readBody(r *http.Request) error {
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "multipart/form-data":
		return c.readForm(multipart.NewReader(r.Body, params["boundary"]))
	case "application/json":
		return c.readJSON(r.Body)
	case "application/x-www-form-urlencoded":
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		v, err := url.ParseQuery(string(body))
		if err != nil {
			return bad("can't parse URL-encoded parameters")
		}
		c.addValues(v)
	}
	return nil
}

func (c *call) addValues(v url.Values) {
	for k := range v {
		c.args[k] = v.Get(k)
	}
}

func (c *call) readForm(form *multipart.Reader) error {
	for first := true; ; first = false {
		p, err := form.NextPart()
		if errors.Is(err, io.EOF) || first && err != nil && strings.HasSuffix(err.Error(), "EOF") {
			return nil // a call without parameters may come without any part
		}
		if err != nil {
			return wrapForm(err)
		}
		data, err := io.ReadAll(p)
		if err != nil {
			return wrapForm(err)
		}
		if p.FileName() == "" {
			c.args[p.FormName()] = string(data)
			continue
		}
		c.files[p.FormName()] = &upload{name: p.FileName(), mime: p.Header.Get("Content-Type"), data: data}
	}
}

func wrapForm(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return err
	}
	return bad("can't parse multipart form data")
}

// readJSON keeps strings as they are and everything else as its JSON text.
func (c *call) readJSON(body io.Reader) error {
	data, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return bad("can't parse JSON object")
	}
	for k, raw := range fields {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw)
		}
		if string(raw) != "null" {
			c.args[k] = text
		}
	}
	return nil
}

func (c *call) text(name string) string { return c.args[name] }

func (c *call) int64(name string) (int64, bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(c.args[name]), 10, 64)
	return n, err == nil
}

func (c *call) int(name string) int {
	n, _ := c.int64(name)
	return int(n)
}

func (c *call) bool(name string) bool {
	switch strings.ToLower(strings.TrimSpace(c.args[name])) {
	case "true", "yes", "1":
		return true
	}
	return false
}

// ids reads a JSON array of message ids.
func (c *call) ids(name string) ([]int, error) {
	var ids []int
	if err := json.Unmarshal([]byte(c.args[name]), &ids); err != nil || len(ids) == 0 {
		return nil, errNoIDs
	}
	if len(ids) > 100 {
		return nil, errManyIDs
	}
	return ids, nil
}
