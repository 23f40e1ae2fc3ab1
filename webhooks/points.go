package webhooks

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"time"

	"kopilka/ledger"
	"kopilka/program"
	"kopilka/receipts"
)

// Balance is what a member has.
type Balance struct {
	Available     Points `json:"available" doc:"Can be spent now."`
	Pending       Points `json:"pending" doc:"Earned, and to be waited for."`
	Debt          Points `json:"debt" doc:"Taken back after they were spent; the next points repay it."`
	NextExpiry    *Due   `json:"next_expiry,omitempty" doc:"The next points to be lost."`
	NextAvailable *Due   `json:"next_available,omitempty" doc:"The next pending points that can be spent."`
}

// Due is a number of points and a moment.
type Due struct {
	At     time.Time `json:"at"`
	Points Points    `json:"points"`
}

func balance(b ledger.Balance) Balance {
	return Balance{Available: points(b.Available), Pending: points(b.Pending), Debt: points(b.Debt),
		NextExpiry: due(b.NextExpiry), NextAvailable: due(b.NextAvailable)}
}

func due(d ledger.Due) *Due {
	if d.At.IsZero() {
		return nil
	}
	return &Due{At: d.At.UTC(), Points: points(d.Points)}
}

// Breakdown says why a sum earns what it does: the lines add up to the total.
type Breakdown struct {
	Lines    []Line `json:"lines" nullable:"false"`
	Total    Points `json:"total"`
	Settings int64  `json:"settings" doc:"The version of the programme's rules."`
}

// Line is one reason.
type Line struct {
	Code   string  `json:"code" example:"base" doc:"base, merchant, tier, rounding, day_cap; more may come."`
	Rate   *int64  `json:"rate_bp,omitempty" example:"300" doc:"The rate in basis points: 100 is one per cent."`
	Tier   string  `json:"tier,omitempty" example:"silver"`
	Cap    *Points `json:"cap,omitempty" doc:"The limit that was met."`
	Points Points  `json:"points"`
}

func breakdown(b program.Breakdown) Breakdown {
	out := Breakdown{Lines: []Line{}, Total: points(b.Total), Settings: b.Settings}
	for _, l := range b.Lines {
		line := Line{Code: string(l.Code), Tier: l.Tier, Points: points(l.Points)}
		if l.Rate != 0 {
			line.Rate = new(int64(l.Rate))
		}
		if l.Cap != 0 {
			line.Cap = new(points(l.Cap))
		}
		out.Lines = append(out.Lines, line)
	}
	return out
}

// Account is a member's balance and tier.
type Account struct {
	Member  MemberID `json:"member"`
	Balance Balance  `json:"balance"`
	Tier    Tier     `json:"tier"`
}

// Tier is where a member stands.
type Tier struct {
	Code  string `json:"code" example:"silver"`
	Spend Money  `json:"spend" doc:"Bought in the last 365 days."`
	Next  string `json:"next,omitempty" example:"gold"`
	Left  *Money `json:"left,omitempty" doc:"What is missing to the next tier."`
}

func tier(s program.Standing) Tier {
	t := Tier{Code: s.Tier.Code, Spend: Money{s.Spend, s.Currency}}
	if s.Next != nil {
		t.Next, t.Left = s.Next.Code, &Money{s.Left, s.Currency}
	}
	return t
}

type accountOutput struct{ Body Account }

func (s *Server) getBalance(ctx context.Context, in *memberInput) (*accountOutput, error) {
	id, err := memberID(in.ID)
	if err != nil {
		return nil, err
	}
	a, err := s.program.Account(ctx, actorOf(ctx), id)
	if err != nil {
		return nil, err
	}
	return &accountOutput{Account{Member: MemberID(id), Balance: balance(a.Balance), Tier: tier(a.Standing)}}, nil
}

// QuoteRequest is a purchase that has not been made.
type QuoteRequest struct {
	Member   Buyer       `json:"member" doc:"Who would buy: exactly one of id, card and phone."`
	Total    Money       `json:"total"`
	Merchant *MerchantID `json:"merchant,omitempty" doc:"Needed by keys that are not one merchant's."`
}

type quoteInput struct{ Body QuoteRequest }

type quoteOutput struct {
	Body struct {
		Member    MemberID  `json:"member"`
		Points    Points    `json:"points" doc:"What it would earn now."`
		Breakdown Breakdown `json:"breakdown"`
	}
}

func (s *Server) quote(ctx context.Context, in *quoteInput) (*quoteOutput, error) {
	merchant := merchantOf(ctx, in.Body.Merchant)
	if merchant == 0 {
		return nil, invalid("body", "merchant", "needed: this key is not one merchant's")
	}
	m, err := s.lookUp(ctx, "body", "member/", in.Body.Member)
	if err != nil {
		return nil, err
	}
	b, err := s.program.Quote(ctx, actorOf(ctx), m.ID, merchant, receipts.Money(in.Body.Total))
	if err != nil {
		return nil, err
	}
	out := &quoteOutput{}
	out.Body.Member, out.Body.Points, out.Body.Breakdown = MemberID(m.ID), points(b.Total), breakdown(b)
	return out, nil
}

type historyInput struct {
	ID     string `path:"id" pattern:"^m_[1-9][0-9]{0,18}$" example:"m_123" doc:"The member."`
	Cursor string `query:"cursor" maxLength:"32" doc:"next_cursor of the page before."`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

type historyOutput struct{ Body HistoryPage }

// HistoryPage is a part of a member's history.
type HistoryPage struct {
	Entries    []Entry `json:"entries" nullable:"false"`
	HasMore    bool    `json:"has_more"`
	NextCursor string  `json:"next_cursor,omitempty"`
}

var cursorText = base64.RawURLEncoding

// cursor hides the number that it is, so that nobody counts with it.
func cursor(seq int64) string {
	return cursorText.EncodeToString(binary.AppendUvarint([]byte{'h'}, uint64(seq)))
}

func cursorSeq(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	b, err := cursorText.DecodeString(text)
	if err != nil || len(b) < 2 || b[0] != 'h' {
		return 0, invalid("query", "cursor", "not a cursor of ours")
	}
	n, used := binary.Uvarint(b[1:])
	if used != len(b)-1 || n == 0 || n > 1<<62 {
		return 0, invalid("query", "cursor", "not a cursor of ours")
	}
	return int64(n), nil
}
