package ui

import (
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"plain": "plain", "a\x00b": "a␀b", "\x1b[31m": "␛[31m", "\x7f": "␡", "a\u202eb": "a⟪U+202E⟫b", "\u0085": "⟪U+0085⟫",
		"\U000e0041": "⟪U+E0041⟫", "\xff": "\ufffd", "été العربية": "été العربية", "می\u200cخواهم": "می\u200cخواهم", "a\nb": "a␊b",
	} {
		if got := Visible(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func FuzzVisible(f *testing.F) {
	for _, s := range []string{"", "\x00", "\u202e", "\xc3", "⟪U+202E⟫", "\U000e0001"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Visible(s)
		if !utf8.ValidString(got) || strings.ContainsFunc(got, func(r rune) bool { return unicode.IsControl(r) || deceptive(r) }) {
			t.Errorf("%q", got)
		}
		if Visible(got) != got {
			t.Errorf("%q changes again", got)
		}
	})
}

func TestDefang(t *testing.T) {
	for _, c := range []struct{ kind, text, want string }{
		{"url", "https://evil.example/a.b?c=d.e", "hxxps[://]evil[.]example/a.b?c=d.e"},
		{"ipv4", "192.0.2.7", "192[.]0[.]2[.]7"},
		{"domain", "evil.example", "evil[.]example"},
		{"asn", "AS64496", "AS64496"},
		{"network", "AS64496", "AS64496"},
		{"url", "no url.at:all", "no url[.]at[:]all"},
	} {
		if got := Defang(c.kind, c.text); got != c.want {
			t.Errorf("%s %q is %q, want %q", c.kind, c.text, got, c.want)
		}
	}
}

func TestLabels(t *testing.T) {
	for word, want := range map[string]Label{"": Amber, "CLEAR": Clear, "WHITE": Clear, "tlp:green": Green, "TLP:AMBER+STRICT": AmberStrict, "RED": Red, "amber ": Amber, "PURPLE": Red} {
		if got := ParseLabel(word); got != want {
			t.Errorf("%q is %s, want %s", word, got, want)
		}
	}
	for l, want := range map[Label]string{Clear: "#FFFFFF", Green: "#33FF00", Amber: "#FFC000", AmberStrict: "#FFC000", Red: "#FF2B2B"} {
		if l.Colour() != want {
			t.Errorf("%s has the colour %s", l, l.Colour())
		}
		if class := strings.Fields(l.Class())[1]; !strings.Contains(sheet, "."+class+" { color: "+want) {
			t.Errorf("the sheet gives %s another colour", class)
		}
	}
}

func TestFigures(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 9870: "9,870", 1234567: "1,234,567", -1234: "-1,234"} {
		if got := Count(n); got != want {
			t.Errorf("%d is %s", n, got)
		}
	}
	if got := Rate(412, 9870); got != "4.2 %" {
		t.Error(got)
	}
	if a, b := Rate(1, 6000), Rate(5999, 6000); a != "< 0.1 %" || b != "> 99.9 %" {
		t.Error(a, b)
	}
	if got := Rate(3, 9); got != "" {
		t.Errorf("a rate of nine: %s", got)
	}
	if got := Moment(time.Date(2026, 11, 24, 21, 17, 0, 0, time.FixedZone("", 3*3600))); got != "24 Nov 2026 18:17 UTC" {
		t.Error(got)
	}
	if got := Short("añb€cd", 4); got != "añb€…" {
		t.Error(got)
	}
}

// TestSheet holds the style against our rules: no physical direction, nothing
// from outside, at most 20 kB, and strings that cannot break out.
func TestSheet(t *testing.T) {
	css := Sheet(Red, `a"b\</style>`, "foot", "Page {n} of {of}")
	for _, bad := range []string{"margin-left", "margin-right", "padding-left", "padding-right", "text-align: left", "text-align: right", "border-left", "border-right", "url(", "@import", "</style", `"a"b`} {
		if strings.Contains(css, bad) {
			t.Errorf("the sheet holds %q", bad)
		}
	}
	if len(css) > 20_000 {
		t.Errorf("%d bytes", len(css))
	}
	if !regexp.MustCompile(`^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='`).MatchString(Policy(css)) || strings.Contains(Policy(css), "unsafe") {
		t.Error(Policy(css))
	}
}
