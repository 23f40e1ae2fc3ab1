package bot

import (
	"errors"
	"fmt"
)

// Style colours a button; it is never the only carrier of a meaning.
type Style string

// https://core.telegram.org/bots/api#inlinekeyboardbutton
const (
	Danger  Style = "danger" // what cannot be undone
	Success Style = "success"
	Primary Style = "primary"
)

// Keyboard is what stands under a message: one of Inline, Reply, Hidden, or nil for none.
type Keyboard interface {
	// markup is the keyboard as Telegram reads it, or what is wrong with it.
	markup() (any, error)
}

// Button is one inline button: with a Token, a URL or a text to Copy.
type Button struct {
	Label string
	Token Token
	URL   string
	Copy  string // at most 256 characters
	Style Style
}

// Tap is a button that runs an action.
func Tap(label string, token Token) Button { return Button{Label: label, Token: token} }

// Link is a button that opens a page.
func Link(label, url string) Button { return Button{Label: label, URL: url} }

// CopyText is a button that puts text on the clipboard, as a card's digits.
func CopyText(label, text string) Button { return Button{Label: label, Copy: text} }

// In gives a button a colour.
func (b Button) In(s Style) Button {
	b.Style = s
	return b
}

// Row is some buttons side by side.
func Row(buttons ...Button) []Button { return buttons }

// Inline is a keyboard under one message, row by row.
type Inline [][]Button

// The library's own button type always writes an empty copy_text beside the action.
type inlineButton struct {
	Text     string    `json:"text"`
	Style    Style     `json:"style,omitempty"`
	URL      string    `json:"url,omitempty"`
	Data     Token     `json:"callback_data,omitempty"`
	CopyText *copyText `json:"copy_text,omitempty"`
}

type copyText struct {
	Text string `json:"text"`
}

type inlineMarkup struct {
	Rows [][]inlineButton `json:"inline_keyboard"`
}

func (k Inline) markup() (any, error) {
	m := inlineMarkup{Rows: [][]inlineButton{}}
	for _, row := range k {
		if len(row) == 0 {
			continue
		}
		var out []inlineButton
		for _, b := range row {
			button, err := b.inline()
			if err != nil {
				return nil, err
			}
			out = append(out, button)
		}
		m.Rows = append(m.Rows, out)
	}
	return m, nil
}

func (b Button) inline() (inlineButton, error) {
	out := inlineButton{Text: b.Label, Style: b.Style, URL: b.URL, Data: b.Token}
	if b.Label == "" {
		return out, errors.New("an inline button has no label")
	}
	actions := 0
	if b.Token != "" {
		actions++
		if err := checkToken(b.Token); err != nil {
			return out, err
		}
	}
	if b.URL != "" {
		actions++
	}
	if b.Copy != "" {
		actions++
		if len([]rune(b.Copy)) > 256 {
			return out, fmt.Errorf("button %q copies over 256 characters", b.Label)
		}
		out.CopyText = &copyText{b.Copy}
	}
	if actions != 1 {
		return out, fmt.Errorf("button %q has %d actions, want one", b.Label, actions)
	}
	return out, nil
}

// ReplyKey is one key of a reply keyboard: it sends its label, or the person's contact.
type ReplyKey struct {
	Label   string
	Contact bool // asks for the person's own phone; private chats only
	Style   Style
}

// Key is a key that sends its label.
func Key(label string) ReplyKey { return ReplyKey{Label: label} }

// ContactKey is a key that shares the person's own phone.
func ContactKey(label string) ReplyKey { return ReplyKey{Label: label, Contact: true} }

// Reply is the keyboard in place of the phone's own.
type Reply struct {
	Rows        [][]ReplyKey
	Placeholder string // in the empty input field; at most 64 characters
	Once        bool   // folded after one use
}

type replyButton struct {
	Text    string `json:"text"`
	Style   Style  `json:"style,omitempty"`
	Contact bool   `json:"request_contact,omitempty"`
}

type replyMarkup struct {
	Rows        [][]replyButton `json:"keyboard"`
	Persistent  bool            `json:"is_persistent,omitempty"`
	Resize      bool            `json:"resize_keyboard"`
	Once        bool            `json:"one_time_keyboard,omitempty"`
	Placeholder string          `json:"input_field_placeholder,omitempty"`
}

func (k Reply) markup() (any, error) {
	m := replyMarkup{Rows: [][]replyButton{}, Persistent: !k.Once, Resize: true, Once: k.Once, Placeholder: k.Placeholder}
	for _, row := range k.Rows {
		var out []replyButton
		for _, b := range row {
			if b.Label == "" {
				return nil, errors.New("a reply key has no label")
			}
			out = append(out, replyButton{Text: b.Label, Style: b.Style, Contact: b.Contact})
		}
		m.Rows = append(m.Rows, out)
	}
	return m, nil
}

// Hidden takes the reply keyboard away.
type Hidden struct{}

func (Hidden) markup() (any, error) {
	return map[string]bool{"remove_keyboard": true}, nil
}
