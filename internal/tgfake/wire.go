package tgfake

import (
	"strings"
)

// peer is a User of the Bot API.
type peer struct {
	ID           int64  `json:"id"`
	IsBot        bool   `json:"is_bot"`
	FirstName    string `json:"first_name"`
	LastName     string `json:"last_name,omitempty"`
	Username     string `json:"username,omitempty"`
	LanguageCode string `json:"language_code,omitempty"`
}

func (p peer) name() string { return strings.TrimSpace(p.FirstName + " " + p.LastName) }

// object is a JSON object of the Bot API. The wire forms below are built of
// objects, because most of their fields come and go with the kind of message.
type object = map[string]any

// wire is m as the Bot API writes it. s.mu is held.
func (s *Server) wire(m *message) object {
	o := s.wireAlone(m)
	if r := m.chat.find(m.replyTo); r != nil {
		o["reply_to_message"] = s.wireAlone(r)
	}
	return o
}

// wireAlone is m without the message that it answers: replies don't nest.
func (s *Server) wireAlone(m *message) object {
	o := object{
		"message_id": m.id, "from": m.from, "chat": m.chat.wire(), "date": m.date.Unix(),
	}
	if !m.edited.IsZero() {
		o["edit_date"] = m.edited.Unix()
	}
	if m.album != "" {
		o["media_group_id"] = m.album
	}
	if m.thread != 0 {
		o["message_thread_id"], o["is_topic_message"] = m.thread, true
	}
	if m.protect {
		o["has_protected_content"] = true
	}
	if m.effect != "" {
		o["effect_id"] = m.effect
	}
	if m.origin != nil {
		o["forward_origin"] = m.origin
	}
	if len(m.inline) > 0 {
		o["reply_markup"] = object{"inline_keyboard": m.inline}
	}
	m.body.wireInto(o)
	return o
}

func (c content) wireInto(o object) {
	text, entities := "caption", "caption_entities"
	switch c.kind {
	case KindText:
		text, entities = "text", "entities"
	case KindPhoto:
		var sizes []object
		for _, f := range c.photo {
			sizes = append(sizes, f.wire())
		}
		o["photo"] = sizes
	case KindDocument:
		o["document"] = c.document.wire()
	case KindContact:
		o["contact"] = c.contact
	case KindVoice:
		v := c.voice.wire()
		v["duration"] = 1
		o["voice"] = v
	case KindSticker:
		st := c.sticker.wire()
		for k, v := range (object{"type": "regular", "width": 512, "height": 512, "is_animated": false, "is_video": false, "emoji": c.emoji}) {
			st[k] = v
		}
		o["sticker"] = st
	case KindService:
		for k, v := range c.service {
			o[k] = v
		}
	}
	if c.text != "" {
		o[text] = c.text
	}
	if len(c.entities) > 0 {
		o[entities] = c.entities
	}
	if c.spoiler {
		o["has_media_spoiler"] = true
	}
}

// memberChange is a ChatMemberUpdated of the bot itself, done by who.
func (s *Server) memberChange(c *chat, who peer, was, is string) object {
	return object{
		"chat": c.wire(), "from": who, "date": s.now().Unix(),
		"old_chat_member": s.member(was), "new_chat_member": s.member(is),
	}
}

func (s *Server) member(status string) object {
	o := object{"user": s.bot(), "status": status}
	if status == "kicked" {
		o["until_date"] = 0
	}
	return o
}

func originOf(m *message) *origin {
	if m.origin != nil {
		return m.origin
	}
	return &origin{Type: "user", From: m.from, Date: m.date.Unix()}
}
