package program

import (
	"context"
	"errors"
	"fmt"

	"kopilka/catalog"
	"kopilka/members"

	"github.com/jackc/pgx/v5"
)

// SetMerchantState takes a merchant out of the programme, or brings it back. What it
// earned its buyers stays theirs.
func (p *Program) SetMerchantState(ctx context.Context, actor members.Actor, id catalog.MerchantID, to catalog.State) error {
	if !actor.Can(members.PermManageMerchant, 0) {
		return ErrForbidden
	}
	return p.write(ctx, func(tx pgx.Tx) error {
		set, action := catalog.Suspend, "merchant.suspend"
		if to == catalog.StateActive {
			set, action = catalog.Resume, "merchant.resume"
		}
		if err := set(ctx, tx, id); errors.Is(err, catalog.ErrNotFound) {
			return ErrNotFound
		} else if err != nil {
			return err
		}
		return audit(ctx, tx, actor, action, fmt.Sprint("merchant:", id), nil, p.now())
	})
}
