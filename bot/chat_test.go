package bot

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"kopilka/internal/samples"
	"kopilka/internal/tgfake"
)

var update = flag.Bool("update", false, "rewrite testdata/*.chat from what the bot says")

// A .chat file is a conversation that a manager can read; -update writes the bot's part.
//
//	# a comment
//	anna: text or /command        said by Anna; people are made when they first speak
//	anna: [Button label]          a tap, on the newest message that has the button
//	anna: (photo sample:kofe)     also file, album (several) and qr (its text), or a path
//	anna: (contact own)           or (contact +79001112233)
//	anna: (open boris [Label])    follows the link of a button in Boris's chat
//	anna: (open <link 1>)         follows a link that the bot wrote
//	anna: (twice [Label])         two taps before the bot can answer the first
//	anna: (photo card:boris)      a photo of the newest picture in Boris's chat
//	anna: (edit text)             also (sticker), (voice), (block), (unblock)
//	wait: 30m                     time passes
//	house: adam is an admin       see house.arrange
//	bot: text                     to who spoke; others' as "bot to boris:"
//	     [inline] [buttons]
//	     keyboard: [reply] [keys]
//	bot edits: text               bot (toast): text
//
// What differs at each run, as a card's number or a link that works once, is written
// <card 1> and <link 1> in both directions.
func TestChats(t *testing.T) {
	files, err := filepath.Glob("testdata/*.chat")
	if err != nil || len(files) == 0 {
		t.Fatalf("no conversations in testdata: %v", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".chat"), func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			c := newChat(t, name)
			got := c.play(string(want))
			if v := c.bot.tg.Violations(); len(v) > 0 {
				t.Errorf("the bot's manners: %q", v)
			}
			if *update {
				if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != string(want) {
				t.Errorf("the conversation went another way (go test ./bot -run TestChats -update rewrites it):\n%s", got)
			}
		})
	}
}

// cast is who takes part under which name; anybody else is made up from the name.
var cast = map[string]tgfake.UserSpec{
	"anna":  {FirstName: "Анна", Lang: "ru", Phone: "+79001112233"},
	"boris": {FirstName: "Борис", Lang: "ru", Phone: "+79004445566"},
	"olena": {FirstName: "Олена", Lang: "uk", Phone: "+380671112233"},
	"kate":  {FirstName: "Kate", Lang: "en", Phone: "+447400123456"},
	"kira":  {FirstName: "Кира", Lang: "ru", Phone: "+79007778899"}, // the cashier
	"adam":  {FirstName: "Адам", Lang: "ru", Phone: "+79009990011"}, // the admin
}

// sales are the receipts that conversations send; their times are near noon of the test.
var sales = map[string]samples.Sale{
	"kofe": {Country: samples.Russia, Merchant: `ООО "КОФЕЙНЯ НА УГЛУ"`, Address: "г. Москва, ул. Лесная, д. 7",
		TaxID: "7707083893", Device: "9287440300090728", Document: "130212", Sign: "2590630939",
		At:    time.Date(2026, 11, 20, 11, 27, 0, 0, time.UTC),
		Lines: []samples.Line{{Name: "Капучино 0.3", Qty: 2, Price: 21000}, {Name: "Круассан миндальный", Qty: 1, Price: 18990}}},
	"kniga": {Country: samples.Ukraine, Merchant: `ТОВ "КНИГАРНЯ"`, Address: "м. Київ, вул. Хрещатик, 21",
		TaxID: "306400376143", Device: "4000537838", Document: "716568024",
		At:    time.Date(2026, 11, 20, 10, 19, 0, 0, time.UTC),
		Lines: []samples.Line{{Name: "Кобзар", Qty: 1, Price: 42000}}},
	"obed": {Country: samples.Russia, Merchant: `ООО "КОФЕЙНЯ НА УГЛУ"`, Address: "г. Москва, ул. Лесная, д. 7",
		TaxID: "7707083893", Device: "9287440300090728", Document: "130219", Sign: "1482926127",
		At:    time.Date(2026, 11, 20, 14, 2, 0, 0, time.UTC),
		Lines: []samples.Line{{Name: "Бизнес-ланч", Qty: 3, Price: 45000}}},
	"davno": {Country: samples.Russia, Merchant: `ООО "КОФЕЙНЯ НА УГЛУ"`, Address: "г. Москва, ул. Лесная, д. 7",
		TaxID: "7707083893", Device: "9287440300090728", Document: "118004", Sign: "3318405211",
		At:    time.Date(2026, 10, 21, 18, 40, 0, 0, time.UTC),
		Lines: []samples.Line{{Name: "Кофе в зёрнах", Qty: 1, Price: 89000}}},
	"voda": {Country: samples.Russia, Merchant: `ООО "КОФЕЙНЯ НА УГЛУ"`, Address: "г. Москва, ул. Лесная, д. 7",
		TaxID: "7707083893", Device: "9287440300090728", Document: "130220", Sign: "741550092",
		At:    time.Date(2026, 11, 20, 14, 5, 0, 0, time.UTC),
		Lines: []samples.Line{{Name: "Вода 0.5", Qty: 1, Price: 6000}}},
	"vozvrat": {Country: samples.Russia, Merchant: `ООО "КОФЕЙНЯ НА УГЛУ"`, Address: "г. Москва, ул. Лесная, д. 7",
		TaxID: "7707083893", Device: "9287440300090728", Document: "130230", Sign: "990317425", Operation: 2,
		At:    time.Date(2026, 11, 20, 14, 30, 0, 0, time.UTC),
		Lines: []samples.Line{{Name: "Бизнес-ланч", Qty: 1, Price: 45000}}},
	"apteka": {Country: samples.Russia, Merchant: `ООО "АПТЕКА ЗА МОСТОМ"`, Address: "г. Москва, ул. Речная, д. 3",
		TaxID: "7728168971", Device: "9960440301234567", Document: "5021", Sign: "664201873",
		At:    time.Date(2026, 11, 20, 13, 15, 0, 0, time.UTC),
		Lines: []samples.Line{{Name: "Витамин C", Qty: 2, Price: 31500}}},
	"torn": {Country: samples.Russia, Merchant: `ООО "КОФЕЙНЯ НА УГЛУ"`, Address: "г. Москва, ул. Лесная, д. 7",
		TaxID: "7707083893", Device: "9287440300090728", Document: "130224", Sign: "2077441936", NoQR: true,
		At:    time.Date(2026, 11, 20, 14, 11, 0, 0, time.UTC),
		Lines: []samples.Line{{Name: "Чизкейк", Qty: 2, Price: 38000}}},
}

func sample(t *testing.T, name string) []byte {
	t.Helper()
	sale, ok := sales[name]
	if !ok {
		t.Fatalf("no sample receipt %q", name)
	}
	var b bytes.Buffer
	if err := sale.Draw(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// chat plays one file.
type chat struct {
	t      *testing.T
	bot    *testBot
	house  *house
	people []*talker // in the order in which they came
	names  scrubber
	out    strings.Builder
}

type talker struct {
	*tgfake.User
	name   string
	events <-chan tgfake.Event
}

// newChat has the product and its mall on the other side, but for the plumbing's example.
func newChat(t *testing.T, name string) *chat {
	if filepath.Base(name) == "plumbing.chat" {
		return &chat{t: t, bot: newTestBot(t, plumbing())}
	}
	h := newHouse(t)
	return &chat{t: t, bot: h.testBot, house: h}
}

func (c *chat) play(script string) string {
	for line := range strings.Lines(script) {
		line = strings.TrimRight(line, "\n")
		who, what, ok := strings.Cut(line, ": ")
		switch {
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#"):
			fmt.Fprintln(&c.out, line)
		case strings.HasPrefix(line, " ") || strings.HasPrefix(line, "bot"):
			// the bot's part is written anew
		case ok && who == "wait":
			fmt.Fprintln(&c.out, line)
			d, err := time.ParseDuration(what)
			if err != nil {
				c.t.Fatalf("%q: %v", line, err)
			}
			c.bot.clock.advance(d)
		case ok && who == "house":
			fmt.Fprintln(&c.out, line)
			c.house.arrange(what, func(name string) *tgfake.User { return c.person(name).User })
			if c.bot.settled(); strings.Contains(what, " is a") {
				c.silence()
			}
			c.told()
		case ok:
			fmt.Fprintln(&c.out, line)
			c.act(c.person(who), c.names.restore(what))
			c.report(who)
		default:
			c.t.Fatalf("not a line of a conversation: %q", line)
		}
	}
	return c.out.String()
}

func (c *chat) person(name string) *talker {
	for _, p := range c.people {
		if p.name == name {
			return p
		}
	}
	spec, ok := cast[name]
	if !ok {
		spec = tgfake.UserSpec{FirstName: name, Lang: "ru"}
	}
	u := c.bot.tg.User(spec)
	events, cancel := c.bot.tg.Watch(u)
	c.t.Cleanup(cancel)
	p := &talker{User: u, name: name, events: events}
	c.people = append(c.people, p)
	return p
}

// labelled is a label as it stands in the chat, with the spaces that may not break.
func (p *talker) labelled(label string) string {
	rows := p.Keyboard().Rows
	for _, m := range p.Messages() {
		rows = append(slices.Clone(rows), m.Buttons...)
	}
	for _, b := range slices.Concat(rows...) {
		if strings.ReplaceAll(b.Label, "\u00a0", " ") == label {
			return b.Label
		}
	}
	return label
}

// act does what a person does in one line.
func (c *chat) act(p *talker, what string) {
	c.bot.clock.advance(3 * time.Second) // or the bot would wait: a chat takes a message a second
	switch {
	case strings.HasPrefix(what, "["):
		if err := p.Tap(p.labelled(strings.Trim(what, "[]"))); err != nil {
			c.t.Fatalf("%s: %v", p.name, err)
		}
	case strings.HasPrefix(what, "(") && strings.HasSuffix(what, ")"):
		verb, rest, _ := strings.Cut(what[1:len(what)-1], " ")
		c.do(p, verb, rest)
	case what == "/start":
		p.Start("")
	default:
		p.Send(what)
	}
}

func (c *chat) do(p *talker, verb, rest string) {
	c.t.Helper()
	switch verb {
	case "photo":
		if _, err := p.SendPhoto(c.file(rest), ""); err != nil {
			c.t.Fatal(err)
		}
	case "file":
		p.SendFile(filepath.Base(strings.TrimPrefix(rest, "sample:"))+".jpg", "image/jpeg", c.file(rest), "")
	case "album":
		var all [][]byte
		for _, name := range strings.Fields(rest) {
			all = append(all, c.file(name))
		}
		if _, err := p.SendAlbum(all); err != nil {
			c.t.Fatal(err)
		}
		// the parts must be in the inbox before their wait is over
		eventually(c.t, "the album arrives", func() bool { return c.bot.tg.Waiting() == 0 })
		c.bot.clock.advance(2 * albumWait)
	case "qr":
		sale := sales[strings.TrimPrefix(rest, "sample:")]
		p.Send(sale.QR())
	case "contact":
		if rest == "own" {
			p.ShareContact()
		} else {
			p.SendContact(tgfake.Contact{Phone: rest, FirstName: "Другой"})
		}
	case "open":
		p.Start(c.payload(rest))
	case "twice":
		for range 2 {
			if err := p.Tap(strings.Trim(rest, "[]")); err != nil {
				c.t.Fatalf("%s: %v", p.name, err)
			}
		}
	case "edit":
		c.edit(p, rest)
	case "sticker":
		p.SendSticker("🎉")
	case "voice":
		p.SendVoice([]byte("ogg"))
	case "block":
		p.Block()
	case "unblock":
		p.Unblock()
	default:
		c.t.Fatalf("%s: nobody can (%s %s)", p.name, verb, rest)
	}
}

func (c *chat) file(name string) []byte {
	c.t.Helper()
	if sale, ok := strings.CutPrefix(name, "sample:"); ok {
		return sample(c.t, sale)
	}
	if owner, ok := strings.CutPrefix(name, "card:"); ok {
		return c.picture(c.person(owner))
	}
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		c.t.Fatal(err)
	}
	return data
}

// picture is the newest one that the bot has sent to a person.
func (c *chat) picture(p *talker) []byte {
	c.t.Helper()
	for _, m := range slices.Backward(p.Messages()) {
		if m.FromBot && m.Photo != nil {
			data, err := c.bot.tg.File(m.Photo.ID)
			if err != nil {
				c.t.Fatal(err)
			}
			return data
		}
	}
	c.t.Fatalf("%s has no picture", p.name)
	return nil
}

func (c *chat) edit(p *talker, text string) {
	for _, m := range slices.Backward(p.Messages()) {
		if !m.FromBot {
			if _, err := p.Edit(m.ID, text); err != nil {
				c.t.Fatal(err)
			}
			return
		}
	}
}

// payload is what the link behind "boris [Label]" starts the bot with.
func (c *chat) payload(what string) string {
	c.t.Helper()
	if u, err := url.Parse(what); err == nil && u.Scheme == "https" {
		return u.Query().Get("start")
	}
	name, label, _ := strings.Cut(what, " ")
	for _, m := range slices.Backward(c.person(name).Messages()) {
		for _, b := range slices.Concat(m.Buttons...) {
			if u, err := url.Parse(b.URL); err == nil && b.Label == strings.Trim(label, "[]") && b.URL != "" {
				return u.Query().Get("start")
			}
		}
	}
	c.t.Fatalf("%s has no link %s", name, label)
	return ""
}

// silence forgets what the bot said since the last line.
func (c *chat) silence() {
	for _, p := range c.people {
		for len(p.events) > 0 {
			<-p.events
		}
	}
}

// told writes what people are told when nobody has spoken.
func (c *chat) told() {
	c.bot.settled()
	for _, p := range c.people {
		c.reportTo(p, "bot to "+p.name)
	}
}

// report writes what the bot did since the last line, the speaker's chat first.
func (c *chat) report(speaker string) {
	c.bot.settled()
	c.reportTo(c.person(speaker), "bot")
	for _, p := range c.people {
		if p.name != speaker {
			c.reportTo(p, "bot to "+p.name)
		}
	}
}

func (c *chat) reportTo(p *talker, bot string) {
	var all []tgfake.Event
	for more := true; more; {
		select {
		case e := <-p.events:
			all = append(all, e)
		default:
			more = false
		}
	}
	for i, e := range all {
		if !overtaken(e, all[i+1:]) {
			fmt.Fprint(&c.out, c.names.hide(eventText(bot, e)))
		}
	}
}

// overtaken reports whether what e showed was changed again at once: how often a progress
// is shown on its way is not the same at each run.
func overtaken(e tgfake.Event, later []tgfake.Event) bool {
	return e.Type == tgfake.EventEdited && slices.ContainsFunc(later, func(l tgfake.Event) bool {
		return l.Type == tgfake.EventEdited && l.Message.ID == e.Message.ID
	})
}

func eventText(bot string, e tgfake.Event) string {
	switch {
	case e.Type == tgfake.EventMessage && e.Message.FromBot:
		return messageText(bot, *e.Message)
	case e.Type == tgfake.EventEdited && e.Message.FromBot:
		return messageText(bot+" edits", *e.Message)
	case e.Type == tgfake.EventDeleted:
		return bot + " deletes a message\n"
	case e.Type == tgfake.EventAnswer && e.Answer.Text != "":
		return bot + " (toast): " + e.Answer.Text + "\n"
	case e.Type == tgfake.EventKeyboard && len(e.Keyboard.Rows) == 0:
		return "     keyboard: none\n"
	case e.Type == tgfake.EventKeyboard:
		return "     keyboard:" + strings.TrimPrefix(rowsText(e.Keyboard.Rows), "    ")
	}
	return ""
}

func messageText(bot string, m tgfake.Message) string {
	kind := ""
	if m.Kind != tgfake.KindText {
		kind = "(" + string(m.Kind) + ") "
	}
	// An empty line inside a message shows as a dot: an empty line of the file is the file's.
	text := strings.ReplaceAll(strings.ReplaceAll(m.Text, "\n\n", "\n·\n"), "\n", "\n     ")
	return bot + ": " + kind + text + "\n" + rowsText(m.Buttons)
}

func rowsText(rows [][]tgfake.Button) string {
	var out strings.Builder
	for _, row := range rows {
		out.WriteString("    ")
		for _, b := range row {
			fmt.Fprintf(&out, " [%s]", b.Label)
		}
		out.WriteString("\n")
	}
	return out.String()
}

// scrubber gives names to what differs at each run.
type scrubber struct{ cards, links []string }

var (
	// A card of ours in groups or in one piece, with spaces that may not break.
	card = regexp.MustCompile(`\b9643[\x{00a0} ]?\d{4}[\x{00a0} ]?\d{4}[\x{00a0} ]?\d{4}\b`)
	// A link with a token that works once.
	link = regexp.MustCompile(`https://t\.me/\w+\?start=[a-z]_[A-Za-z0-9_-]{32}`)
)

func (s *scrubber) hide(text string) string {
	text = link.ReplaceAllStringFunc(text, func(found string) string { return named("link", found, &s.links) })
	return card.ReplaceAllStringFunc(text, func(found string) string {
		return named("card", strings.NewReplacer(" ", "", "\u00a0", "").Replace(found), &s.cards)
	})
}

func named(kind, found string, seen *[]string) string {
	i := slices.Index(*seen, found)
	if i < 0 {
		*seen, i = append(*seen, found), len(*seen)
	}
	return fmt.Sprintf("<%s %d>", kind, i+1)
}

func (s *scrubber) restore(text string) string {
	for kind, seen := range map[string][]string{"card": s.cards, "link": s.links} {
		for i, found := range seen {
			text = strings.ReplaceAll(text, fmt.Sprintf("<%s %d>", kind, i+1), found)
		}
	}
	return text
}

// plumbing is a small bot whose conversation shows the file format at work.
func plumbing() *Routes {
	r := NewRoutes()
	r.Command("start", func(ctx context.Context, t *Talk) error {
		return t.SayHTML(ctx, "Здравствуйте, <b>"+t.From.FirstName+"</b>!\nПришлите чек.",
			Reply{Rows: [][]ReplyKey{{Key(t.P.Plain("cmd_card")), ContactKey("Поделиться номером")}}})
	})
	r.Link("c_", func(ctx context.Context, t *Talk) error { return t.SayHTML(ctx, "ссылка "+t.Args, nil) })
	r.Key("cmd_card", func(ctx context.Context, t *Talk) error {
		return t.SayHTML(ctx, "Карта 9643 1234 5678 9012", Inline{Row(CopyText("Скопировать", "9643123456789012"), Tap("Дальше", Action("next").Token(1)))})
	})
	r.Action("next", func(ctx context.Context, t *Talk) error {
		return t.EditOrSayHTML(ctx, fmt.Sprint("Страница ", t.Params.Int(0)), Inline{Row(Link("Позвать", t.DeepLink("c_abc")))})
	})
	r.Contact(func(ctx context.Context, t *Talk) error {
		if _, own := t.Contact(); !own {
			return t.SayHTML(ctx, "Это чужой номер.", nil)
		}
		return t.SayHTML(ctx, "Спасибо!", Hidden{})
	})
	r.Picture(func(ctx context.Context, t *Talk) error {
		t.Typing(ctx)
		for i, p := range t.Pictures() {
			data, err := t.Download(ctx, p)
			if err != nil || len(data) < 1000 {
				return fmt.Errorf("picture %d of %d bytes: %w", i, len(data), err)
			}
		}
		return t.SayHTML(ctx, fmt.Sprintf("Фото: %d", len(t.Pictures())), nil)
	})
	r.Other(func(ctx context.Context, t *Talk) error {
		if strings.HasPrefix(t.Text(), "t=") {
			return t.SayHTML(ctx, "Код чека", nil)
		}
		return t.SayHTML(ctx, "Вы написали: "+t.Text(), nil)
	})
	return r
}
