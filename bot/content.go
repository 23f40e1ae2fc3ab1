package bot

import (
	"context"

	"github.com/go-telegram/bot/models"
)

// Picture is a photo or a file that a person sent.
type Picture struct {
	FileID  string
	Same    string // the same file has the same one, whoever sends it
	Name    string
	MIME    string // as the sender's client names it: not to be trusted
	Size    int64
	AsFile  bool   // sent as a file, so not squeezed by Telegram
	Ref     string // as Talk.Ref, for this one of an album
	Message int    // its message
}

// Pictures are the photos and files of the message, or of the whole album in order.
func (t *Talk) Pictures() []Picture {
	all := t.Album
	if all == nil && t.Message != nil {
		all = []*models.Message{t.Message}
	}
	var out []Picture
	for i, m := range all {
		if p, ok := pictureOf(m); ok {
			p.Ref, p.Message = t.ref(i), m.ID
			out = append(out, p)
		}
	}
	return out
}

func pictureOf(m *models.Message) (Picture, bool) {
	if d := m.Document; d != nil {
		return Picture{FileID: d.FileID, Same: d.FileUniqueID, Name: d.FileName, MIME: d.MimeType, Size: d.FileSize, AsFile: true}, true
	}
	if len(m.Photo) == 0 {
		return Picture{}, false
	}
	// Telegram lists one photo in several sizes; only the largest is good for reading.
	best := m.Photo[0]
	for _, p := range m.Photo {
		if p.Width*p.Height > best.Width*best.Height {
			best = p
		}
	}
	return Picture{FileID: best.FileID, Same: best.FileUniqueID, MIME: "image/jpeg", Size: int64(best.FileSize)}, true
}

// Download fetches a picture. It returns ErrTooBig for one over the limit of bots.
func (t *Talk) Download(ctx context.Context, p Picture) ([]byte, error) {
	if p.Size > MaxDownload {
		return nil, ErrTooBig
	}
	return t.client.Download(ctx, p.FileID, MaxDownload)
}

// Text is what was written: a message's text or a picture's caption.
func (t *Talk) Text() string {
	switch {
	case t.Message == nil || t.tapID != "":
		return ""
	case t.Message.Text != "":
		return t.Message.Text
	}
	return t.Message.Caption
}

// Contact is the phone that was shared, and whether it is surely the sender's own: the
// user's id in a contact is set by Telegram itself, and a forwarded one proves nothing.
func (t *Talk) Contact() (phone string, own bool) {
	if t.Message == nil || t.Message.Contact == nil {
		return "", false
	}
	c := t.Message.Contact
	return c.PhoneNumber, c.UserID == t.Person && t.Message.ForwardOrigin == nil
}
