package webhooks

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"kopilka/catalog"
	"kopilka/members"
	"kopilka/program"
)

// Member is a profile as callers see it.
type Member struct {
	ID       MemberID   `json:"id"`
	State    string     `json:"state" enum:"pending,active,stopped,closed,blocked" doc:"pending: registered by phone and not yet taken over by its owner. stopped: wants no messages."`
	Name     string     `json:"name,omitempty" maxLength:"128" example:"Анна"`
	Lang     string     `json:"lang,omitempty" example:"ru"`
	Phone    string     `json:"phone,omitempty" example:"+7 900 ***-**-33" doc:"Masked, unless the key has the scope members:pii."`
	Card     string     `json:"card,omitempty" example:"9643123412341238" doc:"The number on the card, 16 digits."`
	JoinedAt *time.Time `json:"joined_at,omitempty"`
}

func (s *Server) member(ctx context.Context, m members.Member) Member {
	out := Member{ID: MemberID(m.ID), State: string(m.State), Name: m.Name, Lang: m.Lang, Card: string(m.Card), JoinedAt: moment(m.JoinedAt)}
	if m.Phone != "" {
		out.Phone = m.Phone.Masked()
		if actorOf(ctx).Can(members.PermReadPhone, 0) {
			out.Phone = string(m.Phone)
		}
	}
	return out
}

type registerInput struct {
	Body Registration
}

// Registration is a buyer at a till or in a shop's application.
type Registration struct {
	Phone    string    `json:"phone" minLength:"5" maxLength:"40" example:"+79001112233" doc:"With the country's code, or as it is dialled in the country of the key's merchant."`
	Name     string    `json:"name,omitempty" maxLength:"128" example:"Анна"`
	Lang     string    `json:"lang,omitempty" pattern:"^[a-z]{2}(-[A-Za-z0-9]{1,8})?$" example:"ru" doc:"What the buyer reads."`
	Consents []Consent `json:"consents,omitempty" maxItems:"10" nullable:"false" doc:"What the buyer agreed to, as far as you have asked."`
}

// Consent is one yes or no to one version of one text.
type Consent struct {
	Kind     string     `json:"kind" enum:"terms,privacy,promo"`
	Version  string     `json:"version" minLength:"1" maxLength:"32" example:"2026-11" doc:"Of the text that was shown."`
	Given    bool       `json:"given"`
	Evidence string     `json:"evidence" minLength:"1" maxLength:"256" example:"till 3, signed form 118" doc:"Where the proof is."`
	At       *time.Time `json:"at,omitempty" doc:"Now, if left out."`
}

type memberOutput struct {
	Status int
	Body   Member
}

func (s *Server) registerMember(ctx context.Context, in *registerInput) (*memberOutput, error) {
	phone, err := s.phone(ctx, in.Body.Phone)
	if err != nil {
		return nil, within("body", "phone", err)
	}
	m, isNew, err := s.program.RegisterByPhone(ctx, actorOf(ctx), phone, in.Body.Name)
	if errors.Is(err, members.ErrTaken) { // another till was quicker by a moment
		m, isNew, err = s.program.RegisterByPhone(ctx, actorOf(ctx), phone, in.Body.Name)
	}
	if err != nil {
		return nil, err
	}
	if m, err = s.agree(ctx, m, in.Body); err != nil {
		return nil, err
	}
	out := &memberOutput{Status: http.StatusOK, Body: s.member(ctx, m)}
	switch {
	case isNew:
		out.Status = http.StatusCreated
	case !actorOf(ctx).Can(members.PermReadMember, 0):
		// Who may only register learns that the number is taken, and not whose it is.
		out.Body = Member{ID: out.Body.ID, State: out.Body.State}
	}
	return out, nil
}

// agree writes down what a buyer said while registering. Of one who has joined nothing is
// changed: that is theirs to say, in the chat.
func (s *Server) agree(ctx context.Context, m members.Member, in Registration) (members.Member, error) {
	if m.State != members.StatePending || in.Lang == "" && len(in.Consents) == 0 {
		return m, nil
	}
	var consents []members.Consent
	for _, c := range in.Consents {
		at := s.now()
		if c.At != nil && c.At.Before(at) {
			at = *c.At
		}
		consents = append(consents, members.Consent{Kind: c.Kind, Version: c.Version, Given: c.Given, Lang: in.Lang, Evidence: c.Evidence, At: at})
	}
	err := s.program.Agree(ctx, actorOf(ctx), m.ID, in.Lang, consents)
	if errors.Is(err, program.ErrDone) { // joined in between
		return m, nil
	}
	if err != nil {
		return m, err
	}
	return members.Get(ctx, s.db, m.ID)
}

type findInput struct {
	Phone string `query:"phone" maxLength:"40" example:"+79001112233"`
	Card  string `query:"card" maxLength:"64" example:"9643123412341238"`
}

func (s *Server) findMember(ctx context.Context, in *findInput) (*memberOutput, error) {
	if (in.Phone == "") == (in.Card == "") {
		return nil, invalid("query", "phone", "give either phone or card")
	}
	m, err := s.lookUp(ctx, "query", "", Buyer{Phone: in.Phone, Card: in.Card})
	if err != nil {
		return nil, err
	}
	return &memberOutput{Status: http.StatusOK, Body: s.member(ctx, m)}, nil
}

// memberInput has the id as text, because huma would read a number's digits alone.
type memberInput struct {
	ID string `path:"id" pattern:"^m_[1-9][0-9]{0,18}$" example:"m_123" doc:"The member."`
}

func memberID(text string) (members.ID, error) {
	var id MemberID
	if err := id.UnmarshalText([]byte(text)); err != nil {
		return 0, invalid("path", "id", err.Error())
	}
	return members.ID(id), nil
}

func (s *Server) getMember(ctx context.Context, in *memberInput) (*memberOutput, error) {
	id, err := memberID(in.ID)
	if err != nil {
		return nil, err
	}
	m, err := members.Get(ctx, s.db, id)
	if err != nil {
		return nil, err
	}
	return &memberOutput{Status: http.StatusOK, Body: s.member(ctx, m)}, nil
}

// Buyer names a member in one of three ways.
type Buyer struct {
	ID    MemberID `json:"id,omitempty"`
	Card  string   `json:"card,omitempty" maxLength:"64" example:"9643123412341238" doc:"As printed or scanned; blanks are fine."`
	Phone string   `json:"phone,omitempty" maxLength:"40" example:"+79001112233" doc:"With the country's code, or as it is dialled in the country of the key's merchant."`
}

// lookUp finds the one member that b names; in and place say where b stood.
func (s *Server) lookUp(ctx context.Context, in, place string, b Buyer) (members.Member, error) {
	switch {
	case b.ID != 0 && b.Card == "" && b.Phone == "":
		return members.Get(ctx, s.db, members.ID(b.ID))
	case b.Card != "" && b.ID == 0 && b.Phone == "":
		c, err := members.ParseCard(b.Card)
		if err != nil {
			return members.Member{}, within(in, place+"card", err)
		}
		return members.ByCard(ctx, s.db, c)
	case b.Phone != "" && b.ID == 0 && b.Card == "":
		p, err := s.phone(ctx, b.Phone)
		if err != nil {
			return members.Member{}, within(in, place+"phone", err)
		}
		return members.ByPhone(ctx, s.db, p)
	}
	return members.Member{}, invalid(in, "member", "give exactly one of id, card and phone")
}

// phone reads a number; one without a country's code is of the country of the key's
// merchant.
func (s *Server) phone(ctx context.Context, text string) (members.Phone, error) {
	region := ""
	if id := actorOf(ctx).Merchant; id != 0 && !strings.HasPrefix(strings.TrimSpace(text), "+") {
		m, err := catalog.MerchantByID(ctx, s.db, catalog.MerchantID(id))
		if err != nil {
			return "", err
		}
		region = m.Country
	}
	return members.ParsePhone(text, region)
}
