package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"kopilka/internal/postgres"
	"kopilka/ledger"
	"kopilka/members"
	"kopilka/program"
	"kopilka/texts"

	"github.com/jackc/pgx/v5"
)

// plan is one event on its way to people.
type plan struct {
	n     *Notify
	tx    pgx.Tx
	event program.Event
	part  int
}

// Plan writes the deliveries of one event.
func (n *Notify) Plan(ctx context.Context, tx pgx.Tx, e program.Event) error {
	p := &plan{n: n, tx: tx, event: e}
	switch e.Type {
	case program.PointsAccrued:
		return p.accrued(ctx)
	case program.PointsRedeemed:
		return p.redeemed(ctx)
	case program.PointsReversed:
		return p.reversed(ctx)
	case program.PointsExpired:
		return p.expired(ctx)
	case program.RedemptionRequested:
		return p.requested(ctx)
	case program.RedemptionDeclined:
		return p.declined(ctx)
	case program.ReceiptReview:
		return p.review(ctx)
	case program.ReceiptRejected:
		return p.rejected(ctx)
	case program.TierChanged:
		return p.tier(ctx)
	}
	return nil // what people see happen, as joining, needs no message
}

// tell writes one delivery to a member, if there is a way to reach them.
func (p *plan) tell(ctx context.Context, m members.Member, msg Message) error {
	p.part++
	if p.n.Channel == nil {
		return nil
	}
	if m.Telegram == 0 || !m.Reachable {
		return nil
	}
	body, err := json.Marshal(msg)
	if err != nil {
		return fmt.Errorf("write a message to member %d: %w", m.ID, err)
	}
	now := p.n.Now()
	_, err = p.tx.Exec(ctx, `
		INSERT INTO notify.delivery (event_id, part, member_id, channel, address, message, not_before, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (event_id, part) DO NOTHING`,
		p.event.ID, p.part, m.ID, p.n.Channel.Name(), strconv.FormatInt(m.Telegram, 10), body, now)
	if err != nil {
		return fmt.Errorf("plan a message to member %d: %w", m.ID, err)
	}
	return nil
}

// reader is a member with a printer in their language.
func (p *plan) reader(ctx context.Context, id members.ID) (members.Member, texts.Printer, error) {
	return p.n.reader(ctx, p.tx, id)
}

func (n *Notify) reader(ctx context.Context, q postgres.Querier, id members.ID) (members.Member, texts.Printer, error) {
	m, err := members.Get(ctx, q, id)
	return m, n.Texts.In(m.Lang), err
}

func (p *plan) accrued(ctx context.Context) error {
	var a program.Accrued
	if err := p.event.Read(&a); err != nil {
		return err
	}
	m, t, err := p.reader(ctx, p.event.Member)
	if err != nil {
		return err
	}
	s, err := p.n.Program.Settings(ctx)
	if err != nil {
		return err
	}
	msg := Message{Text: accruedText(t, s, a, p.event.At), Edit: a.Message,
		Buttons: [][]Button{{{Label: t.Plain("button_why"), Action: ActionWhy, Arg: int64(a.Receipt)}}}}
	if err := p.tell(ctx, m, msg); err != nil {
		return err
	}
	if a.First && m.Phone == "" {
		return p.tell(ctx, m, Message{Text: t.Text("notice_share_phone"), Contact: t.Plain("button_share_phone")})
	}
	return nil
}

// accruedText is the answer to a receipt that earned: the result first.
func accruedText(t texts.Printer, s program.Settings, a program.Accrued, at time.Time) string {
	data := texts.Data{"Points": texts.Points(a.Points), "Shop": a.MerchantOf, "Balance": texts.Points(a.Available),
		"Total": texts.Money{Minor: a.Total.Minor, Currency: a.Total.Currency}}
	text := ""
	switch {
	case a.Points == 0:
		text = t.Text("notice_accrued_none", data)
	case a.Pending:
		zone, err := time.LoadLocation(a.Zone)
		if err != nil {
			zone = time.UTC
		}
		text = t.Text("notice_accrued_pending", data, texts.Data{"Day": texts.Day{At: a.AvailableAt.In(zone), Now: at.In(zone)}})
	default:
		text = t.Text("notice_accrued", data)
	}
	if a.NextTier != "" && a.Left > 0 {
		text += "\n" + t.Text("notice_next_tier", texts.Data{"Tier": s.Tier(a.NextTier).Name(t.Lang()),
			"Left": texts.Money{Minor: a.Left, Currency: s.Currency}})
	}
	return text
}

func (p *plan) redeemed(ctx context.Context) error {
	var r program.Redeemed
	if err := p.event.Read(&r); err != nil {
		return err
	}
	data := texts.Data{"Points": texts.Points(r.Points), "Shop": r.MerchantOf, "Balance": texts.Points(r.Available), "Name": r.Buyer}
	m, t, err := p.reader(ctx, p.event.Member)
	if err != nil {
		return err
	}
	if err := p.tell(ctx, m, Message{Text: t.Text("notice_redeemed", data)}); err != nil {
		return err
	}
	cashier, t, err := p.reader(ctx, r.Cashier)
	if err != nil {
		return err
	}
	return p.tell(ctx, cashier, Message{Text: t.Text("notice_redeemed_staff", data)})
}

func (p *plan) reversed(ctx context.Context) error {
	var r program.Reversed
	if err := p.event.Read(&r); err != nil {
		return err
	}
	m, t, err := p.reader(ctx, p.event.Member)
	if err != nil {
		return err
	}
	key := "notice_accrual_undone"
	if r.Kind == ledger.KindRedemption {
		key = "notice_redemption_undone"
	}
	text := t.Text(key, texts.Data{"Points": texts.Points(max(r.Points, -r.Points)), "Balance": texts.Points(r.Available)})
	if r.Debt > 0 {
		text += "\n" + t.Text("notice_debt", texts.Data{"Points": texts.Points(r.Debt)})
	}
	return p.tell(ctx, m, Message{Text: text, Buttons: [][]Button{{{Label: t.Plain("button_history"), Action: ActionHistory}}}})
}

func (p *plan) expired(ctx context.Context) error {
	var x program.Expired
	if err := p.event.Read(&x); err != nil {
		return err
	}
	m, t, err := p.reader(ctx, p.event.Member)
	if err != nil {
		return err
	}
	if m.State == members.StateStopped {
		return nil // who asked for silence hears answers only
	}
	return p.tell(ctx, m, Message{Text: t.Text("notice_expired", texts.Data{"Points": texts.Points(x.Points)}),
		Buttons: [][]Button{{{Label: t.Plain("button_history"), Action: ActionHistory}}}})
}

func (p *plan) tier(ctx context.Context) error {
	var c program.TierChange
	if err := p.event.Read(&c); err != nil {
		return err
	}
	m, t, err := p.reader(ctx, p.event.Member)
	if err != nil {
		return err
	}
	s, err := p.n.Program.Settings(ctx)
	if err != nil || m.State == members.StateStopped {
		return err
	}
	key := "notice_tier_down"
	if c.Up {
		key = "notice_tier_up"
	}
	tier := s.Tier(c.To)
	return p.tell(ctx, m, Message{Text: t.Text(key, texts.Data{"Tier": tier.Name(t.Lang()), "Rate": texts.Percent(s.Base + tier.Bonus)}),
		Buttons: [][]Button{{{Label: t.Plain("button_tier"), Action: ActionTier}}}})
}
