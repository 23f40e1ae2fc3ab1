package receipts

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// LocalTime is the wall clock as a receipt prints it. It has no zone, because a
// receipt has none: the zone is the store's, and Russia alone has eleven.
type LocalTime struct {
	Year, Month, Day, Hour, Minute, Second int
	// HasSeconds says that seconds were printed; many tills leave them out.
	HasSeconds bool
	// DateOnly says that only the day is known.
	DateOnly bool
}

// LocalTimeOf is what a clock on the wall shows at t, in t's own location.
func LocalTimeOf(t time.Time) LocalTime {
	return LocalTime{Year: t.Year(), Month: int(t.Month()), Day: t.Day(),
		Hour: t.Hour(), Minute: t.Minute(), Second: t.Second(), HasSeconds: true}
}

// IsZero reports whether there is no time at all.
func (t LocalTime) IsZero() bool { return t == LocalTime{} }

// String writes 2026-11-21T14:05:06, without what is not known; "" for the zero value.
func (t LocalTime) String() string {
	switch {
	case t.IsZero():
		return ""
	case t.DateOnly:
		return fmt.Sprintf("%04d-%02d-%02d", t.Year, t.Month, t.Day)
	case t.HasSeconds:
		return fmt.Sprintf("%04d-%02d-%02dT%02d:%02d:%02d", t.Year, t.Month, t.Day, t.Hour, t.Minute, t.Second)
	}
	return fmt.Sprintf("%04d-%02d-%02dT%02d:%02d", t.Year, t.Month, t.Day, t.Hour, t.Minute)
}

// In is the instant at which a clock in loc shows t.
func (t LocalTime) In(loc *time.Location) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return time.Date(t.Year, time.Month(t.Month), t.Day, t.Hour, t.Minute, t.Second, 0, loc)
}

// MarshalText writes String.
func (t LocalTime) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what ParseLocalTime does; empty text gives the zero value.
func (t *LocalTime) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*t = LocalTime{}
		return nil
	}
	parsed, err := ParseLocalTime(string(b))
	if err != nil {
		return err
	}
	*t = parsed
	return nil
}

// parseZone reads an offset as Receipt.Zone holds it.
func parseZone(zone string) (*time.Location, bool) {
	if zone == "Z" {
		return time.UTC, true
	}
	at, err := time.Parse("-07:00", zone)
	if err != nil {
		return nil, false
	}
	_, seconds := at.Zone()
	return time.FixedZone(zone, seconds), true
}

// compact is 20261121T140506 without what is not known, as most codes write it.
func (t LocalTime) compact() string {
	return strings.NewReplacer("-", "", ":", "").Replace(t.String())
}

// day is 20261121.
func (t LocalTime) day() string { return fmt.Sprintf("%04d%02d%02d", t.Year, t.Month, t.Day) }

var (
	yearFirst = regexp.MustCompile(`^(\d{4})[-./]?(\d\d)[-./]?(\d\d)` + clock)
	dayFirst  = regexp.MustCompile(`^(\d\d)[-./](\d\d)[-./](\d{4}|\d\d)` + clock)
)

// clock is the optional time of day: 1405, 140506, 14:05, 9:05:06, with a fraction dropped.
const clock = `(?:[T ,]*(\d\d?):?(\d\d)(?::?(\d\d)(?:\.\d+)?)?)?$`

// The letter between date and time is a Latin T by the norm, small in some tills and a
// Cyrillic Т where a person typed it; "+" is how a link writes a blank.
var timeMarks = strings.NewReplacer("t", "T", "Т", "T", "т", "T", "+", " ", "_", " ")

// ParseLocalTime reads a date with or without a time of day, in the spellings met on
// receipts and in their codes: 20261121T1405, 2026-11-21 14:05:06, 21.11.26 14:05.
func ParseLocalTime(s string) (LocalTime, error) {
	text := timeMarks.Replace(strings.TrimSpace(s))
	if m := yearFirst.FindStringSubmatch(text); m != nil {
		return localTime(m[1], m[2], m[3], m[4:])
	}
	if m := dayFirst.FindStringSubmatch(text); m != nil {
		year := m[3]
		if len(year) == 2 {
			year = "20" + year
		}
		return localTime(year, m[2], m[1], m[4:])
	}
	return LocalTime{}, fmt.Errorf("not a date and time")
}

// offset is at the end of a time that carries its zone. A link's "+" often arrives as a
// blank.
var offset = regexp.MustCompile(`([zZ]|[+ -]\d\d:?\d\d)$`)

// ParseZonedTime reads a date and time with the offset of its clock, which is "" when
// there is none.
func ParseZonedTime(s string) (t LocalTime, zone string, err error) {
	s = strings.TrimSpace(s)
	if at := offset.FindStringIndex(s); at != nil && strings.Contains(s[:at[0]], ":") {
		zone = strings.ToUpper(s[at[0]:])
		s = s[:at[0]]
	}
	if zone != "" && zone != "Z" {
		zone = strings.Replace(zone, " ", "+", 1)
		if len(zone) == len("+0200") {
			zone = zone[:3] + ":" + zone[3:]
		}
		if zone[1:3] > "14" || zone[4:] > "59" {
			return LocalTime{}, "", fmt.Errorf("no such zone")
		}
	}
	t, err = ParseLocalTime(s)
	return t, zone, err
}

func localTime(year, month, day string, clock []string) (LocalTime, error) {
	number := func(s string) int { n, _ := strconv.Atoi(s); return n } // digits by the pattern
	t := LocalTime{Year: number(year), Month: number(month), Day: number(day),
		Hour: number(clock[0]), Minute: number(clock[1]), Second: number(clock[2]),
		HasSeconds: clock[2] != "", DateOnly: clock[0] == ""}
	// time.Date moves a 31st of June on; a receipt has no such day.
	moved := t.In(time.UTC)
	if moved.Day() != t.Day || int(moved.Month()) != t.Month || t.Hour > 23 || t.Minute > 59 || t.Second > 59 {
		return LocalTime{}, fmt.Errorf("no such day or time")
	}
	if t.Year < 2000 || t.Year > 2099 {
		return LocalTime{}, fmt.Errorf("year out of range")
	}
	return t, nil
}
