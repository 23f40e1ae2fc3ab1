package program

import (
	"context"
	"fmt"
	"time"

	"kopilka/ledger"
	"kopilka/members"
	"kopilka/receipts"

	"github.com/jackc/pgx/v5"
)

// batch is how many accounts or rows one transaction of the sweeper takes.
const batch = 200

// Sweep makes visible what time has done: points that expired or became available,
// redemptions nobody answered, tiers that fell, receipts that waited for a new day.
// Nothing depends on when it runs: everything that reads or spends points looks at the
// clock itself.
func (p *Program) Sweep(ctx context.Context) error {
	for _, step := range []func(context.Context) (int, error){p.sweepLedger, p.sweepRedemptions, p.sweepTiers, p.sweepWaiting} {
		for {
			n, err := step(ctx)
			if err != nil {
				return err
			}
			if n < batch {
				break
			}
		}
	}
	return nil
}

func (p *Program) sweepLedger(ctx context.Context) (n int, err error) {
	err = p.write(ctx, func(tx pgx.Tx) error {
		swept, err := ledger.Sweep(ctx, tx, p.now(), batch)
		if err != nil {
			return err
		}
		n = len(swept)
		for _, s := range swept {
			if s.Expired == 0 {
				continue
			}
			m, err := MemberOf(ctx, tx, s.Account)
			if err != nil {
				return fmt.Errorf("find the owner of account %d: %w", s.Account, err)
			}
			if err := tell(ctx, tx, PointsExpired, m, Expired{Points: s.Expired}, p.now()); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// sweepRedemptions ends the requests that nobody answered; their cashiers are told.
func (p *Program) sweepRedemptions(ctx context.Context) (n int, err error) {
	err = p.write(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT id FROM program.redemption WHERE state = 'requested' AND expires_at < $1
			ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED`, p.now(), batch)
		if err != nil {
			return fmt.Errorf("find unanswered redemptions: %w", err)
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return fmt.Errorf("find unanswered redemptions: %w", err)
		}
		n = len(ids)
		for _, id := range ids {
			r, err := redemption(ctx, tx, `id = $1`, id)
			if err != nil {
				return err
			}
			r.State = RedemptionLapsed
			if err := p.close(ctx, tx, r); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// sweepTiers moves down the members whose spending of 365 days no longer holds their
// tier.
func (p *Program) sweepTiers(ctx context.Context) (n int, err error) {
	s, err := p.Settings(ctx)
	if err != nil {
		return 0, err
	}
	err = p.write(ctx, func(tx pgx.Tx) error {
		n = 0
		for _, tier := range s.Tiers[1:] {
			fallen, err := below(ctx, tx, tier, p.now())
			if err != nil {
				return err
			}
			n += len(fallen)
			for _, m := range fallen {
				if err := p.lower(ctx, tx, s, m, tier); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return n, err
}

// below lists members of a tier who spent less than it takes.
func below(ctx context.Context, tx pgx.Tx, tier Tier, at time.Time) ([]members.ID, error) {
	rows, err := tx.Query(ctx, `
		SELECT w.member_id FROM program.wallet w
		WHERE w.tier = $1 AND $2 > (
			SELECT coalesce(sum(d.amount), 0) FROM program.spend_day d
			WHERE d.member_id = w.member_id AND d.day > ($3::timestamptz)::date - $4::int)
		ORDER BY w.member_id LIMIT $5 FOR UPDATE OF w SKIP LOCKED`, tier.Code, tier.From, at, window, batch)
	if err != nil {
		return nil, fmt.Errorf("find members below tier %s: %w", tier.Code, err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[members.ID])
}

func (p *Program) lower(ctx context.Context, tx pgx.Tx, s Settings, m members.ID, from Tier) error {
	now, err := readStanding(ctx, tx, s, m, p.now())
	if err != nil {
		return err
	}
	to := reached(s, now.Spend)
	if err := setTier(ctx, tx, m, to.Code, p.now()); err != nil {
		return err
	}
	return tell(ctx, tx, TierChanged, m, TierChange{From: from.Code, To: to.Code}, p.now())
}

// sweepWaiting credits the receipts that were one too many for their day, on a new one.
// They have their claim already, so only the day's limits are asked again.
func (p *Program) sweepWaiting(ctx context.Context) (int, error) {
	waiting, err := receipts.Waiting(ctx, p.db, string(VerdictLimit), p.now().Add(-6*time.Hour), batch)
	if err != nil {
		return 0, err
	}
	credited := 0
	for _, s := range waiting {
		ok, err := p.retry(ctx, s.ID)
		if err != nil {
			return credited, err
		}
		if ok {
			credited++
		}
	}
	return credited, nil
}

func (p *Program) retry(ctx context.Context, id receipts.ID) (credited bool, err error) {
	err = p.write(ctx, func(tx pgx.Tx) error {
		credited = false
		j, err := p.reopen(ctx, tx, members.System(), id)
		if err != nil {
			return ignore(err, ErrDone)
		}
		had, err := receipts.ByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if !had.Submission.At.Before(j.day) {
			return nil // its day has not ended at the store yet
		}
		verdict, _, err := j.judgeDay(ctx)
		if err != nil || verdict != VerdictOK {
			return err
		}
		credited = true
		return j.settle(ctx, VerdictOK)
	})
	return credited, err
}
