package tgfake

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// The descriptions are those of the real server: literals of
// https://github.com/tdlib/telegram-bot-api and https://github.com/tdlib/td,
// and MTProto codes, all in capitals, that it passes through.

// world is a Telegram with somebody in every state.
type world struct {
	*Server
	clock                            *clock
	anna, stranger, blocked, deleted *User
	group, kicked, left, gone, muted *Group
	forum, deaf, basic               *Group
	moved                            int64 // the new id of basic
	hers, plain, photo, keyed, kept  int   // messages in anna's chat: her own; the bot's
	topic, closed, lost              int
	photoID, documentID, largeID     string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{clock: newClock()}
	w.Server = start(t, Options{Now: w.clock.now})
	w.people()
	w.groups(t)
	w.messages(t)
	w.mu.Lock()
	w.largeID = w.keepDocument("big.pdf", "", make([]byte, downloadRoom+1)).id
	w.mu.Unlock()
	return w
}

func (w *world) people() {
	w.anna = w.User(UserSpec{FirstName: "Анна", Username: "anna_k"})
	w.stranger = w.User(UserSpec{FirstName: "Новый"})
	w.blocked = w.User(UserSpec{FirstName: "Борис"})
	w.deleted = w.User(UserSpec{FirstName: "Удалённый"})
	w.blocked.Start("")
	w.blocked.Block()
	w.deleted.Start("")
	w.deleted.Deactivate()
	w.anna.Start("")
	w.hers = w.anna.Send("привет").ID
}

func (w *world) groups(t *testing.T) {
	spec := GroupSpec{Title: "Смена", Members: []*User{w.anna}}
	w.group, w.kicked, w.left = w.Group(spec), w.Group(spec), w.Group(spec)
	w.gone, w.muted = w.Group(spec), w.Group(spec)
	w.kicked.Bot(w.anna, "kicked")
	w.left.Bot(w.anna, "left")
	w.gone.Delete()
	w.muted.Mute()
	w.basic = w.Group(GroupSpec{Title: "Старая", Basic: true})
	w.moved = w.basic.Upgrade().ID()
	w.deaf = w.Group(GroupSpec{Title: "Форум", Forum: true})
	w.forum = w.Group(GroupSpec{Title: "Поддержка", Forum: true, Topics: true})
	for _, id := range []*int{&w.topic, &w.closed, &w.lost} {
		var made struct {
			ID int `json:"message_thread_id"`
		}
		must(t, w.Server, "createForumTopic", object{"chat_id": w.forum.ID(), "name": "Олена"}, &made)
		*id = made.ID
	}
	must(t, w.Server, "closeForumTopic", object{"chat_id": w.forum.ID(), "message_thread_id": w.closed}, nil)
	must(t, w.Server, "deleteForumTopic", object{"chat_id": w.forum.ID(), "message_thread_id": w.lost}, nil)
}

func (w *world) messages(t *testing.T) {
	send := func(method string, args object) int {
		var m struct {
			ID int `json:"message_id"`
		}
		args["chat_id"] = w.anna.ID()
		must(t, w.Server, method, args, &m)
		return m.ID
	}
	w.plain = send("sendMessage", object{"text": "раз", "reply_markup": object{"inline_keyboard": [][]object{{{"text": "Да", "callback_data": "y"}}}}})
	w.keyed = send("sendMessage", object{"text": "два", "reply_markup": object{"keyboard": [][]string{{"Меню"}}}})
	w.kept = send("sendMessage", object{"text": "код", "protect_content": true})
	m, err := w.anna.SendPhoto(picture(t, 200, 100), "")
	if err != nil {
		t.Fatal(err)
	}
	w.photoID = m.Photo.ID
	w.photo = send("sendPhoto", object{"photo": w.photoID})
	w.documentID = w.anna.SendFile("чек.pdf", "application/pdf", []byte("%PDF"), "").Document.ID
}

// row is one refusal: the call and what the server says to it.
type row struct {
	method string
	args   object // chat_id is anna's when there is none
	status int
	want   string
}

// in is args for another chat.
func in(chat int64, args object) object {
	out := object{"chat_id": chat}
	for k, v := range args {
		out[k] = v
	}
	return out
}

func check(t *testing.T, w *world, rows []row) {
	t.Helper()
	for _, r := range rows {
		args := r.args
		if _, ok := args["chat_id"]; !ok {
			args = in(w.anna.ID(), args)
		}
		got := ask(t, w.Server, r.method, args)
		if got.OK || got.Status != r.status || got.Code != r.status || got.Description != r.want {
			t.Errorf("%s(%.200s) = %d %q, want %d %q", r.method, fmt.Sprint(r.args), got.Code, got.Description, r.status, r.want)
		}
	}
}

var hello = object{"text": "x"}

func TestChatsRefuseAsTelegramDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	check(t, w, []row{
		{"sendMessage", in(w.blocked.ID(), hello), 403, "Forbidden: bot was blocked by the user"},
		{"sendMessage", in(w.deleted.ID(), hello), 403, "Forbidden: user is deactivated"},
		{"sendMessage", in(w.stranger.ID(), hello), 403, "Forbidden: bot can't initiate conversation with a user"},
		{"sendChatAction", in(w.blocked.ID(), object{"action": "typing"}), 403, "Forbidden: bot was blocked by the user"},
		{"sendMessage", in(w.botID, hello), 403, "Forbidden: the bot can't send messages to the bot"},
		{"sendMessage", in(999, hello), 400, "Bad Request: chat not found"},
		{"sendMessage", object{"chat_id": "@nobody", "text": "x"}, 400, "Bad Request: chat not found"},
		{"sendMessage", object{"chat_id": "", "text": "x"}, 400, "Bad Request: chat_id is empty"},
		{"getChatMember", object{"user_id": 999}, 400, "Bad Request: user not found"},
		{"sendMessage", in(w.kicked.ID(), hello), 403, "Forbidden: bot was kicked from the supergroup chat"},
		{"sendMessage", in(w.left.ID(), hello), 403, "Forbidden: bot is not a member of the supergroup chat"},
		{"sendMessage", in(w.gone.ID(), hello), 403, "Forbidden: the group chat was deleted"},
		{"sendMessage", in(w.muted.ID(), hello), 400, "Bad Request: not enough rights to send text messages to the chat"},
		{"sendMessage", in(w.basic.ID(), hello), 400, "Bad Request: group chat was upgraded to a supergroup chat"},
	})
	if got := ask(t, w.Server, "sendMessage", in(w.basic.ID(), hello)).Parameters.MigrateTo; got != w.moved {
		t.Errorf("migrate_to_chat_id = %d, want %d", got, w.moved)
	}
}

func TestTextsAreRefusedAsTelegramDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	long := strings.Repeat("ы", 4097)
	check(t, w, []row{
		{"sendMessage", object{}, 400, "Bad Request: message text is empty"},
		{"sendMessage", object{"text": " \n\u200b "}, 400, "Bad Request: text must be non-empty"},
		{"sendMessage", object{"text": "<b> </b>", "parse_mode": "HTML"}, 400, "Bad Request: text must be non-empty"},
		{"sendMessage", object{"text": long}, 400, "Bad Request: message is too long"},
		{"sendMessage", object{"text": strings.Repeat("x", 32769)}, 400, "Bad Request: text is too long"},
		{"sendPhoto", object{"photo": w.photoID, "caption": long[:2050]}, 400, "Bad Request: message caption is too long"},
		{"sendMessage", object{"text": "x", "parse_mode": "BBCode"}, 400, "Bad Request: unsupported parse_mode"},
		{"sendMessage", object{"text": "<foo>", "parse_mode": "html"}, 400, `Bad Request: can't parse entities: Unsupported start tag "foo" at byte offset 0`},
		{"sendMessage", object{"text": "1.5", "parse_mode": "MarkdownV2"}, 400, `Bad Request: can't parse entities: Character '.' is reserved and must be escaped with the preceding '\'`},
		{"sendMessage", object{"text": "ы*x", "parse_mode": "MarkdownV2"}, 400, "Bad Request: can't parse entities: Can't find end of Bold entity at byte offset 2"},
		{"sendMessage", object{"text": "a_b", "parse_mode": "Markdown"}, 400, "Bad Request: can't parse entities: Can't find end of the entity starting at byte offset 1"},
		{"sendMessage", object{"text": "ab", "entities": []object{{"type": "bold", "offset": 3, "length": 1}}}, 400, "Bad Request: entity begins after the end of the text at UTF-16 offset 3"},
		{"sendMessage", object{"text": "ab", "entities": []object{{"type": "bold", "offset": 1, "length": 2}}}, 400, "Bad Request: entity beginning at UTF-16 offset 1 ends after the end of the text at UTF-16 offset 3"},
		{"sendMessage", object{"text": "🎉", "entities": []object{{"type": "bold", "offset": 1, "length": 1}}}, 400, "Bad Request: entity begins in a middle of a UTF-16 symbol at byte offset 0"},
	})
	must(t, w.Server, "sendMessage", object{"chat_id": w.anna.ID(), "text": "<b>" + long[2:] + "</b>", "parse_mode": "HTML"}, nil)
	got := post(t, w.URL()+"/bot"+w.Token()+"/sendMessage", "application/x-www-form-urlencoded", []byte("text=%ff"))
	if want := "Bad Request: strings must be encoded in UTF-8"; got.Description != want {
		t.Errorf("broken UTF-8 = %q, want %q", got.Description, want)
	}
}

func TestMarkupIsRefusedAsTelegramDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inline := func(b object) any { return object{"inline_keyboard": [][]object{{b}}} }
	keys := func(b object) any { return object{"keyboard": [][]object{{b}}} }
	var rows []row
	for _, r := range []struct {
		markup any
		want   string
	}{
		{"{", "can't parse reply keyboard markup JSON object"},
		{"[]", "object expected as reply markup"},
		{object{"inline_keyboard": []object{{"text": "x"}}}, `field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays`},
		{object{"keyboard": []string{"x"}}, `field "keyboard" must be an Array of Arrays`},
		{inline(object{"text": "x"}), "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"},
		{inline(object{"text": "x", "callback_data": ""}), "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"},
		{inline(object{"text": "", "callback_data": "x"}), "inline keyboard button text must be non-empty"},
		{keys(object{"text": " "}), "keyboard button text must be non-empty"},
		{inline(object{"text": "x", "callback_data": strings.Repeat("ы", 33)}), "BUTTON_DATA_INVALID"},
		{inline(object{"text": "x", "url": "happ://add"}), "inline keyboard button URL 'happ://add' is invalid: Unsupported URL protocol"},
		{inline(object{"text": "x", "url": "http://localhost/"}), "inline keyboard button URL 'http://localhost/' is invalid: Wrong HTTP URL"},
		{inline(object{"text": "x", "web_app": object{"url": "http://e.org"}}), "inline keyboard button Web App URL 'http://e.org' is invalid: Only HTTPS links are allowed"},
		{inline(object{"text": "x", "callback_data": "x", "style": "pink"}), "can't parse inline keyboard button: Invalid button style specified"},
		{inline(object{"text": "x", "callback_data": strings.Repeat("x", 10_000)}), "reply markup is too long"},
	} {
		rows = append(rows, row{"sendMessage", object{"text": "x", "reply_markup": r.markup}, 400, "Bad Request: " + r.want})
	}
	group := func(markup any) object { return in(w.group.ID(), object{"text": "x", "reply_markup": markup}) }
	check(t, w, append(rows,
		row{"sendMessage", group(inline(object{"text": "x", "web_app": object{"url": "https://e.org"}})), 400, "Bad Request: BUTTON_TYPE_INVALID"},
		row{"sendMessage", group(keys(object{"text": "x", "web_app": object{"url": "https://e.org"}})), 400, "Bad Request: web App buttons can be used in private chats only"},
		row{"sendMessage", group(keys(object{"text": "x", "request_contact": true})), 400, "Bad Request: phone number can be requested in private chats only"},
		row{"sendMessage", group(keys(object{"text": "x", "request_location": true})), 400, "Bad Request: location can be requested in private chats only"},
	))
}

func TestEditsCopiesAndTopicsAreRefusedAsTelegramDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := make([]int, 101)
	yes := object{"inline_keyboard": [][]object{{{"text": "Да", "callback_data": "y"}}}}
	check(t, w, []row{
		{"editMessageText", object{"message_id": w.plain, "text": "раз", "reply_markup": yes}, 400, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message"},
		{"editMessageText", object{"message_id": 999, "text": "x"}, 400, "Bad Request: message to edit not found"},
		{"editMessageText", object{"message_id": w.hers, "text": "x"}, 400, "Bad Request: message can't be edited"},
		{"editMessageText", object{"message_id": w.keyed, "text": "x"}, 400, "Bad Request: message can't be edited"},
		{"editMessageText", object{"message_id": w.photo, "text": "x"}, 400, "Bad Request: there is no text in the message to edit"},
		{"editMessageCaption", object{"message_id": w.plain, "caption": "x"}, 400, "Bad Request: there is no caption in the message to edit"},
		{"editMessageText", object{"message_id": w.plain, "text": "x", "reply_markup": object{"keyboard": [][]string{{"x"}}}}, 400, "Bad Request: inline keyboard expected"},
		{"deleteMessage", object{"message_id": 999}, 400, "Bad Request: message to delete not found"},
		{"copyMessage", object{"from_chat_id": w.anna.ID(), "message_id": 999}, 400, "Bad Request: message to copy not found"},
		{"forwardMessage", object{"from_chat_id": w.anna.ID(), "message_id": 999}, 400, "Bad Request: message to forward not found"},
		{"forwardMessage", object{"from_chat_id": w.anna.ID(), "message_id": w.kept}, 400, "Bad Request: message has protected content and can't be forwarded"},
		{"sendMessage", object{"text": "x", "reply_parameters": object{"message_id": 999}}, 400, "Bad Request: message to be replied not found"},
		{"sendMessage", in(w.forum.ID(), object{"text": "x", "message_thread_id": 999}), 400, "Bad Request: message thread not found"},
		{"sendMessage", in(w.forum.ID(), object{"text": "x", "message_thread_id": w.lost}), 400, "Bad Request: TOPIC_DELETED"},
		{"editForumTopic", in(w.forum.ID(), object{"message_thread_id": w.topic, "name": "Олена"}), 400, "Bad Request: TOPIC_NOT_MODIFIED"},
		{"createForumTopic", in(w.group.ID(), object{"name": "x"}), 400, "Bad Request: the chat is not a forum"},
		{"createForumTopic", in(w.deaf.ID(), object{"name": "x"}), 400, "Bad Request: not enough rights to create a topic"},
		{"answerCallbackQuery", object{"callback_query_id": "1"}, 400, "Bad Request: query is too old and response timeout expired or query ID is invalid"},
		{"sendChatAction", object{"action": "thinking"}, 400, "Bad Request: wrong parameter action in request"},
		{"deleteMessages", object{"message_ids": ids}, 400, "Bad Request: too many message identifiers specified"},
		{"copyMessages", object{"from_chat_id": w.anna.ID(), "message_ids": []int{}}, 400, "Bad Request: message identifiers are not specified"},
		{"sendMediaGroup", object{"media": []object{{"type": "photo", "media": w.photoID}, {"type": "document", "media": w.documentID}}}, 400, "Bad Request: can't use the media of the specified type in the album"},
		{"sendMediaGroup", object{"media": []object{}}, 400, "Bad Request: there are no messages to send"},
		{"sendMediaGroup", object{"media": make([]object, 11)}, 400, "Bad Request: too many messages to send as an album"},
	})
	w.mu.Lock()
	w.forum.chat.topics = false // an administrator may write into a closed topic
	w.mu.Unlock()
	check(t, w, []row{{"sendMessage", in(w.forum.ID(), object{"text": "x", "message_thread_id": w.closed}), 400, "Bad Request: TOPIC_CLOSED"}})
	must(t, w.Server, "sendMessage", object{"chat_id": w.anna.ID(), "text": "x", "reply_parameters": object{"message_id": 999, "allow_sending_without_reply": true}}, nil)
	w.clock.add(49 * time.Hour)
	check(t, w, []row{{"deleteMessage", object{"message_id": w.plain}, 400, "Bad Request: message can't be deleted"}})
}

func TestFilesAreRefusedAsTelegramDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	unknown := strings.Repeat("A", 40)
	check(t, w, []row{
		{"getFile", object{"file_id": w.largeID}, 400, "Bad Request: file is too big"},
		{"getFile", object{"file_id": "?"}, 400, "Bad Request: invalid file_id"},
		{"getFile", object{"file_id": unknown}, 400, "Bad Request: wrong file_id or the file is temporarily unavailable"},
		{"getFile", object{}, 400, "Bad Request: file_id not specified"},
		{"sendPhoto", object{}, 400, "Bad Request: there is no photo in the request"},
		{"sendDocument", object{}, 400, "Bad Request: there is no document in the request"},
		{"sendPhoto", object{"photo": unknown}, 400, "Bad Request: wrong file identifier/HTTP URL specified"},
		{"sendPhoto", object{"photo": "короткий"}, 400, "Bad Request: wrong remote file identifier specified: Wrong character in the string"},
		{"sendPhoto", object{"photo": w.documentID}, 400, "Bad Request: can't use file of type Document as Photo"},
		{"sendPhoto", object{"photo": "https://e.org/x.jpg"}, 400, "Bad Request: failed to get HTTP URL content"},
		{"sendPhoto", object{"photo": "ftp://e.org/x.jpg"}, 400, "Bad Request: wrong HTTP URL specified"},
	})
	for _, r := range []struct {
		method, field string
		data          []byte
		want          string
	}{
		{"sendDocument", "document", nil, "Bad Request: file must be non-empty"},
		{"sendPhoto", "photo", []byte("not an image"), "Bad Request: IMAGE_PROCESS_FAILED"},
		{"sendPhoto", "photo", picture(t, 210, 10), "Bad Request: PHOTO_INVALID_DIMENSIONS"},
		{"sendPhoto", "photo", make([]byte, photoRoom+1), "Bad Request: file of size 10485761 bytes is too big for a photo; the maximum size is 10485760 bytes"},
	} {
		got := sendUpload(t, w.Server, r.method, r.field, r.data, w.anna.ID())
		if got.Description != r.want {
			t.Errorf("%s of %d bytes = %d %q, want %q", r.method, len(r.data), got.Code, got.Description, r.want)
		}
	}
}

func sendUpload(t *testing.T, s *Server, method, field string, data []byte, chat int64) reply {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile(field, "file.bin")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(data)
	_ = form.WriteField("chat_id", fmt.Sprint(chat))
	_ = form.Close()
	return post(t, s.URL()+"/bot"+s.Token()+"/"+method, form.FormDataContentType(), body.Bytes())
}

func TestMenusAndWebhooksAreRefusedAsTelegramDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	commands := func(name, about string) object {
		return object{"commands": []object{{"command": name, "description": about}}}
	}
	scoped := func(sc object) object {
		return object{"commands": []object{}, "scope": sc}
	}
	hook := func(url string) object { return object{"url": url} }
	check(t, w, []row{
		{"setMyCommands", object{"commands": "["}, 400, "Bad Request: can't parse commands JSON object"},
		{"setMyCommands", object{"commands": object{}}, 400, "Bad Request: expected an Array of BotCommand"},
		{"setMyCommands", object{"commands": []int{1}}, 400, "Bad Request: can't parse BotCommand: expected an Object"},
		{"setMyCommands", commands("Старт", "x"), 400, "Bad Request: BOT_COMMAND_INVALID"},
		{"setMyCommands", commands("start", strings.Repeat("x", 257)), 400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID"},
		{"setMyCommands", object{"commands": slicesOf(101, object{"command": "a", "description": "b"})}, 400, "Bad Request: BOT_COMMANDS_TOO_MUCH"},
		{"setMyCommands", object{"commands": []object{}, "language_code": "rus"}, 400, "Bad Request: LANG_CODE_INVALID"},
		{"setMyCommands", scoped(object{"type": "moon"}), 400, "Bad Request: can't parse BotCommandScope: Unsupported type specified"},
		{"setMyCommands", scoped(object{"type": "chat"}), 400, "Bad Request: can't parse BotCommandScope: Empty chat_id specified"},
		{"setMyCommands", scoped(object{"type": "chat_member", "chat_id": w.group.ID()}), 400, "Bad Request: can't parse BotCommandScope: Invalid user_id specified"},
		{"setMyCommands", scoped(object{"type": "chat_administrators", "chat_id": w.anna.ID()}), 400, "Bad Request: can't use specified scope in private chats"},
		{"setMyCommands", scoped(object{"type": "chat", "chat_id": 999}), 400, "Bad Request: chat not found"},
		{"setWebhook", hook("http://e.org/"), 400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"},
		{"setWebhook", hook("https://e.org:8080/"), 400, "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"},
		{"setWebhook", hook("https://127.0.0.1/"), 400, "Bad Request: bad webhook: IP address 127.0.0.1 is reserved"},
		{"setWebhook", hook("https://[2a00::1]/"), 400, "Bad Request: bad webhook: IPv6-only addresses are not allowed"},
		{"setWebhook", hook("https://%zz/"), 400, "Bad Request: invalid webhook URL specified"},
		{"setWebhook", object{"url": "https://e.org/", "secret_token": "секрет"}, 400, "Bad Request: secret token contains unallowed characters"},
		{"setWebhook", object{"url": "https://e.org/", "secret_token": strings.Repeat("x", 257)}, 400, "Bad Request: secret token is too long"},
	})
	var note = func(method string, args object) string { return ask(t, w.Server, method, args).Description }
	for _, want := range []struct {
		method, url, note string
	}{
		{"setWebhook", "https://e.org/", "Webhook was set"}, {"setWebhook", "https://e.org/", "Webhook is already set"},
		{"deleteWebhook", "", "Webhook was deleted"}, {"deleteWebhook", "", "Webhook is already deleted"},
	} {
		if got := note(want.method, hook(want.url)); got != want.note {
			t.Errorf("%s = %q, want %q", want.method, got, want.note)
		}
	}
}

func slicesOf(n int, o object) []object {
	var out []object
	for range n {
		out = append(out, o)
	}
	return out
}

func TestDoorsRefuseAsTelegramDoes(t *testing.T) {
	t.Parallel()
	s := start(t, Options{Token: "7:token"})
	for _, tt := range []struct {
		path   string
		status int
		want   string
	}{
		{"/", 404, "Not Found"},
		{"/bot7:token/flyToTheMoon", 404, "Not Found: method not found"},
		{"/bottoken/getMe", 401, "Unauthorized: invalid token specified"},
		{"/bot07:token/getMe", 401, "Unauthorized: invalid token specified"},
		{"/bot7:" + strings.Repeat("x", 80) + "/getMe", 401, "Unauthorized: invalid token specified"},
		{"/bot99999999999999999:x/getMe", 401, "Unauthorized: invalid token specified"},
		{"/botx:token/getMe", 421, "Misdirected Request: unallowed token specified"},
		{"/bot7:wrong/getMe", 401, "Unauthorized"},
		{"/file/bot7:wrong/photos/file_1.jpg", 401, "Unauthorized"},
		{"/file/bot7:token/photos/file_1.jpg", 404, "Not Found"},
	} {
		got := post(t, s.URL()+tt.path, "", nil)
		if got.OK || got.Status != tt.status || got.Code != tt.status || got.Description != tt.want {
			t.Errorf("POST %s = %d %q, want %d %q", tt.path, got.Code, got.Description, tt.status, tt.want)
		}
	}
	if got := post(t, s.URL()+"/bot7:token/GETME", "", nil); !got.OK {
		t.Errorf("GETME = %q, want it: methods have no case", got.Description)
	}
}

func TestALargeRequestIsRefusedUnread(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	for _, length := range []int64{uploadRoom + 1, -1} { // -1: chunked, of a length that is not told
		req := httptest.NewRequest(http.MethodPost, "/bot"+s.Token()+"/sendDocument", endless{})
		req.Header.Set("Content-Type", "application/json")
		req.ContentLength = length
		rec := httptest.NewRecorder()
		s.ServeHTTP(rec, req)
		if want := `"description":"Request Entity Too Large"`; rec.Code != 413 || !strings.Contains(rec.Body.String(), want) {
			t.Errorf("a request of %d bytes = %d %s, want 413 %s", length, rec.Code, rec.Body, want)
		}
	}
}

// endless is a body without an end.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
