package postgrestest_test

import (
	"os"
	"testing"

	"kopilka/internal/postgrestest"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

func TestEachTestHasItsOwnDatabase(t *testing.T) {
	t.Parallel()
	a, b := postgrestest.New(t), postgrestest.New(t)
	if _, err := a.Exec(t.Context(), "CREATE TABLE only_here (n bigint)"); err != nil {
		t.Fatal(err)
	}
	var there bool
	if err := b.QueryRow(t.Context(), "SELECT to_regclass('only_here') IS NOT NULL").Scan(&there); err != nil || there {
		t.Errorf("a table made in one test's database is seen in another's: %v, %v", there, err)
	}
}

func TestTransactionsAreRolledBack(t *testing.T) {
	t.Parallel()
	t.Run("write", func(t *testing.T) {
		if _, err := postgrestest.Tx(t).Exec(t.Context(), "CREATE TABLE gone (n bigint)"); err != nil {
			t.Fatal(err)
		}
	})
	var there bool
	if err := postgrestest.Tx(t).QueryRow(t.Context(), "SELECT to_regclass('gone') IS NOT NULL").Scan(&there); err != nil || there {
		t.Errorf("a rolled back table is still there: %v, %v", there, err)
	}
}
