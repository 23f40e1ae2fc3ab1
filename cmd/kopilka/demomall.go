package main

import (
	"context"
	"fmt"
	"time"

	"kopilka/catalog"
	"kopilka/members"
	"kopilka/program"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// demoShop is a tenant of the demo's mall.
type demoShop struct {
	name, legal, country, tax, category, place, device string
	rate                                               program.BasisPoints // 0 keeps the base rate
}

// demoShops are the tenants. Their tax numbers pass the check digits and belong to
// nobody that we know of; their devices are made up.
var demoShops = []demoShop{
	{"Зерно", "ООО «ЗЕРНО»", "RU", "7712345671", "cafe", "1 этаж", "9287440300090728", 500},
	{"Читай-уголок", "ООО «УГОЛОК»", "RU", "7723456782", "books", "2 этаж", "9287440300090729", 0},
	{"Спорт-Сфера", "ООО «СФЕРА»", "RU", "7734567893", "sport", "2 этаж", "9287440300090730", 0},
	{"Шаг", "ООО «ШАГ»", "RU", "7745678901", "shoes", "1 этаж", "9287440300090731", 0},
	{"Мир чудес", "ООО «ЧУДЕСА»", "RU", "7756789018", "kids", "3 этаж", "9287440300090732", 400},
	{"Рядом", "ООО «РЯДОМ»", "RU", "7767890122", "pharmacy", "1 этаж", "9287440300090733", 100},
	{"Техно-Двор", "ООО «ТЕХНОДВОР»", "RU", "7778901231", "electronics", "3 этаж", "9287440300090734", 100},
	{"Хлеб и кофе", "ИП Мукина А. А.", "RU", "771234567859", "cafe", "1 этаж", "9287440300090735", 500},
	{"Пион", "ИП Пионова В. В.", "RU", "772345678901", "flowers", "1 этаж", "9287440300090736", 700},
	{"Сова", "ТОВ «СОВА»", "UA", "38765439", "books", "2 этаж", "4000123456", 0},
	{"Кава й слово", "ТОВ «КАВА Й СЛОВО»", "UA", "39876548", "cafe", "1 этаж", "4000123457", 500},
	{"Экран", "ООО «ЭКРАН»", "RU", "7789012347", "cinema", "4 этаж", "9287440300090737", 0},
}

// demoZones are the clocks of the tills.
var demoZones = map[string]string{"RU": "Europe/Moscow", "UA": "Europe/Kyiv"}

// demoMall is the mall that the demo shows.
type demoMall struct {
	db      *pgxpool.Pool
	program *program.Program
	now     func() time.Time
	shops   []catalog.Place
}

// openMall fills an empty database with shops, offers and rules.
func openMall(ctx context.Context, db *pgxpool.Pool, now func() time.Time) (*demoMall, error) {
	m := &demoMall{db: db, program: program.New(db, program.Options{Now: now}), now: now}
	s := program.Defaults()
	s.Name = "Копилка"
	s.Merchants = map[int64]program.BasisPoints{}
	for _, d := range demoShops {
		at, err := m.program.AddShop(ctx, members.System(), d.shop())
		if err != nil {
			return nil, fmt.Errorf("open the shop %s: %w", d.name, err)
		}
		m.shops = append(m.shops, at)
		if d.rate != 0 {
			s.Merchants[int64(at.Merchant.ID)] = d.rate
		}
	}
	if _, err := m.program.Publish(ctx, members.System(), s); err != nil {
		return nil, fmt.Errorf("publish the mall's rules: %w", err)
	}
	return m, m.offers(ctx)
}

func (d demoShop) shop() program.Shop {
	zone, err := time.LoadLocation(demoZones[d.country])
	if err != nil {
		zone = time.UTC
	}
	return program.Shop{
		Merchant: catalog.Merchant{Name: d.name, Country: d.country, TaxID: catalog.TaxID(d.tax), Category: d.category},
		Store:    catalog.Store{Name: d.name, Place: d.place, Zone: zone},
		Devices:  []string{d.device},
	}
}

func (m *demoMall) offers(ctx context.Context) error {
	now := m.now()
	return pgx.BeginFunc(ctx, m.db, func(tx pgx.Tx) error {
		for _, o := range []catalog.Offer{
			{Merchant: m.shops[0].Merchant.ID, Title: catalog.Words{"ru": "Второй капучино за полцены", "uk": "Другий капучино за пів ціни", "en": "Second cappuccino at half price"},
				Body: catalog.Words{"ru": "Каждый будний день до 11:00.", "uk": "Щобудня до 11:00.", "en": "Every weekday until 11:00."}},
			{Merchant: m.shops[1].Merchant.ID, Title: catalog.Words{"ru": "Три детские книги по цене двух", "uk": "Три дитячі книги за ціною двох", "en": "Three children’s books for the price of two"}},
			{Merchant: m.shops[8].Merchant.ID, Title: catalog.Words{"ru": "7 % баллами за каждый букет", "uk": "7 % балами за кожен букет", "en": "7% in points for every bouquet"}},
			{Title: catalog.Words{"ru": "Два часа бесплатной парковки", "uk": "Дві години безкоштовного паркування", "en": "Two hours of free parking"},
				Body: catalog.Words{"ru": "Для участников программы, по карте.", "uk": "Для учасників програми, за карткою.", "en": "For members, with the card."}},
		} {
			o.From, o.Until = now.AddDate(0, 0, -3), now.AddDate(0, 0, 18)
			if _, err := catalog.AddOffer(ctx, tx, o); err != nil {
				return fmt.Errorf("add a demo offer: %w", err)
			}
		}
		return nil
	})
}
