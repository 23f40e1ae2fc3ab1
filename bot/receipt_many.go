package bot

import (
	"context"
	"fmt"
	"strings"
	"time"

	"kopilka/ledger"
	"kopilka/program"
	"kopilka/texts"
)

// editPause is how often the summary of an album is changed at most: Telegram takes about
// one message a second into a chat.
const editPause = time.Second

// summary is the one message about several receipts.
type summary struct {
	id     int
	total  int // papers
	done   int
	outs   []program.Outcome
	edited time.Time
}

// submitMany reads several papers under one summary, changed as each is ready.
func (t *Talk) submitMany(ctx context.Context, all []paper) error {
	t.Typing(ctx)
	s := summary{total: len(all), edited: t.now()}
	var err error
	if s.id, err = t.Post(ctx, "album_reading", s.data(), nil); err != nil {
		return err
	}
	for _, in := range all {
		got, err := t.read(ctx, in)
		if err != nil {
			return err
		}
		outs, err := t.credit(ctx, got, 0)
		if err != nil {
			return err
		}
		s.outs = append(s.outs, outs...)
		s.done++
		if now := t.now(); s.done < s.total && now.Sub(s.edited) >= editPause {
			s.edited = now
			if err := t.Change(ctx, s.id, "album_progress", s.data(), nil); err != nil {
				return err
			}
		}
	}
	html, k := t.summarise(s.outs)
	_, err = t.Send(ctx, Message{Edit: s.id, HTML: html, Keyboard: k})
	return err
}

func (s summary) data() texts.Data {
	return texts.Data{"Done": texts.Count(s.done), "Total": texts.Count(s.total), "Points": texts.Points(earned(s.outs))}
}

func earned(outs []program.Outcome) (sum ledger.Points) {
	for _, o := range outs {
		sum += o.Points
	}
	return sum
}

// manyInOne answers for several codes in one picture.
func (t *Talk) manyInOne(ctx context.Context, outs []program.Outcome, note int) error {
	html, k := t.summarise(outs)
	html = t.P.Text("verdict_many_qr") + "\n\n" + html
	_, err := t.Send(ctx, Message{Edit: note, HTML: html, Keyboard: k})
	return err
}

// summarise says in one line each what became of receipts, with a button to each that
// was not accepted.
func (t *Talk) summarise(outs []program.Outcome) (string, Inline) {
	accepted := 0
	var lines []string
	var open []Button
	for i, o := range outs {
		if o.Verdict == program.VerdictOK {
			accepted++
			lines = append(lines, t.P.Text("album_line_ok", texts.Data{"N": texts.Count(i + 1), "Points": texts.Points(o.Points), "Shop": o.Place.Merchant.Name}))
			continue
		}
		lines = append(lines, t.P.Text("album_line", texts.Data{"N": texts.Count(i + 1), "Why": texts.HTML(t.short(o.Verdict))}))
		open = append(open, Tap(t.P.Plain("button_number", texts.Data{"N": texts.Count(i + 1)}), actionWhy.Token(o.ID)))
	}
	key := "album_done"
	if accepted == 0 {
		key = "album_none"
	}
	head := t.P.Text(key, texts.Data{"Accepted": texts.Count(accepted), "Total": texts.Count(len(outs)), "Points": texts.Points(earned(outs))})
	var k Inline
	for len(open) > 0 {
		n := min(5, len(open))
		k, open = append(k, open[:n]), open[n:]
	}
	return head + "\n" + strings.Join(lines, "\n"), k
}

// short is a verdict in a word or two, for lists.
func (t *Talk) short(v program.Verdict) string {
	return t.P.Text("short_" + strings.ToLower(string(v)))
}

// number is a button of a list's n-th line.
func (t *Talk) number(n int, a Action, args ...any) Button {
	return Tap(fmt.Sprint(n), a.Token(args...))
}
