package tgfake

import (
	"encoding/json"
	"reflect"
	"slices"
	"time"
)

// editable finds the message that a call edits and reads its new buttons. No
// reply_markup takes the buttons away, as on the real server.
func (s *Server) editable(c *call) (*message, [][]inlineButton, error) {
	mk, err := parseMarkup(c.text("reply_markup"))
	if err != nil {
		return nil, nil, err
	}
	if mk.reply() {
		return nil, nil, errInlineExpected
	}
	ch, err := s.chatOf(c, "chat_id")
	if err != nil {
		return nil, nil, err
	}
	m := ch.find(c.int("message_id"))
	switch {
	case m == nil:
		return nil, nil, errEditMissing
	case !m.from.IsBot || m.origin != nil || m.replied || m.body.kind == KindService:
		return nil, nil, errCannotEdit
	case mk.needs != nil && ch.user == nil:
		return nil, nil, mk.needs
	}
	s.inspectMarkup(mk)
	return m, mk.inline, nil
}

// change puts the new content into m, unless it is the old one.
func (s *Server) change(m *message, body content, inline [][]inlineButton) (any, error) {
	if m.body.text == body.text && reflect.DeepEqual(m.body.entities, body.entities) &&
		sameMedia(m.body, body) && sameInline(m.inline, inline) {
		return nil, errNotModified
	}
	if m.chat.user == nil {
		if err := s.pace(m.chat, 0); err != nil {
			return nil, err
		}
	}
	m.body, m.inline, m.edited = body, inline, s.now().Truncate(time.Second)
	s.inspect(body.text)
	s.emitMessage(EventEdited, m)
	s.wake()
	return s.wire(m), nil
}

func sameMedia(a, b content) bool {
	return a.kind == b.kind && a.document == b.document && slices.Equal(a.photo, b.photo)
}

func (s *Server) editMessageText(c *call) (any, error) {
	body, err := s.messageText(c)
	if err != nil {
		return nil, err
	}
	m, inline, err := s.editable(c)
	if err != nil {
		return nil, err
	}
	if m.body.kind != KindText {
		return nil, errEditNoText
	}
	return s.change(m, body, inline)
}

func (s *Server) editMessageCaption(c *call) (any, error) {
	text, entities, err := s.caption(c)
	if err != nil {
		return nil, err
	}
	m, inline, err := s.editable(c)
	if err != nil {
		return nil, err
	}
	if m.body.kind != KindPhoto && m.body.kind != KindDocument {
		return nil, errEditNoCaption
	}
	body := m.body
	body.text, body.entities = text, entities
	return s.change(m, body, inline)
}

func (s *Server) editMessageMedia(c *call) (any, error) {
	var in inputMedia
	if json.Unmarshal([]byte(c.text("media")), &in) != nil {
		return nil, bad("can't parse media JSON object")
	}
	body, err := s.mediaBody(c, in)
	if err != nil {
		return nil, err
	}
	m, inline, err := s.editable(c)
	if err != nil {
		return nil, err
	}
	return s.change(m, body, inline)
}

func (s *Server) editMessageReplyMarkup(c *call) (any, error) {
	m, inline, err := s.editable(c)
	if err != nil {
		return nil, err
	}
	return s.change(m, m.body, inline)
}

// deletable is how long a message may be deleted.
const deletable = 48 * time.Hour

func (s *Server) deleteMessage(c *call) (any, error) {
	ch, err := s.chatOf(c, "chat_id")
	if err != nil {
		return nil, err
	}
	m := ch.find(c.int("message_id"))
	switch {
	case m == nil:
		return nil, errDeleteMissing
	case !s.mayDelete(m):
		return nil, errCannotDelete
	}
	s.remove(ch, m.id)
	return true, nil
}

// mayDelete: anything younger than 48 h in a private chat, its own in a group.
func (s *Server) mayDelete(m *message) bool {
	if s.now().Sub(m.date) > deletable {
		return false
	}
	return m.from.IsBot || m.chat.user != nil || m.chat.status == "administrator"
}

func (s *Server) deleteMessages(c *call) (any, error) {
	ch, err := s.chatOf(c, "chat_id")
	if err != nil {
		return nil, err
	}
	ids, err := c.ids("message_ids")
	if err != nil {
		return nil, err
	}
	ids = slices.DeleteFunc(ids, func(id int) bool {
		m := ch.find(id)
		return m == nil || !s.mayDelete(m) // skipped without a word
	})
	s.remove(ch, ids...)
	return true, nil
}

// source finds the message to copy or to forward.
func (s *Server) source(c *call, missing error) (*message, error) {
	from, err := s.chatOf(c, "from_chat_id")
	if err != nil {
		return nil, err
	}
	m := from.find(c.int("message_id"))
	if m == nil {
		return nil, missing
	}
	return m, nil
}

func (s *Server) copyMessage(c *call) (any, error) {
	m, err := s.source(c, errCopyMissing)
	if err != nil {
		return nil, err
	}
	if m.protect || m.body.kind == KindService {
		return nil, errCannotCopy
	}
	body := m.body
	if _, ok := c.args["caption"]; ok && body.kind != KindText {
		if body.text, body.entities, err = s.caption(c); err != nil {
			return nil, err
		}
	}
	o, err := s.outgoing(c)
	if err != nil {
		return nil, err
	}
	return object{"message_id": s.send(o, body).id}, nil
}

func (s *Server) copyMessages(c *call) (any, error) {
	ids, err := c.ids("message_ids")
	if err != nil {
		return nil, err
	}
	from, err := s.chatOf(c, "from_chat_id")
	if err != nil {
		return nil, err
	}
	o, err := s.outgoing(c)
	if err != nil {
		return nil, err
	}
	albums := map[string]string{} // of the source → of the copy
	out := []object{}
	for _, id := range ids {
		m := from.find(id)
		if m == nil || m.protect || m.body.kind == KindService {
			continue // skipped without a word
		}
		if m.album != "" && albums[m.album] == "" {
			albums[m.album] = s.albumID()
		}
		o.frame.album = albums[m.album]
		out = append(out, object{"message_id": s.send(o, m.body).id})
	}
	if len(out) == 0 {
		return nil, errAlbumEmpty
	}
	return out, nil
}

func (s *Server) forwardMessage(c *call) (any, error) {
	m, err := s.source(c, errForwardMissing)
	if err != nil {
		return nil, err
	}
	if m.protect || m.body.kind == KindService {
		return nil, errProtected
	}
	o, err := s.outgoing(c)
	if err != nil {
		return nil, err
	}
	o.frame.origin = originOf(m)
	return s.wire(s.send(o, m.body)), nil
}
