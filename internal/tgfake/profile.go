package tgfake

import (
	"encoding/json"
	"slices"
	"strings"
)

func (s *Server) getMe(*call) (any, error) {
	return object{
		"id": s.botID, "is_bot": true, "first_name": s.opts.Name, "username": s.opts.Username,
		"can_join_groups": true, "can_read_all_group_messages": true, "supports_inline_queries": false,
	}, nil
}

// setProfile keeps the bot's name or a description in a language.
func (s *Server) setProfile(field string, room int) func(*call) (any, error) {
	return func(c *call) (any, error) {
		language := c.text("language_code")
		switch {
		case !languageCode.MatchString(language):
			return nil, bad("LANG_CODE_INVALID")
		case len([]rune(c.text(field))) > room:
			return nil, bad("BOT_TITLE_INVALID")
		}
		if s.profile[field] == nil {
			s.profile[field] = map[string]string{}
		}
		s.profile[field][language] = c.text(field)
		return true, nil
	}
}

func (s *Server) getProfile(field string) func(*call) (any, error) {
	return func(c *call) (any, error) {
		text, ok := s.profile[field][c.text("language_code")]
		if !ok {
			text = s.profile[field][""]
		}
		if text == "" && field == "name" {
			text = s.opts.Name
		}
		return object{field: text}, nil
	}
}

// Description is what a person reads in the empty chat above START, in a
// client in a language: https://core.telegram.org/bots/api#setmydescription
func (s *Server) Description(language string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	language, _, _ = strings.Cut(language, "-")
	if text := s.profile["description"][language]; text != "" {
		return text
	}
	return s.profile["description"][""]
}

func (s *Server) setChatMenuButton(c *call) (any, error) {
	id := int64(0)
	if c.text("chat_id") != "" {
		ch, err := s.chatOf(c, "chat_id")
		if err != nil {
			return nil, err
		}
		id = ch.id
	}
	b := object{"type": "default"}
	if text := c.text("menu_button"); text != "" && json.Unmarshal([]byte(text), &b) != nil {
		return nil, bad("can't parse menu button: Object expected")
	}
	if !slices.Contains([]any{"default", "commands", "web_app"}, b["type"]) {
		return nil, bad("can't parse menu button: Unsupported type specified")
	}
	s.buttons[id] = b
	return true, nil
}

func (s *Server) getChatMenuButton(c *call) (any, error) {
	id, _ := c.int64("chat_id")
	for _, id := range []int64{id, 0} {
		if b, ok := s.buttons[id]; ok {
			return b, nil
		}
	}
	return object{"type": "default"}, nil
}

func (s *Server) getChat(c *call) (any, error) {
	ch, err := s.chatOf(c, "chat_id")
	if err != nil {
		return nil, err
	}
	o := ch.wire()
	o["accent_color_id"], o["max_reaction_count"] = 0, 11
	if n := len(ch.pinned); n > 0 {
		if m := ch.find(ch.pinned[n-1]); m != nil {
			o["pinned_message"] = s.wireAlone(m)
		}
	}
	return o, nil
}

func (s *Server) getChatMember(c *call) (any, error) {
	ch, err := s.chatOf(c, "chat_id")
	if err != nil {
		return nil, err
	}
	id, ok := c.int64("user_id")
	switch u := s.users[id]; {
	case !ok:
		return nil, bad("invalid user_id specified")
	case id == s.botID && ch.user == nil:
		return s.member(ch.status), nil
	case u == nil:
		return nil, errNoUser
	case ch.user == u || ch.members[id] != nil:
		return object{"user": u.peer(), "status": "member"}, nil
	default:
		return object{"user": u.peer(), "status": "left"}, nil
	}
}

func (s *Server) setMessageReaction(c *call) (any, error) {
	m, err := s.mentioned(c)
	if err != nil {
		return nil, err
	}
	var list []struct{ Type, Emoji string }
	if text := c.text("reaction"); text != "" && json.Unmarshal([]byte(text), &list) != nil {
		return nil, bad("can't parse reaction types JSON object")
	}
	if len(list) > 1 || len(list) == 1 && (list[0].Type != "emoji" || list[0].Emoji == "") {
		return nil, errReaction
	}
	m.react = ""
	if len(list) == 1 {
		m.react = list[0].Emoji
	}
	s.emitMessage(EventEdited, m)
	return true, nil
}

func (s *Server) mentioned(c *call) (*message, error) {
	ch, err := s.chatOf(c, "chat_id")
	if err != nil {
		return nil, err
	}
	if m := ch.find(c.int("message_id")); m != nil {
		return m, nil
	}
	return nil, errNoMessage
}

func (s *Server) pinChatMessage(c *call) (any, error) {
	m, err := s.mentioned(c)
	if err != nil {
		return nil, err
	}
	if m.chat.isPinned(m.id) {
		return true, nil
	}
	m.chat.pinned = append(m.chat.pinned, m.id)
	s.note(m.chat, m.thread, object{"pinned_message": s.wireAlone(m)})
	s.emitMessage(EventEdited, m)
	return true, nil
}

func (s *Server) unpinChatMessage(c *call) (any, error) {
	ch, err := s.chatOf(c, "chat_id")
	if err != nil {
		return nil, err
	}
	n := len(ch.pinned)
	if n == 0 {
		return nil, errNoMessage
	}
	id := ch.pinned[n-1]
	if asked := c.int("message_id"); asked != 0 {
		id = asked
	}
	ch.pinned = slices.DeleteFunc(ch.pinned, func(p int) bool { return p == id })
	if m := ch.find(id); m != nil {
		s.emitMessage(EventEdited, m)
	}
	return true, nil
}
