package receipts

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"kopilka/internal/postgres"
	"kopilka/internal/postgrestest"

	"github.com/jackc/pgx/v5"
)

func TestAReceiptIsClaimedOnceForEver(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	s := submission(t, 7, "a", codeOne)
	key, sign := s.Receipt.Key(), s.Receipt.Sign
	mine, other := record(t, tx, s), record(t, tx, submission(t, 8, "b", codeOne))
	if _, had, err := ClaimOf(t.Context(), tx, key); had || err != nil {
		t.Fatalf("ClaimOf before any claim = %v, %v", had, err)
	}
	for _, c := range []struct {
		name   string
		id     ID
		member int64
		sign   string
		want   Claimed
	}{
		{"the first", mine, 7, sign, Claimed{true, mine, 7, testNow, true}},
		{"the same again", mine, 7, sign, Claimed{true, mine, 7, testNow, true}},
		{"another member's", other, 8, sign, Claimed{false, mine, 7, testNow, true}},
		{"one with another sign", other, 8, "1", Claimed{false, mine, 7, testNow, false}},
		{"a till's without a sign", other, 8, "", Claimed{false, mine, 7, testNow, true}},
	} {
		got, err := Claim(t.Context(), tx, key, c.id, c.member, c.sign, testNow)
		got.At = got.At.UTC()
		if err != nil || got != c.want {
			t.Errorf("Claim, %s = %+v, %v, want %+v", c.name, got, err, c.want)
		}
	}
	got, had, err := ClaimOf(t.Context(), tx, key)
	if err != nil || !had || got.Member != 7 || got.Receipt != mine {
		t.Errorf("ClaimOf = %+v, %v, %v, want the first one's", got, had, err)
	}
}

func TestNobodyClaimsWithoutAKeyOrASubmission(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	if _, err := Claim(t.Context(), tx, "", 1, 7, "", testNow); !errors.Is(err, ErrMalformed) {
		t.Errorf("Claim of no key = %v, want ErrMalformed", err)
	}
	if _, err := Claim(t.Context(), tx, "RU:1:1", 123456, 7, "", testNow); !errors.Is(err, ErrNotFound) {
		t.Errorf("Claim for no submission = %v, want ErrNotFound", err)
	}
}

func TestTheDatabaseKeepsClaims(t *testing.T) {
	t.Parallel()
	for name, sql := range map[string]string{
		"delete":   `DELETE FROM receipts.claim`,
		"hand on":  `UPDATE receipts.claim SET member_id = 8`,
		"resubmit": `DELETE FROM receipts.receipt`,
	} {
		tx := postgrestest.Tx(t)
		s := submission(t, 7, "a", codeOne)
		id := record(t, tx, s)
		if _, err := Claim(t.Context(), tx, s.Receipt.Key(), id, 7, s.Receipt.Sign, testNow); err != nil {
			t.Fatal(err)
		}
		_, err := tx.Exec(t.Context(), sql)
		if !postgres.Violates(err, "claim_for_ever") && !postgres.Violates(err, "claim_receipt") {
			t.Errorf("%s: %v, want it refused", name, err)
		}
	}
}

// Twenty members send one receipt at one moment, each in a transaction of its own.
func TestOneOfManyAtOnceClaimsTheReceipt(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	const members = 20
	var (
		wait sync.WaitGroup
		mu   sync.Mutex
		all  []Claimed
	)
	for member := range int64(members) {
		s := submission(t, member+1, fmt.Sprint(member), codeOne)
		wait.Go(func() {
			err := pgx.BeginFunc(t.Context(), db, func(tx pgx.Tx) error {
				id, err := Record(t.Context(), tx, s)
				if err != nil {
					return err
				}
				c, err := Claim(t.Context(), tx, s.Receipt.Key(), id, s.Member, s.Receipt.Sign, testNow)
				mu.Lock()
				defer mu.Unlock()
				all = append(all, c)
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	firsts, holders := 0, map[int64]bool{}
	for _, c := range all {
		holders[c.Member] = true
		if c.First {
			firsts++
		}
	}
	if len(all) != members || firsts != 1 || len(holders) != 1 {
		t.Errorf("%d claims had %d first and %d holders, want %d with one of each", len(all), firsts, len(holders), members)
	}
}

// The first transaction rolls back, so the one that waited for it has the receipt.
func TestAClaimThatIsRolledBackLeavesTheReceiptFree(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	first, err := db.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s := submission(t, 1, "a", codeOne)
	if _, err := Claim(t.Context(), first, s.Receipt.Key(), record(t, first, s), 1, "", testNow); err != nil {
		t.Fatal(err)
	}
	waiting := make(chan error, 1)
	go func() {
		waiting <- pgx.BeginFunc(t.Context(), db, func(tx pgx.Tx) error {
			id, err := Record(t.Context(), tx, submission(t, 2, "b", codeOne))
			if err != nil {
				return err
			}
			c, err := Claim(t.Context(), tx, s.Receipt.Key(), id, 2, "", testNow)
			if err == nil && (!c.First || c.Member != 2) {
				return fmt.Errorf("the second claim = %+v, want it first", c)
			}
			return err
		})
	}()
	if err := first.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-waiting; err != nil {
		t.Error(err)
	}
}
