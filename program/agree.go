package program

import (
	"context"
	"fmt"

	"kopilka/members"

	"github.com/jackc/pgx/v5"
)

// Agree writes down the language of a buyer who waits at a till, or in a shop's
// application, to join, and what they agreed to there. Who has joined says so in the chat,
// and nobody else may: ErrDone. What holds already is not written again, so that a repeat
// leaves no second row.
func (p *Program) Agree(ctx context.Context, actor members.Actor, m members.ID, lang string, consents []members.Consent) error {
	if !actor.Can(members.PermRegister, actor.Merchant) {
		return ErrForbidden
	}
	return p.write(ctx, func(tx pgx.Tx) error {
		who, err := members.Lock(ctx, tx, m)
		if err != nil {
			return notFound(err)
		}
		if who.State != members.StatePending {
			return ErrDone
		}
		if lang != "" && lang != who.Lang {
			if err := members.SetLang(ctx, tx, m, lang); err != nil {
				return err
			}
		}
		return p.record(ctx, tx, actor, m, consents)
	})
}

func (p *Program) record(ctx context.Context, tx pgx.Tx, actor members.Actor, m members.ID, consents []members.Consent) error {
	had, err := members.Consents(ctx, tx, m)
	if err != nil {
		return err
	}
	holds := map[string]members.Consent{}
	for _, c := range had {
		holds[c.Kind] = c
	}
	for _, c := range consents {
		if old, ok := holds[c.Kind]; ok && old.Version == c.Version && old.Given == c.Given {
			continue
		}
		c.Evidence = actor.String() + " " + c.Evidence
		if err := members.RecordConsent(ctx, tx, m, c); err != nil {
			return err
		}
		facts := map[string]any{"kind": c.Kind, "version": c.Version, "given": c.Given}
		if err := audit(ctx, tx, actor, "member.consent", fmt.Sprint("member:", m), facts, p.now()); err != nil {
			return err
		}
	}
	return nil
}
