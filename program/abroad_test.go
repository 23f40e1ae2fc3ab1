package program_test

import (
	"encoding/base64"
	"fmt"
	"testing"
	"time"

	"kopilka/catalog"
	"kopilka/members"
	"kopilka/program"
	"kopilka/receipts"
)

// montenegrin is a receipt of a till in Montenegro, whose code carries its own clock.
func (m *mall) montenegrin(at time.Time) receipts.Receipt {
	m.t.Helper()
	return m.parse(fmt.Sprintf("https://mapr.tax.gov.me/ic/#/verify?iic=%032x&tin=02440261&crtd=%s&ord=7&cr=yw481jg936&prc=11.67",
		at.UnixNano(), at.Format("2006-01-02T15:04:05-07:00")))
}

// The shop's store is in Moscow by its card, so that only the code's own offset is right.
func (m *mall) abroad(country, device string) {
	m.t.Helper()
	if _, err := m.AddShop(m.t.Context(), members.System(), program.Shop{
		Merchant: catalog.Merchant{Name: "Kafa", Country: country, TaxID: "02440261", Category: "cafe"},
		Store:    catalog.Store{Name: "1", Zone: m.shop.Store.Zone},
		Devices:  []string{device},
	}); err != nil {
		m.t.Fatalf("add the shop of %s: %v", country, err)
	}
	m.publish(func(s *program.Settings) {
		s.Currencies["EUR"] = program.Currency{MinSum: 100, Worth: 1_000_000}
	})
}

func TestAReceiptsOwnClockOutweighsTheStores(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	m.abroad("ME", "yw481jg936")
	anna := m.join()
	utc2 := time.FixedZone("", 2*60*60)
	// By Moscow's clock half past two in UTC+2 is half past eleven in UTC: not the future.
	if out := m.send(anna, m.montenegrin(m.now().Add(30*time.Minute).In(utc2))); out.Verdict != program.VerdictFuture {
		t.Errorf("a receipt of half an hour ahead: %s, want %s", out.Verdict, program.VerdictFuture)
	}
	if out := m.send(anna, m.montenegrin(m.now().Add(-time.Minute).In(utc2))); out.Verdict != program.VerdictOK {
		t.Errorf("a receipt of a minute ago: %s %s, want %s", out.Verdict, out.Reason, program.VerdictOK)
	}
}

// A German till is named as its seller likes; it is known by its security device's key.
func TestAGermanTillIsKnownByItsKey(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	anna := m.join()
	key := base64.StdEncoding.EncodeToString(append([]byte{4}, make([]byte, 64)...))
	code := func(n int, data string) receipts.Receipt {
		at := m.now().Add(-time.Hour).Format("2006-01-02T15:04:05.000Z")
		return m.parse(fmt.Sprintf("V0;Kasse 1;Kassenbeleg-V1;%s;%d;%d;%s;%s;ecdsa-plain-SHA256;unixTime;%s;%s", data, n, n, at, at, "c2ln", key))
	}
	sale := code(1, "Beleg^9.00_0.00_0.00_0.00_0.00^9.00:Bar")
	if out := m.send(anna, sale); out.Verdict != program.VerdictShopOut {
		t.Errorf("a receipt of an unknown key: %s, want %s", out.Verdict, program.VerdictShopOut)
	}
	m.abroad("DE", sale.Till())
	if out := m.send(anna, code(2, "Beleg^9.00_0.00_0.00_0.00_0.00^9.00:Bar")); out.Verdict != program.VerdictReview || out.Reason != program.ReasonCheck {
		t.Errorf("a known key's receipt with a broken signature: %s %s, want a review of the check", out.Verdict, out.Reason)
	}
	if out := m.send(anna, code(3, "AVTraining^9.00_0.00_0.00_0.00_0.00^9.00:Bar")); out.Verdict != program.VerdictNotSale {
		t.Errorf("a training till's receipt: %s, want %s", out.Verdict, program.VerdictNotSale)
	}
}
