package members

import (
	"errors"
	"testing"
	"time"

	"kopilka/internal/postgres"
	"kopilka/internal/postgrestest"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
)

func grant(t *testing.T, tx pgx.Tx, g Grant) {
	t.Helper()
	g.At = noon
	if err := GrantRole(t.Context(), tx, g); err != nil {
		t.Fatalf("GrantRole(%+v): %v", g, err)
	}
}

func TestAMemberActsAsEveryRoleTheStrongestFirst(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	m := create(t, tx, New{})
	grant(t, tx, Grant{Member: m.ID, Role: RoleCashier, Merchant: 7, Store: 3})
	grant(t, tx, Grant{Member: m.ID, Role: RoleAdmin})
	grant(t, tx, Grant{Member: m.ID, Role: RoleManager, Merchant: 8})
	grant(t, tx, Grant{Member: m.ID, Role: RoleManager, Merchant: 8}) // twice is once
	want := []Actor{
		{Member: m.ID, Role: RoleAdmin}, {Member: m.ID, Role: RoleManager, Merchant: 8},
		{Member: m.ID, Role: RoleCashier, Merchant: 7, Store: 3}, {Member: m.ID, Role: RoleShopper},
	}
	got, err := ActorOf(t.Context(), tx, m.ID)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("ActorOf: %v, diff (-want +got):\n%s", err, diff)
	}
	if err := SetState(t.Context(), tx, create(t, tx, New{}).ID, StateBlocked); err != nil {
		t.Errorf("block a shopper: %v", err)
	}
}

func TestABlockedCashierIsAShopperOnly(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	m := create(t, tx, New{})
	grant(t, tx, Grant{Member: m.ID, Role: RoleCashier, Merchant: 7})
	if err := SetState(t.Context(), tx, m.ID, StateBlocked); err != nil {
		t.Fatalf("SetState: %v", err)
	}
	got, err := ActorOf(t.Context(), tx, m.ID)
	if diff := cmp.Diff([]Actor{{Member: m.ID, Role: RoleShopper}}, got); err != nil || diff != "" {
		t.Errorf("ActorOf: %v, diff (-want +got):\n%s", err, diff)
	}
}

func TestARevokedRoleIsGoneAndItsHistoryKept(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	boss, m := create(t, tx, New{}), create(t, tx, New{})
	grant(t, tx, Grant{Member: m.ID, Role: RoleCashier, Merchant: 7, Store: 3, By: boss.ID})
	grant(t, tx, Grant{Member: m.ID, Role: RoleCashier, Merchant: 7, Store: 4, By: boss.ID})
	grant(t, tx, Grant{Member: m.ID, Role: RoleCashier, Merchant: 8})
	if err := Revoke(t.Context(), tx, m.ID, RoleCashier, 7, boss.ID, noon); err != nil {
		t.Fatalf("Revoke: %v", err)
	}
	got, err := Grants(t.Context(), tx, m.ID)
	if err != nil || len(got) != 1 || got[0].Merchant != 8 {
		t.Errorf("Grants = %+v, %v, want merchant 8's alone", got, err)
	}
	if staff, err := Staff(t.Context(), tx, 7); err != nil || len(staff) != 0 {
		t.Errorf("Staff(7) = %+v, %v, want nobody", staff, err)
	}
	var kept int
	err = tx.QueryRow(t.Context(), `
		SELECT count(*) FROM members.role_grant
		WHERE member_id = $1 AND revoked_by = $2 AND revoked_at = $3 AND granted_by = $2`, m.ID, boss.ID, noon).Scan(&kept)
	if err != nil || kept != 2 {
		t.Errorf("the history has %d revoked grants, %v, want 2", kept, err)
	}
	if err := Revoke(t.Context(), tx, m.ID, RoleCashier, 7, boss.ID, noon); !errors.Is(err, ErrNotFound) {
		t.Errorf("Revoke twice: %v, want ErrNotFound", err)
	}
	grant(t, tx, Grant{Member: m.ID, Role: RoleCashier, Merchant: 7, Store: 3}) // and may be granted again
}

func TestRolesFitTheirPlaceAndTheirMember(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	active, pending := create(t, tx, New{}), create(t, tx, New{State: StatePending})
	for _, g := range []Grant{
		{Member: active.ID, Role: RoleCashier},
		{Member: active.ID, Role: RoleManager, Store: 3},
		{Member: active.ID, Role: RoleAdmin, Merchant: 7},
		{Member: active.ID, Role: RoleShopper},
		{Member: active.ID, Role: RoleSystem},
		{Member: pending.ID, Role: RoleCashier, Merchant: 7},
	} {
		if err := GrantRole(t.Context(), tx, g); !errors.Is(err, ErrRole) {
			t.Errorf("GrantRole(%+v): %v, want ErrRole", g, err)
		}
	}
	_, err := tx.Exec(t.Context(), `
		INSERT INTO members.role_grant (member_id, role, merchant_id, store_id, granted_at)
		VALUES ($1, 'manager', 0, 0, now())`, active.ID)
	if !postgres.Violates(err, "grant_scope") {
		t.Errorf("a manager of everything by SQL: %v, want it refused", err)
	}
}

func TestTheLastAdminStays(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	first, second := create(t, tx, New{}), create(t, tx, New{})
	grant(t, tx, Grant{Member: first.ID, Role: RoleAdmin})
	last := func(name string, err error) {
		t.Helper()
		if !errors.Is(err, ErrLastAdmin) {
			t.Errorf("%s: %v, want ErrLastAdmin", name, err)
		}
	}
	last("revoke the only admin", Revoke(t.Context(), tx, first.ID, RoleAdmin, 0, first.ID, noon))
	last("block the only admin", SetState(t.Context(), tx, first.ID, StateBlocked))
	last("close the only admin", SetState(t.Context(), tx, first.ID, StateClosed))
	grant(t, tx, Grant{Member: second.ID, Role: RoleAdmin})
	if err := SetState(t.Context(), tx, second.ID, StateBlocked); err != nil {
		t.Fatalf("block one of two admins: %v", err)
	}
	last("revoke the admin beside a blocked one", Revoke(t.Context(), tx, first.ID, RoleAdmin, 0, first.ID, noon))
	if err := SetState(t.Context(), tx, second.ID, StateActive); err != nil {
		t.Fatalf("unblock: %v", err)
	}
	if err := Revoke(t.Context(), tx, first.ID, RoleAdmin, 0, second.ID, noon); err != nil {
		t.Errorf("revoke one of two admins: %v", err)
	}
}

func TestAdminsWhoRevokeEachOtherAtOnceLeaveOne(t *testing.T) {
	t.Parallel()
	const n = 4
	var ids [n]ID
	done := atOnce(t, n, ErrLastAdmin, func(tx pgx.Tx, i int) error {
		if i >= 0 {
			return Revoke(t.Context(), tx, ids[i], RoleAdmin, 0, ids[(i+1)%n], noon)
		}
		for j := range ids {
			m, err := Create(t.Context(), tx, New{}, noon)
			if err != nil {
				return err
			}
			ids[j] = m.ID
			if err := GrantRole(t.Context(), tx, Grant{Member: m.ID, Role: RoleAdmin, At: noon}); err != nil {
				return err
			}
		}
		return nil
	})
	if done != n-1 {
		t.Errorf("%d of %d admins were revoked, want all but one", done, n)
	}
}

func TestStaffOfAMerchantAreItsOwn(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	m, other := create(t, tx, New{}), create(t, tx, New{})
	grant(t, tx, Grant{Member: m.ID, Role: RoleCashier, Merchant: 7})
	grant(t, tx, Grant{Member: other.ID, Role: RoleManager, Merchant: 7})
	grant(t, tx, Grant{Member: other.ID, Role: RoleCashier, Merchant: 8})
	grant(t, tx, Grant{Member: other.ID, Role: RoleAdmin})
	want := []Grant{
		{Member: other.ID, Role: RoleManager, Merchant: 7, At: noon},
		{Member: m.ID, Role: RoleCashier, Merchant: 7, At: noon},
	}
	got, err := Staff(t.Context(), tx, 7)
	if diff := cmp.Diff(want, got, cmp.Comparer(time.Time.Equal)); err != nil || diff != "" {
		t.Errorf("Staff(7): %v, diff (-want +got):\n%s", err, diff)
	}
	if all, err := Staff(t.Context(), tx, 0); err != nil || len(all) != 4 {
		t.Errorf("Staff(0) = %+v, %v, want all 4 grants", all, err)
	}
}
