package ledger

// law is a query for the places where it does not hold, among the accounts after $1 and
// up to $2. An operation is called an entry where it is a line of its account's history.
type law struct{ name, query string }

// laws are checked by Verify. None asks a table about itself alone: what CHECK and UNIQUE
// keep cannot be otherwise.
var laws = []law{
	{"an account is its last entry", `
		SELECT format('account %s at entry %s', a.id, a.seq)
		FROM ledger.account a
		LEFT JOIN ledger.op e ON e.account = a.id AND e.seq = a.seq
		WHERE a.id > $1 AND a.id <= $2
			AND (a.seq, a.available, a.pending, a.held, a.debt) IS DISTINCT FROM
				(coalesce(e.seq, 0), coalesce(e.available, 0), coalesce(e.pending, 0), coalesce(e.held, 0), coalesce(e.debt, 0))`},
	{"an entry is in its account", `
		SELECT format('account %s entry %s', e.account, e.seq)
		FROM ledger.op e
		LEFT JOIN ledger.account a ON a.id = e.account
		WHERE e.account > $1 AND e.account <= $2 AND (a.id IS NULL OR e.seq > a.seq)`},
	{"an entry starts where the one before it ended", `
		SELECT format('account %s entry %s', account, seq)
		FROM (
			SELECT account, seq, prev_seq, available_before, pending_before, held_before, debt_before,
				lag(seq) OVER w AS last_seq,
				lag(available, 1, 0::bigint) OVER w AS last_available,
				lag(pending, 1, 0::bigint) OVER w AS last_pending,
				lag(held, 1, 0::bigint) OVER w AS last_held,
				lag(debt, 1, 0::bigint) OVER w AS last_debt
			FROM ledger.op
			WHERE account > $1 AND account <= $2
			WINDOW w AS (PARTITION BY account ORDER BY seq)
		) e
		WHERE (seq, prev_seq, available_before, pending_before, held_before, debt_before) IS DISTINCT FROM
			(coalesce(last_seq, 0) + 1, last_seq, last_available, last_pending, last_held, last_debt)`},
	{"an entry is what its operation says", `
		SELECT format('account %s entry %s operation %s', account, seq, id)
		FROM ledger.op
		WHERE account > $1 AND account <= $2
			AND (debt_change, points) IS DISTINCT FROM (debt - debt_before,
				available + pending + held - debt - available_before - pending_before - held_before + debt_before)`},
	{"an entry is what happened to the lots", `
		SELECT format('account %s entry %s', e.account, e.seq)
		FROM ledger.op e
		LEFT JOIN (
			SELECT account, seq,
				sum(CASE 'available' WHEN t.bucket THEN t.points ELSE 0 END) AS available,
				sum(CASE 'pending' WHEN t.bucket THEN t.points ELSE 0 END) AS pending,
				sum(CASE 'held' WHEN t.bucket THEN t.points ELSE 0 END) AS held
			FROM (
				SELECT m.account, m.seq, replace(b.bucket, 'active', 'available') AS bucket, b.points
				FROM ledger.lot_move m, LATERAL (VALUES (m.to_bucket, m.points), (m.from_bucket, -m.points)) b (bucket, points)
				WHERE m.account > $1 AND m.account <= $2
			) t
			GROUP BY account, seq
		) m ON m.account = e.account AND m.seq = e.seq
		WHERE e.account > $1 AND e.account <= $2
			AND (e.available - e.available_before, e.pending - e.pending_before, e.held - e.held_before) IS DISTINCT FROM (
				coalesce(m.available, 0) + CASE WHEN e.kind = 'accrual' AND e.available_at <= e.at THEN e.points ELSE 0 END,
				coalesce(m.pending, 0) + CASE WHEN e.kind = 'accrual' AND e.available_at > e.at THEN e.points ELSE 0 END,
				coalesce(m.held, 0))`},
	{"a lot is its accrual and its moves", `
		SELECT format('account %s lot %s', coalesce(l.account, o.account), coalesce(l.id, o.seq))
		FROM (
			SELECT account, id, origin, amount, pending, active, held, spent, expired, reversed, moved
			FROM ledger.lot
			WHERE account > $1 AND account <= $2
		) l
		FULL JOIN (
			SELECT account, seq, origin, points,
				CASE WHEN available_at > at THEN 'pending' ELSE 'active' END AS born
			FROM ledger.op
			WHERE account > $1 AND account <= $2 AND kind = 'accrual'
		) o ON o.account = l.account AND o.seq = l.id
		LEFT JOIN (
			SELECT m.account, m.lot,
				sum(CASE 'pending' WHEN b.bucket THEN b.points ELSE 0 END) AS pending,
				sum(CASE 'active' WHEN b.bucket THEN b.points ELSE 0 END) AS active,
				sum(CASE 'held' WHEN b.bucket THEN b.points ELSE 0 END) AS held,
				sum(CASE 'spent' WHEN b.bucket THEN b.points ELSE 0 END) AS spent,
				sum(CASE 'expired' WHEN b.bucket THEN b.points ELSE 0 END) AS expired,
				sum(CASE 'reversed' WHEN b.bucket THEN b.points ELSE 0 END) AS reversed,
				sum(CASE 'moved' WHEN b.bucket THEN b.points ELSE 0 END) AS moved
			FROM ledger.lot_move m, LATERAL (VALUES (m.to_bucket, m.points), (m.from_bucket, -m.points)) b (bucket, points)
			WHERE m.account > $1 AND m.account <= $2
			GROUP BY m.account, m.lot
		) m ON m.account = l.account AND m.lot = l.id
		WHERE (l.origin, l.amount, l.pending, l.active, l.held, l.spent, l.expired, l.reversed, l.moved) IS DISTINCT FROM (
			o.origin, o.points,
			coalesce(m.pending, 0) + CASE o.born WHEN 'pending' THEN o.points ELSE 0 END,
			coalesce(m.active, 0) + CASE o.born WHEN 'active' THEN o.points ELSE 0 END,
			coalesce(m.held, 0), coalesce(m.spent, 0), coalesce(m.expired, 0), coalesce(m.reversed, 0), coalesce(m.moved, 0))`},
	{"a move has its entry and its lot", `
		SELECT format('account %s entry %s lot %s', m.account, m.seq, m.lot)
		FROM ledger.lot_move m
		LEFT JOIN ledger.op e ON e.account = m.account AND e.seq = m.seq
		LEFT JOIN ledger.lot l ON l.account = m.account AND l.id = m.lot
		WHERE m.account > $1 AND m.account <= $2 AND (e.seq IS NULL OR l.id IS NULL OR l.id > m.seq)`},
	{"an account is the sum of its lots", `
		SELECT format('account %s', coalesce(a.id, l.account))
		FROM (SELECT id, available, pending, held FROM ledger.account WHERE id > $1 AND id <= $2) a
		FULL JOIN (
			SELECT account, sum(active) AS active, sum(pending) AS pending, sum(held) AS held
			FROM ledger.lot
			WHERE account > $1 AND account <= $2
			GROUP BY account
		) l ON l.account = a.id
		WHERE (a.available, a.pending, a.held) IS DISTINCT FROM
			(coalesce(l.active, 0), coalesce(l.pending, 0), coalesce(l.held, 0))`},
	{"no moment is missed", `
		SELECT format('account %s', a.id)
		FROM ledger.account a
		JOIN (
			SELECT account, min(CASE WHEN pending > 0 THEN least(available_at, expires_at) ELSE expires_at END) AS at
			FROM ledger.lot
			WHERE account > $1 AND account <= $2 AND (active > 0 OR pending > 0)
			GROUP BY account
		) l ON l.account = a.id
		WHERE a.next_event_at > l.at`},
	{"a reversal takes back an operation of its account", `
		SELECT format('account %s operation %s', o.account, o.id)
		FROM ledger.op o
		LEFT JOIN ledger.op r ON r.id = o.refs_op
		WHERE o.account > $1 AND o.account <= $2 AND o.refs_op IS NOT NULL
			AND (r.account IS DISTINCT FROM o.account OR r.seq >= o.seq OR r.kind NOT IN ('accrual', 'redemption'))`},
}
