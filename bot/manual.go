package bot

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"kopilka/receipts"
	"kopilka/texts"
)

const (
	flowManual   = "manual"
	manualBack   = Action("manback")
	manualCancel = Action("mancancel")
	manualIn     = Action("manin")
)

// typed is what has been typed of a receipt's requisites.
type typed struct {
	Country string            `json:"country"`
	Values  map[string]string `json:"values"`
}

// requisite is one field to type: the step's name, and what it must look like.
type requisite struct {
	name string
	good func(string) bool
}

// requisites are what each country prints on paper, in the order in which a person finds
// it there. The step's question is the text manual_<country>_<name>.
var requisites = map[string][]requisite{
	"RU": {{"fn", digitsOf(16, 16)}, {"fd", digitsOf(1, 10)}, {"fp", digitsOf(1, 10)}, {"time", isMoment}, {"total", isSum}},
	"UA": {{"fn", digitsOf(10, 10)}, {"number", isDocument}, {"time", isMoment}, {"total", isSum}},
}

func manualRoutes(r *Routes) {
	r.Command("manual", onlyMembers(manual))
	r.Action(actionManual, onlyMembers(manual))
	r.FlowAction(flowManual, manualIn, manualCountry)
	r.FlowAction(flowManual, manualBack, manualGoBack)
	r.FlowAction(flowManual, manualCancel, func(ctx context.Context, t *Talk) error {
		if err := t.LeaveFlow(ctx); err != nil {
			return err
		}
		return t.EditOrSay(ctx, "manual_left", nil, nil)
	})
	r.Flow(flowManual, manualAnswer)
}

// manual asks for a receipt's requisites one by one.
func manual(ctx context.Context, t *Talk) error {
	if err := t.OpenFlow(ctx, flowManual, "country", typed{}); err != nil {
		return err
	}
	return t.Say(ctx, "manual_country", nil, Inline{
		Row(Tap(t.P.Plain("country_ru"), t.FlowToken(manualIn, "RU")), Tap(t.P.Plain("country_ua"), t.FlowToken(manualIn, "UA"))),
		Row(Tap(t.P.Plain("button_cancel"), t.FlowToken(manualCancel))),
	})
}

func manualCountry(ctx context.Context, t *Talk) error {
	country := t.Params.Text(0)
	if requisites[country] == nil {
		return ErrStale
	}
	return t.askTyped(ctx, typed{Country: country, Values: map[string]string{}}, 0, "")
}

// askTyped asks for the i-th requisite; before is a line to be said first.
func (t *Talk) askTyped(ctx context.Context, in typed, i int, before string) error {
	step := requisites[in.Country][i]
	if err := t.OpenFlow(ctx, flowManual, step.name, in); err != nil {
		return err
	}
	back := Row(Tap(t.P.Plain("button_cancel"), t.FlowToken(manualCancel)))
	if i > 0 {
		back = Row(Tap(t.P.Plain("button_back"), t.FlowToken(manualBack)), back[0])
	}
	html := t.P.Text("manual_"+strings.ToLower(in.Country)+"_"+step.name,
		texts.Data{"Step": texts.Count(i + 1), "Steps": texts.Count(len(requisites[in.Country]))})
	if before != "" {
		html = before + "\n\n" + html
	}
	return t.EditOrSayHTML(ctx, html, Inline{back})
}

// typedStep is where the dialogue stands: what was typed and which requisite is asked.
func (t *Talk) typedStep() (in typed, i int, err error) {
	if err := t.Flow.Read(&in); err != nil {
		return in, 0, err
	}
	return in, slices.IndexFunc(requisites[in.Country], func(r requisite) bool { return r.name == t.Flow.Step }), nil
}

func manualGoBack(ctx context.Context, t *Talk) error {
	in, i, err := t.typedStep()
	if err != nil {
		return err
	}
	if i < 1 {
		return ErrStale
	}
	return t.askTyped(ctx, in, i-1, "")
}

// manualAnswer takes one requisite. A picture or a receipt's whole code is as welcome
// here as anywhere.
func manualAnswer(ctx context.Context, t *Talk) error {
	in, i, err := t.typedStep()
	if err != nil {
		return err
	}
	text := strings.TrimSpace(t.Text())
	if len(t.Pictures()) > 0 || t.Message.Contact != nil || text == "" || isReceipt(text) {
		return ErrPass
	}
	if i < 0 {
		return t.Say(ctx, "manual_choose", nil, nil)
	}
	step := requisites[in.Country][i]
	if !step.good(text) {
		return t.askTyped(ctx, in, i, t.P.Text("manual_wrong"))
	}
	in.Values[step.name] = text
	if i+1 < len(requisites[in.Country]) {
		return t.askTyped(ctx, in, i+1, "")
	}
	return t.submitTyped(ctx, in)
}

// submitTyped makes the receipt that the paper's code would give and hands it in.
func (t *Talk) submitTyped(ctx context.Context, in typed) error {
	v := in.Values
	r, err := receipts.FromFields(in.Country, receipts.Fields{Device: v["fn"], Document: v["fd"] + v["number"], Sign: v["fp"],
		Time: spaced(v["time"]), Total: v["total"], Operation: receipts.Sale})
	if errors.Is(err, receipts.ErrMalformed) {
		return t.askTyped(ctx, in, 0, t.P.Text("manual_again"))
	}
	if err != nil {
		return err
	}
	if err := t.LeaveFlow(ctx); err != nil {
		return err
	}
	outs, err := t.credit(ctx, reading{paper: paper{Ref: t.Ref()}, receipts: []receipts.Receipt{r}, via: receipts.ViaText}, 0)
	if err != nil {
		return err
	}
	return t.answer(ctx, outs[0], 0)
}

var blanks = regexp.MustCompile(`[\s\x{00a0}\x{202f}]+`)

func digitsOf(least, most int) func(string) bool {
	return func(s string) bool {
		s = blanks.ReplaceAllString(s, "")
		return len(s) >= least && len(s) <= most && strings.Trim(s, "0123456789") == ""
	}
}

// isDocument is lax: Ukrainian registers number receipts with digits or with letters.
func isDocument(s string) bool {
	return regexp.MustCompile(`^[0-9A-Za-z_-]{1,64}$`).MatchString(blanks.ReplaceAllString(s, ""))
}

func isMoment(s string) bool {
	at, err := receipts.ParseLocalTime(spaced(s))
	return err == nil && !at.DateOnly
}

// spaced forgives a comma or a few blanks between a date and its time.
func spaced(s string) string {
	return strings.TrimSpace(blanks.ReplaceAllString(strings.ReplaceAll(s, ",", " "), " "))
}

func isSum(s string) bool {
	s = blanks.ReplaceAllString(s, "")
	return regexp.MustCompile(`^\d{1,9}([.,]\d{1,2})?(₽|₴|р|руб|грн|г)?\.?$`).MatchString(s)
}
