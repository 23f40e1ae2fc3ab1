package ledger_test

import (
	"slices"
	"strings"
	"testing"

	"kopilka/internal/postgrestest"
	"kopilka/ledger"

	"github.com/jackc/pgx/v5"
)

// corruptions are made with every trigger and foreign key switched off, as by a wrong
// restore or a broken disk.
var corruptions = map[string]struct{ sql, law string }{
	"a balance":               {`UPDATE ledger.account SET available = 121 WHERE id = {A}`, "an account is its last entry"},
	"an account gone":         {`DELETE FROM ledger.account WHERE id = {A}`, "an entry is in its account"},
	"an entry's start":        {`UPDATE ledger.op SET available_before = 149 WHERE account = {A} AND seq = 3`, "an entry starts where the one before it ended"},
	"a middle entry gone":     {`DELETE FROM ledger.op WHERE account = {A} AND seq = 2`, "an entry starts where the one before it ended"},
	"the last entry gone":     {`DELETE FROM ledger.op WHERE account = {A} AND seq = 3`, "an account is its last entry"},
	"an operation gone":       {`DELETE FROM ledger.op WHERE id = {OP}`, "an account is its last entry"},
	"an operation's points":   {`UPDATE ledger.op SET points = -31 WHERE id = {OP}`, "an entry is what its operation says"},
	"a move gone":             {`DELETE FROM ledger.lot_move WHERE account = {A}`, "an entry is what happened to the lots"},
	"a move's points":         {`UPDATE ledger.lot_move SET points = 29 WHERE account = {A}`, "a lot is its accrual and its moves"},
	"a lot gone":              {`DELETE FROM ledger.lot WHERE account = {A} AND id = 2`, "a lot is its accrual and its moves"},
	"a lot burnt":             {`UPDATE ledger.lot SET active = 0, spent = 50 WHERE account = {A} AND id = 2`, "an account is the sum of its lots"},
	"a lot burnt neutrally":   {`UPDATE ledger.lot SET spent = 0, expired = 30 WHERE account = {A} AND id = 1`, "a lot is its accrual and its moves"},
	"a lot of nobody":         {`UPDATE ledger.lot SET account = 999999 WHERE account = {A} AND id = 2`, "an account is the sum of its lots"},
	"a move of nobody":        {`UPDATE ledger.lot_move SET lot = 77 WHERE account = {A}`, "a move has its entry and its lot"},
	"a missed moment":         {`UPDATE ledger.account SET next_event_at = 'infinity' WHERE id = {A}`, "no moment is missed"},
	"an operation for naught": {batchedOp(`'test', 'x', 'redemption', {A}, 4, -20, 120, 100`), "an entry is in its account"},
	"an entry's predecessor":  {`UPDATE ledger.op SET prev_seq = NULL WHERE account = {A} AND seq = 3`, "an entry starts where the one before it ended"},
	"a reversal of another's": {`UPDATE ledger.op SET kind = 'reversal', refs_op = (SELECT id FROM ledger.op WHERE account <> {A} LIMIT 1) WHERE id = {OP}`,
		"a reversal takes back an operation of its account"},
}

func TestVerifyFindsEveryCorruption(t *testing.T) {
	t.Parallel()
	for name, c := range corruptions {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool := postgrestest.New(t)
			victim(t, pool)
			_, names := victim(t, pool)
			var seen int64
			progress := func(done, total int64) { seen = done }
			if report, err := ledger.Verify(t.Context(), pool, progress); err != nil || !report.OK() || seen != 4 {
				t.Fatalf("Verify before = %+v, %v after %d accounts; want every law to hold over 4", report, err, seen)
			}
			err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
				_, err := tx.Exec(t.Context(), `SET LOCAL session_replication_role = replica; `+names.Replace(c.sql))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			report, err := ledger.Verify(t.Context(), pool, nil)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(report.Wrong, func(w ledger.Wrong) bool { return w.Law == c.law && w.Count > 0 && len(w.First) > 0 }) {
				t.Errorf("Verify = %+v, want %q broken", report, c.law)
			}
		})
	}
}

func TestReportIsWritten(t *testing.T) {
	t.Parallel()
	var s strings.Builder
	report := ledger.Report{Accounts: 2, Ops: 3, Lots: 1, Moves: 4, Wrong: []ledger.Wrong{{Law: "a law", Count: 7, First: []string{"account 1"}}}}
	if err := report.Write(&s); err != nil {
		t.Fatal(err)
	}
	want := "accounts 2\noperations 3\nlots 1\nmoves 4\nWRONG a law: 7\n  account 1\n"
	if s.String() != want {
		t.Errorf("Write printed %q, want %q", s.String(), want)
	}
}
