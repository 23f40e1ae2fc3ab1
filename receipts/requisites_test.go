package receipts

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What a person copies from the paper must claim the same key as the code beside it.
func TestRequisitesGiveTheCodesReceipt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, country string
		in            Fields
		code          string
	}{
		{"Russia", "RU", Fields{Device: "9287 4403 0111 0113", Document: "0000019313", Sign: "1992968429",
			Time: "28.10.21 16:36", Total: "=1 299,00 руб.", Operation: Sale},
			"t=20211028T1636&s=1299.00&fn=9287440301110113&i=19313&fp=1992968429&n=1"},
		{"Russia, whole roubles", "ru", Fields{Device: "9287440301110113", Document: "19313", Sign: "1992968429",
			Time: "2021-10-28 16:36", Total: "1299", Operation: Refund},
			"t=20211028T1636&s=1299.00&fn=9287440301110113&i=19313&fp=1992968429&n=2"},
		{"Ukraine", "UA", Fields{Device: "4000123456", Document: "0001234", Time: "15.08.2026 14:30:05", Total: "1250,50 ₴"},
			"https://cabinet.tax.gov.ua/cashregs/check?fn=4000123456&id=1234&date=20260815&time=143005&sm=1250.50"},
		{"Ukraine, the day alone", "UA", Fields{Device: "4000123456", Document: "1234", Time: "15.08.2026", Total: "1250.50"},
			"fn=4000123456&id=1234&date=20260815&sm=1250.50"},
		{"Kazakhstan", "KZ", Fields{Device: "010100487302", Document: "3041387980", Time: "22.07.2022 16:15:32", Total: "2400"},
			"http://consumer.oofd.kz?i=3041387980&f=010100487302&s=2400.0&t=20220722T161532"},
		{"Uzbekistan", "UZ", Fields{Device: "uz191211501033", Document: "559", Sign: "336289559214", Time: "09.11.2021 17:06:34"},
			"https://ofd.soliq.uz/check?t=UZ191211501033&r=559&c=20211109170634&s=336289559214"},
		{"Kyrgyzstan", "KG", Fields{Device: "0000000002427051", Document: "45358", Sign: "216815068810378",
			Time: "07.09.2026 17:01:36", Total: "4064.5", Operation: Sale, SellerTaxID: "00112200510239"},
			"https://tax.salyk.kg/tax-web-control/client/api/v1/ticket?date=20260907T170136&sum=406450&fn_number=0000000002427051&tin=00112200510239&type=3&operation_type=1&fd_number=45358&fm=216815068810378"},
		{"Belarus", "BY", Fields{Document: "0e21 35e8 dab6 b58d 0000 77c3"}, "0E2135E8DAB6B58D000077C3"},
	} {
		got, err := FromFields(c.country, c.in)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		want, err := Parse(c.code)
		if err != nil {
			t.Fatal(err)
		}
		got.Text, want.Text = "", ""
		if diff := cmp.Diff(want, got); diff != "" || got.Key() != want.Key() {
			t.Errorf("%s: the printed requisites differ from the code (-code +paper)\n%s", c.name, diff)
		}
	}
}

func TestPaperAddsWhatTheCodeLacks(t *testing.T) {
	t.Parallel()
	r, err := FromFields("BY", Fields{Document: "0E2135E8DAB6B58D000077C3", Time: "21.11.2026 14:05", Total: "12,30", SellerTaxID: "190000001"})
	if err != nil {
		t.Fatal(err)
	}
	want := Money{1230, "BYN"}
	if !r.HasTotal || r.Total != want || r.Time.String() != "2026-11-21T14:05" || len(r.Warnings) != 0 || r.SellerTaxID != "190000001" {
		t.Errorf("FromFields of a Belarusian receipt = %+v, want its total %v and time and no warnings", r, want)
	}
}

func TestBadRequisitesSayWhichFieldIsWrong(t *testing.T) {
	t.Parallel()
	good := Fields{Device: "9287440301110113", Document: "19313", Sign: "1992968429", Time: "28.10.2021 16:36", Total: "1299"}
	for field, spoil := range map[string]func(*Fields){
		"fn":    func(f *Fields) { f.Device = "" },
		"i":     func(f *Fields) { f.Document = "12a" },
		"fp":    func(f *Fields) { f.Sign = "" },
		"time":  func(f *Fields) { f.Time = "yesterday" },
		"total": func(f *Fields) { f.Total = "-5" },
	} {
		in := good
		spoil(&in)
		_, err := FromFields("RU", in)
		var wrong *FieldError
		if !errors.As(err, &wrong) || wrong.Field != field {
			t.Errorf("FromFields with a wrong %s = %v, want a FieldError of it", field, err)
		}
	}
	if _, err := FromFields("XX", good); !errors.Is(err, ErrMalformed) {
		t.Errorf("FromFields of an unknown country = %v, want ErrMalformed", err)
	}
}

func TestTextInRequisitesCannotAddFields(t *testing.T) {
	t.Parallel()
	_, err := FromFields("RU", Fields{Device: "9287440301110113", Document: "19313&n=1&i=7", Sign: "1992968429"})
	if !errors.Is(err, ErrMalformed) {
		t.Errorf("FromFields with an ampersand in a number = %v, want ErrMalformed", err)
	}
}

func TestASaleWithRequisitesHasTheCodesKey(t *testing.T) {
	t.Parallel()
	when, _ := ParseLocalTime("2026-08-15T14:30:05")
	for _, c := range []struct {
		sale TillSale
		want Key
	}{
		{TillSale{Country: "RU", Device: "9287440301110113", Document: "019313", Sign: "1992968429", Total: Money{129900, "RUB"}}, "RU:9287440301110113:19313"},
		{TillSale{Country: "RU", Device: "9287440301110113", Document: "19313", Total: Money{129900, "RUB"}}, "RU:9287440301110113:19313"},
		{TillSale{Country: "UA", Device: "4000123456", Document: "0045", Time: when, Total: Money{100, "UAH"}}, "UA:4000123456:45:20260815"},
		{TillSale{Country: "BY", Document: "0e2135e8dab6b58d000077c3", Total: Money{100, "BYN"}}, "BY:0E2135E8DAB6B58D000077C3"},
		{TillSale{Country: "RU", Total: Money{100, "RUB"}, Ref: "api:12:A-7"}, "SALE:api:12:A-7"},
		{TillSale{Country: "DE", Device: "x", Document: "7", Total: Money{100, "EUR"}, Ref: "api:12:A-8"}, "SALE:api:12:A-8"},
	} {
		r, err := FromSale(c.sale)
		if err != nil || r.Key() != c.want {
			t.Errorf("FromSale(%+v).Key() = %q, %v, want %q", c.sale, r.Key(), err, c.want)
		}
		if r.Operation != Sale || !r.HasTotal || r.Total != c.sale.Total {
			t.Errorf("FromSale(%+v) = %+v, want a sale of its total", c.sale, r)
		}
	}
}

func TestASaleThatWouldCountTwiceIsRefused(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]TillSale{
		"letters in the drive's number": {Country: "RU", Device: "92874403011101I3", Document: "1", Total: Money{1, "RUB"}, Ref: "r"},
		"a Ukrainian one without a day": {Country: "UA", Device: "4000123456", Document: "1", Total: Money{1, "UAH"}, Ref: "r"},
		"no reference":                  {Country: "RU", Total: Money{1, "RUB"}},
		"a negative total":              {Country: "RU", Total: Money{-1, "RUB"}, Ref: "r"},
		"no currency":                   {Country: "RU", Total: Money{Minor: 1}, Ref: "r"},
	} {
		if _, err := FromSale(s); !errors.Is(err, ErrMalformed) {
			t.Errorf("FromSale with %s = %v, want ErrMalformed", name, err)
		}
	}
}
