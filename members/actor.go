package members

import (
	"context"
	"fmt"

	"kopilka/internal/postgres"
)

// Role is what somebody acts as.
type Role string

// The roles. System is the product itself, API a till or an application with a key.
const (
	RoleShopper Role = "shopper"
	RoleCashier Role = "cashier"
	RoleManager Role = "manager"
	RoleAdmin   Role = "admin"
	RoleSystem  Role = "system"
	RoleAPI     Role = "api"
)

// Actor is who does something, in which role and where.
type Actor struct {
	Member   ID // 0 for the system and for API keys
	Role     Role
	Merchant int64    // 0 is every merchant
	Store    int64    // 0 is every store of the merchant
	Key      string   // the API key's id
	Scopes   []string // the API key's scopes
}

// System is the actor of what nobody asked for: expiry, retries, the operator's commands.
func System() Actor { return Actor{Role: RoleSystem} }

// String names the actor in the ledger and in audits: member:12, api:ab12cd34, system.
func (a Actor) String() string {
	switch {
	case a.Role == RoleSystem:
		return "system"
	case a.Role == RoleAPI:
		return "api:" + a.Key
	case a.Member != 0:
		return fmt.Sprintf("member:%d", a.Member)
	}
	return "nobody"
}

// ActorOf lists what the member may act as, the strongest first and a shopper last. Only
// somebody active, or who merely stopped messages, acts as staff.
func ActorOf(ctx context.Context, q postgres.Querier, id ID) ([]Actor, error) {
	m, err := Get(ctx, q, id)
	if err != nil {
		return nil, err
	}
	var actors []Actor
	if m.State == StateActive || m.State == StateStopped {
		grants, err := Grants(ctx, q, id)
		if err != nil {
			return nil, err
		}
		for _, g := range grants {
			actors = append(actors, Actor{Member: id, Role: g.Role, Merchant: g.Merchant, Store: g.Store})
		}
	}
	return append(actors, Actor{Member: id, Role: RoleShopper}), nil
}
