package tgfake

import (
	"testing"
	"time"
)

func TestAnEditWithoutMarkupTakesTheButtons(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	args := object{"chat_id": w.anna.ID(), "message_id": w.plain, "text": "раз"}
	must(t, w.Server, "editMessageText", args, nil)
	if got := find(t, w.anna, w.plain); len(got.Buttons) != 0 || got.Edited == nil {
		t.Errorf("the same text without buttons gave %+v, want the buttons gone", got)
	}
	must(t, w.Server, "editMessageReplyMarkup", object{"chat_id": w.anna.ID(), "message_id": w.plain, "reply_markup": yesNo()}, nil)
	if got := find(t, w.anna, w.plain); len(got.Buttons) != 1 || got.Buttons[0][0].Style != "success" || got.Text != "раз" {
		t.Errorf("editMessageReplyMarkup gave %+v, want the buttons and the old text", got)
	}
	must(t, w.Server, "editMessageCaption", object{"chat_id": w.anna.ID(), "message_id": w.photo, "caption": "<u>чек</u>", "parse_mode": "HTML"}, nil)
	if got := find(t, w.anna, w.photo); got.HTML != "<u>чек</u>" || got.Photo == nil {
		t.Errorf("editMessageCaption gave %+v", got)
	}
}

func find(t *testing.T, u *User, id int) Message {
	t.Helper()
	for _, m := range u.Messages() {
		if m.ID == id {
			return m
		}
	}
	t.Fatalf("no message %d", id)
	return Message{}
}

func TestDeletedMessagesAreGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	events, stop := w.Watch(w.anna)
	defer stop()
	must(t, w.Server, "deleteMessage", object{"chat_id": w.anna.ID(), "message_id": w.hers}, nil)
	must(t, w.Server, "deleteMessages", object{"chat_id": w.anna.ID(), "message_ids": []int{w.plain, 999, w.kept}}, nil)
	for _, m := range w.anna.Messages() {
		if m.ID == w.hers || m.ID == w.plain || m.ID == w.kept {
			t.Errorf("message %d is still there", m.ID)
		}
	}
	<-events
	if e := <-events; e.Type != EventDeleted || len(e.IDs) != 2 {
		t.Errorf("event = %+v, want the two that were there", e)
	}
}

func TestACopyHidesAndAForwardNamesTheAuthor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boris := w.User(UserSpec{FirstName: "Борис"})
	boris.Start("")
	from := object{"chat_id": boris.ID(), "from_chat_id": w.anna.ID(), "message_id": w.hers}
	must(t, w.Server, "copyMessage", from, nil)
	if got := boris.Last(); got.Text != "привет" || got.Forwarded != "" {
		t.Errorf("copy = %+v, want the text without its author", got)
	}
	must(t, w.Server, "forwardMessage", from, nil)
	if got := boris.Last(); got.Forwarded != "Анна" {
		t.Errorf("forward = %+v, want it to name Анна", got)
	}
	from["message_id"], from["caption"] = w.photo, "новая подпись"
	must(t, w.Server, "copyMessage", from, nil)
	if got := boris.Last(); got.Text != "новая подпись" || got.Photo == nil {
		t.Errorf("copy of a photo = %+v, want the new caption", got)
	}
}

func TestAPersonsEditAndForwardReachTheBot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mu.Lock()
	w.queue.waiting = nil
	w.mu.Unlock()
	if _, err := w.anna.Edit(w.hers, "привет!"); err != nil {
		t.Fatal(err)
	}
	boris := w.User(UserSpec{FirstName: "Борис"})
	if m, err := boris.Forward(w.anna, w.hers); err != nil || m.Forwarded != "Анна" {
		t.Errorf("Forward = %+v, %v, want it to name Анна", m, err)
	}
	if _, err := boris.Forward(w.anna, w.kept); err == nil {
		t.Error("a protected message was forwarded")
	}
	if _, err := w.anna.Edit(w.plain, "x"); err == nil {
		t.Error("a person edited the bot's message")
	}
	w.clock.add(time.Minute)
	if got := poll0(t, w.Server, nil); len(got) != 2 || got[0].Edited == nil || got[1].Message == nil {
		t.Errorf("getUpdates = %+v, want the edit and the forward", got)
	}
}
