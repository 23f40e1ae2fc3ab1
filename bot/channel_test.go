package bot

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"kopilka/internal/tgfake"
	"kopilka/members"
	"kopilka/notify"

	"github.com/jackc/pgx/v5"
)

// sendingChannel is a channel with a person who has started the bot and is a member.
func sendingChannel(t *testing.T) (*testBot, *Channel, *tgfake.User, members.Member) {
	t.Helper()
	b, anna := sending(t)
	var m members.Member
	err := pgx.BeginFunc(t.Context(), b.db, func(tx pgx.Tx) (err error) {
		m, err = members.Create(t.Context(), tx, members.New{Name: "Анна", Lang: "uk", Telegram: anna.ID()}, noon)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b, NewChannel(b.Sender, b.Texts), anna, m
}

func delivery(u *tgfake.User, m members.Member, msg notify.Message) notify.Delivery {
	return notify.Delivery{Member: m.ID, Address: strconv.FormatInt(u.ID(), 10), Message: msg, Attempt: 1}
}

func TestTheChannelsButtonsAreTheBotsActions(t *testing.T) {
	t.Parallel()
	_, c, anna, m := sendingChannel(t)
	out := c.Send(t.Context(), delivery(anna, m, notify.Message{Text: "<b>+18</b>", Buttons: [][]notify.Button{
		{{Label: "Почему?", Action: notify.ActionWhy, Arg: 36}}, {{Label: "Сайт", URL: "https://example.com"}, {Label: "Стоп", Action: notify.ActionStop, Arg: 1, Style: "danger"}}}}))
	got := anna.Last()
	if out.State != notify.Sent || out.Message != strconv.Itoa(got.ID) {
		t.Errorf("Send = %+v, want message %d sent", out, got.ID)
	}
	if want := "v1:why:10"; got.Buttons[0][0].Data != want {
		t.Errorf("the button carries %q, want %q", got.Buttons[0][0].Data, want)
	}
	if got.Text != "+18" || got.Buttons[1][0].URL != "https://example.com" || got.Buttons[1][1].Style != "danger" {
		t.Errorf("arrived %+v", got)
	}
}

func TestTheAnswerTakesThePlaceOfTheNote(t *testing.T) {
	t.Parallel()
	b, c, anna, m := sendingChannel(t)
	note, err := b.Sender.Send(t.Context(), ReplyLane, Message{Chat: anna.ID(), HTML: "Читаю чек…"})
	if err != nil {
		t.Fatal(err)
	}
	out := c.Send(t.Context(), delivery(anna, m, notify.Message{Text: "+18", Edit: strconv.Itoa(note.ID)}))
	if last := anna.Last(); out.State != notify.Sent || last.ID != note.ID || last.Text != "+18" {
		t.Errorf("Send = %+v, the last message is %+v; want %d changed", out, last, note.ID)
	}
	before := len(anna.Messages())
	out = c.Send(t.Context(), delivery(anna, m, notify.Message{Text: "+40", Edit: "987654"}))
	if last := anna.Last(); out.State != notify.Sent || len(anna.Messages()) != before+1 || last.Text != "+40" {
		t.Errorf("a note that is gone: Send = %+v, the last message is %+v; want a new one", out, last)
	}
}

func TestAskingForThePhoneLeavesTheUsualKeys(t *testing.T) {
	t.Parallel()
	_, c, anna, m := sendingChannel(t)
	if out := c.Send(t.Context(), delivery(anna, m, notify.Message{Text: "Поделитесь", Contact: "📱 Номер"})); out.State != notify.Sent {
		t.Fatalf("Send = %+v", out)
	}
	k := anna.Keyboard()
	if len(k.Rows) != 3 || k.Rows[0][0].Kind != tgfake.ButtonContact || k.Rows[2][0].Label != "💰 Баланс" || k.Rows[1][0].Label != "🧾 Надіслати чек" {
		t.Errorf("keyboard %+v, want the contact above the usual keys in Ukrainian", k.Rows)
	}
}

func TestAMessageIsCopiedWithItsPicture(t *testing.T) {
	t.Parallel()
	b, c, anna, m := sendingChannel(t)
	adam := b.tg.User(tgfake.UserSpec{FirstName: "Адам"})
	sent := adam.Start("")
	d := delivery(anna, m, notify.Message{Copy: fmt.Sprintf("%d:%d", adam.ID(), sent.ID)})
	d.Bulk = true
	if out := c.Send(t.Context(), d); out.State != notify.Sent || !anna.Last().Silent {
		t.Errorf("Send = %+v, silent %v; want a silent copy", out, anna.Last().Silent)
	}
}

func TestTheChannelSaysWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	b, c, anna, m := sendingChannel(t)
	send := func(change func(*notify.Delivery)) notify.Outcome {
		d := delivery(anna, m, notify.Message{Text: "x"})
		if change != nil {
			change(&d)
		}
		return c.Send(t.Context(), d)
	}
	for name, change := range map[string]func(*notify.Delivery){
		"address": func(d *notify.Delivery) { d.Address = "anna" },
		"edit":    func(d *notify.Delivery) { d.Message.Edit = "first" },
		"copy":    func(d *notify.Delivery) { d.Message.Copy = "12" },
	} {
		if out := send(change); out.State != notify.Failed || out.Reason == "" {
			t.Errorf("a wrong %s: %+v, want failed with a reason", name, out)
		}
	}
	b.tg.Fail(tgfake.Fault{Method: "sendMessage", Times: 1, Status: 429, RetryAfter: 70})
	if out := send(nil); out.State != notify.Retry || out.After != 70*time.Second {
		t.Errorf("too fast: %+v, want a retry after 70 s", out)
	}
	b.clock.advance(71 * time.Second)
	b.tg.Fail(tgfake.Fault{Method: "sendMessage", Times: 1, HTML502: true})
	if out := send(nil); out.State != notify.Retry {
		t.Errorf("a gateway's page: %+v, want a retry", out)
	}
	anna.Block()
	if out := send(nil); out.State != notify.Gone {
		t.Errorf("blocked: %+v, want gone", out)
	}
}
