package members

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/permissions.txt anew")

// TestTheMatrixIsAsAManagerReadsIt prints the answer of Can for every role, place and
// permission, so that a change of who may do what is seen in review as a line of a table.
func TestTheMatrixIsAsAManagerReadsIt(t *testing.T) {
	t.Parallel()
	var all []string
	for _, r := range rules {
		if r.scope != "" {
			all = append(all, r.scope)
		}
	}
	columns := []struct {
		name  string
		actor Actor
	}{
		{"shopper", Actor{Member: 1, Role: RoleShopper}},
		{"cashier", Actor{Member: 1, Role: RoleCashier, Merchant: 7, Store: 3}},
		{"manager", Actor{Member: 1, Role: RoleManager, Merchant: 7}},
		{"admin", Actor{Member: 1, Role: RoleAdmin}},
		{"shop key", Actor{Role: RoleAPI, Merchant: 7, Scopes: all}},
		{"mall key", Actor{Role: RoleAPI, Scopes: all}},
		{"system", System()},
	}
	var out bytes.Buffer
	out.WriteString("Who may do what. A cashier, a manager and a shop key belong to one shop:\n" +
		"  everywhere   in the whole programme\n" +
		"  own shop     at that shop only\n" +
		"  -            never\n" +
		"A key may do it only with the scope in the last column.\n\n")
	fmt.Fprintf(&out, "%-16s", "")
	for _, c := range columns {
		fmt.Fprintf(&out, " %-10s", c.name)
	}
	out.WriteString(" scope\n")
	for _, r := range rules {
		fmt.Fprintf(&out, "%-16s", r.permission)
		for _, c := range columns {
			fmt.Fprintf(&out, " %-10s", where(c.actor, r.permission))
		}
		out.WriteString(" " + orDash(r.scope) + "\n")
	}
	const golden = "testdata/permissions.txt"
	if *update {
		if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
			t.Fatalf("write %s: %v", golden, err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatalf("read %s: %v", golden, err)
	}
	if !bytes.Equal(out.Bytes(), want) {
		t.Errorf("who may do what has changed; if that is meant, run the test with -update.\ngot:\n%s\nwant:\n%s", out.Bytes(), want)
	}
}

func where(a Actor, p Permission) string {
	whole, own, other := a.Can(p, 0), a.Can(p, 7), a.Can(p, 8)
	switch {
	case whole && own && other:
		return "everywhere"
	case !whole && own && !other:
		return "own shop"
	case !whole && !own && !other:
		return "-"
	}
	return fmt.Sprintf("?%t/%t/%t", whole, own, other)
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func TestAKeyMayDoWhatItsScopesSayAndNoMore(t *testing.T) {
	t.Parallel()
	for _, r := range rules {
		for _, scope := range []string{ScopeMembersRead, ScopeMembersWrite, ScopePointsRead, ScopePointsWrite, ScopePurchasesWrite, ScopeRefundsWrite, ScopeQuote, ""} {
			a := Actor{Role: RoleAPI, Scopes: []string{scope}}
			if got, want := a.Can(r.permission, 7), scope != "" && r.scope == scope; got != want {
				t.Errorf("a key with scope %q: Can(%s) = %v, want %v", scope, r.permission, got, want)
			}
		}
	}
}

func TestNobodyMayDoAnything(t *testing.T) {
	t.Parallel()
	for _, r := range rules {
		if (Actor{}).Can(r.permission, 0) || (Actor{Role: "owner"}).Can(r.permission, 0) {
			t.Errorf("an actor of no role may %s", r.permission)
		}
	}
	if (Actor{Role: RoleAdmin}).Can("fly", 0) {
		t.Errorf("an admin may do what is not in the table")
	}
}

func TestActorsAreNamedForTheAudit(t *testing.T) {
	t.Parallel()
	for want, a := range map[string]Actor{
		"member:12":    {Member: 12, Role: RoleCashier, Merchant: 7},
		"api:ab12cd34": {Role: RoleAPI, Key: "ab12cd34"},
		"system":       System(),
		"nobody":       {},
	} {
		if got := a.String(); got != want {
			t.Errorf("%+v.String() = %q, want %q", a, got, want)
		}
	}
}
