package bot

import (
	"regexp"
	"testing"
	"time"

	"kopilka/program"
	"kopilka/receipts"
	"kopilka/texts"
)

// talkIn is a Talk in a language, for what is put into words without a chat.
func talkIn(t *testing.T, lang string) *Talk {
	t.Helper()
	all, err := texts.Load()
	if err != nil {
		t.Fatal(err)
	}
	return &Talk{P: all.In(lang), At: noon}
}

// outcome has every fact that an answer may tell.
func outcome(v program.Verdict) program.Outcome {
	return program.Outcome{Verdict: v, ID: 7, Settings: program.Defaults(), Points: 18_00,
		Receipt: receipts.Receipt{Total: receipts.Money{Minor: 609_90, Currency: "RUB"}, HasTotal: true, Device: "9287440300090728",
			Time: receipts.LocalTime{Year: 2026, Month: 11, Day: 20, Hour: 11, Minute: 27}},
		Earlier: program.Earlier{Receipt: 3, At: noon.Add(-time.Hour), Points: 18_00}}
}

func TestEveryVerdictHasWordsAndANextStep(t *testing.T) {
	t.Parallel()
	unfilled := regexp.MustCompile(`<no value>|\{\{|—\)|verdict_|^$`)
	for _, lang := range texts.Languages {
		talk := talkIn(t, lang)
		for _, v := range program.Verdicts() {
			html, k := talk.verdict(outcome(v))
			if unfilled.MatchString(html) {
				t.Errorf("%s %s: %q", lang, v, html)
			}
			if n := len([]rune(texts.Strip(html))); n > 500 {
				t.Errorf("%s %s: %d characters, want one thought", lang, v, n)
			}
			if len(k) == 0 || len(k[0]) == 0 {
				t.Errorf("%s %s: no next step", lang, v)
			}
			if _, err := k.markup(); err != nil {
				t.Errorf("%s %s: %v", lang, v, err)
			}
			if short := talk.short(v); unfilled.MatchString(short) || len([]rune(short)) > 40 {
				t.Errorf("%s %s: in lists %q", lang, v, short)
			}
		}
	}
}

func TestADuplicateLeadsToWhatItGave(t *testing.T) {
	t.Parallel()
	_, k := talkIn(t, "ru").verdict(outcome(program.VerdictDupSelf))
	if want := actionWhy.Token(receipts.ID(3)); k[0][0].Token != want {
		t.Errorf("the button carries %s, want %s", k[0][0].Token, want)
	}
}

func TestWithoutASubmissionThereIsNothingToDispute(t *testing.T) {
	t.Parallel()
	_, k := talkIn(t, "ru").verdict(program.Outcome{Verdict: program.VerdictDupOther})
	if len(k) != 0 {
		t.Errorf("buttons %v lead nowhere", k)
	}
}

func TestTheVerdictNamesTheDateByTheStoresClock(t *testing.T) {
	t.Parallel()
	html, _ := talkIn(t, "ru").verdict(outcome(program.VerdictDupSelf))
	// 11:00 UTC is 14:00 in Moscow, the clock of a rouble programme without a store.
	if want := "20\u00a0ноября, 14:00"; !regexp.MustCompile(want).MatchString(html) {
		t.Errorf("the answer %q does not say %q", html, want)
	}
}

// Labels are short enough for two beside each other on a phone.
func TestLabelsAreShort(t *testing.T) {
	t.Parallel()
	all, err := texts.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range all.Keys() {
		if !regexp.MustCompile(`^(button|key|country)_`).MatchString(key) {
			continue
		}
		for _, lang := range texts.Languages {
			label := all.In(lang).Plain(key, texts.Data{"Points": texts.Points(1_000_00), "N": texts.Count(10), "Count": texts.Count(12_408)})
			if n := len([]rune(label)); n > 30 {
				t.Errorf("%s in %s: %q has %d characters", key, lang, label, n)
			}
		}
	}
}
