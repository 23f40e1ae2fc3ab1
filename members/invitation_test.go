package members

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"kopilka/internal/postgrestest"

	"github.com/jackc/pgx/v5"
)

func invite(t *testing.T, tx pgx.Tx, i Invitation) string {
	t.Helper()
	token, err := Invite(t.Context(), tx, i)
	if err != nil {
		t.Fatalf("Invite(%+v): %v", i, err)
	}
	return token
}

func TestAnInvitationGrantsItsRoleOnce(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	boss, m, late := create(t, tx, New{}), create(t, tx, New{}), create(t, tx, New{})
	token := invite(t, tx, Invitation{Role: RoleCashier, Merchant: 7, Store: 3, By: boss.ID, ExpiresAt: noon.Add(time.Hour)})
	i, err := PeekInvitation(t.Context(), tx, token, noon)
	if err != nil || i.Role != RoleCashier || i.Merchant != 7 || i.Store != 3 || i.By != boss.ID {
		t.Errorf("PeekInvitation = %+v, %v", i, err)
	}
	g, err := Accept(t.Context(), tx, token, m.ID, noon)
	if want := (Grant{m.ID, RoleCashier, 7, 3, boss.ID, noon}); err != nil || g != want {
		t.Errorf("Accept = %+v, %v, want %+v", g, err, want)
	}
	if actors, err := ActorOf(t.Context(), tx, m.ID); err != nil || len(actors) != 2 || actors[0].Role != RoleCashier {
		t.Errorf("ActorOf = %+v, %v, want a cashier", actors, err)
	}
	if _, err := Accept(t.Context(), tx, token, late.ID, noon); !errors.Is(err, ErrInvitation) {
		t.Errorf("Accept of a used token: %v, want ErrInvitation", err)
	}
	if _, err := PeekInvitation(t.Context(), tx, token, noon); !errors.Is(err, ErrInvitation) {
		t.Errorf("PeekInvitation of a used token: %v, want ErrInvitation", err)
	}
}

func TestAnInvitationIsGoodUntilItExpires(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	m := create(t, tx, New{})
	token := invite(t, tx, Invitation{Role: RoleAdmin, ExpiresAt: noon})
	if _, err := PeekInvitation(t.Context(), tx, token, noon); !errors.Is(err, ErrInvitation) {
		t.Errorf("PeekInvitation of an expired token: %v, want ErrInvitation", err)
	}
	for _, bad := range []string{token + "x", token[:31], "", strings.Repeat("a", 1<<20), "\x00"} {
		if _, err := Accept(t.Context(), tx, bad, m.ID, noon.Add(-time.Hour)); !errors.Is(err, ErrInvitation) {
			t.Errorf("Accept(%.20q): %v, want ErrInvitation", bad, err)
		}
	}
	if _, err := Accept(t.Context(), tx, token, m.ID, noon); !errors.Is(err, ErrInvitation) {
		t.Errorf("Accept of an expired token: %v, want ErrInvitation", err)
	}
	if _, err := Accept(t.Context(), tx, token, m.ID, noon.Add(-time.Microsecond)); err != nil {
		t.Errorf("Accept just before it expires: %v", err)
	}
}

func TestOfManyWhoOpenOneInvitationAtOnceOneIsStaff(t *testing.T) {
	t.Parallel()
	const n = 12
	var ids [n]ID
	var token string
	done := atOnce(t, n, ErrInvitation, func(tx pgx.Tx, i int) error {
		if i >= 0 {
			_, err := Accept(t.Context(), tx, token, ids[i], noon)
			return err
		}
		for j := range ids {
			m, err := Create(t.Context(), tx, New{}, noon)
			if err != nil {
				return err
			}
			ids[j] = m.ID
		}
		var err error
		token, err = Invite(t.Context(), tx, Invitation{Role: RoleManager, Merchant: 7, ExpiresAt: noon.Add(time.Hour)})
		return err
	})
	if done != 1 {
		t.Errorf("%d of %d accepted one invitation, want 1", done, n)
	}
}

func TestARevokedManagersInvitationsInviteNobody(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	boss := create(t, tx, New{})
	grant(t, tx, Grant{Member: boss.ID, Role: RoleManager, Merchant: 7})
	token := invite(t, tx, Invitation{Role: RoleCashier, Merchant: 7, By: boss.ID, ExpiresAt: noon.Add(time.Hour)})
	if err := Revoke(t.Context(), tx, boss.ID, RoleManager, 7, 0, noon); err != nil {
		t.Fatalf("Revoke: %v", err)
	}
	if _, err := Accept(t.Context(), tx, token, boss.ID, noon); !errors.Is(err, ErrInvitation) {
		t.Errorf("a revoked manager accepts an invitation of their own: %v, want ErrInvitation", err)
	}
}

func TestTokensFitADeepLinkAndOnlyTheirHashesAreKept(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	m := create(t, tx, New{})
	claim, err := NewClaim(t.Context(), tx, 0, System(), noon)
	if err != nil {
		t.Fatalf("NewClaim: %v", err)
	}
	key, _, err := CreateKey(t.Context(), tx, "till", []string{ScopeQuote}, 7, noon)
	if err != nil {
		t.Fatalf("CreateKey: %v", err)
	}
	invitation := invite(t, tx, Invitation{Role: RoleAdmin, By: m.ID, ExpiresAt: noon})
	// 60 leaves room for a prefix in https://core.telegram.org/bots/features#deep-linking
	fits := regexp.MustCompile(`^[A-Za-z0-9_-]{22,60}$`)
	for _, token := range []string{claim, invitation} {
		if !fits.MatchString(token) {
			t.Errorf("token %q does not fit a deep link with 128 random bits", token)
		}
	}
	var dump string
	err = tx.QueryRow(t.Context(), `
		SELECT concat((SELECT string_agg(i::text, '') FROM members.invitation i),
			(SELECT string_agg(c::text, '') FROM members.claim c),
			(SELECT string_agg(k::text, '') FROM members.api_key k))`).Scan(&dump)
	if err != nil {
		t.Fatalf("dump the secrets' tables: %v", err)
	}
	for _, secret := range []string{claim, invitation, key, key[strings.LastIndex(key, "_")+1:]} {
		if strings.Contains(dump, secret) {
			t.Errorf("the database keeps a secret in clear")
		}
	}
}
