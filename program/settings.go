package program

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"kopilka/internal/postgres"
	"kopilka/ledger"
	"kopilka/members"

	"github.com/jackc/pgx/v5"
)

// BasisPoints is a rate: 100 is one per cent.
type BasisPoints int64

// Settings are the programme's numbers. They are versioned: a receipt is judged by the
// version that was valid at its purchase.
type Settings struct {
	Version int64 `json:"-"`

	Name string `json:"name"`
	// Currency is the one that tiers are counted in, by ISO 4217.
	Currency string `json:"currency"`
	// Currencies are those that a receipt may be in.
	Currencies map[string]Currency `json:"currencies"`
	// Base is the rate of every purchase.
	Base BasisPoints `json:"base_bp"`
	// Merchants are rates that replace Base at a merchant.
	Merchants map[int64]BasisPoints `json:"merchants_bp,omitempty"`
	// Tiers in rising order; the first has From 0.
	Tiers []Tier `json:"tiers"`
	// Rounding of a receipt's points to whole ones.
	Rounding Rounding `json:"rounding"`
	// Welcome points for joining; 0 for none.
	Welcome ledger.Points `json:"welcome"`
	// MaxAgeDays is how long after a purchase its receipt is taken.
	MaxAgeDays int `json:"max_age_days"`
	// BeforeJoinDays is how old a purchase may have been when its buyer joined.
	BeforeJoinDays int `json:"before_join_days"`
	// ReceiptsPerDay is how many receipts a member may send for one day; 0 is no limit.
	ReceiptsPerDay int `json:"receipts_per_day"`
	// PointsPerDay caps what a member earns on one day; 0 is no cap.
	PointsPerDay ledger.Points `json:"points_per_day"`
	// PendingDays is how long new points wait before they can be spent; 0 is at once.
	PendingDays int `json:"pending_days"`
	// ExpiryDays is how long points live after they are available; 0 is for ever.
	ExpiryDays int `json:"expiry_days"`
	// RedeemShare is how much of a purchase may be paid in points.
	RedeemShare BasisPoints `json:"redeem_share_bp"`
	// Printed rules receipts whose QR code could not be read.
	Printed Printed `json:"printed"`
	// ReviewHours is the answer time promised when a person checks a receipt.
	ReviewHours int `json:"review_hours"`
	// RulesURL is the full text of the rules, if it is published somewhere.
	RulesURL string `json:"rules_url,omitempty"`
	// Terms is the version of the terms that a member agrees to.
	Terms string `json:"terms"`
}

// Currency is how a currency counts.
type Currency struct {
	// MinSum in minor units: a smaller receipt earns nothing.
	MinSum int64 `json:"min_sum"`
	// Worth of one unit in the programme's currency, in basis points; 10000 is one to one.
	Worth BasisPoints `json:"worth_bp"`
}

// Tier is a level of membership, reached by spending over 365 days.
type Tier struct {
	Code  string            `json:"code"`
	Names map[string]string `json:"names"`
	// From is the spending, in minor units of the programme's currency.
	From int64 `json:"from"`
	// Bonus is added to the rate of every purchase.
	Bonus BasisPoints `json:"bonus_bp"`
}

// Name is the tier's name in the reader's language, or in any.
func (t Tier) Name(lang string) string {
	return cmp.Or(t.Names[lang], t.Names["en"], t.Names["ru"], t.Code)
}

// Rounding says which way a receipt's points are made whole.
type Rounding string

// The ways to round.
const (
	RoundDown    Rounding = "down"
	RoundNearest Rounding = "nearest" // a half goes up
	RoundUp      Rounding = "up"
)

// Printed rules receipts read from their print: a person can photograph another's
// receipt, so their points wait, are few a day, and large ones are seen by a person.
type Printed struct {
	PendingDays int `json:"pending_days"`
	PerDay      int `json:"per_day"`
	// MaxTotal in minor units of the programme's currency; above it a person decides.
	MaxTotal int64 `json:"max_total"`
}

// Defaults are settings that a mall can start with.
func Defaults() Settings {
	return Settings{
		Name: "Kopilka", Currency: "RUB",
		Currencies: map[string]Currency{"RUB": {MinSum: 100_00, Worth: 100_00}, "UAH": {MinSum: 50_00, Worth: 200_00}},
		Base:       300, Rounding: RoundDown,
		Tiers: []Tier{
			{Code: "start", Names: map[string]string{"ru": "Старт", "uk": "Старт", "en": "Start"}},
			{Code: "silver", Names: map[string]string{"ru": "Серебро", "uk": "Срібло", "en": "Silver"}, From: 15_000_00, Bonus: 200},
			{Code: "gold", Names: map[string]string{"ru": "Золото", "uk": "Золото", "en": "Gold"}, From: 60_000_00, Bonus: 400},
		},
		MaxAgeDays: 14, BeforeJoinDays: 14, ReceiptsPerDay: 10, PointsPerDay: 5_000_00, ExpiryDays: 365, RedeemShare: 50_00,
		Printed: Printed{PendingDays: 3, PerDay: 3, MaxTotal: 5_000_00}, ReviewHours: 24, Terms: "2026-11",
	}
}

// ErrSettings says what is wrong with settings that were to be published.
var ErrSettings = errors.New("the programme's settings are not usable")

// Validate reports what would make s unusable.
func (s Settings) Validate() error {
	wrong := func(format string, args ...any) error {
		return fmt.Errorf("%w: "+format, append([]any{ErrSettings}, args...)...)
	}
	for _, n := range []int{s.MaxAgeDays, s.BeforeJoinDays, s.ReceiptsPerDay, s.PendingDays, s.ExpiryDays, s.Printed.PendingDays, s.Printed.PerDay, s.ReviewHours} {
		if n < 0 || n > 3660 {
			return wrong("a number of days or receipts is %d", n)
		}
	}
	switch {
	case len(s.Tiers) == 0 || s.Tiers[0].From != 0:
		return wrong("the first tier must start at 0")
	case !slices.IsSortedFunc(s.Tiers, func(a, b Tier) int { return cmp.Compare(a.From, b.From) }):
		return wrong("the tiers must rise")
	case s.Currencies[s.Currency].Worth != 100_00:
		return wrong("the programme's currency %q must count one to one", s.Currency)
	case !slices.Contains([]Rounding{RoundDown, RoundNearest, RoundUp}, s.Rounding):
		return wrong("unknown rounding %q", s.Rounding)
	case s.RedeemShare < 0 || s.RedeemShare > 100_00:
		return wrong("the share paid in points is %d basis points", s.RedeemShare)
	case s.Welcome < 0 || s.PointsPerDay < 0:
		return wrong("points cannot be negative")
	case s.MaxAgeDays == 0:
		return wrong("receipts must be taken for at least a day")
	}
	for _, rate := range s.rates() {
		if rate < 0 || rate > 100_00 {
			return wrong("a rate of %d basis points", rate)
		}
	}
	for code, c := range s.Currencies {
		if c.Worth <= 0 || c.Worth > 1_000_000_00 || c.MinSum < 0 {
			return wrong("currency %s", code)
		}
	}
	return nil
}

func (s Settings) rates() []BasisPoints {
	rates := []BasisPoints{s.Base}
	for _, r := range s.Merchants {
		rates = append(rates, r)
	}
	for _, t := range s.Tiers {
		rates = append(rates, t.Bonus)
	}
	return rates
}

// Tier returns the tier of that code, or the first one.
func (s Settings) Tier(code string) Tier {
	for _, t := range s.Tiers {
		if t.Code == code {
			return t
		}
	}
	return s.Tiers[0]
}

// Settings returns the programme's present settings.
func (p *Program) Settings(ctx context.Context) (Settings, error) {
	return settingsAt(ctx, p.db, p.now())
}

// settingsAt returns the settings valid at that instant; before the first version, the
// first.
func settingsAt(ctx context.Context, q postgres.Querier, at time.Time) (Settings, error) {
	var s Settings
	var body []byte
	err := q.QueryRow(ctx, `
		SELECT version, body FROM program.settings
		ORDER BY valid_from <= $1 DESC, -- a purchase older than the programme takes its first version
			CASE WHEN valid_from <= $1 THEN -version ELSE version END
		LIMIT 1`, at).Scan(&s.Version, &body)
	if errors.Is(err, pgx.ErrNoRows) {
		return Defaults(), nil
	}
	if err != nil {
		return s, fmt.Errorf("read the programme's settings: %w", err)
	}
	if err := json.Unmarshal(body, &s); err != nil {
		return s, fmt.Errorf("read version %d of the programme's settings: %w", s.Version, err)
	}
	return s, nil
}

// Publish makes s the programme's settings from now on and returns its version.
func (p *Program) Publish(ctx context.Context, actor members.Actor, s Settings) (int64, error) {
	if !actor.Can(members.PermSettings, 0) {
		return 0, ErrForbidden
	}
	if err := s.Validate(); err != nil {
		return 0, err
	}
	body, err := json.Marshal(s)
	if err != nil {
		return 0, fmt.Errorf("write the programme's settings: %w", err)
	}
	var version int64
	err = p.write(ctx, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `
			INSERT INTO program.settings (body, author, valid_from) VALUES ($1, $2, $3)
			RETURNING version`, body, actor.String(), p.now()).Scan(&version)
		if err != nil {
			return fmt.Errorf("publish the programme's settings: %w", err)
		}
		return audit(ctx, tx, actor, "settings.publish", fmt.Sprint("settings:", version), nil, p.now())
	})
	return version, err
}
