package tgfake

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
)

// The library sends every call as multipart/form-data.

func client(t *testing.T, s *Server, options ...tg.Option) *tg.Bot {
	t.Helper()
	b, err := tg.New(s.Token(), append([]tg.Option{tg.WithServerURL(s.URL()),
		tg.WithErrorsHandler(func(err error) { t.Log(err) })}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestALibraryTalksWithPeople(t *testing.T) {
	t.Parallel()
	s := start(t, Options{})
	u := s.User(UserSpec{FirstName: "Олена", Lang: "uk"})
	b := client(t, s, tg.WithNotAsyncHandlers(), tg.WithDefaultHandler(func(ctx context.Context, b *tg.Bot, up *models.Update) {
		if q := up.CallbackQuery; q != nil {
			_, _ = b.AnswerCallbackQuery(ctx, &tg.AnswerCallbackQueryParams{CallbackQueryID: q.ID, Text: "ок"})
			_, _ = b.EditMessageText(ctx, &tg.EditMessageTextParams{ChatID: q.From.ID, MessageID: q.Message.Message.ID, Text: "Готово"})
			return
		}
		_, err := b.SendMessage(ctx, &tg.SendMessageParams{ChatID: up.Message.Chat.ID, Text: "<b>Вступити?</b>", ParseMode: models.ParseModeHTML,
			ReplyMarkup: models.InlineKeyboardMarkup{InlineKeyboard: [][]models.InlineKeyboardButton{{{Text: "Так", CallbackData: "v1:join"}}}}})
		if err != nil {
			t.Error(err)
		}
	}))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); b.Start(ctx) }()
	u.Start("s_12")
	within, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	if _, err := u.Await(within, func(m Message) bool { return len(m.Buttons) == 1 }); err != nil {
		t.Fatal(err)
	}
	if err := u.Tap("Так"); err != nil {
		t.Fatal(err)
	}
	if m, err := u.Await(within, func(m Message) bool { return m.Text == "Готово" }); err != nil || m.Edited == nil || len(m.Buttons) != 0 {
		t.Errorf("after the tap the message is %+v, %v, want it edited, without buttons", m, err)
	}
	if err := s.Idle(within); err != nil {
		t.Error(err)
	}
	if got := s.Violations(); len(got) != 0 {
		t.Errorf("Violations() = %q", got)
	}
	cancel()
	<-done
}

func TestALibrarySendsFilesOfEveryKind(t *testing.T) {
	t.Parallel()
	s := start(t, Options{AnyWebhook: true})
	u := s.User(UserSpec{FirstName: "Анна"})
	u.Start("")
	b, ctx := client(t, s), t.Context()
	pic := picture(t, 500, 400)
	photo, err := b.SendPhoto(ctx, &tg.SendPhotoParams{ChatID: u.ID(), Photo: &models.InputFileUpload{Filename: "a.jpg", Data: bytes.NewReader(pic)}, Caption: "<i>карта</i>", ParseMode: models.ParseModeHTML})
	if err != nil || len(photo.Photo) != 3 || photo.CaptionEntities[0].Type != "italic" {
		t.Fatalf("SendPhoto = %+v, %v, want 3 sizes and an italic caption", photo, err)
	}
	again, err := b.SendPhoto(ctx, &tg.SendPhotoParams{ChatID: u.ID(), Photo: &models.InputFileString{Data: photo.Photo[0].FileID}})
	if err != nil || !slices.Equal(again.Photo, photo.Photo) {
		t.Errorf("SendPhoto by a file_id = %+v, %v, want the same photo", again, err)
	}
	doc, err := b.SendDocument(ctx, &tg.SendDocumentParams{ChatID: u.ID(), Document: &models.InputFileUpload{Filename: "отчёт.csv", Data: bytes.NewReader([]byte("a;b"))}})
	if err != nil || doc.Document.FileName != "отчёт.csv" || doc.Document.FileSize != 3 {
		t.Errorf("SendDocument = %+v, %v", doc, err)
	}
	album, err := b.SendMediaGroup(ctx, &tg.SendMediaGroupParams{ChatID: u.ID(), Media: []models.InputMedia{
		&models.InputMediaPhoto{Media: "attach://one", MediaAttachment: bytes.NewReader(pic), Caption: "две"},
		&models.InputMediaPhoto{Media: photo.Photo[0].FileID},
	}})
	if err != nil || len(album) != 2 || album[0].MediaGroupID != album[1].MediaGroupID {
		t.Fatalf("SendMediaGroup = %+v, %v", album, err)
	}
	copies, err := b.CopyMessages(ctx, &tg.CopyMessagesParams{ChatID: u.ID(), FromChatID: u.ID(), MessageIDs: []int{album[0].ID, album[1].ID, 999}})
	if err != nil || len(copies) != 2 {
		t.Errorf("CopyMessages = %v, %v, want two: the missing one is skipped", copies, err)
	}
	all := u.Messages()
	if a, z := all[len(all)-2], all[len(all)-1]; a.Album == "" || a.Album != z.Album || a.Album == album[0].MediaGroupID || a.Text != "две" {
		t.Errorf("the copies are %+v and %+v, want a new album", a, z)
	}
	if _, err := b.EditMessageMedia(ctx, &tg.EditMessageMediaParams{ChatID: u.ID(), MessageID: again.ID,
		Media: &models.InputMediaDocument{Media: doc.Document.FileID, Caption: "теперь файл"}}); err != nil {
		t.Error(err)
	}
	f, err := b.GetFile(ctx, &tg.GetFileParams{FileID: doc.Document.FileID})
	if err != nil || f.FileSize != 3 {
		t.Errorf("GetFile = %+v, %v", f, err)
	}
}

func TestALibraryUnderstandsTheRefusals(t *testing.T) {
	t.Parallel()
	s := start(t, Options{})
	u := s.User(UserSpec{FirstName: "Анна"})
	u.Start("")
	b, ctx := client(t, s), t.Context()
	send := func() error {
		_, err := b.SendMessage(ctx, &tg.SendMessageParams{ChatID: u.ID(), Text: "x"})
		return err
	}
	s.Fail(Fault{RetryAfter: 5, Times: 1})
	var flood *tg.TooManyRequestsError
	if err := send(); !errors.As(err, &flood) || flood.RetryAfter != 5 {
		t.Errorf("flood = %v, want TooManyRequestsError with 5", err)
	}
	u.Block()
	if err := send(); !errors.Is(err, tg.ErrorForbidden) {
		t.Errorf("blocked = %v, want ErrorForbidden", err)
	}
	old := s.Group(GroupSpec{Title: "Старая", Basic: true})
	moved := old.Upgrade()
	_, err := b.SendMessage(ctx, &tg.SendMessageParams{ChatID: old.ID(), Text: "x"})
	var migrate *tg.MigrateError
	if !errors.As(err, &migrate) || int64(migrate.MigrateToChatID) != moved.ID() {
		t.Errorf("upgraded = %v, want MigrateError to %d", err, moved.ID())
	}
}

func TestALibrarySetsTheBotUp(t *testing.T) {
	t.Parallel()
	s := start(t, Options{})
	u := s.User(UserSpec{FirstName: "Анна"})
	u.Start("")
	b, ctx := client(t, s), t.Context()
	commands := []models.BotCommand{{Command: "card", Description: "Карта"}}
	_, err := b.SetMyCommands(ctx, &tg.SetMyCommandsParams{Commands: commands, Scope: &models.BotCommandScopeChat{ChatID: u.ID()}, LanguageCode: "ru"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := b.GetMyCommands(ctx, &tg.GetMyCommandsParams{Scope: &models.BotCommandScopeChat{ChatID: u.ID()}, LanguageCode: "ru"})
	if err != nil || !slices.Equal(got, commands) || len(s.CommandsFor(u, "ru")) != 1 {
		t.Errorf("GetMyCommands = %v, %v, want %v", got, err, commands)
	}
	if _, err := b.SetMyDescription(ctx, &tg.SetMyDescriptionParams{Description: "Баллы за чеки", LanguageCode: "ru"}); err != nil {
		t.Error(err)
	}
	if d, err := b.GetMyDescription(ctx, &tg.GetMyDescriptionParams{LanguageCode: "ru"}); err != nil || d.Description != "Баллы за чеки" {
		t.Errorf("GetMyDescription = %+v, %v", d, err)
	}
	if _, err := b.SetChatMenuButton(ctx, &tg.SetChatMenuButtonParams{MenuButton: &models.MenuButtonCommands{Type: models.MenuButtonTypeCommands}}); err != nil {
		t.Error(err)
	}
	if c, err := b.GetChat(ctx, &tg.GetChatParams{ChatID: u.ID()}); err != nil || c.FirstName != "Анна" {
		t.Errorf("GetChat = %+v, %v", c, err)
	}
	if m, err := b.GetChatMember(ctx, &tg.GetChatMemberParams{ChatID: u.ID(), UserID: u.ID()}); err != nil || m.Member == nil {
		t.Errorf("GetChatMember = %+v, %v", m, err)
	}
	if _, err := b.SetWebhook(ctx, &tg.SetWebhookParams{URL: "https://e.org/hook", SecretToken: "s", AllowedUpdates: []string{"message"}}); err != nil {
		t.Error(err)
	}
	if info, err := b.GetWebhookInfo(ctx); err != nil || info.URL != "https://e.org/hook" || !slices.Equal(info.AllowedUpdates, []string{"message"}) {
		t.Errorf("GetWebhookInfo = %+v, %v", info, err)
	}
}

func TestAForumWorksThroughALibrary(t *testing.T) {
	t.Parallel()
	s := start(t, Options{})
	u := s.User(UserSpec{FirstName: "Анна"})
	g := s.Group(GroupSpec{Title: "Поддержка", Forum: true, Topics: true, Members: []*User{u}})
	b, ctx := client(t, s), t.Context()
	topic, err := b.CreateForumTopic(ctx, &tg.CreateForumTopicParams{ChatID: g.ID(), Name: "Олена К."})
	if err != nil {
		t.Fatal(err)
	}
	asked := u.Send("где баллы?")
	if _, err := b.CopyMessage(ctx, &tg.CopyMessageParams{ChatID: g.ID(), FromChatID: u.ID(), MessageID: asked.ID, MessageThreadID: topic.MessageThreadID}); err != nil {
		t.Fatal(err)
	}
	answer, err := g.Say(u, topic.MessageThreadID, "сейчас")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.SetMessageReaction(ctx, &tg.SetMessageReactionParams{ChatID: g.ID(), MessageID: answer.ID,
		Reaction: []models.ReactionType{{Type: models.ReactionTypeTypeEmoji, ReactionTypeEmoji: &models.ReactionTypeEmoji{Type: models.ReactionTypeTypeEmoji, Emoji: "👍"}}}}); err != nil {
		t.Error(err)
	}
	if _, err := b.PinChatMessage(ctx, &tg.PinChatMessageParams{ChatID: g.ID(), MessageID: answer.ID}); err != nil {
		t.Error(err)
	}
	for _, m := range g.Messages() {
		if m.ID == answer.ID && (m.Reaction != "👍" || !m.Pinned) {
			t.Errorf("the answer is %+v, want it pinned and with a reaction", m)
		}
	}
	if got := g.Topics(); !slices.Equal(got, []string{"Олена К."}) {
		t.Errorf("Topics() = %q", got)
	}
}
