package members

import (
	"errors"
	"log/slog"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// ErrPhone says that a text is not a phone number. The text stays out of the error.
var ErrPhone = errors.New("not a phone number")

// Phone is a phone number in E.164, as +79001112233.
type Phone string

// ParsePhone reads a number as people and Telegram write it: with or without a plus, with
// a national prefix when region (ISO 3166-1 alpha-2, "" for none) is known.
func ParsePhone(s, region string) (Phone, error) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 40 {
		return "", ErrPhone
	}
	readings := []reading{{s, region}}
	if !strings.HasPrefix(s, "+") {
		// Telegram sends a contact's number without its plus:
		// https://core.telegram.org/bots/api#contact
		readings = append(readings, reading{"+" + s, ""})
	}
	// A number of a plan that we know wins over one as long as a mobile one: operators
	// open new ranges faster than the plans in a library follow.
	for _, fits := range []func(*phonenumbers.PhoneNumber) bool{phonenumbers.IsValidNumber, possible} {
		for _, r := range readings {
			if n, err := phonenumbers.Parse(r.text, r.region); err == nil && fits(n) {
				return Phone(phonenumbers.Format(n, phonenumbers.E164)), nil
			}
		}
	}
	return "", ErrPhone
}

type reading struct{ text, region string }

// possible reports whether n is as long as its country's mobile numbers.
func possible(n *phonenumbers.PhoneNumber) bool {
	region := phonenumbers.GetRegionCodeForCountryCode(int(n.GetCountryCode()))
	mobile := phonenumbers.GetExampleNumberForType(region, phonenumbers.MOBILE)
	return mobile != nil && len(phonenumbers.GetNationalSignificantNumber(n)) ==
		len(phonenumbers.GetNationalSignificantNumber(mobile))
}

// Country is the ISO 3166-1 alpha-2 country of the number, "" when there is no one such:
// +7 is Russia or Kazakhstan by the digits that follow.
func (p Phone) Country() string {
	n, err := phonenumbers.Parse(string(p), "")
	if err != nil {
		return ""
	}
	region := phonenumbers.GetRegionCodeForNumber(n)
	if len(region) != 2 || region == "ZZ" {
		return ""
	}
	return region
}

// Masked shows enough to recognise one's own number and no more: +7 900 ***-**-33.
func (p Phone) Masked() string {
	n, err := phonenumbers.Parse(string(p), "")
	if err != nil {
		return "***"
	}
	text := []byte(phonenumbers.Format(n, phonenumbers.INTERNATIONAL))
	digits := 0
	for _, c := range text {
		if '0' <= c && c <= '9' {
			digits++
		}
	}
	national := len(phonenumbers.GetNationalSignificantNumber(n))
	shown := digits - national + max(0, min(3, national-5)) // a short number shows less of itself
	seen := 0
	for i, c := range text {
		if c < '0' || '9' < c {
			continue
		}
		if seen++; seen > shown && seen <= digits-2 {
			text[i] = '*'
		}
	}
	return string(text)
}

// LogValue keeps the number out of logs.
func (p Phone) LogValue() slog.Value { return slog.StringValue(p.Masked()) }
