package tgfake

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// scope is a BotCommandScope: https://core.telegram.org/bots/api#botcommandscope
type scope struct {
	Type string          `json:"type"`
	Chat json.RawMessage `json:"chat_id"`
	User int64           `json:"user_id"`
}

// menu is one list of commands: for a scope and a language, "" for any.
type menu struct {
	scope    string // its type, with the chat and the person it is for
	language string
	commands []Command
}

var (
	commandName  = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)
	languageCode = regexp.MustCompile(`^([a-z]{2})?$`)
)

// scopeOf reads the scope of a call.
func (s *Server) scopeOf(c *call) (string, error) {
	text := c.text("scope")
	if text == "" {
		return "default", nil
	}
	var sc scope
	if json.Unmarshal([]byte(text), &sc) != nil {
		return "", bad("can't parse BotCommandScope: Object expected")
	}
	switch sc.Type {
	case "default", "all_private_chats", "all_group_chats", "all_chat_administrators":
		return sc.Type, nil
	case "chat", "chat_administrators", "chat_member":
	default:
		return "", bad("can't parse BotCommandScope: Unsupported type specified")
	}
	id := strings.Trim(string(sc.Chat), `"`)
	if id == "" || id == "null" {
		return "", bad("can't parse BotCommandScope: Empty chat_id specified")
	}
	ch, err := s.chatOf(&call{args: map[string]string{"chat_id": id}}, "chat_id")
	switch {
	case err != nil:
		return "", err
	case sc.Type == "chat_member" && sc.User <= 0:
		return "", bad("can't parse BotCommandScope: Invalid user_id specified")
	case sc.Type != "chat" && ch.user != nil:
		return "", bad("can't use specified scope in private chats")
	}
	return chatScope(ch.id), nil
}

func chatScope(id int64) string { return "chat " + jsonText(id) }

func jsonText(v any) string {
	b, _ := json.Marshal(v) // of numbers and strings only
	return string(b)
}

func (s *Server) menuOf(c *call) (menu, error) {
	sc, err := s.scopeOf(c)
	if err != nil {
		return menu{}, err
	}
	if !languageCode.MatchString(c.text("language_code")) {
		return menu{}, bad("LANG_CODE_INVALID")
	}
	return menu{scope: sc, language: c.text("language_code")}, nil
}

func (s *Server) setMyCommands(c *call) (any, error) {
	commands, err := parseCommands(c.text("commands"))
	if err != nil {
		return nil, err
	}
	m, err := s.menuOf(c)
	if err != nil {
		return nil, err
	}
	m.commands = commands
	s.forget(m)
	if len(commands) > 0 {
		s.menus = append(s.menus, m)
	}
	s.tellMenus()
	return true, nil
}

func parseCommands(text string) ([]Command, error) {
	var list []json.RawMessage
	var whole any
	if json.Unmarshal([]byte(text), &whole) != nil {
		return nil, bad("can't parse commands JSON object")
	}
	if json.Unmarshal([]byte(text), &list) != nil {
		return nil, bad("expected an Array of BotCommand")
	}
	var out []Command
	for _, raw := range list {
		var c Command
		if json.Unmarshal(raw, &c) != nil {
			return nil, bad("can't parse BotCommand: expected an Object")
		}
		c.Command = strings.TrimPrefix(c.Command, "/")
		switch n := len([]rune(c.Description)); {
		case !commandName.MatchString(c.Command):
			return nil, bad("BOT_COMMAND_INVALID")
		case n < 1 || n > 256:
			return nil, bad("BOT_COMMAND_DESCRIPTION_INVALID")
		}
		out = append(out, c)
	}
	if len(out) > 100 {
		return nil, bad("BOT_COMMANDS_TOO_MUCH")
	}
	return out, nil
}

func (s *Server) deleteMyCommands(c *call) (any, error) {
	m, err := s.menuOf(c)
	if err != nil {
		return nil, err
	}
	s.forget(m)
	s.tellMenus()
	return true, nil
}

func (s *Server) getMyCommands(c *call) (any, error) {
	m, err := s.menuOf(c)
	if err != nil {
		return nil, err
	}
	return append([]Command{}, s.commands(m.scope, m.language)...), nil
}

func (s *Server) forget(m menu) {
	s.menus = slices.DeleteFunc(s.menus, func(o menu) bool { return o.scope == m.scope && o.language == m.language })
}

func (s *Server) commands(scope, language string) []Command {
	for _, m := range s.menus {
		if m.scope == scope && m.language == language {
			return m.commands
		}
	}
	return nil
}

func (s *Server) tellMenus() {
	for _, u := range s.users {
		s.emit(u.chat, Event{Type: EventCommands})
	}
	s.wake()
}

// CommandsFor is the menu that u sees in a client in a language: the nearest
// scope wins, and inside it the language wins over none
// (https://core.telegram.org/bots/api#determining-list-of-commands).
func (s *Server) CommandsFor(u *User, language string) []Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	language, _, _ = strings.Cut(language, "-")
	for _, sc := range []string{chatScope(u.id), "all_private_chats", "default"} {
		for _, l := range []string{language, ""} {
			if c := s.commands(sc, l); len(c) > 0 {
				return slices.Clone(c)
			}
		}
	}
	return nil
}
