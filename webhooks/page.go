package webhooks

import (
	"embed"
	"fmt"
	"mime"
	"net/http"
	"path"
)

// pageFiles are the readable description of the API: our own, so that it works where
// no other server can be reached.
//
//go:embed page
var pageFiles embed.FS

// pagePolicy lets the page use its own three files and nothing else.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// page serves one of the page's files.
func page(name string) http.HandlerFunc {
	body, err := pageFiles.ReadFile("page/" + name)
	if err != nil {
		panic(fmt.Sprintf("embed the page: %v", err)) // a fault in this package, seen by every test
	}
	kind := mime.TypeByExtension(path.Ext(name))
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Content-Security-Policy", pagePolicy)
		w.Header().Set("Cache-Control", "no-cache")
		w.Write(body)
	}
}
