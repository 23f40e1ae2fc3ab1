package tgfake

import (
	"encoding/json"
	"slices"
	"strconv"
)

// outgoing is what every sending method reads besides the content.
type outgoing struct {
	chat   *chat
	markup markup
	frame  message // all but the body
}

// outgoing checks in the order of the server: the markup, then the chat, then
// what is answered. s.mu is held.
func (s *Server) outgoing(c *call) (*outgoing, error) {
	mk, err := parseMarkup(c.text("reply_markup"))
	if err != nil {
		return nil, err
	}
	ch, err := s.chatOf(c, "chat_id")
	if err != nil {
		return nil, err
	}
	if err := ch.writable(); err != nil {
		return nil, err
	}
	if mk.needs != nil && ch.user == nil {
		return nil, mk.needs
	}
	o := &outgoing{chat: ch, markup: mk, frame: message{
		from: s.bot(), inline: mk.inline, replied: mk.reply(),
		protect: c.bool("protect_content"), silent: c.bool("disable_notification"), effect: c.text("message_effect_id"),
	}}
	if o.frame.thread, err = ch.thread(c); err != nil {
		return nil, err
	}
	if o.frame.replyTo, err = ch.answered(c); err != nil {
		return nil, err
	}
	return o, s.pace(ch, 1)
}

// answered is the message that the new one answers, 0 for none.
func (c *chat) answered(in *call) (int, error) {
	id, lenient := in.int("reply_to_message_id"), in.bool("allow_sending_without_reply")
	if text := in.text("reply_parameters"); text != "" {
		var p struct {
			ID      int  `json:"message_id"`
			Lenient bool `json:"allow_sending_without_reply"`
		}
		if json.Unmarshal([]byte(text), &p) != nil {
			return 0, bad("can't parse reply parameters JSON object")
		}
		id, lenient = p.ID, p.Lenient
	}
	if id == 0 || c.find(id) != nil {
		return id, nil
	}
	if lenient {
		return 0, nil
	}
	return 0, errReplyMissing
}

// send posts the bot's message and changes the keyboard under the input field.
func (s *Server) send(o *outgoing, body content) *message {
	m := o.frame
	m.body = body
	s.inspect(body.text)
	s.inspectMarkup(o.markup)
	s.post(o.chat, &m)
	switch {
	case o.markup.remove:
		s.setKeyboard(o.chat, nil)
	case o.markup.keyboard != nil:
		s.setKeyboard(o.chat, o.markup.keyboard)
	}
	return &m
}

func (s *Server) sendMessage(c *call) (any, error) {
	body, err := s.messageText(c)
	if err != nil {
		return nil, err
	}
	return s.sendBody(c, body)
}

func (s *Server) sendBody(c *call, body content) (any, error) {
	o, err := s.outgoing(c)
	if err != nil {
		return nil, err
	}
	return s.wire(s.send(o, body)), nil
}

func (s *Server) sendPhoto(c *call) (any, error) {
	body, err := s.photoBody(c, c.text("photo"), "photo")
	if err != nil {
		return nil, err
	}
	if body.text, body.entities, err = s.caption(c); err != nil {
		return nil, err
	}
	body.spoiler = c.bool("has_spoiler")
	return s.sendBody(c, body)
}

func (s *Server) photoBody(c *call, value, field string) (content, error) {
	f, up, err := s.fileFor(c, value, field, errNoPhoto)
	switch {
	case err != nil:
		return content{}, err
	case up != nil && up.broken != nil:
		return content{}, up.broken
	case up != nil:
		return content{kind: KindPhoto, photo: s.keepPhoto(up.ladder)}, nil
	case f.kind != filePhoto:
		return content{}, badf("can't use file of type %s as Photo", f.kind)
	}
	return content{kind: KindPhoto, photo: f.sizes}, nil
}

func (s *Server) sendDocument(c *call) (any, error) {
	body, err := s.documentBody(c, c.text("document"), "document")
	if err != nil {
		return nil, err
	}
	if body.text, body.entities, err = s.caption(c); err != nil {
		return nil, err
	}
	return s.sendBody(c, body)
}

func (s *Server) documentBody(c *call, value, field string) (content, error) {
	f, up, err := s.fileFor(c, value, field, errNoDocument)
	switch {
	case err != nil:
		return content{}, err
	case up != nil:
		mime := up.mime
		if mime == "application/octet-stream" {
			mime = ""
		}
		f = s.keepDocument(up.name, mime, up.data)
	case f.kind != fileDocument:
		return content{}, badf("can't use file of type %s as Document", f.kind)
	}
	return content{kind: KindDocument, document: f}, nil
}

// inputMedia is an InputMedia of an album or of an edit.
type inputMedia struct {
	Type     string          `json:"type"`
	Media    string          `json:"media"`
	Caption  string          `json:"caption"`
	Mode     string          `json:"parse_mode"`
	Entities json.RawMessage `json:"caption_entities"`
	Spoiler  bool            `json:"has_spoiler"`
}

func (s *Server) mediaBody(c *call, in inputMedia) (body content, err error) {
	switch in.Type {
	case "photo":
		body, err = s.photoBody(c, in.Media, "")
	case "document":
		body, err = s.documentBody(c, in.Media, "")
	default:
		err = errAlbumType
	}
	if err != nil {
		return content{}, err
	}
	body.text, body.entities, err = format(in.Caption, in.Mode, string(in.Entities))
	if err == nil && len([]rune(body.text)) > captionRoom {
		err = errLongCaption
	}
	body.spoiler = in.Spoiler
	return body, err
}

func (s *Server) sendMediaGroup(c *call) (any, error) {
	var in []inputMedia
	if text := c.text("media"); text != "" && json.Unmarshal([]byte(text), &in) != nil {
		return nil, bad("can't parse media JSON object")
	}
	bodies, err := s.albumBodies(c, in)
	if err != nil {
		return nil, err
	}
	o, err := s.outgoing(c)
	if err != nil {
		return nil, err
	}
	o.frame.album = s.albumID()
	var out []object
	for _, b := range bodies {
		out = append(out, s.wire(s.send(o, b)))
	}
	return out, nil
}

func (s *Server) albumBodies(c *call, in []inputMedia) ([]content, error) {
	switch {
	case len(in) == 0:
		return nil, errAlbumEmpty
	case len(in) > 10:
		return nil, errAlbumFull
	case slices.ContainsFunc(in, func(m inputMedia) bool { return m.Type != in[0].Type }):
		return nil, errAlbumType
	}
	var out []content
	for _, m := range in {
		b, err := s.mediaBody(c, m)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

func (s *Server) albumID() string { return strconv.FormatInt(s.epoch<<20+s.next(), 10) }

// actions are what a bot may be shown doing.
var actions = []string{
	"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
	"choose_sticker", "find_location", "record_video_note", "upload_video_note",
}

func (s *Server) sendChatAction(c *call) (any, error) {
	if !slices.Contains(actions, c.text("action")) {
		return nil, errAction
	}
	ch, err := s.chatOf(c, "chat_id")
	if err != nil {
		return nil, err
	}
	if err := ch.writable(); err != nil {
		return nil, err
	}
	if _, err := ch.thread(c); err != nil {
		return nil, err
	}
	s.emit(ch, Event{Type: EventAction, Action: c.text("action")})
	return true, nil
}
