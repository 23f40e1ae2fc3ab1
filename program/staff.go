package program

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kopilka/catalog"
	"kopilka/internal/postgres"
	"kopilka/members"

	"github.com/jackc/pgx/v5"
)

// Shop is a merchant to be added with its first store and till.
type Shop struct {
	Merchant catalog.Merchant
	Store    catalog.Store
	// Devices are the fiscal devices of the store's tills.
	Devices []string
}

// AddShop adds a merchant, its first store and its tills. ErrTaken of catalog when the
// tax number or a device is there already.
func (p *Program) AddShop(ctx context.Context, actor members.Actor, s Shop) (at catalog.Place, err error) {
	if !actor.Can(members.PermManageMerchant, 0) {
		return at, ErrForbidden
	}
	err = p.write(ctx, func(tx pgx.Tx) error {
		if s.Merchant.ID, err = catalog.AddMerchant(ctx, tx, s.Merchant); err != nil {
			return err
		}
		s.Store.Merchant = s.Merchant.ID
		if s.Store.ID, err = catalog.AddStore(ctx, tx, s.Store); err != nil {
			return err
		}
		for _, d := range s.Devices {
			if _, err := catalog.RegisterDevice(ctx, tx, catalog.Till{Store: s.Store.ID, Device: d, Country: s.Merchant.Country}); err != nil {
				return err
			}
		}
		if at, err = catalog.PlaceOf(ctx, tx, s.Merchant.ID, s.Store.ID); err != nil {
			return err
		}
		return audit(ctx, tx, actor, "merchant.add", fmt.Sprint("merchant:", s.Merchant.ID), nil, p.now())
	})
	return at, err
}

// RegisterDevice adds a till's fiscal device to a store.
func (p *Program) RegisterDevice(ctx context.Context, actor members.Actor, t catalog.Till) error {
	store, err := catalog.StoreByID(ctx, p.db, t.Store)
	if err != nil {
		return err
	}
	if !actor.Can(members.PermManageCatalog, int64(store.Merchant)) {
		return ErrForbidden
	}
	return p.write(ctx, func(tx pgx.Tx) error {
		if _, err := catalog.RegisterDevice(ctx, tx, t); err != nil {
			return err
		}
		return audit(ctx, tx, actor, "device.register", fmt.Sprint("store:", t.Store), map[string]any{"device": t.Device}, p.now())
	})
}

// invitationTime is how long an invitation is good for.
const invitationTime = 24 * time.Hour

// invites says what it takes to invite somebody to a role.
var invites = map[members.Role]members.Permission{
	members.RoleCashier: members.PermInviteCashier,
	members.RoleManager: members.PermInviteManager,
	members.RoleAdmin:   members.PermInviteAdmin,
}

// InviteStaff makes a single-use token that gives its bearer a role.
func (p *Program) InviteStaff(ctx context.Context, actor members.Actor, role members.Role, merchant catalog.MerchantID, store catalog.StoreID) (token string, err error) {
	need, known := invites[role]
	if !known || !actor.Can(need, int64(merchant)) {
		return "", ErrForbidden
	}
	err = p.write(ctx, func(tx pgx.Tx) error {
		at := p.now()
		token, err = members.Invite(ctx, tx, members.Invitation{Role: role, Merchant: int64(merchant), Store: int64(store), By: actor.Member, ExpiresAt: at.Add(invitationTime)})
		if err != nil {
			return err
		}
		return audit(ctx, tx, actor, "staff.invite", fmt.Sprint("merchant:", merchant), map[string]any{"role": role}, at)
	})
	return token, err
}

// AcceptInvitation gives the member the role that the token names, once.
func (p *Program) AcceptInvitation(ctx context.Context, m members.ID, token string) (g members.Grant, err error) {
	err = p.write(ctx, func(tx pgx.Tx) error {
		if g, err = members.Accept(ctx, tx, token, m, p.now()); err != nil {
			return err
		}
		return audit(ctx, tx, members.Actor{Member: m, Role: members.RoleShopper}, "staff.accept", fmt.Sprint("merchant:", g.Merchant), map[string]any{"role": g.Role}, p.now())
	})
	return g, err
}

// RevokeStaff takes a role from a member.
func (p *Program) RevokeStaff(ctx context.Context, actor members.Actor, m members.ID, role members.Role, merchant catalog.MerchantID) error {
	need, known := invites[role]
	if !known || !actor.Can(need, int64(merchant)) {
		return ErrForbidden
	}
	return p.write(ctx, func(tx pgx.Tx) error {
		if err := members.Revoke(ctx, tx, m, role, int64(merchant), actor.Member, p.now()); err != nil {
			return err
		}
		return audit(ctx, tx, actor, "staff.revoke", fmt.Sprint("member:", m), map[string]any{"role": role, "merchant": merchant}, p.now())
	})
}

// FindMember finds a buyer for staff, by card or phone. Whoever has left is not found.
func (p *Program) FindMember(ctx context.Context, actor members.Actor, find func(context.Context, postgres.Querier) (members.Member, error)) (members.Member, error) {
	if !actor.Can(members.PermReadMember, actor.Merchant) {
		return members.Member{}, ErrForbidden
	}
	m, err := find(ctx, p.db)
	if errors.Is(err, members.ErrNotFound) || err == nil && m.State == members.StateClosed {
		return members.Member{}, ErrNotFound
	}
	return m, err
}
