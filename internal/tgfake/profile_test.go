package tgfake

import (
	"testing"
)

func TestTheMenuButtonOfAChatHidesTheCommonOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	kind := func(chat int64) string {
		var b struct{ Type string }
		must(t, w.Server, "getChatMenuButton", object{"chat_id": chat}, &b)
		return b.Type
	}
	if got := kind(w.anna.ID()); got != "default" {
		t.Errorf("menu button = %q, want default", got)
	}
	must(t, w.Server, "setChatMenuButton", object{"menu_button": object{"type": "commands"}}, nil)
	must(t, w.Server, "setChatMenuButton", object{"chat_id": w.anna.ID(), "menu_button": object{"type": "web_app", "text": "x", "web_app": object{"url": "https://e.org"}}}, nil)
	if own, common := kind(w.anna.ID()), kind(w.stranger.ID()); own != "web_app" || common != "commands" {
		t.Errorf("menu buttons = %q and %q, want web_app and commands", own, common)
	}
	check(t, w, []row{{"setChatMenuButton", object{"menu_button": object{"type": "moon"}}, 400, "Bad Request: can't parse menu button: Unsupported type specified"}})
}

func TestPinsAndTopicsComeAndGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	at := object{"chat_id": w.anna.ID(), "message_id": w.plain}
	must(t, w.Server, "pinChatMessage", at, nil)
	var c struct {
		Pinned struct {
			ID int `json:"message_id"`
		} `json:"pinned_message"`
	}
	if must(t, w.Server, "getChat", at, &c); c.Pinned.ID != w.plain || !find(t, w.anna, w.plain).Pinned {
		t.Errorf("pinned_message = %d, want %d", c.Pinned.ID, w.plain)
	}
	must(t, w.Server, "unpinChatMessage", object{"chat_id": w.anna.ID()}, nil)
	if find(t, w.anna, w.plain).Pinned {
		t.Error("the message is still pinned")
	}
	check(t, w, []row{
		{"unpinChatMessage", object{}, 400, "Bad Request: message not found"},
		{"setMessageReaction", object{"message_id": w.plain, "reaction": []object{{"type": "emoji"}}}, 400, "Bad Request: REACTION_INVALID"},
	})
	topic := object{"chat_id": w.forum.ID(), "message_thread_id": w.closed, "name": "Борис"}
	must(t, w.Server, "reopenForumTopic", topic, nil)
	must(t, w.Server, "editForumTopic", topic, nil)
	if got := w.forum.Topics(); len(got) != 2 || got[0] != "Борис" {
		t.Errorf("Topics() = %q, want Борис and Олена", got)
	}
}

func TestAWebhookThatIsGoneForADayIsDeleted(t *testing.T) {
	t.Parallel()
	e := &ears{answer: func(string, int) (int, string, string) { return 410, "3600", "" }}
	clock := newClock()
	s, waits := hookedAt(t, e, clock)
	s.User(UserSpec{FirstName: "Анна"}).Send("x")
	var info struct{ URL string }
	for range 500 {
		if must(t, s, "getWebhookInfo", nil, &info); info.URL == "" {
			break
		}
	}
	if info.URL != "" {
		t.Errorf("after %d hours of 410 the webhook is still set", len(waits()))
	}
}
