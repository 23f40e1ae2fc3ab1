package tgfake

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/go-telegram/bot/models"
	"github.com/google/go-cmp/cmp"
)

func yesNo() object {
	return object{"inline_keyboard": [][]object{{
		{"text": "Да", "callback_data": "yes", "style": "success"}, {"text": "Нет", "callback_data": "no"}}}}
}

func TestATapIsOnThePresentVersionOnly(t *testing.T) {
	t.Parallel()
	s := start(t, Options{})
	u := s.User(UserSpec{FirstName: "Анна"})
	u.Start("")
	var sent struct {
		ID int `json:"message_id"`
	}
	must(t, s, "sendMessage", object{"chat_id": u.ID(), "text": "?", "reply_markup": yesNo()}, &sent)
	if err := u.TapMessage(sent.ID, "Да"); err != nil {
		t.Fatal(err)
	}
	got := poll0(t, s, nil)
	var q struct {
		ID, Data string
		Message  struct {
			ID int `json:"message_id"`
		}
	}
	if err := json.Unmarshal(got[len(got)-1].Callback, &q); err != nil || q.Data != "yes" || q.Message.ID != sent.ID {
		t.Fatalf("callback_query = %+v, %v, want yes on message %d", q, err, sent.ID)
	}
	must(t, s, "editMessageText", object{"chat_id": u.ID(), "message_id": sent.ID, "text": "!"}, nil)
	if err := u.TapMessage(sent.ID, "Да"); !errors.Is(err, ErrNoButton) {
		t.Errorf("tap after the edit took the buttons = %v, want ErrNoButton", err)
	}
	if got := u.Pending(); !slices.Equal(got, []string{"Да"}) {
		t.Errorf("Pending() = %q, want the tapped one", got)
	}
	must(t, s, "answerCallbackQuery", object{"callback_query_id": q.ID, "text": "готово"}, nil)
	if got := u.Pending(); len(got) != 0 {
		t.Errorf("after the answer Pending() = %q, want none", got)
	}
	const stale = "Bad Request: query is too old and response timeout expired or query ID is invalid"
	if got := ask(t, s, "answerCallbackQuery", object{"callback_query_id": q.ID}).Description; got != stale {
		t.Errorf("second answer = %q, want %q", got, stale)
	}
}

func TestALateOrLongAnswerIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tap := func() string {
		if err := w.anna.Tap("Да"); err != nil {
			t.Fatal(err)
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		for id, c := range w.callbacks {
			if !c.answered && c.at.Equal(w.clock.now()) {
				return id
			}
		}
		return ""
	}
	check(t, w, []row{{"answerCallbackQuery", object{"callback_query_id": tap(), "text": string(make([]rune, 201))}, 400, "Bad Request: MESSAGE_TOO_LONG"}})
	w.clock.add(time.Second)
	id := tap()
	w.clock.add(16 * time.Second)
	check(t, w, []row{{"answerCallbackQuery", object{"callback_query_id": id}, 400, "Bad Request: query is too old and response timeout expired or query ID is invalid"}})
}

func TestTapsFollowButtonsOfEveryKind(t *testing.T) {
	t.Parallel()
	s := start(t, Options{Username: "shop_bot"})
	u := s.User(UserSpec{FirstName: "Анна", Phone: "+79001112233"})
	u.Start("")
	events, stop := s.Watch(u)
	defer stop()
	must(t, s, "sendMessage", object{"chat_id": u.ID(), "text": "?", "reply_markup": object{"inline_keyboard": [][]object{
		{{"text": "Сайт", "url": "https://e.org/"}}, {{"text": "Вступить", "url": "https://t.me/shop_bot?start=c_1"}},
		{{"text": "Код", "copy_text": object{"text": "4521"}}},
	}}}, nil)
	<-events
	for _, label := range []string{"Сайт", "Код", "Вступить"} {
		if err := u.Tap(label); err != nil {
			t.Fatal(err)
		}
	}
	if e := <-events; e.Type != EventOpen || e.URL != "https://e.org/" {
		t.Errorf("the link gave %+v, want it opened", e)
	}
	if e := <-events; e.Type != EventCopy || e.Copy != "4521" {
		t.Errorf("the copying button gave %+v, want 4521", e)
	}
	if e := <-events; e.Message == nil || e.Message.Text != "/start c_1" {
		t.Errorf("the bot's own link gave %+v, want /start c_1", e)
	}
	must(t, s, "sendMessage", object{"chat_id": u.ID(), "text": "?", "reply_markup": object{
		"one_time_keyboard": true, "keyboard": [][]any{{"Меню"}}}}, nil)
	if err := u.Tap("Меню"); err != nil {
		t.Fatal(err)
	}
	if got := u.Keyboard(); len(got.Rows) != 0 {
		t.Errorf("after its use a one-time keyboard is %+v, want none", got)
	}
}

func TestAContactTellsWhoseItIs(t *testing.T) {
	t.Parallel()
	s := start(t, Options{})
	anna := s.User(UserSpec{FirstName: "Анна", Phone: "+79001112233"})
	boris := s.User(UserSpec{FirstName: "Борис", Phone: "79002223344"})
	if got := anna.ShareContact().Contact.UserID; got != anna.ID() {
		t.Errorf("own contact has user_id %d, want %d", got, anna.ID())
	}
	if got := anna.SendContact(Contact{Phone: "+79002223344", UserID: anna.ID()}).Contact.UserID; got != boris.ID() {
		t.Errorf("another's contact has user_id %d, want %d: Telegram sets it", got, boris.ID())
	}
	if got := anna.SendContact(Contact{Phone: "+7000", UserID: anna.ID()}).Contact.UserID; got != 0 {
		t.Errorf("an unknown number has user_id %d, want none", got)
	}
}

func TestBlockAndReturn(t *testing.T) {
	t.Parallel()
	s := start(t, Options{})
	u := s.User(UserSpec{FirstName: "Анна"})
	u.Start("")
	u.Block()
	if got := u.Send("x"); got.ID != 0 {
		t.Errorf("a person who blocked the bot wrote %+v", got)
	}
	u.Start("back")
	var status []string
	for _, up := range poll0(t, s, nil) {
		var m struct {
			New struct{ Status string } `json:"new_chat_member"`
		}
		if up.Member != nil && json.Unmarshal(up.Member, &m) == nil {
			status = append(status, m.New.Status)
		}
	}
	if !slices.Equal(status, []string{"kicked", "member"}) {
		t.Errorf("my_chat_member said %q, want kicked, member", status)
	}
	must(t, s, "sendMessage", object{"chat_id": u.ID(), "text": "с возвращением"}, nil)
}

func TestATranscriptReadsLikeAChat(t *testing.T) {
	t.Parallel()
	s := start(t, Options{})
	u := s.User(UserSpec{FirstName: "Anna", Phone: "+79001112233"})
	u.Start("")
	must(t, s, "sendMessage", object{"chat_id": u.ID(), "text": "Здравствуйте!\nВступить?", "reply_markup": yesNo()}, nil)
	u.ShareContact()
	must(t, s, "sendMessage", object{"chat_id": u.ID(), "text": "Готово", "reply_markup": object{"keyboard": [][]string{{"Карта", "Меню"}}}}, nil)
	want := `anna: /start
bot: Здравствуйте!
     Вступить?
     [Да] [Нет]
anna: (contact +79001112233)
bot: Готово
keyboard:
     [Карта] [Меню]
`
	if d := cmp.Diff(want, u.Transcript()); d != "" {
		t.Errorf("Transcript (-want +got):\n%s", d)
	}
}

func TestCommandsAreOfTheNearestScopeAndLanguage(t *testing.T) {
	t.Parallel()
	s := start(t, Options{})
	u := s.User(UserSpec{FirstName: "Анна"})
	set := func(name, language string, scope object) {
		args := object{"commands": []object{{"command": name, "description": "x"}}, "language_code": language}
		if scope != nil {
			args["scope"] = scope
		}
		must(t, s, "setMyCommands", args, nil)
	}
	private, own := object{"type": "all_private_chats"}, object{"type": "chat", "chat_id": u.ID()}
	var seen []string
	look := func(language string) {
		name := "-"
		if c := s.CommandsFor(u, language); len(c) > 0 {
			name = c[0].Command
		}
		seen = append(seen, name)
	}
	look("uk")
	set("any", "", nil)
	set("private", "", private)
	set("private_uk", "uk", private)
	look("uk")
	look("pt-br")
	set("staff", "", own)
	look("uk")
	must(t, s, "deleteMyCommands", object{"scope": own}, nil)
	look("uk")
	if want := []string{"-", "private_uk", "private", "staff", "private_uk"}; !slices.Equal(seen, want) {
		t.Errorf("menus = %q, want %q", seen, want)
	}
}

func TestEveryKindOfMessageReachesTheBot(t *testing.T) {
	t.Parallel()
	s := start(t, Options{})
	u := s.User(UserSpec{FirstName: "Анна", LastName: "К", Username: "anna", Phone: "+7900"})
	u.SendSticker("👍")
	u.SendVoice([]byte("ogg"))
	u.SendFile("чек.pdf", "application/pdf", []byte("%PDF"), "вот #чек")
	if _, err := u.SendPhoto(picture(t, 90, 90), "мой"); err != nil {
		t.Fatal(err)
	}
	var got []struct{ Message models.Message }
	must(t, s, "getUpdates", nil, &got)
	if len(got) != 4 {
		t.Fatalf("getUpdates = %+v, want 4 messages", got)
	}
	sticker, voice, file, photo := got[0].Message, got[1].Message, got[2].Message, got[3].Message
	if sticker.Sticker == nil || sticker.Sticker.Emoji != "👍" || voice.Voice == nil || voice.Voice.FileSize != 3 {
		t.Errorf("sticker %+v and voice %+v, want both", sticker.Sticker, voice.Voice)
	}
	if file.Document == nil || file.Document.MimeType != "application/pdf" || file.CaptionEntities[0].Type != "hashtag" {
		t.Errorf("file %+v, want the PDF with a hashtag", file)
	}
	if len(photo.Photo) != 1 || photo.Caption != "мой" || photo.From.Username != "anna" {
		t.Errorf("photo %+v, want one size and the caption", photo)
	}
	want := "анна: (sticker) 👍\nанна: (voice)\nанна: (file чек.pdf) вот #чек\nанна: (photo) мой\n"
	if d := cmp.Diff(want, u.Transcript()); d != "" {
		t.Errorf("Transcript (-want +got):\n%s", d)
	}
}

func TestTapAtIsByPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.anna.TapAt(w.plain, 0, 0); err != nil {
		t.Error(err)
	}
	for _, at := range [][2]int{{0, 1}, {1, 0}, {-1, 0}} {
		if err := w.anna.TapAt(w.plain, at[0], at[1]); !errors.Is(err, ErrNoButton) {
			t.Errorf("TapAt(%v) = %v, want ErrNoButton", at, err)
		}
	}
	w.anna.Block()
	if err := w.anna.Tap("Да"); !errors.Is(err, ErrCannotWrite) {
		t.Errorf("a tap of who blocked the bot = %v, want ErrCannotWrite", err)
	}
}

func TestAnAnswerMayOpenTheBotsOwnLinkOnly(t *testing.T) {
	t.Parallel()
	s := start(t, Options{Username: "shop_bot"})
	u := s.User(UserSpec{FirstName: "Анна"})
	u.Start("")
	must(t, s, "sendMessage", object{"chat_id": u.ID(), "text": "?", "reply_markup": yesNo()}, nil)
	events, stop := s.Watch(u)
	defer stop()
	if err := u.Tap("Да"); err != nil {
		t.Fatal(err)
	}
	var got []struct {
		Callback struct{ ID string } `json:"callback_query"`
	}
	must(t, s, "getUpdates", nil, &got)
	id := got[len(got)-1].Callback.ID
	if got := ask(t, s, "answerCallbackQuery", object{"callback_query_id": id, "url": "https://e.org/"}).Description; got != "Bad Request: URL_INVALID" {
		t.Errorf("a foreign link = %q, want URL_INVALID", got)
	}
	must(t, s, "answerCallbackQuery", object{"callback_query_id": id, "url": "https://t.me/shop_bot?start=x", "text": "ок", "show_alert": true}, nil)
	if e := <-events; e.Type != EventAnswer || e.Answer.Text != "ок" || !e.Answer.Alert || e.Answer.Data != "yes" {
		t.Errorf("event = %+v, want the answer as a window", e)
	}
}
