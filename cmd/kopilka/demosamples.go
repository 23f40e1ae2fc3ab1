package main

import (
	"bytes"
	"sync"
	"time"

	"kopilka/internal/demopage"
	"kopilka/internal/samples"
)

// samples are receipts of the demo's shops, dated today, so that they are in the age
// window whenever the demo is run.
func (m *demoMall) samples() []demopage.Sample {
	ago := func(d time.Duration) time.Time { return m.now().Add(-d) }
	stranger := m.sale(0, "901", ago(time.Hour), samples.Line{Name: "Шаверма классическая", Qty: 1, Price: 390_00})
	stranger.Merchant, stranger.TaxID, stranger.Device = "ООО «ЧУЖОЙ ДВОР»", "7790123450", "9289000100408074"
	refund := m.sale(3, "455", ago(30*time.Minute), samples.Line{Name: "Кроссовки беговые", Qty: 1, Price: 5_490_00})
	refund.Operation = 2
	torn := m.sale(1, "77129", ago(50*time.Minute),
		samples.Line{Name: "Мастер и Маргарита", Qty: 1, Price: 649_00}, samples.Line{Name: "Закладка магнитная", Qty: 2, Price: 120_00})
	torn.NoQR = true
	return []demopage.Sample{
		sample("coffee", [3]string{"Кофе и круассан, 1 249,90 ₽", "Кава й круасан, 1 249,90 ₽", "Coffee and a croissant, ₽1,249.90"}, m.sale(0, "77133", ago(40*time.Minute),
			samples.Line{Name: "Кофе в зёрнах 1 кг", Qty: 1, Price: 899_90}, samples.Line{Name: "Капучино 0,3", Qty: 1, Price: 220_00}, samples.Line{Name: "Круассан", Qty: 1, Price: 130_00})),
		sample("sport", [3]string{"Куртка и ботинки, 15 480 ₽", "Куртка й черевики, 15 480 ₽", "A jacket and boots, ₽15,480"}, m.sale(2, "20417", ago(3*time.Hour),
			samples.Line{Name: "Куртка зимняя", Qty: 1, Price: 9_990_00}, samples.Line{Name: "Ботинки треккинговые", Qty: 1, Price: 5_490_00})),
		sample("knyharnia", [3]string{"Украинский чек, 780 ₴", "Український чек, 780 ₴", "A Ukrainian receipt, ₴780"}, m.sale(9, "104512", ago(2*time.Hour),
			samples.Line{Name: "Кобзар", Qty: 1, Price: 450_00}, samples.Line{Name: "Зошит для нотаток", Qty: 3, Price: 110_00})),
		sample("torn", [3]string{"Без QR-кода: оторван край", "Без QR-коду: відірвано край", "No QR code: the edge is torn off"}, torn),
		sample("refund", [3]string{"Чек возврата", "Чек повернення", "A refund receipt"}, refund),
		sample("old", [3]string{"Чек месячной давности", "Чек місячної давності", "A receipt a month old"}, m.sale(11, "3301", ago(31*24*time.Hour), samples.Line{Name: "Билет в кино", Qty: 2, Price: 450_00})),
		sample("stranger", [3]string{"Магазин не участвует", "Магазин не бере участі", "A shop outside the programme"}, stranger),
	}
}

// sale is a receipt of a shop of the mall, by the shop's own clock.
func (m *demoMall) sale(shop int, document string, at time.Time, lines ...samples.Line) samples.Sale {
	d := demoShops[shop]
	s := samples.Sale{Country: d.country, Merchant: d.legal, Address: "ТРЦ «Копилка», " + d.place, TaxID: d.tax,
		Device: d.device, Document: document, At: at.In(m.shops[shop].Store.Zone), Lines: lines}
	if d.country == samples.Russia {
		s.Sign = "1482926127"
	}
	return s
}

// sample puts a receipt into the tray, with its caption in Russian, Ukrainian and English.
func sample(name string, captions [3]string, s samples.Sale) demopage.Sample {
	return demopage.Sample{Name: name, Captions: map[string]string{"ru": captions[0], "uk": captions[1], "en": captions[2]}, NoQR: s.NoQR, Text: s.QR(), JPEG: sync.OnceValues(func() ([]byte, error) {
		var b bytes.Buffer
		err := s.Draw(&b)
		return b.Bytes(), err
	})}
}
