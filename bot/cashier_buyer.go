package bot

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"kopilka/internal/postgres"
	"kopilka/members"
	"kopilka/program"
	"kopilka/receipts"
	"kopilka/texts"
)

// identity is how a cashier names a buyer: a card or a phone.
type identity struct {
	card  members.Card
	phone members.Phone
}

func (i identity) find(ctx context.Context, q postgres.Querier) (members.Member, error) {
	if i.card != "" {
		return members.ByCard(ctx, q, i.card)
	}
	return members.ByPhone(ctx, q, i.phone)
}

// readBuyer reads a card's or a phone's number, as people type them.
func readBuyer(text, country string) (identity, bool) {
	if c, err := members.ParseCard(text); err == nil {
		return identity{card: c}, true
	}
	if isCardLike(text) {
		return identity{}, false
	}
	p, err := members.ParsePhone(text, country)
	return identity{phone: p}, err == nil
}

// isCardLike reports whether a text has as many digits as a card, and so is one mistyped
// rather than a phone.
func isCardLike(text string) bool {
	digits := 0
	for _, c := range text {
		if '0' <= c && c <= '9' {
			digits++
		}
	}
	return digits == 16 && !strings.HasPrefix(strings.TrimSpace(text), "+")
}

// splitWho cuts the words that name a buyer off a fast form. A card is looked for
// first: three groups of its digits may look like a phone abroad.
func splitWho(text, country string) (who identity, rest string, ok bool) {
	words := strings.Fields(text)
	for n := 1; n <= min(len(words), 8); n++ {
		if c, err := members.ParseCard(strings.Join(words[:n], " ")); err == nil {
			return identity{card: c}, strings.Join(words[n:], " "), true
		}
	}
	for n := 1; n <= min(len(words), 8); n++ {
		if p, err := members.ParsePhone(strings.Join(words[:n], " "), country); err == nil {
			return identity{phone: p}, strings.Join(words[n:], " "), true
		}
	}
	return identity{}, text, false
}

// country is that of the place where the sender works, for phones without their code.
func (t *Talk) country(ctx context.Context, d deal) string {
	a := members.Actor{Merchant: d.Merchant, Store: d.Store}
	if desks := t.desks(); d.Merchant == 0 && len(desks) > 0 {
		a = desks[0]
	}
	at, err := t.place(ctx, a)
	if err != nil {
		return ""
	}
	return at.Merchant.Country
}

func (t *Talk) splitBuyer(ctx context.Context, text string) (identity, string, bool) {
	return splitWho(text, t.country(ctx, deal{}))
}

// whoAnswer takes a card, a phone, a contact or a photo of a card.
func (t *Talk) whoAnswer(ctx context.Context, d deal) error {
	if pictures := t.Pictures(); len(pictures) > 0 {
		card, err := t.cardIn(ctx, pictures[0])
		if err != nil {
			return err
		}
		if card == "" {
			return t.next(ctx, d, "deal_no_card")
		}
		return t.foundBuyer(ctx, d, identity{card: card})
	}
	text := t.Text()
	if phone, _ := t.Contact(); phone != "" {
		text = phone
	}
	who, ok := readBuyer(text, t.country(ctx, d))
	switch {
	case ok:
		return t.foundBuyer(ctx, d, who)
	case isCardLike(text):
		return t.next(ctx, d, "deal_card_wrong")
	}
	return t.next(ctx, d, "deal_who_unclear")
}

// cardIn reads the card whose QR code is in a photo, "" for none.
func (t *Talk) cardIn(ctx context.Context, p Picture) (members.Card, error) {
	t.Typing(ctx)
	data, err := t.Download(ctx, p)
	if errors.Is(err, ErrTooBig) || errors.Is(err, ErrNoFile) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	picture, err := receipts.Gate(data)
	if err != nil {
		return "", nil // no picture at all: the answer is the same
	}
	codes, err := receipts.Scan(ctx, picture)
	if err != nil && ctx.Err() != nil {
		return "", ctx.Err()
	}
	for _, code := range codes {
		for _, digits := range sixteen.FindAllString(code, -1) {
			if card, err := members.ParseCard(digits); err == nil {
				return card, nil
			}
		}
	}
	return "", nil
}

var sixteen = regexp.MustCompile(`\d{16}`)

// foundBuyer looks the buyer up and goes on with the deal.
func (t *Talk) foundBuyer(ctx context.Context, d deal, who identity) error {
	m, err := t.Program.FindMember(ctx, t.desks()[0], who.find)
	switch {
	case errors.Is(err, program.ErrNotFound) && who.phone != "" && d.Kind == dealSale:
		return t.askRegister(ctx, d, who.phone)
	case errors.Is(err, program.ErrNotFound):
		return t.next(ctx, d, "deal_unknown")
	case err != nil:
		return t.dealTrouble(ctx, d, err)
	case m.State == members.StateBlocked:
		return t.dealTrouble(ctx, d, program.ErrNotMember)
	}
	d.Buyer, d.Phone = m.ID, ""
	return t.next(ctx, d, "")
}

// askRegister offers to open an account for a phone that nobody has.
func (t *Talk) askRegister(ctx context.Context, d deal, phone members.Phone) error {
	d.Phone = phone
	html := t.P.Text("deal_phone_new", texts.Data{"Phone": phone.Masked()})
	return t.askDeal(ctx, d, "who", html, func() Inline {
		return Inline{Row(Tap(t.P.Plain("button_register"), t.FlowToken(dealNewcome)).In(Success))}
	})
}

func registerInDeal(ctx context.Context, t *Talk) error {
	var d deal
	if err := t.Flow.Read(&d); err != nil {
		return err
	}
	m, _, err := t.Program.RegisterByPhone(ctx, t.desks()[0], d.Phone, "")
	if err != nil {
		return t.dealTrouble(ctx, d, err)
	}
	d.Buyer, d.Phone = m.ID, ""
	return t.next(ctx, d, "")
}
