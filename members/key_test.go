package members

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"kopilka/internal/postgrestest"

	"github.com/google/go-cmp/cmp"
)

func TestAKeyActsUntilItIsRevoked(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	scopes := []string{ScopePurchasesWrite, ScopeMembersRead}
	secret, id, err := CreateKey(t.Context(), tx, "1C of the coffee shop", scopes, 7, noon)
	if err != nil {
		t.Fatalf("CreateKey: %v", err)
	}
	if !regexp.MustCompile(`^kp_live_` + id + `_[a-z2-7]{32,}$`).MatchString(secret) {
		t.Errorf("CreateKey made a secret of another form: its id is %s", id)
	}
	a, err := KeyActor(t.Context(), tx, secret)
	if diff := cmp.Diff(Actor{Role: RoleAPI, Merchant: 7, Key: id, Scopes: scopes}, a); err != nil || diff != "" {
		t.Errorf("KeyActor: %v, diff (-want +got):\n%s", err, diff)
	}
	if err := RevokeKey(t.Context(), tx, id, noon); err != nil {
		t.Fatalf("RevokeKey: %v", err)
	}
	if _, err := KeyActor(t.Context(), tx, secret); !errors.Is(err, ErrKey) {
		t.Errorf("KeyActor of a revoked key: %v, want ErrKey", err)
	}
	if err := RevokeKey(t.Context(), tx, id, noon); !errors.Is(err, ErrNotFound) {
		t.Errorf("RevokeKey twice: %v, want ErrNotFound", err)
	}
	keys, err := Keys(t.Context(), tx)
	if err != nil || len(keys) != 1 || keys[0].ID != id || keys[0].RevokedAt == nil || keys[0].Name != "1C of the coffee shop" {
		t.Errorf("Keys = %+v, %v, want the revoked one", keys, err)
	}
}

func TestAForgedKeyOpensNothing(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	secret, id, err := CreateKey(t.Context(), tx, "till", []string{ScopeQuote}, 0, noon)
	if err != nil {
		t.Fatalf("CreateKey: %v", err)
	}
	for name, forged := range map[string]string{
		"nothing":        "",
		"no secret":      "kp_live_" + id,
		"empty secret":   "kp_live_" + id + "_",
		"another secret": "kp_live_" + id + "_" + strings.Repeat("a", 52),
		"another id":     strings.Replace(secret, id, strings.Repeat("a", len(id)), 1),
		"one more":       secret + "a",
		"one less":       secret[:len(secret)-1],
		"a blank":        secret + " ",
		"capitals":       strings.ToUpper(secret),
		"a zero byte":    "kp_live_\x00_" + strings.Repeat("a", 52),
		"a megabyte":     "kp_live_" + strings.Repeat("a", 1<<20),
	} {
		if a, err := KeyActor(t.Context(), tx, forged); !errors.Is(err, ErrKey) {
			t.Errorf("KeyActor of a key with %s = %+v, %v, want ErrKey", name, a, err)
		}
	}
	if _, err := KeyActor(t.Context(), tx, secret); err != nil {
		t.Errorf("KeyActor of the true key after all that: %v", err)
	}
}

func TestAKeyNeedsScopesThatExist(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	for _, scopes := range [][]string{nil, {}, {""}, {"everything"}, {ScopeQuote, "points:*"}} {
		if _, _, err := CreateKey(t.Context(), tx, "till", scopes, 0, noon); !errors.Is(err, ErrScope) {
			t.Errorf("CreateKey with scopes %q: %v, want ErrScope", scopes, err)
		}
	}
}
