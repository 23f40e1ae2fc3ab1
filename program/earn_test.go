package program

import (
	"testing"

	"kopilka/ledger"
	"kopilka/receipts"

	"pgregory.net/rapid"
)

func rub(minor int64) receipts.Money { return receipts.Money{Minor: minor, Currency: "RUB"} }

func TestEarn(t *testing.T) {
	t.Parallel()
	s := Defaults()
	s.Merchants = map[int64]BasisPoints{7: 1000, 8: 0}
	nearest, up, fine := s, s, s
	nearest.Rounding, up.Rounding = RoundNearest, RoundUp
	fine.PointsPerDay = 100_00
	for _, c := range []struct {
		name string
		s    Settings
		in   Purchase
		want ledger.Points
		line []LineCode
	}{
		{"base rate, whole points down", s, Purchase{Total: rub(124990)}, 37_00, []LineCode{LineBase, LineRounding}},
		{"nearest point", nearest, Purchase{Total: rub(125000)}, 38_00, []LineCode{LineBase, LineRounding}},
		{"nearest goes down too", nearest, Purchase{Total: rub(124900)}, 37_00, []LineCode{LineBase, LineRounding}},
		{"up from a part of a hundredth", up, Purchase{Total: rub(100001)}, 31_00, []LineCode{LineBase, LineRounding}},
		{"up leaves whole points", up, Purchase{Total: rub(100000)}, 30_00, []LineCode{LineBase}},
		{"tier adds its bonus", s, Purchase{Total: rub(100000), Tier: "silver"}, 50_00, []LineCode{LineBase, LineTier}},
		{"a merchant's rate replaces the base", s, Purchase{Total: rub(100000), Merchant: 7, Tier: "gold"}, 140_00, []LineCode{LineMerchant, LineTier}},
		{"a merchant may give nothing", s, Purchase{Total: rub(100000), Merchant: 8}, 0, []LineCode{LineMerchant}},
		{"another currency by its worth", s, Purchase{Total: receipts.Money{Minor: 50000, Currency: "UAH"}}, 30_00, []LineCode{LineBase}},
		{"the day's cap", fine, Purchase{Total: rub(400000), EarnedThatDay: 40_00}, 60_00, []LineCode{LineBase, LineDayCap}},
		{"the day's cap is full", fine, Purchase{Total: rub(400000), EarnedThatDay: 100_00}, 0, []LineCode{LineBase, LineDayCap}},
		{"a hundred million", s, Purchase{Total: rub(10_000_000_000)}, 5_000_00, []LineCode{LineBase, LineDayCap}},
	} {
		got := Earn(c.s, c.in)
		var codes []LineCode
		for _, l := range got.Lines {
			codes = append(codes, l.Code)
		}
		if got.Total != c.want || len(codes) != len(c.line) {
			t.Errorf("%s: Earn = %d by %v, want %d by %v", c.name, got.Total, codes, c.want, c.line)
			continue
		}
		for i := range codes {
			if codes[i] != c.line[i] {
				t.Errorf("%s: line %d is %s, want %s", c.name, i, codes[i], c.line[i])
			}
		}
	}
}

func TestEarnNeverDriftsNorBreaksTheCap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := Defaults()
		s.Base = BasisPoints(rapid.Int64Range(0, 5000).Draw(t, "base"))
		s.Rounding = rapid.SampledFrom([]Rounding{RoundDown, RoundNearest, RoundUp}).Draw(t, "rounding")
		tier := rapid.SampledFrom(s.Tiers).Draw(t, "tier").Code
		sum := rapid.Int64Range(0, maxSale).Draw(t, "sum")
		earned := ledger.Points(rapid.Int64Range(0, 6_000_00).Draw(t, "earned"))
		in := Purchase{Total: rub(sum), Tier: tier, EarnedThatDay: earned}
		b := Earn(s, in)
		lines := ledger.Points(0)
		for _, l := range b.Lines {
			lines += l.Points
		}
		if lines != b.Total || b.Total < 0 {
			t.Fatalf("the lines add up to %d, the total is %d", lines, b.Total)
		}
		if b.Total > max(0, s.PointsPerDay-earned) {
			t.Fatalf("%d points break the day's cap of %d after %d", b.Total, s.PointsPerDay, earned)
		}
		in.Total.Minor++
		if more := Earn(s, in); more.Total < b.Total {
			t.Fatalf("a kopeck more earns less: %d after %d", more.Total, b.Total)
		}
	})
}

func TestSettingsThatCannotWorkAreRefused(t *testing.T) {
	t.Parallel()
	if err := Defaults().Validate(); err != nil {
		t.Fatalf("the defaults: %v", err)
	}
	for name, spoil := range map[string]func(*Settings){
		"no tier at zero":       func(s *Settings) { s.Tiers[0].From = 1 },
		"falling tiers":         func(s *Settings) { s.Tiers[1].From = 99_000_000 },
		"no tiers":              func(s *Settings) { s.Tiers = nil },
		"a rate over 100 %":     func(s *Settings) { s.Base = 10001 },
		"a negative rate":       func(s *Settings) { s.Tiers[1].Bonus = -1 },
		"unknown rounding":      func(s *Settings) { s.Rounding = "away" },
		"no programme currency": func(s *Settings) { s.Currency = "EUR" },
		"a worthless currency":  func(s *Settings) { s.Currencies["UAH"] = Currency{} },
		"negative days":         func(s *Settings) { s.PendingDays = -1 },
		"no age window":         func(s *Settings) { s.MaxAgeDays = 0 },
		"share over the whole":  func(s *Settings) { s.RedeemShare = 10001 },
		"negative welcome":      func(s *Settings) { s.Welcome = -1 },
	} {
		s := Defaults()
		spoil(&s)
		if err := s.Validate(); err == nil {
			t.Errorf("%s: settings pass", name)
		}
	}
}
