package ledger

import (
	"context"
	"fmt"
	"time"

	"kopilka/internal/postgres"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Open makes an empty account.
func Open(ctx context.Context, tx pgx.Tx, at time.Time) (AccountID, error) {
	var id AccountID
	err := tx.QueryRow(ctx, `
		INSERT INTO ledger.account (opened_at)
		VALUES ($1)
		RETURNING id`,
		at).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("open an account: %w", err)
	}
	return id, nil
}

// Accrue posts a in tx. A key used before answers its first result, or ErrReused when it
// was used by another request; a key in use by a transaction under way waits for it.
func Accrue(ctx context.Context, tx pgx.Tx, a Accrual) (Result, error) { return accrue(ctx, tx, a) }

// Post posts a in a transaction of its own, which is one round trip. A transaction that
// lost a race is tried again.
func Post(ctx context.Context, pool *pgxpool.Pool, a Accrual) (Result, error) {
	return again(func() (Result, error) { return accrue(ctx, pool, a) })
}

// again calls post until it does not lose a race.
func again(post func() (Result, error)) (Result, error) {
	const tries = 3
	for try := 1; ; try++ {
		r, err := post()
		if try == tries || !raced(err) {
			return r, err
		}
	}
}

// raced reports whether err is a serialisation failure or a deadlock: nothing is wrong
// with the request.
func raced(err error) bool {
	code := postgres.Code(err)
	return code == "40001" || code == "40P01"
}

// accrue is the one statement, in whatever transaction q stands.
func accrue(ctx context.Context, q postgres.Querier, a Accrual) (Result, error) {
	if err := a.check(); err != nil {
		return Result{}, fmt.Errorf("accrue %s: %w", a.Key, err)
	}
	o, err := scan(q.QueryRow(ctx, `
		SELECT `+columns+`
		FROM ledger.accrue($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		a.Account, a.Key.Source, a.Key.ID, a.hash(), a.Points, a.Origin,
		a.availableAt(), moment(a.ExpiresAt), a.Actor, a.Reason, a.At))
	if err != nil {
		return Result{}, fmt.Errorf("accrue %s to account %d: %w", a.Key, a.Account, err)
	}
	r, err := o.result(a.Points)
	if err != nil {
		return Result{}, fmt.Errorf("accrue %s to account %d: %w", a.Key, a.Account, err)
	}
	return r, nil
}

// MaxBatch bounds AccrueBatch: its accounts stay locked until the caller commits.
const MaxBatch = 10_000

// AccrueBatch posts all of as in one round trip and answers in their order. When one
// cannot be posted none is, and the error says which and why.
func AccrueBatch(ctx context.Context, tx pgx.Tx, as []Accrual) ([]Result, error) {
	if len(as) == 0 {
		return nil, nil
	}
	if len(as) > MaxBatch {
		return nil, fmt.Errorf("%w: a batch of %d accruals, the most is %d", ErrInvalid, len(as), MaxBatch)
	}
	b, err := batchOf(as)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `
		SELECT n, (result).status, (result).op, (result).seq, (result).points,
			(result).available, (result).pending, (result).held, (result).debt
		FROM ledger.accrue_batch($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		b.accounts, b.sources, b.keys, b.hashes, b.points, b.origins,
		b.availableAts, b.expiresAts, b.actors, b.reasons, b.ats)
	if err != nil {
		return nil, fmt.Errorf("accrue a batch of %d: %w", len(as), err)
	}
	results := make([]Result, len(as))
	var n int64
	var o outcome
	_, err = pgx.ForEachRow(rows, append([]any{&n}, o.fields()...), func() error {
		r, err := o.result(as[n-1].Points)
		if err != nil {
			return fmt.Errorf("accrual %d, %s to account %d: %w", n, as[n-1].Key, as[n-1].Account, err)
		}
		results[n-1] = r
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("accrue a batch of %d: %w", len(as), err)
	}
	return results, nil
}

// batch is a list of accruals, turned by ninety degrees.
type batch struct {
	accounts, points       []int64
	sources, keys, origins []string
	hashes                 [][]byte
	availableAts, ats      []time.Time
	expiresAts             []pgtype.Timestamptz
	actors, reasons        []string
}

func batchOf(as []Accrual) (batch, error) {
	var b batch
	for i, a := range as {
		if err := a.check(); err != nil {
			return b, fmt.Errorf("accrual %d of a batch, %s: %w", i+1, a.Key, err)
		}
		b.accounts = append(b.accounts, int64(a.Account))
		b.points = append(b.points, int64(a.Points))
		b.sources = append(b.sources, a.Key.Source)
		b.keys = append(b.keys, a.Key.ID)
		b.origins = append(b.origins, string(a.Origin))
		b.hashes = append(b.hashes, a.hash())
		b.availableAts = append(b.availableAts, a.availableAt())
		b.ats = append(b.ats, a.At)
		b.expiresAts = append(b.expiresAts, moment(a.ExpiresAt))
		b.actors = append(b.actors, a.Actor)
		b.reasons = append(b.reasons, a.Reason)
	}
	return b, nil
}
