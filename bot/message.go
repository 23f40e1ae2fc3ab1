package bot

import (
	"bytes"
	"context"
	"fmt"

	"kopilka/texts"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
)

// Limits of what a message holds, counted after its HTML is read.
// https://core.telegram.org/bots/api#sendmessage
const (
	maxText    = 4096
	maxCaption = 1024
)

// Message is one message to send, or to change.
type Message struct {
	Chat     int64
	HTML     string // the text, or the caption of a photo or a file
	Keyboard Keyboard
	Photo    *Upload
	Document *Upload
	Edit     int   // the id of the message to change; 0 sends a new one
	Copy     *Copy // another message to send again, without its author; HTML is not used
	Silent   bool  // without a sound
	Protect  bool  // no forwarding or saving, for codes that work once
}

// Upload is a file by its id at Telegram, or by its bytes.
type Upload struct {
	ID   string
	Name string
	Data []byte
}

// Copy names a message that stands in some chat of the bot.
type Copy struct {
	Chat    int64
	Message int
}

// Sent is a message that Telegram has taken.
type Sent struct {
	ID   int
	File string // the id of its photo or file, to send it again without its bytes
}

// post makes the one call that m needs. With plain set it leaves the HTML out: what a
// broken text is sent as.
func (m Message) post(ctx context.Context, api *tg.Bot, plain bool) (Sent, error) {
	var keyboard models.ReplyMarkup
	if m.Keyboard != nil {
		k, err := m.Keyboard.markup()
		if err != nil && !plain {
			return Sent{}, &Failure{Class: BadFormat, Err: err}
		}
		if err == nil {
			keyboard = k
		}
	}
	text, mode := m.HTML, models.ParseModeHTML
	if plain {
		text, mode = cut(texts.Strip(m.HTML), m.limit()), ""
	}
	switch {
	case m.Edit != 0:
		return m.edit(ctx, api, text, mode, keyboard)
	case m.Copy != nil:
		return m.copy(ctx, api, keyboard)
	case m.Photo != nil:
		sent, err := api.SendPhoto(ctx, &tg.SendPhotoParams{ChatID: m.Chat, Photo: m.Photo.input(), Caption: text, ParseMode: mode,
			DisableNotification: m.Silent, ProtectContent: m.Protect, ReplyMarkup: keyboard})
		return sentFrom(sent), err
	case m.Document != nil:
		sent, err := api.SendDocument(ctx, &tg.SendDocumentParams{ChatID: m.Chat, Document: m.Document.input(), Caption: text, ParseMode: mode,
			DisableNotification: m.Silent, ProtectContent: m.Protect, ReplyMarkup: keyboard})
		return sentFrom(sent), err
	}
	off := true
	sent, err := api.SendMessage(ctx, &tg.SendMessageParams{ChatID: m.Chat, Text: text, ParseMode: mode,
		LinkPreviewOptions:  &models.LinkPreviewOptions{IsDisabled: &off},
		DisableNotification: m.Silent, ProtectContent: m.Protect, ReplyMarkup: keyboard})
	return sentFrom(sent), err
}

func (m Message) edit(ctx context.Context, api *tg.Bot, text string, mode models.ParseMode, keyboard models.ReplyMarkup) (Sent, error) {
	if m.Photo != nil {
		sent, err := api.EditMessageCaption(ctx, &tg.EditMessageCaptionParams{ChatID: m.Chat, MessageID: m.Edit,
			Caption: text, ParseMode: mode, ReplyMarkup: keyboard})
		return edited(sent, m.Edit), err
	}
	if text == "" {
		sent, err := api.EditMessageReplyMarkup(ctx, &tg.EditMessageReplyMarkupParams{ChatID: m.Chat, MessageID: m.Edit, ReplyMarkup: keyboard})
		return edited(sent, m.Edit), err
	}
	off := true
	sent, err := api.EditMessageText(ctx, &tg.EditMessageTextParams{ChatID: m.Chat, MessageID: m.Edit, Text: text, ParseMode: mode,
		LinkPreviewOptions: &models.LinkPreviewOptions{IsDisabled: &off}, ReplyMarkup: keyboard})
	return edited(sent, m.Edit), err
}

func (m Message) copy(ctx context.Context, api *tg.Bot, keyboard models.ReplyMarkup) (Sent, error) {
	id, err := api.CopyMessage(ctx, &tg.CopyMessageParams{ChatID: m.Chat, FromChatID: m.Copy.Chat, MessageID: m.Copy.Message,
		DisableNotification: m.Silent, ProtectContent: m.Protect, ReplyMarkup: keyboard})
	if err != nil {
		return Sent{}, err
	}
	return Sent{ID: id.ID}, nil
}

func (m Message) limit() int {
	if m.Photo != nil || m.Document != nil {
		return maxCaption
	}
	return maxText
}

func (u *Upload) input() models.InputFile {
	if u.ID != "" {
		return &models.InputFileString{Data: u.ID}
	}
	return &models.InputFileUpload{Filename: u.Name, Data: bytes.NewReader(u.Data)}
}

func sentFrom(m *models.Message) Sent {
	if m == nil {
		return Sent{}
	}
	s := Sent{ID: m.ID}
	if n := len(m.Photo); n > 0 {
		s.File = m.Photo[n-1].FileID
	} else if m.Document != nil {
		s.File = m.Document.FileID
	}
	return s
}

func edited(m *models.Message, id int) Sent {
	s := sentFrom(m)
	s.ID = id
	return s
}

// cut keeps the first n characters and says that it did.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

func (c Copy) String() string { return fmt.Sprintf("%d/%d", c.Chat, c.Message) }
