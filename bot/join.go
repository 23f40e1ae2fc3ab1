package bot

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"kopilka/catalog"
	"kopilka/internal/postgres"
	"kopilka/members"
	"kopilka/program"
	"kopilka/texts"
)

// flowJoin keeps what a person sent before they joined, to be done right after.
const flowJoin = "join"

// maxKept is how many receipts wait for a person to join.
const maxKept = 10

// payloads are the links' tags that a button can carry on: it holds 64 bytes in all.
var payloads = regexp.MustCompile(`^[A-Za-z0-9_-]{1,50}$`)

// start greets whoever is new and shows the way to whoever is not.
func start(ctx context.Context, t *Talk) error { return t.begin(ctx, t.Args) }

// startFrom is start behind a link with a tag: "s_" of a poster, "c_" of a cashier.
func startFrom(prefix string) Handler {
	return func(ctx context.Context, t *Talk) error { return t.begin(ctx, prefix+t.Args) }
}

func (t *Talk) begin(ctx context.Context, payload string) error {
	switch {
	case t.Known && t.Member.State == members.StateBlocked:
		return t.Say(ctx, "blocked", nil, nil)
	case !t.joined():
		return t.welcome(ctx, payload, "")
	case t.Member.State == members.StateStopped:
		if _, err := t.Program.Join(ctx, program.Join{Telegram: t.Person}); err != nil {
			return err
		}
		return t.Say(ctx, "welcome_back", texts.Data{"Name": t.Member.Name}, t.keyboard())
	case strings.HasPrefix(payload, "c_") && t.Member.Phone != "":
		return t.Say(ctx, "claim_known", nil, t.keyboard())
	case strings.HasPrefix(payload, "c_"):
		return t.Say(ctx, "claim_member", nil, withContact(t.P.Plain("button_share_phone"), t.keyboard()))
	}
	return t.hello(ctx)
}

// welcome says what the programme gives, in live figures, and asks to join. why is the
// key of a line before it, or "".
func (t *Talk) welcome(ctx context.Context, payload, why string) error {
	if !payloads.MatchString(payload) {
		payload = ""
	}
	html, err := t.welcomeText(ctx)
	if err != nil {
		return err
	}
	if why != "" {
		html = t.P.Text(why) + "\n\n" + html
	}
	return t.EditOrSayHTML(ctx, html, Inline{
		Row(t.tap("button_join_news", actionJoin, true, payload).In(Success)),
		Row(t.tap("button_join_quiet", actionJoin, false, payload)),
		Row(t.tap("button_langs", actionLangs, payload)),
	})
}

func (t *Talk) welcomeText(ctx context.Context) (string, error) {
	s, err := t.Program.Settings(ctx)
	if err != nil {
		return "", err
	}
	shops, err := activeMerchants(ctx, t.DB, "")
	if err != nil {
		return "", err
	}
	html := t.P.Text("welcome", texts.Data{"Programme": s.Name, "Rate": texts.Percent(topRate(s)),
		"Shops": texts.HTML(t.P.Plural("in_shops", int64(len(shops)))), "One": texts.Money{Minor: 100, Currency: s.Currency}})
	if s.Welcome > 0 {
		html += "\n" + t.P.Text("welcome_gift", texts.Data{"Points": texts.Points(s.Welcome)})
	}
	return html + "\n\n" + t.P.Text("welcome_terms"), nil
}

// topRate is the best that a shopper can get anywhere.
func topRate(s program.Settings) program.BasisPoints {
	best, bonus := s.Base, program.BasisPoints(0)
	for _, r := range s.Merchants {
		best = max(best, r)
	}
	for _, t := range s.Tiers {
		bonus = max(bonus, t.Bonus)
	}
	return best + bonus
}

// activeMerchants are those that take part, by name.
func activeMerchants(ctx context.Context, q postgres.Querier, search string) ([]catalog.Merchant, error) {
	all, err := catalog.Merchants(ctx, q, search)
	var active []catalog.Merchant
	for _, m := range all {
		if m.Active() {
			active = append(active, m)
		}
	}
	return active, err
}

// join makes a member of whoever agreed by the button: with news or without.
func join(ctx context.Context, t *Talk) error {
	promo, payload := t.Params.Text(0) == "1", t.Params.Text(1)
	if again, err := t.joinedBefore(ctx); err != nil || again {
		return errors.Join(err, t.disarm(ctx))
	}
	kept, err := t.kept()
	if err != nil {
		return err
	}
	s, err := t.Program.Settings(ctx)
	if err != nil {
		return err
	}
	in := program.Join{Telegram: t.Person, Name: strings.TrimSpace(t.From.FirstName + " " + t.From.LastName), Lang: t.P.Lang(),
		Consents: t.consents(s, promo)}
	if tag, ok := strings.CutPrefix(payload, "c_"); ok {
		in.Claim, in.Source = tag, "till"
	} else {
		in.Source = strings.TrimPrefix(payload, "s_")
	}
	done, err := t.Program.Join(ctx, in)
	if err != nil {
		return err
	}
	if err := t.Reload(ctx); err != nil {
		return err
	}
	if err := t.greet(ctx, s, done, promo); err != nil {
		return err
	}
	if err := t.LeaveFlow(ctx); err != nil {
		return err
	}
	return t.submitKept(ctx, kept)
}

// joinedBefore reports whether an earlier tap made the sender a member: a second one gets
// no second card. A second run of the same tap does, for the first may not have given it.
func (t *Talk) joinedBefore(ctx context.Context) (bool, error) {
	if !t.joined() {
		return false, nil
	}
	all, err := members.Consents(ctx, t.DB, t.Member.ID)
	for _, c := range all {
		if strings.HasPrefix(c.Evidence, t.evidence()) {
			return false, err
		}
	}
	return true, err
}

// evidence names the update that proves a consent.
func (t *Talk) evidence() string { return fmt.Sprintf("telegram update %d, ", t.updates[0]) }

// consents are what the tap says yes and no to, with the update that proves it.
func (t *Talk) consents(s program.Settings, promo bool) []members.Consent {
	button := "join_quiet"
	if promo {
		button = "join_news"
	}
	var all []members.Consent
	for kind, given := range map[string]bool{members.ConsentTerms: true, members.ConsentPrivacy: true, members.ConsentPromo: promo} {
		all = append(all, members.Consent{Kind: kind, Version: s.Terms, Given: given, Lang: t.P.Lang(),
			Evidence: t.evidence() + "button " + button, At: t.At})
	}
	return all
}

// greet leaves what was agreed to in place of the question and gives the card.
func (t *Talk) greet(ctx context.Context, s program.Settings, done program.Joined, promo bool) error {
	agreed := "joined_quiet"
	if promo {
		agreed = "joined_news"
	}
	if err := t.EditOrSay(ctx, agreed, texts.Data{"Version": s.Terms}, nil); err != nil {
		return err
	}
	html := t.P.Text("joined", texts.Data{"Name": done.Member.Name, "Card": done.Member.Card.Grouped()})
	if done.Points > 0 {
		html += "\n" + t.P.Text("joined_points", texts.Data{"Points": texts.Points(done.Points)})
	}
	return t.SayHTML(ctx, html+"\n\n"+t.P.Text("joined_next"), t.keyboard())
}
