package receipts

import (
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// What a message or a scanner does to a code must not make another receipt of it.
func TestKeyDoesNotDependOnHowACodeIsCarried(t *testing.T) {
	t.Parallel()
	for _, s := range corpus(t) {
		r, err := Parse(s.Payload)
		if err != nil {
			t.Fatal(err)
		}
		want := r.Key()
		rapid.Check(t, func(t *rapid.T) {
			text := carriedSomehow(t, s.Payload)
			again, err := Parse(text)
			if err != nil || again.Key() != want {
				t.Fatalf("Parse(%q).Key() = %q, %v, want %q", text, again.Key(), err, want)
			}
			if twice, err := Parse(again.Text); err != nil || twice.Key() != want {
				t.Fatalf("Parse of the text kept of %q = %q, %v, want %q", text, twice.Key(), err, want)
			}
		})
	}
}

func carriedSomehow(t *rapid.T, code string) string {
	scheme, rest, link := strings.Cut(code, "://")
	if link && rapid.Bool().Draw(t, "capital host") {
		end := strings.IndexAny(rest+"/", "/?")
		code = strings.ToUpper(scheme) + "://" + strings.ToUpper(rest[:end]) + rest[end:]
	}
	if head, query, ok := strings.Cut(code, "?"); ok && link && rapid.Bool().Draw(t, "another order") {
		pairs := strings.Split(query, "&")
		seed := rapid.Uint64().Draw(t, "order")
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(pairs), func(i, j int) { pairs[i], pairs[j] = pairs[j], pairs[i] })
		for i, pair := range pairs {
			if name, value, ok := strings.Cut(pair, "="); ok {
				pairs[i] = strings.ToUpper(name) + "=" + value
			}
		}
		code = head + "?" + strings.Join(pairs, "&")
	}
	switch rapid.IntRange(0, 7).Draw(t, "way") {
	case 1:
		return "\ufeff " + code + "\u200b\n"
	case 2:
		return "https://example.com/open?link=" + url.QueryEscape(code)
	case 3:
		return strings.ReplaceAll(url.QueryEscape(code), "+", "%20")
	case 4:
		return "мой чек:\n" + code
	case 5:
		return strings.ReplaceAll(code, "&", "&amp;")
	case 6:
		if link {
			return "https://example.com/?u=" + code
		}
	case 7:
		return "чек: " + code
	}
	return code
}

// The seller's papers that are no sale earn nothing, whatever their sum.
func TestOperationsThatAreNoSale(t *testing.T) {
	t.Parallel()
	german := func(process, data string) Operation { return tse{process: process, data: data}.operation() }
	for _, c := range []struct {
		name      string
		got, want Operation
	}{
		{"a German sale", german("Kassenbeleg-V1", "Beleg^1.00^1.00:Bar"), Sale},
		{"a German training", german("Kassenbeleg-V1", "AVTraining^1.00^1.00:Bar"), Training},
		{"a German cancellation", german("Kassenbeleg-V1", "AVBelegstorno^1.00^1.00:Bar"), Cancelled},
		{"a German break-off", german("Kassenbeleg-V1", "AVBelegabbruch^^"), Cancelled},
		{"a German transfer", german("Kassenbeleg-V1", "AVTransfer^^"), Report},
		{"a German order", german("Bestellung-V1", "1;x;1.00"), Report},
		{"a word that begins as a sale's", german("Kassenbeleg-V1", "Belegstorno^1.00^1.00:Bar"), Report},
		{"a Portuguese simplified invoice", portugueseOperation("fs", "N"), Sale},
		{"a Portuguese credit note", portugueseOperation("NC", "N"), Refund},
		{"a Portuguese annulment", portugueseOperation("FT", "a"), Cancelled},
		{"a Portuguese estimate", portugueseOperation("OR", "N"), Proforma},
		{"a Portuguese delivery note", portugueseOperation("GT", "N"), Report},
		{"a Serbian sale", taxCoreOperation(0, 0), Sale},
		{"a Serbian refund", taxCoreOperation(0, 1), Refund},
		{"a Serbian estimate", taxCoreOperation(1, 0), Proforma},
		{"a Serbian copy", taxCoreOperation(2, 0), Copy},
		{"a Serbian training", taxCoreOperation(3, 0), Training},
		{"a Serbian advance", taxCoreOperation(4, 0), Sale},
		{"an unknown Serbian kind", taxCoreOperation(5, 0), Unknown},
		{"an unknown Serbian way", taxCoreOperation(0, 2), Unknown},
	} {
		if c.got != c.want {
			t.Errorf("operation of %s = %q, want %q", c.name, c.got, c.want)
		}
	}
}

// Every digit of these codes is under a control digit, a CRC or a limit of its own.
func TestOneWrongDigitIsNoticed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ code, check string }{
		{"000000000000000000001311768467294899695245784361701111800329", "mod10"},
		{"https://batuz.eus/QRTBAI/?id=TBAI-00000006Y-251019-btFpwP8dcLGAF-237&s=T&nf=27174&i=4.70&cr=007", "crc8_url"},
	} {
		for at := range len(c.code) {
			changed := flipped(c.code, at)
			if changed == c.code || strings.HasPrefix(c.code, "https") && at < strings.Index(c.code, "?") {
				continue
			}
			r, err := Parse(changed)
			if err != nil {
				continue
			}
			if got := checkNamed(r, c.check); got == Pass {
				t.Errorf("%s of %q = %q", c.check, changed, got)
			}
		}
	}
}

func TestControlDigitsOfTaxNumbers(t *testing.T) {
	t.Parallel()
	for _, id := range []TaxID{"00000006Y", "A99805061", "B12345674", "89890001K", "X1234567L", "P2807900B"} {
		if spanishNIF(id) != Pass {
			t.Errorf("spanishNIF(%q) fails", id)
		}
	}
	for _, id := range []TaxID{"00000006X", "A99805062", "X1234567M", "12345", "A9980506X", "ÑÑÑÑÑ"} {
		if spanishNIF(id) != Fail {
			t.Errorf("spanishNIF(%q) passes", id)
		}
	}
	if !validNIF("506810267") || !validNIF("500100209") || validNIF("509123456") || validNIF("5068102670") {
		t.Error("validNIF does not know good from bad")
	}
	if !validNIP("5265877635") || validNIP("5265877634") || validNIP("52658776355") {
		t.Error("validNIP does not know good from bad")
	}
	if !slovenianTax("24578436") || slovenianTax("24578437") || slovenianTax("02457843") {
		t.Error("slovenianTax does not know good from bad")
	}
}

func TestACodesOwnZoneOutweighsTheStores(t *testing.T) {
	t.Parallel()
	store := time.FixedZone("store", 5*60*60)
	for _, c := range []struct {
		zone string
		want time.Time
	}{
		{"", time.Date(2026, 7, 1, 7, 0, 0, 0, time.UTC)},
		{"Z", time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)},
		{"+02:00", time.Date(2026, 7, 1, 10, 0, 0, 0, time.UTC)},
		{"-03:30", time.Date(2026, 7, 1, 15, 30, 0, 0, time.UTC)},
	} {
		r := Receipt{Time: LocalTime{Year: 2026, Month: 7, Day: 1, Hour: 12}, Zone: c.zone}
		if got := r.When(store); !got.Equal(c.want) {
			t.Errorf("When of noon with zone %q = %v, want %v", c.zone, got, c.want)
		}
	}
	if !(Receipt{Zone: "Z"}).When(store).IsZero() {
		t.Error("When of no time is some time")
	}
}

func TestZonedTimesAreReadHoweverTheirPlusArrives(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, time, zone string }{
		{"2025-07-01T13:26:59+02:00", "2025-07-01T13:26:59", "+02:00"},
		{"2025-07-01T13:26:59 02:00", "2025-07-01T13:26:59", "+02:00"},
		{"2025-07-01T13:26:59.125z", "2025-07-01T13:26:59", "Z"},
		{"2025-07-01T13:26:59-0330", "2025-07-01T13:26:59", "-03:30"},
		{"2025-07-01 13:26", "2025-07-01T13:26", ""},
		{"2025-07-01", "2025-07-01", ""},
	} {
		at, zone, err := ParseZonedTime(c.text)
		if err != nil || at.String() != c.time || zone != c.zone {
			t.Errorf("ParseZonedTime(%q) = %v, %q, %v, want %s, %q", c.text, at, zone, err, c.time, c.zone)
		}
	}
	for _, text := range []string{"2025-07-01T13:26:59+15:00", "2025-07-01T13:26:59+02:75", "noon Z"} {
		if at, zone, err := ParseZonedTime(text); err == nil {
			t.Errorf("ParseZonedTime(%q) = %v %s, want an error", text, at, zone)
		}
	}
}

// A stranger's text is read in a time that does not depend on what is in it.
func TestNoTextTakesLongToRefuse(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		strings.Repeat("https://a/?b=", MaxText/13),
		strings.Repeat("%25", MaxText/3),
		strings.Repeat("&amp;", MaxText/5),
		strings.Repeat("a=b ", MaxText/4),
		"V0;" + strings.Repeat(";", MaxText-3),
		strings.Repeat("O-\n", MaxText/3),
		"A:500100209*B:" + strings.Repeat("*", MaxText-14),
	} {
		started := time.Now()
		if r, err := Parse(text); err == nil {
			t.Errorf("Parse(%.20q…) = %s", text, r.Key())
		}
		if took := time.Since(started); took > time.Second {
			t.Errorf("Parse(%.20q…) took %v", text, took)
		}
	}
}
