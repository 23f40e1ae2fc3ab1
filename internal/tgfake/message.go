package tgfake

import (
	"time"
)

// Message is a message as its reader sees it in the chat. It marshals to JSON
// for a page that draws the chat.
type Message struct {
	ID        int        `json:"id"`
	FromBot   bool       `json:"from_bot"`
	From      string     `json:"from"` // the sender's name
	Date      time.Time  `json:"date"`
	Edited    *time.Time `json:"edited,omitempty"`
	Kind      Kind       `json:"kind"`
	Text      string     `json:"text,omitempty"` // the text or the caption, without markup
	HTML      string     `json:"html,omitempty"` // the same with markup, escaped, safe to insert into a page
	Entities  []Entity   `json:"entities,omitempty"`
	Photo     *File      `json:"photo,omitempty"` // its largest size
	Document  *File      `json:"document,omitempty"`
	Contact   *Contact   `json:"contact,omitempty"`
	Album     string     `json:"album,omitempty"`   // messages of one album share it
	Buttons   [][]Button `json:"buttons,omitempty"` // the inline keyboard
	ReplyTo   int        `json:"reply_to,omitempty"`
	Protected bool       `json:"protected,omitempty"` // may not be forwarded or saved
	Silent    bool       `json:"silent,omitempty"`
	Pinned    bool       `json:"pinned,omitempty"`
	Effect    string     `json:"effect,omitempty"`
	Reaction  string     `json:"reaction,omitempty"` // the bot's emoji
	Forwarded string     `json:"forwarded,omitempty"`
}

// Kind is what a message carries.
type Kind string

// The kinds of messages.
const (
	KindText     Kind = "text"
	KindPhoto    Kind = "photo"
	KindDocument Kind = "document"
	KindContact  Kind = "contact"
	KindSticker  Kind = "sticker"
	KindVoice    Kind = "voice"
	KindService  Kind = "service" // written by Telegram itself: a topic made, a message pinned
)

// File tells about a stored file; Server.File gives its bytes.
type File struct {
	ID       string `json:"id"`
	UniqueID string `json:"unique_id"`
	Name     string `json:"name,omitempty"`
	MIME     string `json:"mime,omitempty"`
	Size     int    `json:"size"`
	Width    int    `json:"width,omitempty"`
	Height   int    `json:"height,omitempty"`
}

// Contact is an address card. UserID is set by Telegram, never by the sender.
type Contact struct {
	Phone     string `json:"phone_number"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name,omitempty"`
	UserID    int64  `json:"user_id,omitempty"`
}

// Button is a button of an inline or of a reply keyboard.
type Button struct {
	Label string     `json:"label"`
	Kind  ButtonKind `json:"kind"`
	Data  string     `json:"data,omitempty"`  // what a callback button sends
	URL   string     `json:"url,omitempty"`   // where a link or a web app leads
	Copy  string     `json:"copy,omitempty"`  // what a copying button puts on the clipboard
	Style string     `json:"style,omitempty"` // danger, success, primary or ""
}

// ButtonKind is what a tap on a button does.
type ButtonKind string

// The kinds of buttons.
const (
	ButtonCallback ButtonKind = "callback"
	ButtonURL      ButtonKind = "url"
	ButtonWebApp   ButtonKind = "web_app"
	ButtonCopy     ButtonKind = "copy"
	ButtonText     ButtonKind = "text" // of a reply keyboard: sends its label
	ButtonContact  ButtonKind = "contact"
	ButtonLocation ButtonKind = "location"
	ButtonOther    ButtonKind = "other" // shown, but does nothing here
)

// Keyboard is the reply keyboard under the input field. No rows: none.
type Keyboard struct {
	Rows        [][]Button `json:"rows"`
	Persistent  bool       `json:"persistent,omitempty"`
	Resize      bool       `json:"resize,omitempty"`
	OneTime     bool       `json:"one_time,omitempty"`
	Placeholder string     `json:"placeholder,omitempty"`
	ForceReply  bool       `json:"force_reply,omitempty"`
}

// Command is an entry of the bot's menu.
type Command struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

// Entity is a piece of formatting; offset and length count UTF-16 code units.
type Entity struct {
	Type          string `json:"type"`
	Offset        int    `json:"offset"`
	Length        int    `json:"length"`
	URL           string `json:"url,omitempty"`
	User          *peer  `json:"user,omitempty"`
	Language      string `json:"language,omitempty"`
	CustomEmojiID string `json:"custom_emoji_id,omitempty"`
}

// message is a message as the server keeps it.
type message struct {
	id      int
	chat    *chat
	from    peer
	date    time.Time
	edited  time.Time
	body    content
	inline  [][]inlineButton
	replied bool // was sent with a reply keyboard, its removal or a forced reply: not editable
	replyTo int
	thread  int
	album   string
	protect bool
	silent  bool
	effect  string
	origin  *origin
	react   string
}

// content is what a copy of a message takes along.
type content struct {
	kind     Kind
	text     string
	entities []Entity
	photo    []*file // by size, the largest last
	document *file
	sticker  *file
	voice    *file
	emoji    string
	contact  *Contact
	service  map[string]any // field of the Bot API → its value
	spoiler  bool
}

// origin tells who wrote a forwarded message first.
type origin struct {
	Type string `json:"type"`
	From peer   `json:"sender_user"`
	Date int64  `json:"date"`
}

// view is m as its readers see it.
func (m *message) view() Message {
	v := Message{
		ID: m.id, FromBot: m.from.IsBot, From: m.from.name(), Date: m.date, Kind: m.body.kind,
		Text: m.body.text, HTML: renderHTML(m.body.text, m.body.entities), Entities: m.body.entities,
		Contact: m.body.contact, Album: m.album, ReplyTo: m.replyTo, Protected: m.protect,
		Silent: m.silent, Pinned: m.chat.isPinned(m.id), Effect: m.effect, Reaction: m.react,
	}
	if !m.edited.IsZero() {
		at := m.edited
		v.Edited = &at
	}
	if n := len(m.body.photo); n > 0 {
		v.Photo = m.body.photo[n-1].view()
	}
	if m.body.document != nil {
		v.Document = m.body.document.view()
	}
	if m.origin != nil {
		v.Forwarded = m.origin.From.name()
	}
	if m.body.kind == KindSticker {
		v.Text, v.HTML = m.body.emoji, m.body.emoji
	}
	for _, row := range m.inline {
		v.Buttons = append(v.Buttons, inlineRow(row))
	}
	return v
}

func inlineRow(row []inlineButton) []Button {
	var out []Button
	for _, b := range row {
		out = append(out, b.view())
	}
	return out
}
