package report

import (
	"bytes"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"entente/internal/core/rsit"
	"entente/internal/desk/surge/stats"
)

// TestTexts holds the table of texts against its use: no text is missing, none
// is left over, and every class that can be a case has its own.
func TestTexts(t *testing.T) {
	said := map[string]bool{}
	for _, name := range []string{"report.templ", "index.templ", "sheet.go", "index.go", "account.go", "row.go", "statistics.templ", "statistics.go"} {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`"([a-z]{1,13}-[a-z-]+|draft|pool|total|none|big|title|head|foot|share|wrong|opened|disagree|made|returned|severity|denominators|cases|classes|obs|ncases|countries|owners|rows)"`).FindAllSubmatch(b, -1) {
			said[string(m[1])] = true
		}
		for _, m := range regexp.MustCompile(`say\("([^"]+)"`).FindAllSubmatch(b, -1) {
			said[string(m[1])] = true
			if _, ok := english().Page[string(m[1])]; !ok {
				t.Errorf("%s says %q, which has no text", name, m[1])
			}
		}
		for _, m := range regexp.MustCompile(`plural\("([^"]+)"`).FindAllSubmatch(b, -1) {
			for _, end := range []string{"-one", "-many"} {
				said[string(m[1])+end] = true
				if _, ok := english().Page[string(m[1])+end]; !ok {
					t.Errorf("%s says %q, which has no text", name, string(m[1])+end)
				}
			}
		}
	}
	for _, k := range shownFigures { // the page says of a figure what the command says
		f := (&stats.Tally{}).Figure(k)
		for key, want := range map[string]string{"s-" + k.String(): f.Name, "sm-" + k.String(): f.Method} {
			if said[key] = true; english().Page[key] != want {
				t.Errorf("%s is %q on the page, %q elsewhere", key, english().Page[key], want)
			}
		}
	}
	for key := range english().Page {
		if !said[key] {
			t.Errorf("nothing says %q", key)
		}
	}
	for _, c := range rsit.All() {
		text, ok := english().Class[c.String()]
		switch {
		case c.Context():
		case !ok:
			t.Errorf("%s has no text", c)
		case text.Title == "" || text.One == "" || !strings.Contains(text.Many, "{n}") || text.What == "" || len(text.Do) == 0 || len(text.Check) == 0:
			t.Errorf("%s: the text is not whole", c)
		}
		if !slices.Contains(urgency[:], c) {
			t.Errorf("%s has no place in the order of the page", c)
		}
	}
	if len(urgency) != len(rsit.All()) {
		t.Errorf("%d classes in the order of the page", len(urgency))
	}
}

func TestUnknownTextKeyIsRefused(t *testing.T) {
	if _, err := parseTexts([]byte("lang: en\npge: {}\n")); err == nil {
		t.Error("a misspelt key was taken")
	}
}

func TestWhatIsFilledInFillsNothing(t *testing.T) {
	x := &texts{Page: map[string]string{"k": "{a} and {b}"}}
	if got := x.say("k", "a", "{b}", "b", "2"); got != "{b} and 2" {
		t.Error(got)
	}
}

func FuzzCell(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b := appendCell(nil, s)
		if bytes.ContainsAny(b, "\n\r") || len(b) > 0 && (b[0] == '=' || b[0] == '+' || b[0] == '-' || b[0] == '@' || b[0] == '\t') {
			t.Errorf("%q", b)
		}
		if bytes.ContainsFunc(b, unicode.IsControl) {
			t.Errorf("%q holds a control character", b)
		}
		if bytes.Count(b, []byte{'"'})%2 != 0 {
			t.Errorf("%q has a quote too many", b)
		}
	})
}

func FuzzExtra(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":1}`, `{"A b":"x","a_b":[1,{"c":null}],"":true}`, `{"a":{"b":[]}} `, `{"a":01}`, `{"a":`, `[1]`, "{\"a\":\"\n\"}", `{"entente_case":"x"}`, "{\"a\":[\n1]}", `nonsense`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, object []byte) {
		line := appendExtra([]byte(`{"a":1`), object)
		line = append(line, '}')
		if bytes.IndexByte(line, '\n') >= 0 {
			t.Fatalf("%q is two lines", line)
		}
		checkEvent(t, "fuzz", strings.Replace(string(line), `"a":1`, `"feed.name":"x"`, 1)+"\n")
	})
}
