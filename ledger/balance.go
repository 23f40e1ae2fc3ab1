package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kopilka/internal/postgres"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// BalanceOf is what account a has at the moment at, whether or not the ledger has been
// brought up to it. It sees no future: operations posted with a later time count.
func BalanceOf(ctx context.Context, q postgres.Querier, a AccountID, at time.Time) (Balance, error) {
	var b Balance
	var expiry, available pgtype.Timestamptz
	err := q.QueryRow(ctx, `
		WITH account AS (
			SELECT id, available, pending, held, debt
			FROM ledger.account
			WHERE id = $1
		), lot AS (
			-- What lots would be after catching up: the same rules as ledger.catch_up.
			SELECT l.id, l.available_at, l.expires_at, l.active,
				l.pending > 0 AND l.available_at <= $2 AS matures,
				l.pending,
				CASE WHEN l.pending > 0 AND l.available_at <= $2 THEN
					least(l.pending, greatest(0, (SELECT debt FROM account) - (
						coalesce(sum(l.pending) OVER (ORDER BY l.available_at, l.id), 0) - l.pending)))
				ELSE 0 END::bigint AS repaid
			FROM ledger.lot l
			WHERE l.account = $1 AND (l.spendable OR l.pending > 0)
		), due AS (
			SELECT available_at, expires_at, active,
				CASE WHEN matures THEN pending ELSE 0 END AS matured,
				CASE WHEN matures THEN 0 ELSE pending END AS pending,
				repaid,
				CASE WHEN matures THEN pending - repaid ELSE 0 END + active AS spendable
			FROM lot
		), expiry AS (
			SELECT expires_at AS at, sum(spendable)::bigint AS points
			FROM due
			WHERE spendable > 0 AND expires_at > $2 AND expires_at < 'infinity'
			GROUP BY expires_at ORDER BY expires_at LIMIT 1
		), maturity AS (
			SELECT available_at AS at, sum(pending)::bigint AS points
			FROM due
			WHERE pending > 0
			GROUP BY available_at ORDER BY available_at LIMIT 1
		), total AS (
			SELECT
				coalesce(sum(CASE WHEN expires_at > $2 THEN spendable ELSE 0 END - active), 0)::bigint AS available,
				coalesce(sum(matured), 0)::bigint AS matured,
				coalesce(sum(repaid), 0)::bigint AS repaid
			FROM due
		)
		SELECT a.available + t.available, a.pending - t.matured, a.held, a.debt - t.repaid,
			e.at, coalesce(e.points, 0), m.at, coalesce(m.points, 0)
		FROM account a
		CROSS JOIN total t
		LEFT JOIN expiry e ON true
		LEFT JOIN maturity m ON true`,
		a, at).Scan(&b.Available, &b.Pending, &b.Held, &b.Debt, &expiry, &b.NextExpiry.Points, &available, &b.NextAvailable.Points)
	if errors.Is(err, pgx.ErrNoRows) {
		return Balance{}, fmt.Errorf("balance of account %d: %w", a, ErrNoAccount)
	}
	if err != nil {
		return Balance{}, fmt.Errorf("balance of account %d: %w", a, err)
	}
	b.NextExpiry.At, b.NextAvailable.At = timeOf(expiry), timeOf(available)
	return b, nil
}
