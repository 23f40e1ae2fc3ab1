package receipts

import "time"

// Level is how strong a check is, the weakest first.
type Level string

const (
	// L1 is grammar and plausibility: anybody can write a text that passes.
	L1 Level = "L1"
	// L2 is a check digit: it catches typing and reading mistakes.
	L2 Level = "L2"
	// L3 is a hash inside the code that needs no key.
	L3 Level = "L3"
	// L4 is a signature valid under the key that the code itself carries.
	L4 Level = "L4"
	// L5 is a signature valid under a key that was known before.
	L5 Level = "L5"
	// L6 is the word of the tax service.
	L6 Level = "L6"
)

// Result is the outcome of a check.
type Result string

const (
	Pass          Result = "pass"
	Fail          Result = "fail"
	NotApplicable Result = "n/a"
)

// Check is one test of a receipt against its format's laws.
type Check struct {
	Name   string `json:"name"`
	Result Result `json:"result"`
	Level  Level  `json:"level"`
}

// clockSkew is how far ahead a till's clock may run before its receipts come from the
// future. Tills are set by hand.
const clockSkew = time.Hour

// Checks tests the receipt as it stands at the instant at. It asks nobody: a receipt
// that passes all of them may still be invented.
func (r Receipt) Checks(at time.Time) []Check { return r.ChecksWith(at, Keys{}) }

// ChecksWith is Checks with what the seller has registered beforehand. The checks that
// need a key of which there is none are not applicable.
func (r Receipt) ChecksWith(at time.Time, known Keys) []Check {
	checks := []Check{{"time_not_future", r.notFuture(at), L1}}
	for _, f := range formats {
		if f.name != r.Format {
			continue
		}
		if f.checks != nil {
			checks = append(checks, f.checks(r)...)
		}
		if f.trusted != nil {
			checks = append(checks, f.trusted(r, known)...)
		}
	}
	return checks
}

// notFuture takes the earliest instant at which the wall clock could have shown the
// receipt's time: at the country's eastern end.
func (r Receipt) notFuture(at time.Time) Result {
	if r.Time.IsZero() {
		return NotApplicable
	}
	if zone, ok := parseZone(r.Zone); ok {
		return passIf(!r.When(zone).After(at.Add(clockSkew)))
	}
	east := 14 * time.Hour // the world's, for a sale of an unknown country
	for _, f := range formats {
		if f.country == r.Country {
			east = f.east
		}
	}
	return passIf(!r.Time.In(time.UTC).Add(-east).After(at.Add(clockSkew)))
}

// Failed reports whether any of the checks fails.
func Failed(checks []Check) bool {
	for _, c := range checks {
		if c.Result == Fail {
			return true
		}
	}
	return false
}

func passIf(ok bool) Result {
	if ok {
		return Pass
	}
	return Fail
}
