package tgfake

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
)

// The limits of files: https://core.telegram.org/bots/api#sending-files,
// https://core.telegram.org/bots/api#getfile
const (
	downloadRoom = 20 << 20
	photoRoom    = 10 << 20
	linkTime     = time.Hour
)

type fileKind string

const (
	filePhoto    fileKind = "Photo"
	fileDocument fileKind = "Document"
	fileSticker  fileKind = "Sticker"
	fileVoice    fileKind = "VoiceNote"
)

// file is a stored file, or one size of a photo.
type file struct {
	id, unique    string
	kind          fileKind
	name, mime    string
	data          []byte
	width, height int
	sizes         []*file // of a photo: all of its sizes
}

// link is a path for downloads, given out by getFile.
type link struct {
	file *file
	made time.Time
}

func (f *file) view() *File {
	return &File{ID: f.id, UniqueID: f.unique, Name: f.name, MIME: f.mime, Size: len(f.data), Width: f.width, Height: f.height}
}

func (f *file) wire() object {
	o := object{"file_id": f.id, "file_unique_id": f.unique, "file_size": len(f.data)}
	if f.name != "" {
		o["file_name"] = f.name
	}
	if f.mime != "" && f.kind != filePhoto {
		o["mime_type"] = f.mime
	}
	if f.width > 0 {
		o["width"], o["height"] = f.width, f.height
	}
	return o
}

// keep stores a file under new ids. s.mu is held.
func (s *Server) keep(kind fileKind, name, mime string, data []byte) *file {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d/%d", s.epoch, s.next()))
	prefix := map[fileKind]string{filePhoto: "AgACAgIAAxkB", fileDocument: "BQACAgIAAxkB",
		fileSticker: "CAACAgIAAxkB", fileVoice: "AwACAgIAAxkB"}[kind]
	f := &file{
		id:     prefix + base64.RawURLEncoding.EncodeToString(sum[:24]),
		unique: "AgAD" + base64.RawURLEncoding.EncodeToString(sum[24:]),
		kind:   kind, name: name, mime: mime, data: data,
	}
	s.files[f.id] = f
	return f
}

func (s *Server) keepDocument(name, mime string, data []byte) *file {
	if mime == "" {
		mime, _, _ = strings.Cut(http.DetectContentType(data), ";")
	}
	return s.keep(fileDocument, name, mime, data)
}

func (s *Server) keepPhoto(ladder []rung) []*file {
	var sizes []*file
	for _, r := range ladder {
		f := s.keep(filePhoto, "", "image/jpeg", r.jpeg)
		f.width, f.height = r.width, r.height
		sizes = append(sizes, f)
	}
	for _, f := range sizes {
		f.sizes = sizes
	}
	return sizes
}

// File gives the bytes behind a file_id.
func (s *Server) File(id string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[id]
	if f == nil {
		return nil, fmt.Errorf("read file %q: %w", id, errFileID)
	}
	return slices.Clone(f.data), nil
}

func (s *Server) getFile(c *call) (any, error) {
	id := c.text("file_id")
	if id == "" {
		return nil, errNoFileID
	}
	if !isFileID(id) {
		return nil, errFileID
	}
	f := s.files[id]
	if f == nil {
		return nil, errFileGone
	}
	if len(f.data) > downloadRoom {
		return nil, errFileBig
	}
	at := s.place(f)
	s.links[at] = link{file: f, made: s.now()}
	o := object{"file_id": f.id, "file_unique_id": f.unique, "file_size": len(f.data), "file_path": at}
	return o, nil
}

// place is the path of a file's download link. It keeps nothing of the name
// but the ending.
func (s *Server) place(f *file) string {
	folder, ending := "documents", path.Ext(f.name)
	switch f.kind {
	case filePhoto:
		folder, ending = "photos", ".jpg"
	case fileSticker:
		folder, ending = "stickers", ".webp"
	case fileVoice:
		folder, ending = "voice", ".oga"
	}
	return fmt.Sprintf("%s/file_%d%s", folder, s.next(), ending)
}

// isFileID reports whether id looks like one: the right one may be unknown.
func isFileID(id string) bool {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return len(id) >= 20 && strings.Trim(id, letters) == ""
}

// serveFile answers GET /file/bot<token>/<path>.
func (s *Server) serveFile(w http.ResponseWriter, rest string) {
	token, at, _ := strings.Cut(rest, "/")
	if token != s.opts.Token {
		answerRefusal(w, errWrongToken)
		return
	}
	s.mu.Lock()
	l, ok := s.links[at]
	expired := ok && s.now().Sub(l.made) > linkTime
	s.mu.Unlock()
	if !ok || expired {
		answerRefusal(w, errNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(l.file.data)
}

// fileFor finds what a parameter sends: an upload, which the second result
// is, or a file that is here already, which the first is.
func (s *Server) fileFor(c *call, value, field string, missing error) (*file, *upload, error) {
	name := field
	if at, ok := strings.CutPrefix(value, "attach://"); ok {
		name, value = at, ""
	}
	if up := c.files[name]; up != nil && value == "" {
		if len(up.data) == 0 {
			return nil, nil, errEmptyFile
		}
		return nil, up, nil
	}
	switch {
	case value == "":
		return nil, nil, missing
	case strings.HasPrefix(value, "http://"), strings.HasPrefix(value, "https://"):
		return nil, nil, errFetch // this Telegram has no internet
	case strings.Contains(value, "://"):
		return nil, nil, errFileURL
	case !isFileID(value):
		return nil, nil, badf("Wrong remote file identifier specified: %s", "Wrong character in the string")
	case s.files[value] == nil:
		return nil, nil, errWrongFile
	}
	return s.files[value], nil, nil
}
