package program

import (
	"kopilka/ledger"
	"kopilka/receipts"
)

// Purchase is what Earn judges: facts only, so that the same purchase under the same
// settings always gives the same points.
type Purchase struct {
	Total    receipts.Money
	Merchant int64
	Tier     string
	// EarnedThatDay is what the member's other receipts of the day have earned.
	EarnedThatDay ledger.Points
}

// Breakdown answers «почему столько?»: the lines add up to Total.
type Breakdown struct {
	Lines    []Line        `json:"lines"`
	Total    ledger.Points `json:"total"`
	Settings int64         `json:"settings"`
}

// LineCode names the kind of a line of a breakdown.
type LineCode string

// The kinds of lines.
const (
	LineBase     LineCode = "base"
	LineMerchant LineCode = "merchant"
	LineTier     LineCode = "tier"
	LineRounding LineCode = "rounding"
	LineDayCap   LineCode = "day_cap"
)

// Line is one reason of a breakdown.
type Line struct {
	Code LineCode `json:"code"`
	// Rate that was applied; 0 for a line that is not a rate.
	Rate BasisPoints `json:"rate_bp,omitempty"`
	// Tier is the code of the tier of a tier line.
	Tier string `json:"tier,omitempty"`
	// Cap is the limit of a cap line.
	Cap    ledger.Points `json:"cap,omitempty"`
	Points ledger.Points `json:"points"`
}

// worth is a sum in the programme's currency.
func (s Settings) worth(m receipts.Money) int64 {
	return scale(m.Minor, int64(s.Currencies[m.Currency].Worth))
}

// scale is n × basis points / 10 000, rounded down, without overflow for every sum that
// a receipt can hold: whole and rest are taken apart first.
func scale(n, bp int64) int64 {
	return n/100_00*bp + n%100_00*bp/100_00
}

// Earn computes what a purchase earns and why. One point is a hundred hundredths and is
// worth one unit of currency, so a rate of minor units gives hundredths of points.
func Earn(s Settings, p Purchase) Breakdown {
	b := Breakdown{Settings: s.Version}
	sum := s.worth(p.Total)
	rate := BasisPoints(0)
	add := func(l Line) {
		// Each line is the difference of two rounded totals, so lines never drift from the sum.
		l.Points = ledger.Points(scale(sum, int64(rate+l.Rate)) - scale(sum, int64(rate)))
		rate += l.Rate
		b.Total += l.Points
		b.Lines = append(b.Lines, l)
	}
	if own, ok := s.Merchants[p.Merchant]; ok {
		add(Line{Code: LineMerchant, Rate: own})
	} else {
		add(Line{Code: LineBase, Rate: s.Base})
	}
	if tier := s.Tier(p.Tier); tier.Bonus > 0 {
		add(Line{Code: LineTier, Rate: tier.Bonus, Tier: tier.Code})
	}
	b.adjust(LineRounding, s.round(b.Total, sum, rate), 0)
	if s.PointsPerDay > 0 {
		b.adjust(LineDayCap, min(b.Total, max(0, s.PointsPerDay-p.EarnedThatDay)), s.PointsPerDay)
	}
	return b
}

// adjust brings the total to what it shall be by one more line, if it is not there.
func (b *Breakdown) adjust(code LineCode, total, limit ledger.Points) {
	if total == b.Total {
		return
	}
	b.Lines = append(b.Lines, Line{Code: code, Points: total - b.Total, Cap: limit})
	b.Total = total
}

// round makes points whole. total has lost its part below a hundredth already, which
// matters only for rounding up.
func (s Settings) round(total ledger.Points, sum int64, rate BasisPoints) ledger.Points {
	const whole = 100
	down := total - total%whole
	exact := total%whole == 0 && sum%100_00*int64(rate)%100_00 == 0
	switch {
	case s.Rounding == RoundUp && !exact, s.Rounding == RoundNearest && total%whole >= whole/2:
		return down + whole
	}
	return down
}
