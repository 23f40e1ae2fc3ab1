package bot

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kopilka/catalog"
	"kopilka/internal/tgfake"
	"kopilka/ledger"
	"kopilka/members"
	"kopilka/notify"
	"kopilka/program"
	"kopilka/receipts"

	"github.com/jackc/pgx/v5"
)

// house is a testBot with the product's dialogues, a small mall behind it, and notify
// telling people what happened.
type house struct {
	*testBot
	coffee, books catalog.Place
	cashier       members.Actor // of the coffee shop, without a chat
	printed       atomic.Value  // string: the sample whose print can be read, if any
	refs          int
}

func (h *house) ref() string { h.refs++; return fmt.Sprint("test:", h.refs) }

func newHouse(t *testing.T) *house {
	t.Helper()
	return newHouseWith(t, func(*Bot) {})
}

func newHouseWith(t *testing.T, change func(*Bot)) *house {
	t.Helper()
	h := &house{}
	h.testBot = idleTestBot(t, Dialogues(), func(b *Bot) {
		b.Print = h.print
		b.readingAfter = time.Hour // how long a reading takes is not the same at each run
		b.Sender = NewSender(b.DB, b.Client, b.Log, b.Now)
		b.Notify = notify.New(notify.Options{DB: b.DB, Program: b.Program, Texts: b.Texts,
			Channel: orderly{NewChannel(b.Sender, b.Texts), h}, Now: b.Now, Log: b.Log, Poll: 5 * time.Millisecond})
		change(b)
	})
	h.open()
	h.run()
	h.testBot.after = h.tellPeople
	return h
}

// print stands in for the engine that reads print, which is outside of this house.
func (h *house) print(context.Context, []byte, string) (receipts.Receipt, bool, error) {
	name, _ := h.printed.Load().(string)
	sale, ok := sales[name]
	if !ok {
		return receipts.Receipt{}, false, nil
	}
	r, err := receipts.Parse(sale.QR())
	return r, err == nil, err
}

// open fills the mall: a coffee shop in Moscow, a book shop in Kyiv with its own rate.
func (h *house) open() {
	h.t.Helper()
	h.coffee = h.shop("RU", "Кофейня на углу", "7707083893", "cafe", "1 этаж", "Europe/Moscow", sales["kofe"].Device)
	h.books = h.shop("UA", "Книгарня", "14360570", "books", "2 поверх", "Europe/Kyiv", sales["kniga"].Device)
	m, _, err := h.Program.RegisterByPhone(h.t.Context(), members.System(), "+79000000001", "Касса")
	if err != nil {
		h.t.Fatal(err)
	}
	h.cashier = members.Actor{Member: m.ID, Role: members.RoleCashier, Merchant: int64(h.coffee.Merchant.ID)}
	s := program.Defaults()
	s.Merchants = map[int64]program.BasisPoints{int64(h.books.Merchant.ID): 500}
	if _, err := h.Program.Publish(h.t.Context(), members.System(), s); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) shop(country, name string, id catalog.TaxID, category, place, zone, device string) catalog.Place {
	h.t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		h.t.Fatal(err)
	}
	at, err := h.Program.AddShop(h.t.Context(), members.System(), program.Shop{
		Merchant: catalog.Merchant{Name: name, Country: country, TaxID: id, Category: category},
		Store:    catalog.Store{Name: name, Place: place, Zone: loc}, Devices: []string{device}})
	if err != nil {
		h.t.Fatalf("open %s: %v", name, err)
	}
	return at
}

// tellPeople has notify say all that there is to say, after the bot's own words: so a
// conversation is the same at each run.
func (h *house) tellPeople() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- h.Notify.Run(ctx) }()
	eventually(h.t, "people are told", func() bool { return h.untold() == 0 })
	cancel()
	if err := <-done; err != nil {
		h.t.Errorf("notify: %v", err)
	}
}

// orderly sends a broadcast's messages only after its progress was first shown: which of
// the two comes first is not the same at each run.
type orderly struct {
	*Channel
	house *house
}

func (c orderly) Send(ctx context.Context, d notify.Delivery) notify.Outcome {
	for d.Bulk && !c.house.progressShown(d.ID) && wait(ctx, 5*time.Millisecond) {
	}
	return c.Channel.Send(ctx, d)
}

func (h *house) progressShown(delivery int64) (shown bool) {
	err := h.db.QueryRow(context.Background(), `
		SELECT b.progress_shown <> '' FROM notify.delivery d JOIN notify.broadcast b ON b.id = d.broadcast_id
		WHERE d.id = $1`, delivery).Scan(&shown)
	return err == nil && shown
}

func (h *house) untold() (n int) {
	h.t.Helper()
	err := h.db.QueryRow(context.Background(), `
		SELECT (SELECT count(*) FROM program.event WHERE handled_at IS NULL)
			+ (SELECT count(*) FROM notify.delivery WHERE state IN ('queued', 'sending') AND not_before <= $1)
			+ (SELECT count(*) FROM notify.broadcast
				WHERE state = 'running' OR state IN ('stopped', 'done') AND progress_address <> '' AND progress_shown NOT LIKE state || ':%')`,
		h.now()).Scan(&n)
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

// member makes a member of a person, without a word in the chat.
func (h *house) member(u *tgfake.User) members.Member {
	h.t.Helper()
	done, err := h.Program.Join(h.t.Context(), program.Join{Telegram: u.ID(), Name: u.Name(), Lang: u.Spec().Lang,
		Consents: []members.Consent{{Kind: members.ConsentPromo, Version: "test", Given: true, Lang: u.Spec().Lang, Evidence: "test", At: h.now()}}})
	if err != nil {
		h.t.Fatal(err)
	}
	return done.Member
}

// arrange does what a line "house: …" of a conversation says:
//
//	house: anna is a member
//	house: kira is a cashier         at the coffee shop; also manager
//	house: kira is a cashier of the book shop      also manager
//	house: adam is an admin
//	house: torn can be read          the print of that sample
//	house: nothing can be read
//	house: a till asks anna for 5 points
//	house: a till sells to +79001112233 for 900 roubles
//	house: the coffee shop is suspended
//	house: sweep                     what time has done becomes visible
func (h *house) arrange(what string, person func(name string) *tgfake.User) {
	h.t.Helper()
	words := strings.Fields(what)
	switch {
	case what == "sweep":
		if err := h.Program.Sweep(h.t.Context()); err != nil {
			h.t.Fatal(err)
		}
	case what == "the coffee shop is suspended":
		err := pgx.BeginFunc(h.t.Context(), h.db, func(tx pgx.Tx) error {
			return catalog.Suspend(h.t.Context(), tx, h.coffee.Merchant.ID)
		})
		if err != nil {
			h.t.Fatal(err)
		}
	case what == "nothing can be read":
		h.printed.Store("")
	case strings.HasSuffix(what, " can be read"):
		h.printed.Store(words[0])
	case strings.HasPrefix(what, "a till asks "):
		h.ask(person(words[3]), words[5])
	case strings.HasPrefix(what, "a till sells to "):
		h.sell(members.Phone(words[4]), words[6])
	case strings.HasSuffix(what, " of the book shop"):
		h.hire(person(words[0]), members.Role(words[3]), h.books.Merchant.ID)
	case len(words) == 4 && words[1] == "is":
		h.appoint(person(words[0]), words[3])
	default:
		h.t.Fatalf("the house cannot arrange %q", what)
	}
}

func (h *house) appoint(u *tgfake.User, role string) {
	h.t.Helper()
	switch role := members.Role(role); role {
	case "member":
		h.meet(u)
		u.Start("") // for the keyboard of a member
	case members.RoleAdmin:
		h.hire(u, role, 0)
	default:
		h.hire(u, role, h.coffee.Merchant.ID)
	}
}

// meet makes a member of a person, who has begun to talk: or Telegram would not let the
// bot write.
func (h *house) meet(u *tgfake.User) members.Member {
	h.t.Helper()
	if len(u.Messages()) == 0 {
		u.Start("")
		h.settled()
	}
	return h.member(u)
}

func (h *house) hire(u *tgfake.User, role members.Role, merchant catalog.MerchantID) {
	h.t.Helper()
	m := h.meet(u)
	token, err := h.Program.InviteStaff(h.t.Context(), members.System(), role, merchant, 0)
	if err == nil {
		_, err = h.Program.AcceptInvitation(h.t.Context(), m.ID, token)
	}
	if err != nil {
		h.t.Fatal(fmt.Errorf("make a %s: %w", role, err))
	}
	u.Start("") // for the keyboard of the role
	h.settled()
}

func (h *house) ask(u *tgfake.User, points string) {
	h.t.Helper()
	n, err := strconv.ParseInt(points, 10, 64)
	if err != nil {
		h.t.Fatal(err)
	}
	m, err := members.ByTelegram(h.t.Context(), h.db, u.ID())
	if err == nil {
		_, err = h.Program.RequestRedemption(h.t.Context(), h.cashier, m.ID, ledger.Points(n*100), h.ref())
	}
	if err != nil {
		h.t.Fatalf("ask for points: %v", err)
	}
}

func (h *house) sell(to members.Phone, roubles string) {
	h.t.Helper()
	n, err := strconv.ParseInt(roubles, 10, 64)
	if err != nil {
		h.t.Fatal(err)
	}
	m, _, err := h.Program.RegisterByPhone(h.t.Context(), h.cashier, to, "")
	if err == nil {
		_, err = h.Program.AccrueSale(h.t.Context(), h.cashier, m.ID, program.Sale{
			Total: receipts.Money{Minor: n * 100, Currency: "RUB"}, Ref: h.ref()})
	}
	if err != nil {
		h.t.Fatalf("sell: %v", err)
	}
}
