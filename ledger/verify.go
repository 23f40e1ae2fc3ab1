package ledger

import (
	"context"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Report is what Verify saw.
type Report struct {
	Accounts, Ops, Lots, Moves int64
	Wrong                      []Wrong // the laws that do not hold
}

// Wrong is a law that does not hold: how often, and the first places.
type Wrong struct {
	Law   string
	Count int64
	First []string
}

// OK reports whether every law holds.
func (r Report) OK() bool { return len(r.Wrong) == 0 }

// Write prints the report, one fact a line.
func (r Report) Write(w io.Writer) error {
	_, err := fmt.Fprintf(w, "accounts %d\noperations %d\nlots %d\nmoves %d\n", r.Accounts, r.Ops, r.Lots, r.Moves)
	for _, wrong := range r.Wrong {
		if err == nil {
			_, err = fmt.Fprintf(w, "WRONG %s: %d\n", wrong.Law, wrong.Count)
		}
		for _, place := range wrong.First {
			if err == nil {
				_, err = fmt.Fprintf(w, "  %s\n", place)
			}
		}
	}
	if err == nil && r.OK() {
		_, err = fmt.Fprintln(w, "every law holds")
	}
	return err
}

const (
	verifyAccounts = 5000 // accounts a step
	firstPlaces    = 5
)

// Verify works the whole ledger out anew from its operations and moves and compares it
// with what stands, on one snapshot, while the system runs. progress, if not nil, hears
// after each step how many accounts are done.
func Verify(ctx context.Context, pool *pgxpool.Pool, progress func(done, total int64)) (Report, error) {
	if progress == nil {
		progress = func(int64, int64) {}
	}
	var v verification
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, pool, options, func(tx pgx.Tx) error { return v.run(ctx, tx, progress) })
	if err != nil {
		return Report{}, fmt.Errorf("verify the ledger: %w", err)
	}
	return v.report, nil
}

type verification struct {
	report Report
	wrong  map[string]int // law to its place in the report
}

func (v *verification) run(ctx context.Context, tx pgx.Tx, progress func(done, total int64)) error {
	// A step may take longer than a request is allowed to.
	if _, err := tx.Exec(ctx, `SET LOCAL statement_timeout = 0`); err != nil {
		return err
	}
	if err := v.count(ctx, tx); err != nil {
		return err
	}
	last := int64(-1) << 62
	for done := int64(0); ; {
		// The last step has no end: rows of accounts that are not there are seen too.
		next, n, err := step(ctx, tx, last)
		if err != nil {
			return err
		}
		for _, l := range laws {
			if err := v.check(ctx, tx, l, last, next); err != nil {
				return fmt.Errorf("law %q: %w", l.name, err)
			}
		}
		done += n
		progress(done, v.report.Accounts)
		if n < verifyAccounts {
			return nil
		}
		last = next
	}
}

func (v *verification) count(ctx context.Context, tx pgx.Tx) error {
	return tx.QueryRow(ctx, `
		SELECT (SELECT count(*) FROM ledger.account), (SELECT count(*) FROM ledger.op),
			(SELECT count(*) FROM ledger.lot), (SELECT count(*) FROM ledger.lot_move)`,
	).Scan(&v.report.Accounts, &v.report.Ops, &v.report.Lots, &v.report.Moves)
}

// step is the last of the next accounts after last, and how many they are.
func step(ctx context.Context, tx pgx.Tx, last int64) (next, n int64, err error) {
	err = tx.QueryRow(ctx, `
		SELECT coalesce(max(id), 0), count(*)
		FROM (SELECT id FROM ledger.account WHERE id > $1 ORDER BY id LIMIT $2) a`,
		last, verifyAccounts).Scan(&next, &n)
	if n < verifyAccounts {
		next = 1<<63 - 1
	}
	return next, n, err
}

func (v *verification) check(ctx context.Context, tx pgx.Tx, l law, args ...any) error {
	rows, err := tx.Query(ctx, l.query, args...)
	if err != nil {
		return err
	}
	var place string
	_, err = pgx.ForEachRow(rows, []any{&place}, func() error {
		v.add(l.name, place)
		return nil
	})
	return err
}

func (v *verification) add(law, place string) {
	i, seen := v.wrong[law]
	if !seen {
		if v.wrong == nil {
			v.wrong = map[string]int{}
		}
		i = len(v.report.Wrong)
		v.wrong[law] = i
		v.report.Wrong = append(v.report.Wrong, Wrong{Law: law})
	}
	w := &v.report.Wrong[i]
	if w.Count++; len(w.First) < firstPlaces {
		w.First = append(w.First, place)
	}
}
