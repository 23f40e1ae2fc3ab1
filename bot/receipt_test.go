package bot

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"kopilka/internal/tgfake"
	"kopilka/members"
	"kopilka/receipts"
)

// joined is a shopper of the house.
func (h *house) joined(name string) *tgfake.User {
	h.t.Helper()
	u := h.tg.User(cast[name])
	h.appoint(u, "member")
	h.settled()
	return u
}

// since lists what the bot said to u after do.
func (h *house) since(u *tgfake.User, do func()) (texts []string) {
	h.t.Helper()
	before := len(said(u))
	do()
	h.settled()
	for _, text := range said(u)[before:] {
		texts = append(texts, strings.ReplaceAll(text, "\u00a0", " "))
	}
	h.clock.advance(5e9)
	return texts
}

func TestAReceiptIsAnsweredInPlaceOfTheNoteAboutReading(t *testing.T) {
	t.Parallel()
	h := newHouseWith(t, func(b *Bot) { b.readingAfter = 0 })
	anna := h.joined("anna")
	for name, want := range map[string]string{"kofe": "✅ +18 баллов", "voda": "Начисляем за чеки от 100 ₽"} {
		got := h.since(anna, func() {
			if _, err := anna.SendPhoto(sample(t, name), ""); err != nil {
				t.Fatal(err)
			}
		})
		if len(got) == 0 || !strings.HasPrefix(got[0], want) || strings.Contains(strings.Join(got, ""), "Читаю") {
			t.Errorf("%s: said %q, want %q in place of the note", name, got, want)
		}
	}
	if n := len(h.tg.Calls("editMessageText")); n != 2 {
		t.Errorf("%d messages changed, want 2", n)
	}
}

func TestPicturesThatCannotBeReadSayWhatToDo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	anna := h.joined("anna")
	huge := make([]byte, MaxDownload+1)
	copy(huge, "\xff\xd8\xff\xe0")
	for _, c := range []struct {
		name, mime string
		data       []byte
		want       string
	}{
		{"чек.pdf", "application/pdf", []byte("%PDF-1.7 …"), "Такой файл не открыть"},
		{"broken.jpg", "image/jpeg", []byte("\xff\xd8\xff\xe0broken"), "Такой файл не открыть"},
		{"huge.jpg", "image/jpeg", huge, "Файл слишком большой"},
		{"tall.png", "image/png", pngHeader(t, 30_000, 30_000), "Файл слишком большой"},
		{"wall.png", "image/png", blank(t), "На фото не видно QR-кода"},
	} {
		got := h.since(anna, func() { anna.SendFile(c.name, c.mime, c.data, "") })
		if len(got) != 1 || !strings.HasPrefix(got[0], c.want) {
			t.Errorf("%s: said %.80q, want %q", c.name, got, c.want)
		}
	}
	if states := h.states(); strings.Contains(strings.Join(states, " "), "dead") {
		t.Errorf("updates were given up: %s", h.inboxText())
	}
}

// pngHeader is a picture that claims to be that large and has nothing behind the claim.
func pngHeader(t *testing.T, width, height uint32) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	data := b.Bytes()
	binary.BigEndian.PutUint32(data[16:], width)
	binary.BigEndian.PutUint32(data[20:], height)
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(data[12:29]))
	return data
}

func blank(t *testing.T) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 300, 300))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.Gray{200}), image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSeveralCodesInOnePictureAreEachAnswered(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	anna := h.joined("anna")
	got := h.since(anna, func() { anna.SendFile("two.jpg", "image/jpeg", beside(t, "kofe", "obed"), "") })
	if len(got) < 3 || !strings.Contains(got[0], "несколько чеков") || !strings.Contains(got[0], "Принято чеков: 2 из 2, +58 баллов") {
		t.Errorf("said %q, want both accepted", got)
	}
}

// beside puts two sample receipts into one picture.
func beside(t *testing.T, left, right string) []byte {
	t.Helper()
	var all []image.Image
	width, height := 0, 0
	for _, name := range []string{left, right} {
		img, err := jpeg.Decode(bytes.NewReader(sample(t, name)))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, img)
		width, height = width+img.Bounds().Dx(), max(height, img.Bounds().Dy())
	}
	out := image.NewGray(image.Rect(0, 0, width, height))
	x := 0
	for _, img := range all {
		draw.Draw(out, img.Bounds().Add(image.Pt(x, height-img.Bounds().Dy())), img, image.Point{}, draw.Src)
		x += img.Bounds().Dx()
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, out, &jpeg.Options{Quality: 92}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A kill after the work and before the mark runs a handler twice.
func TestAReceiptHandledTwiceIsCreditedOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	anna := h.joined("anna")
	got := h.since(anna, func() {
		if _, err := anna.SendPhoto(sample(t, "kofe"), ""); err != nil {
			t.Fatal(err)
		}
	})
	again := h.since(anna, func() {
		_, err := h.db.Exec(t.Context(), `UPDATE bot.inbox SET state = 'new', handled_at = NULL WHERE update_id = (SELECT max(update_id) FROM bot.inbox)`)
		if err != nil {
			t.Fatal(err)
		}
		h.wake()
	})
	if len(got) != 2 || len(again) != 0 {
		t.Errorf("said %q, and at the second run %q; want the points once and then nothing", got, again)
	}
	m, err := members.ByTelegram(t.Context(), h.db, anna.ID())
	if err != nil {
		t.Fatal(err)
	}
	a, err := h.Program.Account(t.Context(), members.Actor{Member: m.ID, Role: members.RoleShopper}, m.ID)
	if err != nil || a.Balance.Available != 18_00 {
		t.Errorf("balance %v, %v; want 18 points once", a.Balance.Available, err)
	}
}

func TestJoiningIsWitnessed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	olena := h.tg.User(cast["olena"])
	olena.Start("s_poster-7")
	h.settled()
	if err := olena.Tap("Вступити без новин"); err != nil {
		t.Fatal(err)
	}
	h.settled()
	m, err := members.ByTelegram(t.Context(), h.db, olena.ID())
	if err != nil {
		t.Fatal(err)
	}
	if m.Source != "poster-7" || m.Lang != "uk" || m.Name != "Олена" || m.Card == "" {
		t.Errorf("joined as %+v", m)
	}
	all, err := members.Consents(t.Context(), h.db, m.ID)
	if err != nil {
		t.Fatal(err)
	}
	given := map[string]bool{}
	for _, c := range all {
		given[c.Kind] = c.Given
		if !strings.HasPrefix(c.Evidence, "telegram update ") || !strings.HasSuffix(c.Evidence, "button join_quiet") || c.Version == "" || c.Lang != "uk" {
			t.Errorf("consent %+v is not proven", c)
		}
	}
	if !given[members.ConsentTerms] || !given[members.ConsentPrivacy] || given[members.ConsentPromo] || len(given) != 3 {
		t.Errorf("consents %v", given)
	}
}

func TestTheCardIsUploadedOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	anna := h.joined("anna")
	ids := map[string]bool{}
	for range 2 {
		anna.Send("/card")
		h.settled()
		ids[anna.Last().Photo.UniqueID] = true
	}
	if len(ids) != 1 {
		t.Errorf("%d pictures were uploaded, want 1", len(ids))
	}
	data, err := h.tg.File(anna.Last().Photo.ID)
	if err != nil {
		t.Fatal(err)
	}
	p, err := receipts.Gate(data)
	if err != nil {
		t.Fatal(err)
	}
	m, err := members.ByTelegram(t.Context(), h.db, anna.ID())
	if err != nil {
		t.Fatal(err)
	}
	if read, err := receipts.Scan(t.Context(), p); err != nil || len(read) != 1 || read[0] != string(m.Card) {
		t.Errorf("the code on the card says %q, %v; want %s", read, err, m.Card)
	}
}

func TestAMemberCannotOpenAnothersReceipt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	anna, boris := h.joined("anna"), h.joined("boris")
	h.since(anna, func() { anna.Send(salesQR("kofe")) })
	var id int64
	if err := h.db.QueryRow(t.Context(), `SELECT max(id) FROM receipts.receipt`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	for _, a := range []Action{actionWhy, actionDispute} {
		sent, err := h.Sender.Send(t.Context(), ReplyLane, Message{Chat: boris.ID(), HTML: "чужое", Keyboard: Inline{Row(Tap("Открыть "+string(a), a.Token(id)))}})
		if err != nil {
			t.Fatal(err)
		}
		got := h.since(boris, func() {
			if err := boris.Tap("Открыть " + string(a)); err != nil {
				t.Fatal(err)
			}
		})
		if len(got) != 1 || !strings.HasPrefix(got[0], "Это меню устарело") {
			t.Errorf("%s of another's receipt (message %d): said %q", a, sent.ID, got)
		}
	}
}

func salesQR(name string) string {
	sale := sales[name]
	return sale.QR()
}
