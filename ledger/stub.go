package ledger

import (
	"context"
	"errors"
	"io"
	"time"

	"kopilka/internal/postgres"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

func Open(ctx context.Context, tx pgx.Tx, at time.Time) (AccountID, error) {
	return 0, errors.ErrUnsupported
}
func Accrue(ctx context.Context, tx pgx.Tx, a Accrual) (Result, error) {
	return Result{}, errors.ErrUnsupported
}
func AccrueBatch(ctx context.Context, tx pgx.Tx, as []Accrual) ([]Result, error) {
	return nil, errors.ErrUnsupported
}
func Redeem(ctx context.Context, tx pgx.Tx, r Redemption) (Result, error) {
	return Result{}, errors.ErrUnsupported
}
func Reverse(ctx context.Context, tx pgx.Tx, r Reversal) (Result, error) {
	return Result{}, errors.ErrUnsupported
}
func Post(ctx context.Context, pool *pgxpool.Pool, a Accrual) (Result, error) {
	return Result{}, errors.ErrUnsupported
}
func Sweep(ctx context.Context, tx pgx.Tx, at time.Time, limit int) ([]Swept, error) {
	return nil, errors.ErrUnsupported
}
func BalanceOf(ctx context.Context, q postgres.Querier, a AccountID, at time.Time) (Balance, error) {
	return Balance{}, errors.ErrUnsupported
}
func History(ctx context.Context, q postgres.Querier, a AccountID, before int64, limit int) ([]Entry, error) {
	return nil, errors.ErrUnsupported
}
func Find(ctx context.Context, q postgres.Querier, k Key) (Op, error) {
	return Op{}, errors.ErrUnsupported
}
func FindOp(ctx context.Context, q postgres.Querier, id OpID) (Op, error) {
	return Op{}, errors.ErrUnsupported
}

// Report is what Verify found.
type Report struct {
	Accounts, Ops, Entries, Lots int64
	Wrong                        []Wrong
}

// Wrong is a law that does not hold, and where.
type Wrong struct {
	Law   string
	Count int64
	First []string
}

func (r Report) OK() bool                { return len(r.Wrong) == 0 }
func (r Report) Write(w io.Writer) error { return errors.ErrUnsupported }

func Verify(ctx context.Context, pool *pgxpool.Pool, progress func(done, total int64)) (Report, error) {
	return Report{}, errors.ErrUnsupported
}
