package program

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kopilka/internal/postgres"
	"kopilka/members"

	"github.com/jackc/pgx/v5"
)

// window is how far back spending counts for a tier.
const window = 365

// Standing is where a member stands among the tiers.
type Standing struct {
	Tier Tier
	// Spend is what was bought in the last 365 days, in minor units of the programme's
	// currency.
	Spend    int64
	Currency string
	// Next is the tier above, and Left what is missing to it; nil at the top.
	Next *Tier
	Left int64
}

// standing works out where spending puts a member: pure.
func standing(s Settings, tier string, spend int64) Standing {
	out := Standing{Tier: s.Tier(tier), Spend: spend, Currency: s.Currency}
	for i, t := range s.Tiers {
		if t.From > out.Tier.From {
			out.Next, out.Left = &s.Tiers[i], max(0, t.From-spend)
			break
		}
	}
	return out
}

// reached is the highest tier that spending reaches.
func reached(s Settings, spend int64) Tier {
	tier := s.Tiers[0]
	for _, t := range s.Tiers {
		if spend >= t.From {
			tier = t
		}
	}
	return tier
}

// readStanding reads a member's tier and the spending that counts at that instant.
func readStanding(ctx context.Context, q postgres.Querier, s Settings, m members.ID, at time.Time) (Standing, error) {
	var tier string
	var spend int64
	err := q.QueryRow(ctx, `
		SELECT w.tier, (
			SELECT coalesce(sum(d.amount), 0)::bigint FROM program.spend_day d
			WHERE d.member_id = w.member_id AND d.day > ($2::timestamptz)::date - $3::int)
		FROM program.wallet w WHERE w.member_id = $1`, m, at, window).Scan(&tier, &spend)
	if errors.Is(err, pgx.ErrNoRows) {
		return standing(s, "", 0), nil
	}
	if err != nil {
		return Standing{}, fmt.Errorf("read the standing of member %d: %w", m, err)
	}
	return standing(s, tier, max(0, spend)), nil
}

// spent adds a purchase (or, below zero, a return) to its day and moves the member up
// at once when it reaches a tier; the change is the caller's to tell, nil for none.
func spent(ctx context.Context, tx pgx.Tx, s Settings, m members.ID, day time.Time, amount int64, at time.Time) (Standing, *TierChange, error) {
	_, err := tx.Exec(ctx, `
		INSERT INTO program.spend_day (member_id, day, amount) VALUES ($1, $2::date, $3)
		ON CONFLICT (member_id, day) DO UPDATE SET amount = spend_day.amount + excluded.amount`, m, day, amount)
	if err != nil {
		return Standing{}, nil, fmt.Errorf("count the spending of member %d: %w", m, err)
	}
	return raise(ctx, tx, s, m, at)
}

// raise moves a member up to the tier that their spending reaches. A member goes down
// only with the sweeper, by day, so that a tier never drops in the middle of a visit.
func raise(ctx context.Context, tx pgx.Tx, s Settings, m members.ID, at time.Time) (Standing, *TierChange, error) {
	now, err := readStanding(ctx, tx, s, m, at)
	if err != nil {
		return now, nil, err
	}
	to := reached(s, now.Spend)
	if to.From <= now.Tier.From {
		return now, nil, nil
	}
	if err := setTier(ctx, tx, m, to.Code, at); err != nil {
		return now, nil, err
	}
	return standing(s, to.Code, now.Spend), &TierChange{From: now.Tier.Code, To: to.Code, Up: true}, nil
}

// tellTier tells of a change, if there is one.
func tellTier(ctx context.Context, tx pgx.Tx, m members.ID, change *TierChange, at time.Time) error {
	if change == nil {
		return nil
	}
	return tell(ctx, tx, TierChanged, m, *change, at)
}

func setTier(ctx context.Context, tx pgx.Tx, m members.ID, tier string, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE program.wallet SET tier = $2, tier_since = $3 WHERE member_id = $1`, m, tier, at)
	if err != nil {
		return fmt.Errorf("set the tier of member %d: %w", m, err)
	}
	return nil
}
