package value

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write what was found into the cases")

func TestExtractCases(t *testing.T) {
	files, err := filepath.Glob("testdata/extract/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := listing(a.Files[0].Data)
			if *update {
				a.Files[1].Data = []byte(got)
				if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(a.Files[1].Data), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func listing(text []byte) string {
	var b strings.Builder
	e := Extract(text)
	for _, f := range e.Found {
		fmt.Fprintf(&b, "%s %s | %s\n", f.Value.Kind(), f.Value, text[f.Start:f.End])
	}
	for _, f := range e.Failed {
		fmt.Fprintf(&b, "failed %s %s: %s\n", f.Kind, text[f.Start:f.End], f.Why)
	}
	for _, c := range e.Cards {
		fmt.Fprintf(&b, "card %s\n", text[c.Start:c.End])
	}
	return b.String()
}

// checkExtraction holds what Extract promises of any text.
func checkExtraction(t failer, text []byte) {
	before := bytes.Clone(text)
	e := Extract(text)
	last := 0
	for _, f := range e.Found {
		if f.Start < last || f.Start >= f.End || f.End > len(text) {
			t.Fatalf("%q: span %d-%d after %d", text, f.Start, f.End, last)
		}
		last = f.End
		span := Refang(string(text[f.Start:f.End]))
		v, err := Parse(f.Value.Kind(), span)
		if f.Value.Kind() == IPv4 {
			v, err = ParseIP(span)
		}
		if err != nil || v != f.Value {
			t.Fatalf("%q: %s %q was found in %q, which parses as %q, %v", text, f.Value.Kind(), f.Value, span, v, err)
		}
	}
	last = 0
	for _, f := range e.Failed {
		if f.Start < last || f.Start >= f.End || f.End > len(text) || f.Why == "" {
			t.Fatalf("%q: failed span %d-%d after %d", text, f.Start, f.End, last)
		}
		last = f.Start
	}
	masked := MaskCards(text)
	if !bytes.Equal(before, text) || len(masked) != len(text) {
		t.Fatalf("%q was changed", text)
	}
	last = 0
	for _, c := range e.Cards {
		if c.Start < last || c.End-c.Start < 13 || c.End > len(text) {
			t.Fatalf("%q: card %d-%d after %d", text, c.Start, c.End, last)
		}
		last = c.End
		if bytes.ContainsAny(masked[c.Start:c.End], "0123456789") {
			t.Fatalf("%q: a card is left in %q", text, masked)
		}
	}
}

// Every value, live or defanged, is found again in a sentence around it.
func TestExtractFindsValuesInSentences(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := drawValue(t)
		host := v
		if h, ok := v.Host(); ok {
			host = h
		}
		name := v.String()
		switch {
		case host.Kind() == Domain && !underSuffix(host.String()):
			return
		case v.Kind() == Domain && extensionOf(name[strings.LastIndexByte(name, '.')+1:]) != noFile,
			v.Kind() == FileName, // found by extension only, and never with spaces
			v.Kind() == Email && strings.ContainsAny(name, "!#$&'*/=?^`{|}~"),
			v.Kind() == URL && strings.ContainsAny(name, "'()"),
			v.Kind() == URL && strings.IndexByte(".,:;!?*)", name[len(name)-1]) >= 0,
			(v.Kind() == IPv6 || v.Kind() == CIDR) && !strings.ContainsAny(strings.Split(name, "/")[0], "0123456789"),
			v.Kind() == Email && strings.IndexByte("-+%", name[0]) >= 0,
			v.Kind() == Domain && name[0] == '-',   // a dash before a name is prose
			strings.Trim(name, "0123456789") == "": // a hash of decimal digits
			return
		}
		for _, said := range []string{name, v.Defang()} {
			text := "We saw " + said + ", and more. (Also " + said + ".)"
			n := 0
			for _, f := range Extract([]byte(text)).Found {
				if f.Value == v && text[f.Start:f.End] == said {
					n++
				}
			}
			if n != 2 {
				t.Fatalf("%s %q was found %d times in %q: %s", v.Kind(), name, n, text, listing([]byte(text)))
			}
		}
	})
}

func TestExtractHoldsItsPromisesOnMixedText(t *testing.T) {
	pieces := []string{" ", ".", ":", "/", "@", "-", "[.]", "[://]", "(dot)", "hxxp", "http://", "example.org", "192.0.2.7", "2001:db8::1",
		"/24", "::", "%", "'", "\"", ",", "user", "ü", "“", "\xff", "[", "]", "(", ")", "4111 1111 1111 1111", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
		".exe", "AS64496", "[@]", "[/]", "[[]", "_", "+", "a", "1", "onion", "\n", "[:]", "//", "::ffff:"}
	rapid.Check(t, func(t *rapid.T) {
		for range 20 {
			checkExtraction(t, []byte(strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 30).Draw(t, "text"), "")))
		}
	})
}

// Text made to be slow must not be: each of these is a megabyte.
func TestExtractIsLinear(t *testing.T) {
	for _, unit := range []string{"http://a.example.org/", "http://", "a%", "a@", "a'", ")", "[.]", "a.", "1.", "4444 ", "4", "1:", ":", "[", "hxxp[://]a(", "a@b.", "ü", "\xff", "/24", "[[", "a,http://b"} {
		text := []byte("http://example.org/" + strings.Repeat(unit, 1<<20/len(unit)))
		start := time.Now()
		Extract(text)
		Extract(text[18:])
		MaskCards(text)
		if d := time.Since(start); d > 3*time.Second {
			t.Errorf("%q repeated takes %v", unit, d)
		}
	}
}

func TestExtractDoesNotKeepTheText(t *testing.T) {
	text := []byte("see http://example.org/ and more")
	v := Extract(text).Found[0].Value
	copy(text, bytes.Repeat([]byte("x"), len(text)))
	if v.String() != "http://example.org/" {
		t.Error(v)
	}
}

func TestCards(t *testing.T) {
	for in, want := range map[string]string{
		"4111 1111 1111 1111":                 "**** **** **** ****",
		"x 4111-1111-1111-1111.":              "x ****-****-****-****.",
		"5555555555554444":                    "****************",
		"2223000048400011":                    "****************",
		"3782 822463 10005":                   "**** ****** *****",
		"6011111111111117":                    "****************",
		"30569309025904":                      "**************",
		"3530111333300000":                    "****************",
		"4222222222222":                       "*************",
		"4111\u00a01111\u00a01111\u00a01111":  "****\u00a0****\u00a0****\u00a0****",
		"4111 1111 1111 1111 2027":            "**** **** **** **** 2027",
		"4111 1111 1111 1112":                 "4111 1111 1111 1112", // check digit
		"1234567890123452":                    "1234567890123452",    // no issuer
		"a4111111111111111":                   "a4111111111111111",   // inside a word
		"0.4111111111111111":                  "0.4111111111111111",
		"41111111111111111111111":             "41111111111111111111111",
		"4111  1111  1111  1111":              "4111  1111  1111  1111",
		"http://example.org/4111111111111111": "http://example.org/****************",
	} {
		if got := string(MaskCards([]byte(in))); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
		checkExtraction(t, []byte(in))
	}
	if text := []byte("no card"); &MaskCards(text)[0] != &text[0] {
		t.Error("text without a card was copied")
	}
}

func TestExtensionsAreNoTopLevelDomains(t *testing.T) {
	for x, kind := range extensions {
		if _, rule := suffixOf(x); (rule != 0) != (kind == fileIfShort) {
			t.Errorf("%s: extension %d, suffix rule %d", x, kind, rule)
		}
	}
}
