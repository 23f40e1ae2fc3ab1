package tgfake

import (
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

func TestHTMLBecomesTextAndEntities(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in, text string
		want     []Entity
	}{
		{"plain", "plain", nil},
		{"<b>жирный</b> и <i>косой</i>", "жирный и косой", []Entity{{Type: "bold", Length: 6}, {Type: "italic", Offset: 9, Length: 5}}},
		{"🎉<B>x</B>", "🎉x", []Entity{{Type: "bold", Offset: 2, Length: 1}}},
		{"<strong><em>x</em></strong>", "x", []Entity{{Type: "italic", Length: 1}, {Type: "bold", Length: 1}}},
		{"<ins>a</ins><del>b</del><strike>c</strike><tg-spoiler>d</tg-spoiler>", "abcd", []Entity{
			{Type: "underline", Length: 1}, {Type: "strikethrough", Offset: 1, Length: 1},
			{Type: "strikethrough", Offset: 2, Length: 1}, {Type: "spoiler", Offset: 3, Length: 1}}},
		{`<span class="tg-spoiler">x</span>`, "x", []Entity{{Type: "spoiler", Length: 1}}},
		{`<a href="https://e.org/?a=1&amp;b=2">x</a>`, "x", []Entity{{Type: "text_link", Length: 1, URL: "https://e.org/?a=1&b=2"}}},
		{`<a>example.org</a>`, "example.org", []Entity{{Type: "text_link", Length: 11, URL: "http://example.org"}}},
		{`<a href="nowhere">x</a>`, "x", nil},
		{`<a href="tg://user?id=42">x</a>`, "x", []Entity{{Type: "text_mention", Length: 1, User: &peer{ID: 42}}}},
		{`<pre><code class="language-go">x</code></pre>`, "x", []Entity{{Type: "pre", Length: 1, Language: "go"}}},
		{`<blockquote expandable>x</blockquote>`, "x", []Entity{{Type: "expandable_blockquote", Length: 1}}},
		{"&lt;&gt;&amp;&quot;&#33;&#x21;", `<>&"!!`, nil},
		{"&nbsp;& &copy; &#0;", "&nbsp;& &copy; &#0;", nil},
		{"<b></b>x", "x", nil},
		{"<b>x</>", "x", []Entity{{Type: "bold", Length: 1}}},
	}
	for _, tt := range tests {
		text, got, err := parseHTML(tt.in)
		if err != nil || text != tt.text {
			t.Errorf("parseHTML(%q) = %q, %v, want %q", tt.in, text, err, tt.text)
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("parseHTML(%q) entities (-want +got):\n%s", tt.in, d)
		}
	}
}

func TestHTMLErrorsNameTheByte(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want string }{
		{"<foo>x</foo>", `Unsupported start tag "foo" at byte offset 0`},
		{"я <foo>", `Unsupported start tag "foo" at byte offset 3`},
		{"a < b", `Unsupported start tag "" at byte offset 2`},
		{"<b", "Unclosed start tag at byte offset 0"},
		{"x<", "Unclosed start tag at byte offset 1"},
		{"<a href=", `Unclosed start tag "a" at byte offset 0`},
		{`<a href="x`, "Unclosed start tag at byte offset 0"},
		{"</b>", "Unexpected end tag at byte offset 0"},
		{"<b>x</i>", `Unmatched end tag at byte offset 4, expected "</b>", found "</i>"`},
		{"<b>x", `Can't find end tag corresponding to start tag "b"`},
		{"<b>x</b", "Unclosed end tag at byte offset 4"},
		{"<span>x</span>", `Tag "span" must have class "tg-spoiler" at byte offset 0`},
		{`<a ="x">y</a>`, `Empty attribute name in the tag "a" at byte offset 0`},
		{"<a href=x:y>z</a>", "Unexpected end of name token at byte offset 8"},
	}
	for _, tt := range tests {
		_, _, err := parseHTML(tt.in)
		if want := "Bad Request: can't parse entities: " + tt.want; err == nil || err.Error() != want {
			t.Errorf("parseHTML(%q) = %v, want %s", tt.in, err, want)
		}
	}
}

func TestRenderedHTMLIsSafeAndTheSame(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want string }{
		{"<b>a<i>б</i></b>&lt;script&gt;", "<b>a<i>б</i></b>&lt;script&gt;"},
		{"🎉<blockquote>a<b>b</b>c</blockquote>", "🎉<blockquote>a<b>b</b>c</blockquote>"},
		{`<a href="https://e.org/&quot;onclick=x">y</a>`,
			`<a target="_blank" rel="noopener noreferrer" href="https://e.org/&#34;onclick=x">y</a>`},
		{"<pre>/start</pre> /start", `<pre>/start</pre> <span class="tg-command">/start</span>`},
	}
	for _, tt := range tests {
		text, entities, err := format(tt.in, "HTML", "")
		if err != nil {
			t.Fatal(err)
		}
		if got := renderHTML(text, entities); got != tt.want {
			t.Errorf("renderHTML of %q = %q, want %q", tt.in, got, tt.want)
		}
	}
	crossed := []Entity{{Type: "bold", Length: 2}, {Type: "italic", Offset: 1, Length: 2}}
	if got, want := renderHTML("abc", crossed), "<b>a<i>b</i></b><i>c</i>"; got != want {
		t.Errorf("renderHTML of crossed entities = %q, want %q", got, want)
	}
}

func TestTextsAreTidiedAndEntitiesMoveAlong(t *testing.T) {
	t.Parallel()
	text, entities, err := format("\n  \r\nа <b>б\r\n</b> \n", "HTML", "")
	if err != nil || text != "а б" {
		t.Fatalf("format = %q, %v, want %q", text, err, "а б")
	}
	if d := cmp.Diff([]Entity{{Type: "bold", Offset: 2, Length: 1}}, entities); d != "" {
		t.Errorf("entities (-want +got):\n%s", d)
	}
}

func TestMarkdownIsParsed(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, mode, text, want string }{
		{`*b* _i_ __u__ ~s~ ||p|| \.`, "MarkdownV2", "b i u s p .", "bold italic underline strikethrough spoiler"},
		{"`a.b` ```go\nx\\`y```", "MarkdownV2", "a.b x`y", "code pre"},
		{`[сайт](https://e\.org/a\)b)`, "MarkdownV2", "сайт", "text_link"},
		{">a\n>b\nc", "MarkdownV2", "a\nb\nc", "blockquote"},
		{"*b* _i_ `c` [l](http://e.org) a.b", "Markdown", "b i c l a.b", "bold italic code text_link"},
	}
	for _, tt := range tests {
		text, entities, err := format(tt.in, tt.mode, "")
		var kinds []string
		for _, e := range entities {
			kinds = append(kinds, e.Type)
		}
		if got := strings.Join(kinds, " "); err != nil || text != tt.text || got != tt.want {
			t.Errorf("format(%q) = %q, %q, %v, want %q, %q", tt.in, text, got, err, tt.text, tt.want)
		}
	}
}

// FuzzFormat: no input breaks a parser, and entities stay inside the text.
func FuzzFormat(f *testing.F) {
	for _, seed := range []string{"<b>x</b>", "<a href='t.me/x'>y", "*b* [x](y)", ">q\n>r", "&#x1F389;&lt;", "```a\nb```", "\x00<b \x00=\x00>"} {
		for _, mode := range []string{"HTML", "Markdown", "MarkdownV2", ""} {
			f.Add(seed, mode)
		}
	}
	f.Fuzz(func(t *testing.T, in, mode string) {
		text, entities, err := format(strings.ToValidUTF8(in, ""), mode, "")
		if err != nil {
			return
		}
		n := len(utf16.Encode([]rune(text)))
		for _, e := range entities {
			if e.Offset < 0 || e.Length < 1 || e.Offset+e.Length > n {
				t.Errorf("format(%q, %q) = %q with %+v outside of it", in, mode, text, e)
			}
		}
		renderHTML(text, entities)
	})
}
