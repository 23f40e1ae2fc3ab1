package bot

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"kopilka/catalog"
	"kopilka/ledger"
	"kopilka/members"
	"kopilka/program"
	"kopilka/receipts"
	"kopilka/texts"

	"github.com/jackc/pgx/v5"
)

func TestTheLinesOfABreakdownAddUpForTheReader(t *testing.T) {
	t.Parallel()
	capped, up := program.Defaults(), program.Defaults()
	capped.PointsPerDay = 10_00
	up.Rounding = program.RoundUp
	number := regexp.MustCompile(`: ([+−]?)([\d\x{00a0},.]+)`)
	for _, s := range []program.Settings{program.Defaults(), capped, up} {
		for _, tier := range []string{"start", "silver", "gold"} {
			for _, total := range []receipts.Money{{Minor: 609_90, Currency: "RUB"}, {Minor: 123_456_78, Currency: "RUB"}, {Minor: 420_01, Currency: "UAH"}} {
				b := program.Earn(s, program.Purchase{Total: total, Tier: tier})
				for _, lang := range texts.Languages {
					html := talkIn(t, lang).breakdown(program.Outcome{Verdict: program.VerdictOK, Settings: s, Breakdown: b, Points: b.Total,
						Receipt: receipts.Receipt{Total: total, HasTotal: true}})
					lines := strings.Split(html, "\n")
					var sum int64
					for _, l := range lines[len(lines)-1-len(b.Lines) : len(lines)-1] {
						m := number.FindAllStringSubmatch(l, -1)
						sum += hundredths(t, m[len(m)-1][1], m[len(m)-1][2], lang)
					}
					m := number.FindStringSubmatch(lines[len(lines)-1])
					if want := hundredths(t, m[1], m[2], lang); sum != want || want != int64(b.Total) {
						t.Errorf("%s, %s, %v: the lines add up to %d, the total says %d:\n%s", lang, tier, total, sum, want, html)
					}
				}
			}
		}
	}
}

func hundredths(t *testing.T, sign, amount, lang string) int64 {
	t.Helper()
	point, group := ",", "\u00a0"
	if lang == "en" {
		point, group = ".", ","
	}
	whole, cents, _ := strings.Cut(strings.Trim(strings.ReplaceAll(amount, group, ""), "\u00a0"), point)
	n, err := strconv.ParseInt(whole+(cents + "00")[:2], 10, 64)
	if err != nil {
		t.Fatalf("%q is no amount: %v", amount, err)
	}
	if sign == "−" {
		return -n
	}
	return n
}

// accrue credits n receipts of the coffee shop to a member.
func (h *house) accrue(m members.ID, n int) {
	h.t.Helper()
	for i := range n {
		r, err := receipts.FromFields("RU", receipts.Fields{Device: sales["kofe"].Device, Document: fmt.Sprint(5000 + i), Sign: "100200300",
			Time: "2026-11-20T12:00", Total: fmt.Sprint(1000 + i*100), Operation: receipts.Sale})
		if err != nil {
			h.t.Fatal(err)
		}
		_, err = h.Program.Accrue(h.t.Context(), members.Actor{Member: m, Role: members.RoleShopper}, m, r,
			program.Submission{Door: "telegram", Ref: h.ref(), Via: receipts.ViaQR})
		if err != nil {
			h.t.Fatal(err)
		}
		h.clock.advance(2 * time.Second) // a chat takes a message a second
		h.settled()
	}
}

func TestTheHistoryIsPagedToItsEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	anna := h.joined("anna")
	m, err := members.ByTelegram(t.Context(), h.db, anna.ID())
	if err != nil {
		t.Fatal(err)
	}
	h.accrue(m.ID, 8)
	for command, words := range map[string][]string{"/history": {"+51 ·", "+30 ·"}, "/receipts": {"1 700 ₽", "1 000 ₽"}} {
		anna.Send(command)
		h.settled()
		first := anna.Last()
		if text := strings.ReplaceAll(first.Text, "\u00a0", " "); !strings.Contains(text, words[0]) || strings.Contains(text, words[1]) {
			t.Errorf("%s: the first page is %q", command, text)
		}
		if err := anna.Tap("Раньше →"); err != nil {
			t.Fatal(err)
		}
		h.settled()
		last := anna.Last()
		if text := strings.ReplaceAll(last.Text, "\u00a0", " "); last.ID != first.ID || !strings.Contains(text, words[1]) || strings.Contains(text, words[0]) {
			t.Errorf("%s: the second page is %q in message %d, want it in %d", command, text, last.ID, first.ID)
		}
		for _, b := range last.Buttons {
			if b[0].Label == "Раньше →" {
				t.Errorf("%s: there is a page behind the last", command)
			}
		}
	}
}

func TestTheRulesAreTheLiveSettings(t *testing.T) {
	t.Parallel()
	s := program.Defaults()
	s.Name, s.Base, s.MaxAgeDays, s.ReceiptsPerDay, s.PendingDays, s.ExpiryDays = "Речной", 150, 21, 0, 5, 0
	got := strings.ReplaceAll(talkIn(t, "ru").rulesText(s, nil), "\u00a0", " ")
	for _, want := range []string{"«Речной»", "1,5 % суммы", "21 день", "через 5 дней", "Баллы не сгорают", "«Золото», от 60 000 ₽"} {
		if !strings.Contains(got, want) {
			t.Errorf("the rules do not say %q:\n%s", want, got)
		}
	}
	for _, no := range []string{"10 чеков", "доступны сразу", "365"} {
		if strings.Contains(got, no) {
			t.Errorf("the rules say %q:\n%s", no, got)
		}
	}
}

func TestOffersEndOnTheirLastDay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	anna := h.joined("anna")
	moscow := h.coffee.Store.Zone
	err := pgx.BeginFunc(t.Context(), h.db, func(tx pgx.Tx) error {
		for _, o := range []catalog.Offer{
			{Merchant: h.coffee.Merchant.ID, Title: catalog.Words{"ru": "Второй капучино <в подарок>"}, Body: catalog.Words{"ru": "Покажите карту"},
				From: noon.Add(-time.Hour), Until: time.Date(2026, 12, 1, 0, 0, 0, 0, moscow)},
			{Title: catalog.Words{"ru": "Ночь покупок"}, From: noon.Add(-time.Hour), Until: time.Date(2026, 11, 29, 0, 0, 0, 0, moscow)},
			{Title: catalog.Words{"ru": "Прошло"}, From: noon.Add(-48 * time.Hour), Until: noon.Add(-time.Hour)},
		} {
			if _, err := catalog.AddOffer(t.Context(), tx, o); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	got := h.since(anna, func() { anna.Send("/promos") })
	want := "🎁 Акции сейчас\n\nНочь покупок\nдо 28 ноября\n\nВторой капучино <в подарок>\n«Кофейня на углу», до 30 ноября\nПокажите карту"
	if len(got) != 1 || got[0] != want {
		t.Errorf("said %q, want %q", got, want)
	}
}

func TestThePercentNeverSaysDoneBeforeTheEnd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ n, of, want int64 }{{0, 100, 0}, {1, 3, 33_00}, {14_999_99, 15_000_00, 99_00}, {15_000_00, 15_000_00, 100_00}, {-5, 100, 0}, {5, 0, 0}} {
		if got := percentOf(c.n, c.of); got != c.want {
			t.Errorf("percentOf(%d, %d) = %d, want %d", c.n, c.of, got, c.want)
		}
	}
}

func TestWhatIsTypedIsReadAsItWasMeant(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int64{"3000": 3000_00, "1249,90": 1249_90, "1249.9": 1249_90, "609,90₽": 609_90, "0": 0, "-5": 0, "сто": 0, "1,234.5": 0, "": 0, "9999999999": 0} {
		if got, ok := minorUnits(in); got != want || ok != (want > 0) {
			t.Errorf("minorUnits(%q) = %d, %v, want %d", in, got, ok, want)
		}
	}
	for in, want := range map[string]bool{"20.11.2026 11:27": true, "20.11.26, 11:27": true, "2026-11-20 11:27:05": true, "20.11.2026": false, "31.02.2026 10:00": false, "вчера": false} {
		if got := isMoment(in); got != want {
			t.Errorf("isMoment(%q) = %v, want %v", in, got, want)
		}
	}
	for in, want := range map[string]bool{"t=20261120T1127&s=609.90&fn=9287440300090728&i=130212&fp=2590630939&n=1": true,
		"t=20261120T1127&s=609.90": true, "привет": false, "e=mc2": false, "https://example.com/?id=5": false, strings.Repeat("t=1&s=2&", 1000): false} {
		if got := isReceipt(in); got != want {
			t.Errorf("isReceipt(%.60q) = %v, want %v", in, got, want)
		}
	}
}

func TestTheBalanceTellsWhatIsNotThereYet(t *testing.T) {
	t.Parallel()
	day := func(d int) time.Time { return time.Date(2026, 12, d, 0, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		balance ledger.Balance
		want    string
	}{
		{ledger.Balance{}, "💰 На счёте 0 баллов.\nПришлите первый чек — и баллы появятся здесь."},
		{ledger.Balance{Available: 18_00, Pending: 22_00, NextAvailable: ledger.Due{At: day(5), Points: 22_00}},
			"💰 18 баллов на счёте: это 18 ₽ скидки.\n⏳ Станут доступны 5 декабря: 22 балла."},
		{ledger.Balance{Pending: 22_00, NextAvailable: ledger.Due{At: day(5), Points: 2_00}},
			"💰 На счёте 0 баллов.\n⏳ Ожидают: 22 балла. Ближайшие доступны 5 декабря: 2 балла."},
		{ledger.Balance{Available: 150, Held: 1_00, NextExpiry: ledger.Due{At: day(31), Points: 1_50}},
			"💰 1,50 балла на счёте: это 1,50 ₽ скидки.\nВ брони: 1 балл.\nСгорят 31 декабря: 1,50 балла."},
		{ledger.Balance{Debt: 5_00}, "💰 На счёте 0 баллов.\nИз следующих начислений удержим 5 баллов."},
	} {
		got := texts.Strip(strings.ReplaceAll(talkIn(t, "ru").balanceText(program.Account{Balance: c.balance, Settings: program.Defaults()}), "\u00a0", " "))
		if got != c.want {
			t.Errorf("balanceText(%+v) = %q, want %q", c.balance, got, c.want)
		}
	}
}

func TestWhoAskedForSilenceHearsAnswersOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, c := range []struct {
		name string
		stop bool
		want string
	}{{"anna", false, "Срок действия баллов закончился"}, {"boris", true, ""}} {
		u := h.joined(c.name)
		m, err := members.ByTelegram(t.Context(), h.db, u.ID())
		if err != nil {
			t.Fatal(err)
		}
		if c.stop {
			u.Send("/stop")
			h.settled()
			if err := u.Tap("Не присылать ничего"); err != nil {
				t.Fatal(err)
			}
			h.settled()
		}
		r, err := receipts.FromFields("RU", receipts.Fields{Device: sales["kofe"].Device, Document: fmt.Sprint(m.ID), Sign: "100200300",
			Time: h.now().Format("2006-01-02T15:04"), Total: "1000", Operation: receipts.Sale})
		if err != nil {
			t.Fatal(err)
		}
		if got := h.since(u, func() { u.Send(r.Text) }); len(got) == 0 || !strings.HasPrefix(got[0], "✅ +30") {
			t.Errorf("%s: the answer to a receipt is %q", c.name, got)
		}
		got := h.since(u, func() {
			h.clock.advance(400 * 24 * time.Hour)
			if err := h.Program.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
		})
		if text := strings.Join(got, ""); !strings.HasPrefix(text, c.want) || c.want == "" && text != "" {
			t.Errorf("%s: when points expired, said %q, want %q", c.name, text, c.want)
		}
	}
}
