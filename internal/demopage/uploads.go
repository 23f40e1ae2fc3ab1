package demopage

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"unicode/utf8"

	"kopilka/internal/tgfake"
)

// fileRoom is the largest file that Telegram hands to a bot:
// https://core.telegram.org/bots/api#getfile
const fileRoom = 20 << 20

// uploadRoom is the largest body: an album of photos, which a client has
// shrunk before. albumRoom is how many pictures one album takes.
const (
	uploadRoom = 32 << 20
	albumRoom  = 10
)

type upload struct {
	name, mime string
	data       []byte
}

func (p *Page) photo(u *tgfake.User, r *http.Request) error {
	files, caption, err := uploads(r, 1)
	if err != nil {
		return err
	}
	m, err := u.SendPhoto(files[0].data, caption)
	if err != nil {
		return bad(err.Error())
	}
	return sent(m)
}

func (p *Page) file(u *tgfake.User, r *http.Request) error {
	files, caption, err := uploads(r, 1)
	if err != nil {
		return err
	}
	f := files[0]
	return sent(u.SendFile(f.name, f.mime, f.data, caption))
}

func (p *Page) album(u *tgfake.User, r *http.Request) error {
	files, _, err := uploads(r, albumRoom)
	if err != nil {
		return err
	}
	var pictures [][]byte
	for _, f := range files {
		pictures = append(pictures, f.data)
	}
	out, err := u.SendAlbum(pictures)
	if err != nil {
		return bad(err.Error())
	}
	return sent(out[0])
}

// uploads reads the files of a form and the caption that came before them.
func uploads(r *http.Request, most int) (files []upload, caption string, err error) {
	form, err := r.MultipartReader()
	if err != nil {
		return nil, "", bad("files are wanted here, as multipart/form-data")
	}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, "", unread(err)
		}
		data, err := room(part)
		if err != nil {
			return nil, "", err
		}
		switch {
		case part.FormName() == "caption":
			caption = string(data)
		case part.FormName() == "file" && len(files) < most:
			files = append(files, upload{part.FileName(), part.Header.Get("Content-Type"), data})
		default:
			return nil, "", bad(fmt.Sprintf("up to %d files and a caption are wanted here", most))
		}
	}
	if len(files) == 0 {
		return nil, "", bad("no file came")
	}
	if !utf8.ValidString(caption) || utf8.RuneCountInString(caption) > captionRoom {
		return nil, "", bad("the caption is over 1024 characters")
	}
	return files, caption, nil
}

// room reads a part that is no bigger than a file may be.
func room(part *multipart.Part) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(part, fileRoom+1))
	if err != nil {
		return nil, unread(err)
	}
	if len(data) > fileRoom {
		return nil, errTooBig
	}
	return data, nil
}

// unread tells a body that is too big from one that is broken.
func unread(err error) error {
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return errTooBig
	}
	return bad("the upload broke off")
}
