package program_test

import (
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"kopilka/catalog"
	"kopilka/internal/postgrestest"
	"kopilka/ledger"
	"kopilka/members"
	"kopilka/program"
	"kopilka/receipts"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

// device is the fiscal drive of the mall's coffee shop.
const device = "9287440300090728"

// mall is a small programme: one coffee shop in Moscow, an admin, a cashier.
type mall struct {
	*program.Program
	t       *testing.T
	db      *pgxpool.Pool
	mu      sync.Mutex
	clock   time.Time
	shop    catalog.Place
	admin   members.Actor
	cashier members.Actor
	people  int64
}

func newMall(t *testing.T) *mall {
	t.Helper()
	m := &mall{t: t, db: postgrestest.New(t), clock: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
	m.Program = program.New(m.db, program.Options{Now: m.now})
	moscow, err := time.LoadLocation("Europe/Moscow")
	if err != nil {
		t.Fatal(err)
	}
	m.shop, err = m.AddShop(t.Context(), members.System(), program.Shop{
		Merchant: catalog.Merchant{Name: "Кофейня «Зерно»", Country: "RU", TaxID: "7707083893", Category: "cafe"},
		Store:    catalog.Store{Name: "1 этаж", Zone: moscow},
		Devices:  []string{device},
	})
	if err != nil {
		t.Fatalf("add the shop: %v", err)
	}
	m.admin = m.staff(members.RoleAdmin, 0)
	m.cashier = m.staff(members.RoleCashier, m.shop.Merchant.ID)
	return m
}

func (m *mall) now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.clock
}

func (m *mall) pass(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.clock = m.clock.Add(d)
}

// join makes a new shopper.
func (m *mall) join() members.Actor {
	m.t.Helper()
	m.people++
	j, err := m.Join(m.t.Context(), program.Join{Telegram: m.people, Name: fmt.Sprint("Анна ", m.people), Lang: "ru"})
	if err != nil {
		m.t.Fatalf("join: %v", err)
	}
	return members.Actor{Member: j.Member.ID, Role: members.RoleShopper}
}

func (m *mall) staff(role members.Role, at catalog.MerchantID) members.Actor {
	m.t.Helper()
	who := m.join()
	token, err := m.InviteStaff(m.t.Context(), members.System(), role, at, 0)
	if err != nil {
		m.t.Fatalf("invite a %s: %v", role, err)
	}
	g, err := m.AcceptInvitation(m.t.Context(), who.Member, token)
	if err != nil {
		m.t.Fatalf("accept the invitation of a %s: %v", role, err)
	}
	return members.Actor{Member: who.Member, Role: g.Role, Merchant: g.Merchant, Store: g.Store}
}

// receipt is a sale of the coffee shop, bought an hour ago by Moscow's clock.
func (m *mall) receipt(document int, rubles string) receipts.Receipt {
	m.t.Helper()
	bought := m.now().Add(-time.Hour).In(m.shop.Store.Zone)
	return m.parse(fmt.Sprintf("t=%s&s=%s&fn=%s&i=%d&fp=1482926127&n=1", bought.Format("20060102T1504"), rubles, device, document))
}

func (m *mall) parse(text string) receipts.Receipt {
	m.t.Helper()
	r, err := receipts.Parse(text)
	if err != nil {
		m.t.Fatalf("parse %s: %v", text, err)
	}
	return r
}

var refs sync.Map

// send submits a receipt as a shopper's chat does.
func (m *mall) send(who members.Actor, r receipts.Receipt) program.Outcome {
	m.t.Helper()
	n, _ := refs.LoadOrStore(m, new(int))
	*n.(*int)++
	out, err := m.Accrue(m.t.Context(), who, who.Member, r, program.Submission{Door: "telegram", Ref: fmt.Sprint(*n.(*int)), Via: receipts.ViaQR})
	if err != nil {
		m.t.Fatalf("send receipt %s: %v", r.Key(), err)
	}
	return out
}

func (m *mall) balance(who members.Actor) ledger.Balance {
	m.t.Helper()
	a, err := m.Account(m.t.Context(), who, who.Member)
	if err != nil {
		m.t.Fatalf("read the account of member %d: %v", who.Member, err)
	}
	return a.Balance
}

// publish changes the programme's numbers.
func (m *mall) publish(change func(*program.Settings)) {
	m.t.Helper()
	s, err := m.Settings(m.t.Context())
	if err != nil {
		m.t.Fatal(err)
	}
	change(&s)
	if _, err := m.Publish(m.t.Context(), m.admin, s); err != nil {
		m.t.Fatalf("publish: %v", err)
	}
}

// events lists the types of what happened, in order.
func (m *mall) events() (types []program.EventType) {
	m.t.Helper()
	rows, err := m.db.Query(m.t.Context(), `SELECT type FROM program.event WHERE type <> 'member.joined' ORDER BY id`)
	if err != nil {
		m.t.Fatal(err)
	}
	if types, err = pgx.CollectRows(rows, pgx.RowTo[program.EventType]); err != nil {
		m.t.Fatal(err)
	}
	return types
}
