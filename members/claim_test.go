package members

import (
	"errors"
	"testing"

	"kopilka/internal/postgrestest"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
)

func TestAClaimTellsWhoWaitsAndWhoMadeIt(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	cashier, pending := create(t, tx, New{}), create(t, tx, New{State: StatePending})
	for _, c := range []struct {
		pending ID
		by      Actor
	}{
		{pending.ID, Actor{Member: cashier.ID, Role: RoleCashier, Merchant: 7, Store: 3}},
		{0, Actor{Role: RoleAPI, Key: "ab12cd34", Merchant: 7}},
	} {
		token, err := NewClaim(t.Context(), tx, c.pending, c.by, noon)
		if err != nil {
			t.Fatalf("NewClaim: %v", err)
		}
		got, by, err := TakeClaim(t.Context(), tx, token, noon)
		if diff := cmp.Diff(c.by, by); err != nil || got != c.pending || diff != "" {
			t.Errorf("TakeClaim = %d, %v, want %d, diff (-want +got):\n%s", got, err, c.pending, diff)
		}
		if _, _, err := TakeClaim(t.Context(), tx, token, noon); !errors.Is(err, ErrClaim) {
			t.Errorf("TakeClaim twice: %v, want ErrClaim", err)
		}
	}
}

func TestAClaimExpires(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	token, err := NewClaim(t.Context(), tx, 0, System(), noon)
	if err != nil {
		t.Fatalf("NewClaim: %v", err)
	}
	if _, _, err := TakeClaim(t.Context(), tx, token, noon.Add(ClaimLifetime)); !errors.Is(err, ErrClaim) {
		t.Errorf("TakeClaim after its lifetime: %v, want ErrClaim", err)
	}
	if _, _, err := TakeClaim(t.Context(), tx, token, noon.Add(ClaimLifetime-1000)); err != nil {
		t.Errorf("TakeClaim at the last moment: %v", err)
	}
}

func TestOfManyWhoTakeOneClaimAtOnceOneGetsIt(t *testing.T) {
	t.Parallel()
	var token string
	done := atOnce(t, 12, ErrClaim, func(tx pgx.Tx, i int) error {
		var err error
		if i < 0 {
			token, err = NewClaim(t.Context(), tx, 0, System(), noon)
			return err
		}
		_, _, err = TakeClaim(t.Context(), tx, token, noon)
		return err
	})
	if done != 1 {
		t.Errorf("%d took one claim, want 1", done)
	}
}
