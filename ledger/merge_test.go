package ledger

import (
	"errors"
	"testing"
	"time"

	"kopilka/internal/postgrestest"
)

func TestMergeKeepsEveryPointAndItsDates(t *testing.T) {
	t.Parallel()
	tx, ctx := postgrestest.Tx(t), t.Context()
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	from, _ := Open(ctx, tx, at)
	into, err := Open(ctx, tx, at)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range []Accrual{
		{Points: 100, Origin: OriginPurchase, ExpiresAt: at.AddDate(0, 1, 0)},
		{Points: 50, Origin: OriginWelcome},
		{Points: 30, Origin: OriginPurchase, AvailableAt: at.AddDate(0, 0, 7), ExpiresAt: at.AddDate(0, 2, 0)},
	} {
		a.Account, a.At, a.Key = from, at, Key{"t", string(rune('a' + i))}
		if _, err := Accrue(ctx, tx, a); err != nil {
			t.Fatal(err)
		}
	}
	m := Merger{From: from, Into: into, Key: Key{"merge", "1"}, At: at}
	for i := range 2 {
		r, err := Merge(ctx, tx, m)
		if err != nil || r.Points != -180 || r.Replay != (i > 0) {
			t.Fatalf("merge %d: %+v, %v", i, r, err)
		}
	}
	got, err := BalanceOf(ctx, tx, into, at)
	if err != nil || got.Available != 150 || got.Pending != 30 || !got.NextExpiry.At.Equal(at.AddDate(0, 1, 0)) || !got.NextAvailable.At.Equal(at.AddDate(0, 0, 7)) {
		t.Errorf("the account that got it: %+v, %v", got, err)
	}
	if left, err := BalanceOf(ctx, tx, from, at); err != nil || left.Available+left.Pending != 0 {
		t.Errorf("the account left behind: %+v, %v", left, err)
	}
	if later, err := BalanceOf(ctx, tx, into, at.AddDate(0, 3, 0)); err != nil || later.Available != 50 {
		t.Errorf("three months later: %+v, %v", later, err)
	}
}

func TestMergeOfNothingAndOfDebt(t *testing.T) {
	t.Parallel()
	tx, ctx := postgrestest.Tx(t), t.Context()
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	from, _ := Open(ctx, tx, at)
	into, _ := Open(ctx, tx, at)
	if r, err := Merge(ctx, tx, Merger{From: from, Into: into, Key: Key{"merge", "1"}, At: at}); err != nil || r.Op != 0 {
		t.Errorf("merge an empty account: %+v, %v", r, err)
	}
	if _, err := Merge(ctx, tx, Merger{From: from, Into: from, Key: Key{"merge", "2"}, At: at}); !errors.Is(err, ErrInvalid) {
		t.Errorf("merge an account into itself: %v", err)
	}
	a, err := Accrue(ctx, tx, Accrual{Account: from, Key: Key{"t", "a"}, Points: 100, Origin: OriginPurchase, At: at})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Redeem(ctx, tx, Redemption{Account: from, Key: Key{"t", "b"}, Points: 100, At: at}); err != nil {
		t.Fatal(err)
	}
	if _, err := Reverse(ctx, tx, Reversal{Of: a.Op, Key: Key{"t", "c"}, At: at}); err != nil {
		t.Fatal(err)
	}
	if _, err := Merge(ctx, tx, Merger{From: from, Into: into, Key: Key{"merge", "3"}, At: at}); !errors.Is(err, ErrOwes) {
		t.Errorf("merge an account in debt: %v", err)
	}
}
