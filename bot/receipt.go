package bot

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"kopilka/members"
	"kopilka/program"
	"kopilka/receipts"
	"kopilka/texts"
)

// readingAfter is how long a person waits before they are told that the picture is
// being read.
const readingAfter = 1500 * time.Millisecond

// paper is a receipt on its way in: a picture or a text.
type paper struct {
	Picture *Picture `json:",omitempty"`
	Text    string   `json:",omitempty"`
	Ref     string
}

// reading is what was read: receipts, or why there are none.
type reading struct {
	paper    paper
	receipts []receipts.Receipt
	via      receipts.Via
	refusal  program.Verdict
}

func picture(ctx context.Context, t *Talk) error {
	var all []paper
	for _, p := range t.Pictures() {
		all = append(all, paper{Picture: &p, Ref: p.Ref})
	}
	if len(all) == 1 && len(t.desks()) > 0 {
		card, err := t.cardIn(ctx, t.Pictures()[0])
		if err != nil {
			return err
		}
		if card != "" {
			return t.showBuyer(ctx, identity{card: card})
		}
	}
	return t.take(ctx, all)
}

func pastedText(ctx context.Context, t *Talk) error {
	if _, err := receipts.Parse(t.Text()); err != nil {
		return t.Say(ctx, "text_broken", nil, Inline{Row(t.tap("button_manual", actionManual))})
	}
	return t.take(ctx, []paper{{Text: t.Text(), Ref: t.Ref()}})
}

// isReceipt reports whether a text is a receipt's code, if perhaps a broken one.
func isReceipt(text string) bool {
	_, err := receipts.Parse(text)
	return err == nil || len(text) <= receipts.MaxText && len(codeParts.FindAllString(text, 2)) == 2
}

// codeParts are pieces of a Russian or Ukrainian code, of which a torn one has some.
var codeParts = regexp.MustCompile(`(?i)\b(t|s|fn|i|fp|n|sm|id|date|time)=[0-9]`)

// take has papers read and credited; those of a person who has not joined wait for it.
func (t *Talk) take(ctx context.Context, all []paper) error {
	switch {
	case t.Known && t.Member.State == members.StateBlocked:
		return t.Say(ctx, "blocked", nil, nil)
	case !t.joined():
		return t.keep(ctx, all)
	case len(all) == 1:
		return t.submit(ctx, all[0])
	}
	return t.submitMany(ctx, all)
}

// keep remembers papers until the person joins, and asks them to.
func (t *Talk) keep(ctx context.Context, more []paper) error {
	kept, err := t.kept()
	if err != nil {
		return err
	}
	kept = append(kept, more...)
	if err := t.OpenFlow(ctx, flowJoin, "kept", kept[:min(len(kept), maxKept)]); err != nil {
		return err
	}
	return t.welcome(ctx, "", "join_for_receipt")
}

func (t *Talk) kept() (all []paper, err error) {
	if t.Flow != nil && t.Flow.Name == flowJoin {
		err = t.Flow.Read(&all)
	}
	return all, err
}

func (t *Talk) submitKept(ctx context.Context, all []paper) error {
	if len(all) == 0 {
		return nil
	}
	return t.take(ctx, all)
}

// submit reads one paper and answers it. Points are told of by the programme's event, so
// that a picture, a till and a reviewer speak with one voice; here only refusals are.
func (t *Talk) submit(ctx context.Context, in paper) error {
	t.Typing(ctx)
	noted := t.noteReading(ctx, in)
	got, err := t.read(ctx, in)
	note := noted()
	var outs []program.Outcome
	if err == nil {
		outs, err = t.credit(ctx, got, note)
	}
	if err != nil {
		return errors.Join(err, t.putOff(ctx, note))
	}
	if len(outs) > 1 {
		return t.manyInOne(ctx, outs, note)
	}
	return t.answer(ctx, outs[0], note)
}

// putOff leaves no «Читаю чек…» behind when the update has to be handled again.
func (t *Talk) putOff(ctx context.Context, note int) error {
	if note == 0 {
		return nil
	}
	return t.Change(ctx, note, "verdict_sys", nil, nil)
}

// noteReading says «Читаю чек…» if the reading takes long. The function that it returns
// ends that and gives the message's id, 0 for none.
func (t *Talk) noteReading(ctx context.Context, in paper) func() int {
	if in.Picture == nil {
		return func() int { return 0 }
	}
	over, said := make(chan struct{}), make(chan int, 1)
	go func() {
		timer := time.NewTimer(t.readingAfter)
		defer timer.Stop()
		select {
		case <-over:
			said <- 0
		case <-timer.C:
			id, err := t.Post(ctx, "reading", nil, nil)
			if err != nil {
				t.log.Warn("person not told that a receipt is being read", "class", ClassOf(err))
			}
			said <- id
		}
	}()
	return func() int { close(over); return <-said }
}

// credit hands what was read to the programme, each receipt with its own reference, so
// that a second run of this update gets the same answers.
func (t *Talk) credit(ctx context.Context, got reading, note int) ([]program.Outcome, error) {
	sub := program.Submission{Door: "telegram", Ref: got.paper.Ref, Via: got.via}
	if got.paper.Picture != nil {
		sub.FileID = got.paper.Picture.FileID
	}
	if note != 0 && len(got.receipts) == 1 {
		sub.Message = strconv.Itoa(note)
	}
	if got.refusal != "" {
		return t.unread(ctx, got.refusal, sub)
	}
	var outs []program.Outcome
	for i, r := range got.receipts {
		sub.Ref = fmt.Sprintf("%s:%d", got.paper.Ref, i)
		out, err := t.Program.Accrue(ctx, t.Shopper(), t.Member.ID, r, sub)
		if err != nil {
			return nil, err
		}
		outs = append(outs, out)
	}
	return outs, nil
}

// unread keeps a paper without a receipt, so that a person can look at it.
func (t *Talk) unread(ctx context.Context, v program.Verdict, sub program.Submission) ([]program.Outcome, error) {
	id, err := t.Program.Unread(ctx, t.Member.ID, v, sub)
	if err != nil {
		return nil, err
	}
	s, err := t.Program.Settings(ctx)
	return []program.Outcome{{Verdict: v, ID: id, Settings: s}}, err
}

// answer tells a refusal, in place of the message note if there is one.
func (t *Talk) answer(ctx context.Context, out program.Outcome, note int) error {
	// A second run of this update may have a note that the event does not know of.
	if told := note == 0 || !out.Replay; out.Verdict == program.VerdictOK && told {
		return nil
	}
	html, k := t.verdict(out)
	_, err := t.Send(ctx, Message{Edit: note, HTML: html, Keyboard: k})
	if note != 0 && ClassOf(err) == Stale {
		return t.SayHTML(ctx, html, k)
	}
	return err
}

// dispute asks a person to look at a receipt that was refused.
func dispute(ctx context.Context, t *Talk) error {
	err := t.Program.Dispute(ctx, t.Member.ID, receipts.ID(t.Params.Int(0)))
	if errors.Is(err, program.ErrNotFound) {
		return ErrStale
	}
	if err != nil {
		return err
	}
	s, err := t.Program.Settings(ctx)
	if err != nil {
		return err
	}
	return t.EditOrSay(ctx, "dispute_taken", texts.Data{"Hours": texts.HTML(t.P.Plural("hours", int64(s.ReviewHours)))},
		Inline{Row(t.tap("button_receipts", actionReceipts))})
}
