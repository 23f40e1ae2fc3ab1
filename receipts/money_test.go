package receipts

import (
	"testing"
	"time"
)

func TestSumsAreReadWithoutAFloat(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]sum{
		"1299.00": {129900, true}, "1299,5": {129950, true}, ".00": {0, true}, "1 299,00": {129900, true},
		"1,299.00": {129900, true}, "1.299,00": {129900, true}, "55189": {5518900, false}, "0.29": {29, true},
		"100.000": {10000, true}, "999999999999999": {99999999999999900, false}, "007.10": {710, true},
	} {
		got, err := parseSum(text)
		if err != nil || got != want {
			t.Errorf("parseSum(%q) = %+v, %v, want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"", ".", "12.999", "-5", "1e3", "12 rub", "9999999999999999", "१२"} {
		if got, err := parseSum(text); err == nil {
			t.Errorf("parseSum(%q) = %+v, want an error", text, got)
		}
	}
}

func TestMoneyPrintsMinorUnits(t *testing.T) {
	t.Parallel()
	for m, want := range map[Money]string{{49990, "RUB"}: "499.90 RUB", {5, "UAH"}: "0.05 UAH", {-101, "KZT"}: "-1.01 KZT"} {
		if got := m.String(); got != want {
			t.Errorf("%#v.String() = %q, want %q", m, got, want)
		}
	}
}

func TestTimesAreReadInEverySpelling(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"20261121T1405": "2026-11-21T14:05", "20261121T140506": "2026-11-21T14:05:06", "20261121t1405": "2026-11-21T14:05",
		"20261121Т1405": "2026-11-21T14:05", "20261121140506": "2026-11-21T14:05:06", "202611211405": "2026-11-21T14:05",
		"2026-11-21 14:05:06": "2026-11-21T14:05:06", "2026-11-21T14:05:06.123": "2026-11-21T14:05:06",
		"21.11.2026": "2026-11-21", "21.11.26 9:05": "2026-11-21T09:05", "21/11/2026, 14:05": "2026-11-21T14:05",
		"20261121": "2026-11-21", "2026-11-21+14:05": "2026-11-21T14:05", "20240229T0000": "2024-02-29T00:00",
		"20261121 930": "2026-11-21T09:30",
	} {
		got, err := ParseLocalTime(text)
		if err != nil || got.String() != want {
			t.Errorf("ParseLocalTime(%q) = %q, %v, want %q", text, got, err, want)
		}
		back, err := ParseLocalTime(got.String())
		if err != nil || back != got {
			t.Errorf("ParseLocalTime(%q) = %+v, %v, want %+v", got.String(), back, err, got)
		}
	}
	for _, text := range []string{"", "20260231", "20261321T1405", "20261121T2405", "20261121T1460", "19991121", "2026-11", "14:05", "20261121T14", "2026112"} {
		if got, err := ParseLocalTime(text); err == nil {
			t.Errorf("ParseLocalTime(%q) = %v, want an error", text, got)
		}
	}
}

func TestLocalTimeIsAnInstantOnlyInAZone(t *testing.T) {
	t.Parallel()
	wall, _ := ParseLocalTime("2026-11-21T14:05")
	moscow, vladivostok := time.FixedZone("MSK", 3*3600), time.FixedZone("VLAT", 10*3600)
	if apart := wall.In(moscow).Sub(wall.In(vladivostok)); apart != 7*time.Hour {
		t.Errorf("one wall clock in Moscow and Vladivostok is %v apart, want 7h", apart)
	}
	if got := LocalTimeOf(time.Date(2026, 11, 21, 14, 5, 6, 0, moscow)).String(); got != "2026-11-21T14:05:06" {
		t.Errorf("LocalTimeOf = %q", got)
	}
	if got := (LocalTime{}).In(moscow); !got.IsZero() {
		t.Errorf("no time In a zone = %v, want the zero instant", got)
	}
}
