package bot

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"kopilka/members"
	"kopilka/notify"
	"kopilka/program"
	"kopilka/texts"
)

const (
	flowBroadcast = "broadcast"
	bcTo          = Action("bcto")
	bcGo          = Action("bcgo")
	bcCancel      = Action("bcx")
)

// fewPeople is how many a broadcast may reach by one tap; for more the number is typed.
const fewPeople = 10

// bulletin is a broadcast being put together.
type bulletin struct {
	Source int    `json:"source"`          // the message that was sent for it
	Tier   string `json:"tier,omitempty"`  // "" is everybody
	Draft  int64  `json:"draft,omitempty"` // as notify keeps it
	Reach  int64  `json:"reach,omitempty"` // the number to be confirmed
}

func broadcastRoutes(r *Routes) {
	guard := func(h Handler) Handler { return allowed(members.PermBroadcast, h) }
	r.Command("broadcast", guard(broadcast))
	r.Action(actionBroadcast, guard(broadcast))
	r.Action(actionBcStop, guard(stopBroadcast))
	r.Flow(flowBroadcast, guard(broadcastAnswer))
	r.FlowAction(flowBroadcast, bcTo, guard(audienceChosen))
	r.FlowAction(flowBroadcast, bcGo, guard(startBroadcast))
	r.FlowAction(flowBroadcast, bcCancel, cancelled)
}

func broadcast(ctx context.Context, t *Talk) error { return t.askNews(ctx, "") }

func (t *Talk) askNews(ctx context.Context, why string) error {
	return t.askBroadcast(ctx, bulletin{}, "message", t.line(why)+t.P.Text("bc_message"), nil)
}

// askBroadcast moves the broadcast to a step and asks its question, with a way out.
func (t *Talk) askBroadcast(ctx context.Context, n bulletin, step, html string, rows func() Inline) error {
	if err := t.OpenFlow(ctx, flowBroadcast, step, n); err != nil {
		return err
	}
	var k Inline
	if rows != nil {
		k = rows()
	}
	return t.EditOrSayHTML(ctx, html, append(k, Row(Tap(t.P.Plain("button_cancel"), t.FlowToken(bcCancel)))))
}

// broadcastAnswer takes the message, and the number that confirms it.
func broadcastAnswer(ctx context.Context, t *Talk) error {
	var n bulletin
	if err := t.Flow.Read(&n); err != nil {
		return err
	}
	switch t.Flow.Step {
	case "message":
		return t.newsGiven(ctx)
	case "confirm":
		return t.countGiven(ctx, n)
	}
	return t.askAudience(ctx, n, "bc_buttons")
}

func (t *Talk) newsGiven(ctx context.Context) error {
	m := t.Message
	switch {
	case len(t.Album) > 1:
		return t.askNews(ctx, "bc_one")
	case m.Text == "" && len(m.Photo) == 0:
		return t.askNews(ctx, "bc_kind")
	}
	return t.askAudience(ctx, bulletin{Source: t.MessageID}, "")
}

// askAudience offers everybody and each tier, with how many people that is now.
func (t *Talk) askAudience(ctx context.Context, n bulletin, why string) error {
	a, _ := t.Actor(members.PermBroadcast)
	s, err := t.Program.Settings(ctx)
	if err != nil {
		return err
	}
	type audience struct{ tier, label string }
	offered := []audience{{"", t.P.Plain("bc_everybody")}}
	for _, tier := range s.Tiers {
		offered = append(offered, audience{tier.Code, t.P.Plain("bc_tier", texts.Data{"Tier": tier.Name(t.P.Lang())})})
	}
	for i, o := range offered {
		count, err := t.Notify.Reach(ctx, a, o.tier)
		if err != nil {
			return err
		}
		offered[i].label = fmt.Sprintf("%s: %s", o.label, t.P.Number(count))
	}
	return t.askBroadcast(ctx, n, "audience", t.line(why)+t.P.Text("bc_audience"), func() (k Inline) {
		for _, o := range offered {
			k = append(k, Row(Tap(cut(o.label, 60), t.FlowToken(bcTo, o.tier))))
		}
		return k
	})
}

// audienceChosen shows the message exactly as it will arrive. What people get is a copy
// of this preview, which its author cannot change any more.
func audienceChosen(ctx context.Context, t *Talk) error {
	var n bulletin
	if err := t.Flow.Read(&n); err != nil {
		return err
	}
	n.Tier = t.Params.Text(0)
	label := t.P.Plain("button_no_news")
	preview, err := t.Send(ctx, Message{Copy: &Copy{Chat: t.Chat, Message: n.Source}, Keyboard: Inline{Row(Tap(label, actionNoNews.Token(0)))}})
	if c := ClassOf(err); c == File || c == Refused || c == Stale {
		return t.askNews(ctx, "bc_lost")
	}
	if err != nil {
		return err
	}
	a, _ := t.Actor(members.PermBroadcast)
	b, reach, err := t.Notify.Draft(ctx, a, notify.Message{Copy: fmt.Sprintf("%d:%d", t.Chat, preview.ID),
		Buttons: [][]notify.Button{{{Label: label, Action: notify.ActionPromoStop}}}}, n.Tier)
	if err != nil {
		return err
	}
	n.Draft = b.ID
	return t.askCount(ctx, n, reach, "")
}

// askCount asks for a yes under the preview: a tap for a few people, the number typed for
// many.
func (t *Talk) askCount(ctx context.Context, n bulletin, reach int64, why string) error {
	if reach == 0 {
		return t.askAudience(ctx, n, "bc_nobody")
	}
	n.Reach = reach
	if err := t.OpenFlow(ctx, flowBroadcast, "confirm", n); err != nil {
		return err
	}
	k := Inline{Row(Tap(t.P.Plain("button_cancel"), t.FlowToken(bcCancel)))}
	if reach < fewPeople {
		k = append(Inline{Row(Tap(t.P.Plain("button_bc_send"), t.FlowToken(bcGo)).In(Success))}, k...)
		return t.SayHTML(ctx, t.line(why)+t.P.Text("bc_confirm_few", texts.Data{"N": texts.Count(reach)}), k)
	}
	return t.SayHTML(ctx, t.line(why)+t.P.Text("bc_confirm", texts.Data{"N": texts.Count(reach)}), k)
}

func (t *Talk) countGiven(ctx context.Context, n bulletin) error {
	digits := strings.NewReplacer(" ", "", "\u00a0", "", ",", "", ".", "").Replace(t.Text())
	if count, err := strconv.ParseInt(digits, 10, 64); err != nil || count != n.Reach {
		return t.askCount(ctx, n, n.Reach, "bc_count_wrong")
	}
	return t.start(ctx, n)
}

func startBroadcast(ctx context.Context, t *Talk) error {
	var n bulletin
	if err := t.Flow.Read(&n); err != nil {
		return err
	}
	return t.start(ctx, n)
}

// start sends the broadcast. From then on its progress message, which notify keeps,
// tells the rest.
func (t *Talk) start(ctx context.Context, n bulletin) error {
	a, _ := t.Actor(members.PermBroadcast)
	_, err := t.Notify.Start(ctx, a, n.Draft, n.Reach, strconv.FormatInt(t.Chat, 10))
	if errors.Is(err, notify.ErrCount) {
		reach, err := t.Notify.Reach(ctx, a, n.Tier)
		if err != nil {
			return err
		}
		return t.askCount(ctx, n, reach, "bc_changed")
	}
	if err != nil {
		return err
	}
	if err := t.EditOrSay(ctx, "bc_started", texts.Data{"N": texts.Count(n.Reach)}, nil); err != nil {
		return err
	}
	return t.LeaveFlow(ctx)
}

// stopBroadcast cancels what has not been sent yet.
func stopBroadcast(ctx context.Context, t *Talk) error {
	a, _ := t.Actor(members.PermBroadcast)
	b, err := t.Notify.Stop(ctx, a, t.Params.Int(0))
	if errors.Is(err, program.ErrNotFound) {
		return ErrStale
	}
	if err != nil {
		return err
	}
	return t.EditOrSayHTML(ctx, notify.ProgressText(t.P, b, t.At), nil)
}
