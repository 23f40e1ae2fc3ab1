package bot

import (
	"context"
	"errors"

	"kopilka/members"
	"kopilka/texts"
)

func askPhone(ctx context.Context, t *Talk) error {
	return t.Say(ctx, "phone_ask", nil, withContact(t.P.Plain("button_share_phone"), t.keyboard()))
}

// contact books the sender's own phone number: only Telegram's word counts, not a typed
// number or somebody's card. Points that wait under it at a till come with it.
func contact(ctx context.Context, t *Talk) error {
	if !t.joined() {
		return t.welcome(ctx, "", "join_first")
	}
	text, own := t.Contact()
	if !own {
		return t.Say(ctx, "phone_foreign", nil, withContact(t.P.Plain("button_share_phone"), t.keyboard()))
	}
	phone, err := members.ParsePhone(text, "")
	if err != nil {
		return t.Say(ctx, "phone_odd", nil, t.keyboard())
	}
	done, err := t.Program.SharePhone(ctx, t.Member.ID, phone)
	switch {
	case errors.Is(err, members.ErrTaken):
		return t.Say(ctx, "phone_taken", nil, t.keyboard())
	case err != nil:
		return err
	case done.Merged:
		return t.Say(ctx, "phone_merged", texts.Data{"Phone": phone.Masked(), "Points": texts.Points(done.Points)}, t.keyboard())
	}
	return t.Say(ctx, "phone_done", texts.Data{"Phone": phone.Masked()}, t.keyboard())
}
