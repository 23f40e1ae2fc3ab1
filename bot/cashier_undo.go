package bot

import (
	"context"
	"errors"
	"strings"

	"kopilka/ledger"
	"kopilka/members"
	"kopilka/program"
	"kopilka/texts"
)

// undoShown is how many operations are offered at once.
const undoShown = 6

// undoList offers what the sender may still take back.
func undoList(ctx context.Context, t *Talk) error {
	var k Inline
	lines := []string{t.P.Text("undo_list")}
	for _, a := range t.desks() {
		ops, err := t.Program.Undoable(ctx, a, undoShown)
		if err != nil {
			return err
		}
		at, err := t.place(ctx, a)
		if err != nil {
			return err
		}
		for _, o := range ops {
			key, sign := "undo_sale", "+"
			if o.Kind == ledger.KindRedemption {
				key, sign = "undo_redemption", "−"
			}
			data := texts.Data{"Sign": sign, "Time": o.At.In(program.Zone(at)), "Name": shortName(members.Member{Name: o.Buyer, Phone: o.Phone}),
				"Total": sum(o.Total), "Points": texts.Points(max(o.Points, -o.Points))}
			lines = append(lines, t.P.Text(key, data))
			k = append(k, Row(Tap(t.P.Plain("button_undo_op", data), actionUndo.Token(o.Op)).In(Danger)))
		}
	}
	if len(k) == 0 {
		return t.Say(ctx, "undo_none", nil, nil)
	}
	return t.SayHTML(ctx, strings.Join(lines, "\n"), k)
}

// undo takes one operation back, with the first of the sender's roles that may.
func undo(ctx context.Context, t *Talk) error {
	op := ledger.OpID(t.Params.Int(0))
	err := program.ErrForbidden
	var done ledger.Result
	for _, a := range t.desks() {
		if done, err = t.Program.Undo(ctx, a, op); !errors.Is(err, program.ErrForbidden) {
			break
		}
	}
	switch {
	case errors.Is(err, program.ErrTooLate):
		return t.Say(ctx, "undo_late", nil, nil)
	case errors.Is(err, program.ErrForbidden), errors.Is(err, program.ErrNotFound):
		return t.Say(ctx, "undo_not_yours", nil, nil)
	case err != nil:
		return err
	}
	if err := t.disarm(ctx); err != nil { // what is taken back cannot be taken back twice
		return err
	}
	if done.Replay {
		return t.Say(ctx, "undo_again", nil, nil)
	}
	if done.Points > 0 {
		return t.Say(ctx, "undo_done_redemption", texts.Data{"Points": texts.Points(done.Points)}, nil)
	}
	return t.Say(ctx, "undo_done_sale", texts.Data{"Points": texts.Points(-done.Points)}, nil)
}

// today tells what the sender did today, at each place where they work.
func today(ctx context.Context, t *Talk) error {
	for _, a := range t.desks() {
		s, err := t.Program.Today(ctx, a)
		if err != nil {
			return err
		}
		if err := t.SayHTML(ctx, t.shiftText(s), nil); err != nil {
			return err
		}
	}
	return nil
}

func (t *Talk) shiftText(s program.Shift) string {
	key := "today_own"
	if s.Whole {
		key = "today_whole"
	}
	lines := []string{t.P.Text(key, texts.Data{"Day": texts.Day{At: s.Day, Now: s.Day}, "Shop": s.Place.Merchant.Name})}
	if s.Sales+s.Redemptions+s.Undone == 0 {
		return lines[0] + "\n" + t.P.Text("today_none")
	}
	var sold []string
	for _, m := range s.Sold {
		sold = append(sold, t.P.Money(m.Minor, m.Currency))
	}
	if s.Sales > 0 {
		lines = append(lines, t.P.Text("today_sales", texts.Data{"N": texts.Count(s.Sales), "Sold": strings.Join(sold, ", "), "Points": texts.Points(s.Accrued)}))
	}
	if s.Redemptions > 0 {
		lines = append(lines, t.P.Text("today_redemptions", texts.Data{"N": texts.Count(s.Redemptions), "Points": texts.Points(s.Redeemed)}))
	}
	if s.Undone > 0 {
		lines = append(lines, t.P.Text("today_undone", texts.Data{"N": texts.Count(s.Undone)}))
	}
	return strings.Join(lines, "\n")
}
