package texts

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"
)

// forms are the CLDR plural forms of cardinal numbers: https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html
var forms = map[string][]string{"ru": {"one", "few", "many", "other"}, "uk": {"one", "few", "many", "other"}, "en": {"one", "other"}}

// sentences reads the files themselves, so that a form the library would not miss is.
func sentences(t *testing.T) map[string]map[string]map[string]string {
	t.Helper()
	all := map[string]map[string]map[string]string{}
	names, _ := filepath.Glob("*.toml")
	for _, name := range names {
		parts := strings.Split(name, ".")
		var file map[string]map[string]string
		if _, err := toml.DecodeFile(name, &file); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for key, s := range file {
			if all[key] == nil {
				all[key] = map[string]map[string]string{}
			}
			if all[key][parts[1]] != nil {
				t.Errorf("%s: key %s stands in two files of %s", name, key, parts[1])
			}
			all[key][parts[1]] = s
		}
	}
	return all
}

var place = regexp.MustCompile(`\{\{[^}]*?\.(\w+)[^}]*\}\}`)

func places(forms map[string]string) string {
	set := map[string]bool{}
	for _, s := range forms {
		for _, m := range place.FindAllStringSubmatch(s, -1) {
			set[m[1]] = true
		}
	}
	var names []string
	for n := range set {
		names = append(names, n)
	}
	sort.Strings(names)
	return strings.Join(names, " ")
}

func TestEveryLanguageIsComplete(t *testing.T) {
	t.Parallel()
	for key, langs := range sentences(t) {
		for _, lang := range Languages {
			s, ok := langs[lang]
			if !ok {
				t.Errorf("%s is not written in %s", key, lang)
				continue
			}
			if places(s) != places(langs["en"]) {
				t.Errorf("%s has the places %q in %s and %q in en", key, places(s), lang, places(langs["en"]))
			}
			if len(s) == 1 && s["other"] != "" && len(langs["en"]) == 1 {
				continue
			}
			for _, form := range forms[lang] {
				if s[form] == "" {
					t.Errorf("%s lacks the plural form %q in %s", key, form, lang)
				}
			}
		}
	}
}

// used finds the keys that the code names: string literals, and the stems of keys that
// are put together from a code, as "verdict_" + code.
func used(t *testing.T) (literals map[string]bool, stems []string) {
	t.Helper()
	literals = map[string]bool{}
	literal := regexp.MustCompile("\"([a-z][a-z0-9_]*)\"")
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		src, err := os.ReadFile(path)
		for _, m := range literal.FindAllSubmatch(src, -1) {
			name := string(m[1])
			literals[name] = true
			if strings.HasSuffix(name, "_") {
				stems = append(stems, name)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return literals, stems
}

func TestEveryKeyIsUsed(t *testing.T) {
	t.Parallel()
	literals, stems := used(t)
	for key := range sentences(t) {
		ok := literals[key]
		for _, stem := range stems {
			ok = ok || strings.HasPrefix(key, stem)
		}
		if !ok {
			t.Errorf("nothing says %s", key)
		}
	}
}

// taken finds the keys asked of a printer by name: p.Text("key"), Say("key") and the like.
func TestEveryKeyAskedForIsWritten(t *testing.T) {
	t.Parallel()
	all := sentences(t)
	call := regexp.MustCompile(`\.(?:Text|Plain|Plural)\("([a-z][a-z0-9_]*[a-z0-9])"[,)]`)
	filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		src, _ := os.ReadFile(path)
		for _, m := range call.FindAllSubmatch(src, -1) {
			if all[string(m[1])] == nil && !strings.Contains(path, "texts/") {
				t.Errorf("%s asks for %s, which is not written", path, m[1])
			}
		}
		return nil
	})
}

func printer(t *testing.T, lang string) Printer {
	t.Helper()
	b, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return b.In(lang)
}

func TestPointsTakeTheReadersForm(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lang string
		n    int64
		want string
	}{
		{"ru", 0, "0 баллов"}, {"ru", 100, "1 балл"}, {"ru", 200, "2 балла"}, {"ru", 500, "5 баллов"}, {"ru", 1100, "11 баллов"},
		{"ru", 2100, "21 балл"}, {"ru", 2200, "22 балла"}, {"ru", 2500, "25 баллов"}, {"ru", 10100, "101 балл"}, {"ru", 11100, "111 баллов"},
		{"ru", 150, "1,50 балла"}, {"ru", 124550, "1 245,50 балла"}, {"ru", 1245000, "12 450 баллов"},
		{"uk", 100, "1 бал"}, {"uk", 300, "3 бали"}, {"uk", 1200, "12 балів"}, {"uk", 150, "1,50 бала"},
		{"en", 100, "1 point"}, {"en", 1245000, "12,450 points"}, {"kk", 200, "2 балла"}, {"pt-br", 200, "2 points"},
	} {
		got := strings.ReplaceAll(printer(t, c.lang).Points(c.n), nbsp, " ")
		if got != c.want {
			t.Errorf("%s: Points(%d) = %q, want %q", c.lang, c.n, got, c.want)
		}
	}
}

func TestMoneyTakesTheReadersForm(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lang     string
		minor    int64
		currency string
		want     string
	}{
		{"ru", 124990, "RUB", "1 249,90 ₽"}, {"uk", 124990, "UAH", "1 249,90 ₴"}, {"en", 124990, "RUB", "₽1,249.90"},
		{"ru", 100000, "RUB", "1 000 ₽"}, {"ru", -5, "RUB", "−0,05 ₽"}, {"en", -500, "USD", "−$5"}, {"ru", 500, "JPY", "500 JPY"}, {"ru", 1, "CHF", "0,01 CHF"},
	} {
		got := strings.ReplaceAll(printer(t, c.lang).Money(c.minor, c.currency), nbsp, " ")
		if got != c.want {
			t.Errorf("%s: Money(%d, %s) = %q, want %q", c.lang, c.minor, c.currency, got, c.want)
		}
	}
}

func TestDatesTakeTheReadersForm(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 21, 14, 5, 0, 0, time.UTC)
	for lang, want := range map[string]string{"ru": "21 ноября, 14:05", "uk": "21 листопада, 14:05", "en": "21 November, 14:05"} {
		if got := strings.ReplaceAll(printer(t, lang).Moment(at, at), nbsp, " "); got != want {
			t.Errorf("%s: Moment = %q, want %q", lang, got, want)
		}
	}
	if got := strings.ReplaceAll(printer(t, "ru").Day(at, at.AddDate(1, 0, 0)), nbsp, " "); got != "21 ноября 2026" {
		t.Errorf("Day of another year = %q", got)
	}
	if got := printer(t, "en").Percent(150); got != "1.5%" {
		t.Errorf("Percent(150) = %q", got)
	}
}

func TestValuesAreEscaped(t *testing.T) {
	t.Parallel()
	p := printer(t, "ru")
	if got := p.value("<b>Кофе & чай</b>"); got != "&lt;b&gt;Кофе &amp; чай&lt;/b&gt;" {
		t.Errorf("a name with tags prints as %q", got)
	}
	if got := Strip("<b>1 &lt; 2</b>"); got != "1 < 2" {
		t.Errorf("Strip = %q", got)
	}
}

func TestQuotesInsideQuotes(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"в «Кофейня «Зерно»» на": "в «Кофейня „Зерно“» на", "«а» и «б»": "«а» и «б»", "а» «б": "а» «б", "Кофейня «Зерно»": "Кофейня «Зерно»",
	} {
		if got := nested(in); got != want {
			t.Errorf("nested(%q) = %q, want %q", in, got, want)
		}
	}
}
