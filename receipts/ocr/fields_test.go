package ocr

import (
	"strings"
	"testing"

	"kopilka/receipts"
)

// said makes words of a text, as an engine that is sure of all of them.
func said(text string) []word {
	var out []word
	for i, l := range strings.Split(text, "\n") {
		for _, w := range strings.Fields(l) {
			out = append(out, word{Text: w, Line: i, Sure: 90})
		}
	}
	return out
}

// Texts as Tesseract reads them, letters for letters it mistakes included.
const russianPrint = `000 "АГРОТОРГ"
г. Москва, ул. Ленина, д. 3
КАССОВЫЙ ЧЕК
ПРИХОД Смена №964
Масло слив. 82.5% 180г
1х 49.90 =49.90
Чай бгееп!1е14 25пак
2х 150.00 =зОО.00
ИТ0Г =349.90
НАЛИЧНЫМИ =500.00
СДАЧА =150.10
СУММА НДС 20% =58.32
ИНН 7194875749 КАССА: 1
РН ККТ: 0007114710497465
ФН: 9284527601895559
ОД: 130212
ФП: 2590630939
Дата 04.02.2025 16:26`

const ukrainianPrint = `ТОВ "КНИГАРНЯ"
м. Китв, вул. Хрещатик, 68
ПН 306400376143
Кобзар 420.00 А
4.000 Х 29.50
Зошит 118.00 А
СУМА 538.00
ПДВ А 20.00% 89.67
КАРТКА 538.00 ГРН
ЧЕК № 716568024 ОНЛАЙН
ФН ПРРО 4000537838
ДАТА 09.01.2026 ЧАС 16:19:42
ФТСКАЛЬНИЙ ЧЕК`

func TestParseRebuildsTheKeyOfTheQR(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, print, qr string }{
		{"russian", russianPrint, "t=20250204T1626&s=349.90&fn=9284527601895559&i=130212&fp=2590630939&n=1"},
		{"ukrainian", ukrainianPrint, "https://cabinet.tax.gov.ua/cashregs/check?id=716568024&fn=4000537838&sm=538.00&date=20260109&time=1619"},
	} {
		got, ok := parse(said(c.print), "").Receipt()
		want, err := receipts.Parse(c.qr)
		if err != nil {
			t.Fatal(err)
		}
		if !ok || got.Key() != want.Key() || got.Total != want.Total {
			t.Errorf("%s: Receipt() = %v %v, %v, want %v %v", c.name, got.Key(), got.Total, ok, want.Key(), want.Total)
		}
	}
}

func TestParseIsSureOfWhatThePaperConfirms(t *testing.T) {
	t.Parallel()
	r := parse(said(russianPrint), "")
	if r.Total.Sure < Sure {
		t.Errorf("total %v has %d points, want %d: items, change and tax agree", r.Total.Value, r.Total.Sure, Sure)
	}
	alone := parse(said("КАССОВЫЙ ЧЕК\nИТОГ =349.90"), "RU")
	if alone.Total.Value.Minor != 34990 || alone.Total.Sure >= Sure {
		t.Errorf("total that only its label tells = %+v, want 349.90 and not sure", alone.Total)
	}
	if r.TaxID.Value != "7194875749" || r.Time.Value.String() != "2025-02-04T16:26" {
		t.Errorf("tax id and time = %v, %v", r.TaxID, r.Time)
	}
}

func TestMisreadTotalIsMendedByTheRest(t *testing.T) {
	t.Parallel()
	bad := strings.Replace(russianPrint, "ИТ0Г =349.90", "ИТОГ =849.90", 1)
	if got := parse(said(bad), "").Total; got.Value.Minor != 34990 {
		t.Errorf("total = %v, want 349.90, which items, change and tax give", got)
	}
}

func TestReceiptNeedsEveryRequisite(t *testing.T) {
	t.Parallel()
	for _, gone := range []string{"ФН: 9284527601895559", "ОД: 130212", "ФП: 2590630939", "Дата 04.02.2025 16:26", " 16:26"} {
		r := parse(said(strings.Replace(russianPrint, gone, "", 1)), "RU")
		if rc, ok := r.Receipt(); ok {
			t.Errorf("Receipt() without %q = %v, want none", gone, rc.Key())
		}
	}
}

func TestOperationIsReadOffThePaper(t *testing.T) {
	t.Parallel()
	for print, want := range map[string]receipts.Operation{
		"ПРИХОД": receipts.Sale, "": receipts.Sale, "ВОЗВРАТ ПРИХОДА": receipts.Refund, "РАСХОД": receipts.Purchase,
		"ВОЗВРАТ РАСХОДА": receipts.PurchaseRefund, "ПОВЕРНЕННЯ": receipts.Refund,
	} {
		if got := parse(said(print), "").Operation; got != want {
			t.Errorf("operation of %q = %q, want %q", print, got, want)
		}
	}
}

func TestAmountsOnALine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want []int64
	}{
		{"ИТОГ =1906.70", []int64{190670}},
		{"ИТОГ ≡1 906,70", []int64{190670}},
		{"1х 129. 50 =129.50", []int64{12950, 12950}},
		{"=1000-09", []int64{100009}},
		{"=зОО.00", []int64{30000}},
		{"04.02.2025 16:26", nil},
		{"04.02.25", nil},
		{"2.000 Х 64.98", []int64{6498}},
		{"СУММА НДС 20.00% 102.38", []int64{10238}},
		{"99999999999999999999.00", nil},
	} {
		var got []int64
		for _, a := range linesOf(said(c.text))[0].amounts() {
			got = append(got, a.minor)
		}
		if len(got) != len(c.want) {
			t.Errorf("amounts(%q) = %v, want %v", c.text, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("amounts(%q) = %v, want %v", c.text, got, c.want)
			}
		}
	}
}

func TestWhen(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"02.04.25 09:27", "2025-04-02T09:27"},
		{"РН ККТ: 0000308246281948 02.04.2025 09:27", "2025-04-02T09:27"},
		{"11.01.2023 20:21:53", "2023-01-11T20:21:53"},
		{"ДАТА 09.01.2026 ЧАС 16:19:42", "2026-01-09T16:19:42"},
		{"16:19 09.01.2026", "2026-01-09T16:19"},
		{"09.01.2026\n16:19", "2026-01-09T16:19"},
		{"03.05.2410:06", "2024-05-03T10:06"},
		{"09.01.2026", "2026-01-09"},
		{"31.02.2026 10:00", ""},
		{"09.01.1999 10:00", ""},
		{"9284527601895559", ""},
		{"", ""},
	} {
		if got, _ := when(linesOf(said(c.text))); got.String() != c.want {
			t.Errorf("when(%q) = %v, want %q", c.text, got, c.want)
		}
	}
}

func TestLabelsAreKnownThoughMisread(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		word, label string
		want        bool
	}{
		{"итог", "ИТОГ", true}, {"ИТ0Г:", "ИТОГ", true}, {"ИТОР", "ИТОГ", true}, {"UTOГ", "ИТОГ", true},
		{"БЕЗНАЛИЧНЫРИ", "БЕЗНАЛИЧНЫМИ", true}, {"ФТСКАЛЬНИЙ", "ФІСКАЛЬНИЙ", true}, {"4ЕК", "ЧЕК", true},
		{"СУММА", "СУМА", true}, {"ФД", "ФН", false}, {"ПОТОП", "ИТОГ", false}, {"", "ФН", false},
	} {
		if got := labelled(fold(c.word), c.label); got != c.want {
			t.Errorf("labelled(%q, %q) = %v, want %v", c.word, c.label, got, c.want)
		}
	}
}

func TestINNCheckDigits(t *testing.T) {
	t.Parallel()
	for inn, want := range map[string]bool{
		"7707083893": true, "7707083894": false, "500100732259": true, "500100732258": false, "": false, "77070838": false,
	} {
		if got := validINN(inn); got != want {
			t.Errorf("validINN(%q) = %v, want %v", inn, got, want)
		}
	}
}

func TestTwoReadingsOfOnePaper(t *testing.T) {
	t.Parallel()
	f := func(v string, sure int) Field[string] { return Field[string]{v, sure} }
	for _, c := range []struct {
		name       string
		a, b, want Field[string]
	}{
		{"same", f("1", 3), f("1", 2), f("1", 5)},
		{"first only", f("1", 3), f("", 0), f("1", 3)},
		{"second only", f("", 0), f("1", 3), f("1", 3)},
		{"differ", f("1", 3), f("2", 2), f("1", 1)},
		{"second better", f("1", 1), f("2", 4), f("2", 2)},
		{"one proved", f("1", 9), f("2", 3), f("1", 9)},
	} {
		if got := agree(c.a, c.b); got != c.want {
			t.Errorf("%s: agree(%v, %v) = %v, want %v", c.name, c.a, c.b, got, c.want)
		}
	}
}

// FuzzParse holds that no print breaks the parser, and that what it makes of
// it is a receipt or nothing.
func FuzzParse(f *testing.F) {
	for _, s := range []string{russianPrint, ukrainianPrint, "ИТОГ", "ФН 0000000000000000\nФП 99999999999", "\x00 =\n-1.00", "04.02.2025 99:99"} {
		f.Add(s, "RU")
		f.Add(s, "UA")
	}
	f.Fuzz(func(t *testing.T, print, country string) {
		r := parse(said(print), country)
		if rc, ok := r.Receipt(); ok && rc.Key() == "" {
			t.Errorf("parse(%q) gives a receipt without a key", print)
		}
	})
}
