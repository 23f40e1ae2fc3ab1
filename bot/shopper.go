package bot

import (
	"context"
	"slices"
	"strings"
	"time"

	"kopilka/catalog"
	"kopilka/members"
	"kopilka/notify"
	"kopilka/program"
	"kopilka/receipts"
	"kopilka/texts"
)

// The shoppers' actions. Those that messages of notify carry too have its names.
const (
	actionJoin     Action = "join"
	actionLang     Action = "lang"
	actionLangs    Action = "langs"
	actionMenu     Action = "menu"
	actionBalance  Action = "bal"
	actionCard     Action = "card"
	actionHistory  Action = notify.ActionHistory
	actionTier     Action = notify.ActionTier
	actionWhy      Action = notify.ActionWhy
	actionReceipts Action = "subs"
	actionShops    Action = "shops"
	actionPromos   Action = "promos"
	actionRules    Action = "rules"
	actionHelp     Action = "help"
	actionExample  Action = "example"
	actionManual   Action = "manual"
	actionDispute  Action = notify.ActionDispute
	actionPhone    Action = "phone"
	actionNews     Action = "news"
	actionNoNews   Action = notify.ActionPromoStop
	actionStop     Action = "stop"
	actionConfirm  Action = notify.ActionConfirm
	actionDecline  Action = notify.ActionDecline
)

// shopperRoutes are what a shopper can do.
func shopperRoutes(r *Routes) {
	r.Command("start", start)
	r.Link("s_", startFrom("s_"))
	r.Link("c_", startFrom("c_"))
	r.Action(actionJoin, join)
	r.Lasting(flowJoin)

	r.Picture(picture)
	r.Match(isReceipt, pastedText)
	r.Key("key_receipt", howToSend)
	r.Command("receipt", howToSend)
	r.Action(actionExample, howToSend)
	r.Action(actionDispute, onlyMembers(dispute))
	r.Action(actionWhy, onlyMembers(why))
	manualRoutes(r)

	for name, h := range map[string]Handler{
		"card": showCard, "balance": balance, "history": history, "receipts": receiptsSent, "tier": tier,
		"earn": earn, "stop": stop, "news": news,
	} {
		r.Command(name, onlyMembers(h))
	}
	for name, h := range map[string]Handler{
		"rules": rules, "shops": shops, "promos": promos, "language": languages, "help": help, "menu": menu,
	} {
		r.Command(name, h)
	}
	r.Key("key_card", onlyMembers(showCard))
	r.Key("key_balance", onlyMembers(balance))
	r.Key("key_menu", menu)
	for a, h := range map[Action]Handler{
		actionBalance: balance, actionCard: showCard, actionHistory: history, actionTier: tier, actionReceipts: receiptsSent, actionNews: setNews,
		actionNoNews: noNews, actionStop: stopNow, actionPhone: askPhone, actionConfirm: confirmRedemption, actionDecline: declineRedemption,
	} {
		r.Action(a, onlyMembers(h))
	}
	for a, h := range map[Action]Handler{
		actionMenu: menu, actionRules: rules, actionShops: shops, actionPromos: promos, actionHelp: help,
		actionLangs: languages, actionLang: setLanguage,
	} {
		r.Action(a, h)
	}
	r.Contact(contact)
	r.Other(other)
}

// onlyMembers lets only members through; anybody else is asked to join.
func onlyMembers(h Handler) Handler {
	return func(ctx context.Context, t *Talk) error {
		switch {
		case t.Known && t.Member.State == members.StateBlocked:
			return t.Say(ctx, "blocked", nil, nil)
		case !t.joined():
			return t.welcome(ctx, "", "join_first")
		}
		return h(ctx, t)
	}
}

// joined reports whether the sender takes part; whoever stopped the messages still does.
func (t *Talk) joined() bool {
	return t.Known && (t.Member.State == members.StateActive || t.Member.State == members.StateStopped)
}

// mainKeyboard is what a shopper has under the input field.
func mainKeyboard(p texts.Printer) Reply {
	return Reply{
		Rows: [][]ReplyKey{
			{Key(p.Plain("key_receipt")), Key(p.Plain("key_card"))},
			{Key(p.Plain("key_balance")), Key(p.Plain("key_menu"))},
		},
		Placeholder: p.Plain("main_placeholder"),
	}
}

// withContact puts the key that shares the phone above the usual ones.
func withContact(label string, k Reply) Reply {
	k.Rows = append([][]ReplyKey{{ContactKey(label)}}, k.Rows...)
	return k
}

// tap is a button of an action whose label is the text of key.
func (t *Talk) tap(key string, a Action, args ...any) Button {
	return Tap(t.P.Plain(key), a.Token(args...))
}

// show answers with a screen: in place of the one whose button was tapped, so that
// walking through them leaves no trail, but never in place of an answer to a receipt or
// of news about points, which stay to be read.
func (t *Talk) show(ctx context.Context, html string, k Inline) error {
	if t.onScreen() {
		return t.EditOrSayHTML(ctx, html, k)
	}
	return t.SayHTML(ctx, html, k)
}

// onScreen reports whether the tapped message is a screen: the menu, or one that leads
// back to it.
func (t *Talk) onScreen() bool {
	if t.tapID == "" || t.Message == nil || t.Message.ReplyMarkup == nil {
		return false
	}
	for _, b := range slices.Concat(t.Message.ReplyMarkup.InlineKeyboard...) {
		if b.CallbackData == string(actionMenu.Token()) || b.CallbackData == string(actionHelp.Token()) {
			return true
		}
	}
	return false
}

// backToMenu is the last row of every screen that the menu opens; whoever has not joined
// is asked to there.
func (t *Talk) backToMenu() []Button {
	if !t.joined() {
		return Row(t.tap("button_join", actionMenu))
	}
	return Row(t.tap("button_menu", actionMenu))
}

func menu(ctx context.Context, t *Talk) error {
	if !t.joined() {
		return t.begin(ctx, "")
	}
	k := Inline{
		Row(t.tap("button_history", actionHistory), t.tap("button_receipts", actionReceipts)),
		Row(t.tap("button_tier", actionTier), t.tap("button_rules", actionRules)),
		Row(t.tap("button_shops", actionShops), t.tap("button_promos", actionPromos)),
		Row(t.tap("button_language", actionLangs), t.tap("button_help", actionHelp)),
	}
	if t.staff() { // whose keys are those of their work
		k = append(Inline{Row(t.tap("key_card", actionCard), t.tap("key_balance", actionBalance))}, k...)
	}
	return t.show(ctx, t.P.Text("menu"), append(k, t.workRows()...))
}

func help(ctx context.Context, t *Talk) error {
	if html := t.staffHelp(); html != "" {
		return t.show(ctx, html, Inline{t.backToMenu()})
	}
	return t.show(ctx, t.P.Text("help"), Inline{Row(t.tap("button_example", actionExample), t.tap("button_manual", actionManual)), t.backToMenu()})
}

func howToSend(ctx context.Context, t *Talk) error {
	return t.Say(ctx, "how_to_send", nil, Inline{Row(t.tap("button_manual", actionManual))})
}

// other answers what is no command, receipt or answer: with what can be done.
func other(ctx context.Context, t *Talk) error {
	k := Inline{Row(t.tap("button_example", actionExample), t.tap("button_menu", actionMenu))}
	switch text := t.Text(); {
	case !t.joined():
		return t.begin(ctx, "")
	case t.staff():
		return t.otherOfStaff(ctx)
	case strings.HasPrefix(text, "/"):
		return t.Say(ctx, "unknown_command", nil, k)
	case text == "":
		return t.Say(ctx, "unknown_kind", nil, k)
	case strings.HasPrefix(text, "http://"), strings.HasPrefix(text, "https://"):
		return t.answer(ctx, program.Outcome{Verdict: program.VerdictNotFiscal}, 0)
	}
	return t.Say(ctx, "unknown", nil, k)
}

// zone is the clock of what happens nowhere: that of the member's country, else of the
// programme's currency, whose first two letters name its country (ISO 4217).
func (t *Talk) zone(s program.Settings) *time.Location {
	country := t.Member.Country
	if country == "" && len(s.Currency) == 3 {
		country = s.Currency[:2]
	}
	return program.Zone(catalog.Place{Merchant: catalog.Merchant{Country: country}})
}

// zoneAt is the clock of a place, or of the member where there is none.
func (t *Talk) zoneAt(at catalog.Place, s program.Settings) *time.Location {
	if at.Merchant.ID == 0 {
		return t.zone(s)
	}
	return program.Zone(at)
}

// day prints a date by a place's clock.
func (t *Talk) day(at time.Time, zone *time.Location) texts.Day {
	return texts.Day{At: at.In(zone), Now: t.At.In(zone)}
}

// moment prints a date and time by a place's clock.
func (t *Talk) moment(at time.Time, zone *time.Location) texts.Moment {
	return texts.Moment{At: at.In(zone), Now: t.At.In(zone)}
}

// sum prints a receipt's money.
func sum(m receipts.Money) texts.Money { return texts.Money{Minor: m.Minor, Currency: m.Currency} }
