package ledger_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"

	"kopilka/internal/postgrestest"
	"kopilka/ledger"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// attacks are what a wrong program, or a person with psql, might write. The victim {A}
// has lots 1 (100 points) and 2 (50 points), has spent 30 of lot 1 with entry 3, operation
// {OP}, and has 120 left; {B} is an account that has nothing.
var attacks = map[string]struct{ sql, refusal string }{
	"edit a balance": {
		`UPDATE ledger.account SET available = available + 1000 WHERE id = {A}`, "KL001"},
	"edit a balance and its number": {
		`UPDATE ledger.account SET available = available + 1000, seq = seq + 1 WHERE id = {A}`, "KL001"},
	"forgive a debt": {
		`UPDATE ledger.account SET debt = 0 WHERE id = {A}`, "KL001"},
	"open a rich account": {
		`INSERT INTO ledger.account (available, opened_at) VALUES (1000, now())`, "account_opens_empty"},
	"open a rich account with a number": {
		`INSERT INTO ledger.account (seq, available, opened_at) VALUES (1, 1000, now())`, "account_is_its_last_entry"},
	"delete an account": {
		`DELETE FROM ledger.account WHERE id = {B}`, "KL001"},
	"forge where an entry ends": {
		batchedOp(`'test', 'x', 'accrual', {A}, 4, 10, 120, 1120`), "op_is_sound"},
	"forge where an entry starts": {
		batchedOp(`'test', 'x', 'accrual', {A}, 4, 10, 1120, 1130`), "entry_continues"},
	"forge where an account starts": {
		batchedOp(`'test', 'x', 'accrual', {B}, 1, 10, 1000, 1010`), "entry_first_starts_empty"},
	"edit an entry": {
		`UPDATE ledger.op SET available = 1120 WHERE account = {A} AND seq = 3`, "KL001"},
	"delete an entry": {
		`DELETE FROM ledger.op WHERE account = {A} AND seq = 1`, "KL001"},
	"delete the last entry": {
		`DELETE FROM ledger.op WHERE account = {A} AND seq = 3`, "KL001"},
	"empty the entries": {
		`TRUNCATE ledger.op CASCADE`, "KL001"},
	"edit an operation": {
		`UPDATE ledger.op SET points = -10 WHERE id = {OP}`, "KL001"},
	"delete an operation to use its key again": {
		`DELETE FROM ledger.op WHERE id = {OP}`, "KL001"},
	"credit the same key twice": {
		accrualOp(`'test', '{A}-1', 'accrual', {A}, 4, 100`), "op_key"},
	"take the number of an entry that stands": {
		accrualOp(`'test', 'x', 'accrual', {A}, 3, 100`), "40001"},
	"leave a number out": {
		accrualOp(`'test', 'x', 'accrual', {A}, 5, 100`), "40001"},
	"credit nobody": {
		accrualOp(`'test', 'x', 'accrual', 0, 1, 100`), "40001"},
	"accrue a negative amount": {
		accrualOp(`'test', 'x', 'accrual', {A}, 4, -100`), "op_is_sound"},
	"an unknown kind": {
		accrualOp(`'test', 'x', 'gift', {A}, 4, 100`), "op_is_sound"},
	"repay a debt that is not there": {
		`INSERT INTO ledger.op (source, key, req_hash, kind, account, seq, points, debt_change, origin, available_at, expires_at, actor, reason, at)
			VALUES ('test', 'x', '', 'accrual', {A}, 4, 100, -40, 'promo', now(), 'infinity', '', '', now())`, "points_are_not_below_zero"},
	"redeem without burning lots": {
		plainOp(`'test', 'x', 'redemption', {A}, 4, -20, 0, NULL`), "KL003"},
	"redeem more than the lots burnt": {
		moves(`({A}, 4, 2, 'active', 'spent', 10)`) + plainOp(`'test', 'x', 'redemption', {A}, 4, -20, 0, NULL`), "KL003"},
	"redeem less than the lots burnt": {
		moves(`({A}, 4, 2, 'active', 'spent', 30)`) + plainOp(`'test', 'x', 'redemption', {A}, 4, -20, 0, NULL`), "KL003"},
	"hide a loss in an accrual": {
		moves(`({A}, 4, 2, 'active', 'spent', 30)`) + accrualOp(`'test', 'x', 'accrual', {A}, 4, 100`), "lot_move_has_its_entry"},
	"overdraw": {
		moves(`({A}, 4, 1, 'active', 'spent', 70), ({A}, 4, 2, 'active', 'spent', 51)`), "points_are_not_below_zero"},
	"give points by a reversal": {
		plainOp(`'test', 'x', 'reversal', {A}, 4, 500, 0, {OP}`), "KL003"},
	"reverse twice": {
		moves(`({A}, 4, 1, 'spent', 'active', 10)`) + plainOp(`'test', 'x', 'reversal', {A}, 4, 10, 0, {OP}`) +
			moves(`({A}, 5, 1, 'spent', 'active', 10)`) + plainOp(`'test', 'y', 'reversal', {A}, 5, 10, 0, {OP}`), "op_reversed_once"},
	"reverse what is not there": {
		moves(`({A}, 4, 1, 'spent', 'active', 10)`) + plainOp(`'test', 'x', 'reversal', {A}, 4, 10, 0, 999999999`), "op_refs_op"},
	"reverse what is another's": {
		moves(`({A}, 4, 1, 'spent', 'active', 10)`) + plainOp(`'test', 'x', 'reversal', {A}, 4, 10, 0, (SELECT min(id) FROM ledger.op WHERE account <> {A})`), "op_refs_op"},
	"call an expiry a batch": {
		moves(`({A}, 4, 2, 'active', 'expired', 50)`) + batchedOp(`'test', 'x', 'expiry', {A}, 4, -50, 120, 70`), "op_is_sound"},
	"give points by a batch": {
		batchedOp(`'test', 'x', 'accrual', {A}, 4, -10, 120, 110`), "op_is_sound"},
	"leave a number out of a batch": {
		batchedOp(`'test', 'x', 'accrual', {A}, 4, 10, 120, 130`) + batchedOp(`'test', 'y', 'accrual', {A}, 6, 10, 130, 140`), "entry_continues"},
	"take the number of an entry that stands in a batch": {
		batchedOp(`'test', 'x', 'accrual', {A}, 3, 10, 150, 160`), "entry_number"},
	"leave the first of a batch out": {
		batchedOp(`'test', 'x', 'accrual', {A}, 5, 10, 120, 130`), "entry_continues"},
	"hide a single accrual in a batch": {
		`INSERT INTO ledger.op (source, key, kind, account, seq, points, available_before, available, pending_before, held_before, debt_before,
				pending, held, debt, req_hash, origin, available_at, expires_at, actor, reason, at, batched)
			SELECT 'test', n::text, 'accrual', {A}, n, 10, 80 + 10 * n, 90 + 10 * n, 0, 0, 0, 0, 0, 0, '', 'promo', now(), 'infinity', '', '', now(), n > 4
			FROM generate_series(4, 6) n`, "op_is_sound"},
	"burn a lot silently": {
		`UPDATE ledger.lot SET active = 0, spent = amount WHERE account = {A} AND id = 2`, "KL001"},
	"burn a lot by a move without an operation": {
		moves(`({A}, 4, 2, 'active', 'expired', 50)`), "lot_move_has_its_entry"},
	"add a move to an entry that stands": {
		moves(`({A}, 3, 2, 'active', 'spent', 50)`), "KL002"},
	"move a lot that is not there": {
		moves(`({A}, 4, 9, 'active', 'spent', 1)`), "KL002"},
	"move the lot of another account": {
		moves(`({B}, 1, 1, 'active', 'spent', 1)`), "KL002"},
	"move nothing": {
		moves(`({A}, 4, 1, 'active', 'spent', 0)`), "lot_move_goes_somewhere"},
	"make points out of a reversed bucket": {
		moves(`({A}, 4, 1, 'reversed', 'active', 1)`), "bucket_has_a_way_out"},
	"make points pending again": {
		moves(`({A}, 4, 1, 'spent', 'pending', 1)`), "bucket_has_a_way_in"},
	"insert a lot": {
		`INSERT INTO ledger.lot (account, id, origin, amount, active, available_at, expires_at)
			VALUES ({A}, 4, 'promo', 100, 100, now(), 'infinity')`, "KL001"},
	"prolong a lot": {
		`UPDATE ledger.lot SET expires_at = 'infinity' WHERE account = {A}`, "KL001"},
	"delete a lot": {
		`DELETE FROM ledger.lot WHERE account = {A} AND id = 2`, "KL001"},
	"edit a move": {
		`UPDATE ledger.lot_move SET points = 1 WHERE account = {A}`, "KL001"},
	"delete a move": {
		`DELETE FROM ledger.lot_move WHERE account = {A}`, "KL001"},
}

// deeperAttacks run inside a trigger, where the ledger's own triggers would stand: even
// there the constraints hold.
var deeperAttacks = map[string]struct{ sql, refusal string }{
	"edit a balance": {
		`UPDATE ledger.account SET available = available + 1000 WHERE id = {A};`, "account_is_its_last_entry"},
	"edit a balance and its number": {
		`UPDATE ledger.account SET available = available + 1000, seq = seq + 1 WHERE id = {A};`, "account_is_its_last_entry"},
	"go back to an older entry": {
		`UPDATE ledger.account SET available = 100, seq = 1 WHERE id = {A};`, "KL001"},
	"go back to no entry": {
		`UPDATE ledger.account SET available = 1000, seq = 0 WHERE id = {A};`, "KL001"},
	"an entry with a wrong start": {
		batchedOp(`'test', 'x', 'accrual', {A}, 4, 10, 1120, 1130`), "entry_continues"},
	"an entry after a gap": {
		batchedOp(`'test', 'x', 'accrual', {A}, 5, 10, 120, 130`), "entry_continues"},
	"a first entry that starts rich": {
		batchedOp(`'test', 'x', 'accrual', {B}, 1, 10, 1000, 1010`), "entry_first_starts_empty"},
	"burn a lot over its amount": {
		`UPDATE ledger.lot SET active = active - 51, spent = spent + 51 WHERE account = {A} AND id = 2;`, "points_are_not_below_zero"},
	"burn a lot into nothing": {
		`UPDATE ledger.lot SET active = 0 WHERE account = {A} AND id = 2;`, "lot_loses_nothing"},
}

func accrualOp(values string) string {
	return `INSERT INTO ledger.op (source, key, kind, account, seq, points, req_hash, origin, available_at, expires_at, actor, reason, at)
		VALUES (` + values + `, '', 'promo', now(), 'infinity', '', '', now());`
}

// batchedOp says where the account is before and after it, which others may not.
func batchedOp(values string) string {
	return `INSERT INTO ledger.op (source, key, kind, account, seq, points, available_before, available, pending_before, held_before, debt_before,
		pending, held, debt, req_hash, origin, available_at, expires_at, actor, reason, at, batched)
		VALUES (` + values + `, 0, 0, 0, 0, 0, 0, '', 'promo', now(), 'infinity', '', '', now(), true);`
}

func plainOp(values string) string {
	return `INSERT INTO ledger.op (source, key, kind, account, seq, points, debt_change, refs_op, req_hash, actor, reason, at)
		VALUES (` + values + `, '', '', '', now());`
}

func moves(values string) string {
	return `INSERT INTO ledger.lot_move (account, seq, lot, from_bucket, to_bucket, points) VALUES ` + values + `;`
}

// victim makes the accounts {A} and {B} and returns what replaces their names.
func victim(t *testing.T, pool *pgxpool.Pool) (a ledger.AccountID, names *strings.Replacer) {
	t.Helper()
	var other ledger.AccountID
	var op ledger.OpID
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		var err error
		if a, err = ledger.Open(t.Context(), tx, day(0)); err != nil {
			return err
		}
		if other, err = ledger.Open(t.Context(), tx, day(0)); err != nil {
			return err
		}
		id := strconv.FormatInt(int64(a), 10)
		b := book{t, tx, a}
		first := b.accrual(id+"-1", 100, day(1))
		first.ExpiresAt = day(400)
		b.accrue(first)
		b.accrue(b.accrual(id+"-2", 50, day(1)))
		op = b.redeem(id+"-3", 30, day(2)).Op
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	text := func(n int64) string { return strconv.FormatInt(n, 10) }
	return a, strings.NewReplacer("{A}", text(int64(a)), "{B}", text(int64(other)), "{OP}", text(int64(op)))
}

func TestDatabaseRefusesAttacks(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t)
	victim(t, pool) // others
	a, names := victim(t, pool)
	for name, attack := range attacks {
		t.Run(name, func(t *testing.T) {
			refused(t, try(t.Context(), pool, names.Replace(attack.sql)), attack.refusal)
		})
	}
	for name, attack := range deeperAttacks {
		t.Run("inside a trigger: "+name, func(t *testing.T) {
			refused(t, try(t.Context(), pool, `
				CREATE TABLE lever (n bigint);
				CREATE FUNCTION pull() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN `+names.Replace(attack.sql)+` RETURN NEW; END $$;
				CREATE TRIGGER pulled BEFORE INSERT ON lever FOR EACH ROW EXECUTE FUNCTION pull();
				INSERT INTO lever VALUES (1);`), attack.refusal)
		})
	}
	b, err := ledger.BalanceOf(t.Context(), pool, a, day(3))
	if err != nil || b.Available != 120 {
		t.Errorf("the victim has %+v after all, %v; want its 120", b, err)
	}
}

// try commits what can be committed.
func try(ctx context.Context, pool *pgxpool.Pool, sql string) error {
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, sql)
		return err
	})
}

// refused checks that err is the very refusal: a code or a constraint's name.
func refused(t *testing.T, err error, refusal string) {
	t.Helper()
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || (pg.Code != refusal && pg.ConstraintName != refusal) {
		t.Errorf("got %v, want a refusal by %s", err, refusal)
	}
}

// The attacks must fail for what they do, not for how they are written.
func TestWellFormedOperationsBySQLPass(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t)
	a, names := victim(t, pool)
	for _, sql := range []string{
		accrualOp(`'test', 'x', 'accrual', {A}, 4, 100`),
		moves(`({A}, 5, 2, 'active', 'spent', 20)`) + plainOp(`'test', 'y', 'redemption', {A}, 5, -20, 0, NULL`),
		moves(`({A}, 6, 1, 'spent', 'active', 30)`) + plainOp(`'test', 'z', 'reversal', {A}, 6, 30, 0, {OP}`),
	} {
		if err := try(t.Context(), pool, names.Replace(sql)); err != nil {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if b, err := ledger.BalanceOf(t.Context(), pool, a, day(3)); err != nil || b.Available != 230 {
		t.Errorf("balance %+v, %v; want 120 + 100 - 20 + 30", b, err)
	}
	if report, err := ledger.Verify(t.Context(), pool, nil); err != nil || !report.OK() {
		t.Errorf("Verify = %+v, %v; want every law to hold", report, err)
	}
}
