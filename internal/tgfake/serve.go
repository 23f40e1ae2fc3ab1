package tgfake

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// method is a method of the Bot API. It runs under the server's lock, except
// slow ones, which take the lock themselves.
type method struct {
	name  string
	run   func(*call) (any, error)
	slow  func(context.Context, *call) (any, error)
	media bool // its uploads may become photos: they are made before the lock
}

// methods are all that the server can do, by the lower-cased name.
func (s *Server) methods() map[string]method {
	all := []method{
		{name: "getMe", run: s.getMe},
		{name: "getUpdates", slow: s.getUpdates},
		{name: "setWebhook", run: s.setWebhook},
		{name: "deleteWebhook", run: s.deleteWebhook},
		{name: "getWebhookInfo", run: s.getWebhookInfo},
		{name: "sendMessage", run: s.sendMessage},
		{name: "sendPhoto", run: s.sendPhoto, media: true},
		{name: "sendDocument", run: s.sendDocument},
		{name: "sendMediaGroup", run: s.sendMediaGroup, media: true},
		{name: "sendChatAction", run: s.sendChatAction},
		{name: "copyMessage", run: s.copyMessage},
		{name: "copyMessages", run: s.copyMessages},
		{name: "forwardMessage", run: s.forwardMessage},
		{name: "editMessageText", run: s.editMessageText},
		{name: "editMessageCaption", run: s.editMessageCaption},
		{name: "editMessageMedia", run: s.editMessageMedia, media: true},
		{name: "editMessageReplyMarkup", run: s.editMessageReplyMarkup},
		{name: "deleteMessage", run: s.deleteMessage},
		{name: "deleteMessages", run: s.deleteMessages},
		{name: "answerCallbackQuery", run: s.answerCallbackQuery},
		{name: "getFile", run: s.getFile},
		{name: "setMyCommands", run: s.setMyCommands},
		{name: "deleteMyCommands", run: s.deleteMyCommands},
		{name: "getMyCommands", run: s.getMyCommands},
		{name: "setMyName", run: s.setProfile("name", 64)},
		{name: "setMyDescription", run: s.setProfile("description", 512)},
		{name: "setMyShortDescription", run: s.setProfile("short_description", 120)},
		{name: "getMyName", run: s.getProfile("name")},
		{name: "getMyDescription", run: s.getProfile("description")},
		{name: "getMyShortDescription", run: s.getProfile("short_description")},
		{name: "setChatMenuButton", run: s.setChatMenuButton},
		{name: "getChatMenuButton", run: s.getChatMenuButton},
		{name: "getChat", run: s.getChat},
		{name: "getChatMember", run: s.getChatMember},
		{name: "setMessageReaction", run: s.setMessageReaction},
		{name: "pinChatMessage", run: s.pinChatMessage},
		{name: "unpinChatMessage", run: s.unpinChatMessage},
		{name: "createForumTopic", run: s.createForumTopic},
		{name: "editForumTopic", run: s.editForumTopic},
		{name: "closeForumTopic", run: s.closeForumTopic(true)},
		{name: "reopenForumTopic", run: s.closeForumTopic(false)},
		{name: "deleteForumTopic", run: s.deleteForumTopic},
	}
	out := map[string]method{}
	for _, m := range all {
		out[strings.ToLower(m.name)] = m
	}
	return out
}

// ServeHTTP answers /bot<token>/<method> and /file/bot<token>/<path>.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if rest, ok := strings.CutPrefix(r.URL.Path, "/file/bot"); ok {
		s.serveFile(w, rest)
		return
	}
	rest, ok := strings.CutPrefix(r.URL.Path, "/bot")
	if !ok {
		answerRefusal(w, errNotFound)
		return
	}
	token, name, _ := strings.Cut(rest, "/")
	if err := s.admit(token); err != nil {
		answerRefusal(w, err)
		return
	}
	s.serveMethod(w, r, name)
}

// admit checks the token: ClientManager::send in
// https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/ClientManager.cpp
func (s *Server) admit(token string) *refusal {
	id, _, ok := strings.Cut(token, ":")
	if !ok || token[0] == '0' || len(token) > 80 {
		return errBadToken
	}
	n, err := strconv.ParseInt(id, 10, 64)
	switch {
	case err != nil:
		return errAlienToken
	case n <= 0 || n >= 1<<54:
		return errBadToken
	case token != s.opts.Token:
		return errWrongToken
	}
	return nil
}

func (s *Server) serveMethod(w http.ResponseWriter, r *http.Request, name string) {
	c, err := parseCall(name, w, r)
	if err != nil {
		answerRefusal(w, refusalOf(err))
		return
	}
	m, ok := s.table[strings.ToLower(name)]
	if !ok {
		answerRefusal(w, errNoMethod)
		return
	}
	s.begin(m)
	f := s.fault(c, m)
	if f != nil && !f.CutAfterDelivery {
		s.end(c, m, &refusal{code: f.Status, text: f.Description})
		f.play(w, r, s)
		return
	}
	result, err := s.run(r.Context(), m, c)
	s.end(c, m, err)
	if f != nil {
		panic(http.ErrAbortHandler) // net/http cuts the connection and says nothing
	}
	if err != nil {
		rf := refusalOf(err)
		s.opts.Log.Info("call refused", "method", m.name, "status", rf.status(), "description", rf.description())
		answerRefusal(w, rf)
		return
	}
	answer(w, result)
}

// run runs a method of the table.
func (s *Server) run(ctx context.Context, m method, c *call) (any, error) {
	if m.slow != nil {
		return m.slow(ctx, c)
	}
	if m.media {
		for _, up := range c.files {
			up.ladder, up.broken = ladder(up.data)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return m.run(c)
}

// begin and end let Idle see that a call runs. A waiting getUpdates is no work.
func (s *Server) begin(m method) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.slow == nil {
		s.running++
	}
}

func (s *Server) end(c *call, m method, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.slow != nil {
		return
	}
	s.running--
	s.lastCall = time.Now()
	s.record(c, m.name, err)
	s.wake()
}

// noted is a result that comes with a description.
type noted struct {
	result any
	note   string
}

func answer(w http.ResponseWriter, result any) {
	body := object{"ok": true, "result": result}
	if n, ok := result.(noted); ok {
		body["result"], body["description"] = n.result, n.note
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body) // a client that has gone needs no answer
}

func answerRefusal(w http.ResponseWriter, r *refusal) {
	body := object{"ok": false, "error_code": r.status(), "description": r.description()}
	switch {
	case r.retry > 0:
		body["parameters"] = object{"retry_after": r.retry}
		w.Header().Set("Retry-After", strconv.Itoa(r.retry))
	case r.migrateTo != 0:
		body["parameters"] = object{"migrate_to_chat_id": r.migrateTo}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(r.status())
	_ = json.NewEncoder(w).Encode(body)
}
