package source_test

import (
	"path/filepath"
	"strings"
	"testing"

	"entente/internal/core/fault"
	"entente/internal/feed"
	"entente/internal/feed/abusech"
	"entente/internal/feed/arf"
	"entente/internal/feed/custom"
	"entente/internal/feed/drop"
	"entente/internal/feed/intelmq"
	"entente/internal/feed/list"
	"entente/internal/feed/misp"
	"entente/internal/feed/n6"
	"entente/internal/feed/phishtank"
	"entente/internal/feed/shadowserver"
	"entente/internal/feed/source"
	"entente/internal/feed/stix"
	"entente/internal/feed/threatfox"
	"entente/internal/feed/xarf"

	"golang.org/x/tools/txtar"
)

func formats() []feed.Format {
	return append(abusech.Formats(), shadowserver.Format{}, intelmq.Format{}, n6.Format{}, phishtank.Format{}, threatfox.Format{}, drop.Format{},
		misp.Format{}, stix.Format{}, xarf.Format{}, arf.Format{}, list.Format{}, custom.Format{})
}

func TestChoose(t *testing.T) {
	cases := []struct{ head, want string }{
		{"192.0.2.7\n192.0.2.8\n", "list"},
		{"2026-05-27 13:36:27,192.0.2.1,447,online,2026-05-28,TrickBot\n", "feodo"},
		{`[{"ip_address":"192.0.2.9","port":443,"status":"online","first_seen":"2026-05-01 04:00:20","malware":"x"}]`, "feodo"},
		{"2026-02-26 15:42:09,da39a3ee5e6b4b0d3255bfef95601890afd80709,Gozi C&C\n", "sslbl"},
		{`"1","2026-05-27 11:52:06","http://192.0.2.67/x","online","","malware_download","","https://example.org/1/","x"` + "\n", "urlhaus"},
		{`{"time.source":"2026-08-01T00:00:00+00:00","source.ip":"192.0.2.20","classification.type":"scanner"}`, "intelmq"},
	}
	for _, c := range cases {
		f, err := source.Choose(formats(), feed.Options{}, "", "x", []byte(c.head))
		if err != nil || f.Info().Name != c.want {
			t.Errorf("%.40s: %v, %v", c.head, f, err)
		}
	}
	if f, err := source.Choose(formats(), feed.Options{Mapping: []byte("x")}, "", "x", []byte("192.0.2.7")); err != nil || f.Info().Name != "custom" {
		t.Errorf("with a mapping: %v, %v", f, err)
	}
	if f, err := source.Choose(formats(), feed.Options{}, "sslbl", "x", []byte("192.0.2.7")); err != nil || f.Info().Name != "sslbl" {
		t.Errorf("by word: %v, %v", f, err)
	}
}

func TestChooseSaysWhatItSaw(t *testing.T) {
	for head, say := range map[string]string{
		"":                             "is empty",
		"<!DOCTYPE html><html>":        "web page",
		"a,b,c\n1,2,3\n":               `CSV whose first line is "a,b,c"`,
		`{"ip":"192.0.2.7"}`:           "looks like JSON",
		"\xff\xfea\x00":                "UTF-16",
		"a\x00b":                       "NUL",
		"just \x1b[31mred \u202etext.": `u{001b}`,
	} {
		_, err := source.Choose(formats(), feed.Options{}, "", "x\u202e.txt", []byte(head))
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), say) || !strings.Contains(fault.RemedyOf(err), "--format") || strings.ContainsAny(err.Error(), "\x1b\u202e") {
			t.Errorf("%q: %v", head, err)
		}
	}
	if _, err := source.Choose(formats(), feed.Options{}, "lst", "x", nil); !fault.Is(err, fault.Usage) || !strings.Contains(fault.RemedyOf(err), "list") {
		t.Errorf("unknown word: %v", err)
	}
}

// TestEachFormatGetsItsOwn: every case of every format that its own format
// knows is given to that format, whatever the others say of it.
func TestEachFormatGetsItsOwn(t *testing.T) {
	files, err := filepath.Glob("../*/testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	more, err := filepath.Glob("../*/testdata/*/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, file := range append(files, more...) {
		want := filepath.Base(filepath.Dir(file))
		if want == "testdata" {
			want = filepath.Base(filepath.Dir(filepath.Dir(file)))
		}
		ar, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var name, body, out string
		for _, part := range ar.Files {
			switch part.Name {
			case "want":
				out = string(part.Data)
			case "mapping":
			default:
				name, body = part.Name, string(part.Data)
			}
		}
		if strings.HasPrefix(out, "detect=0\n") || !strings.HasPrefix(out, "detect=") {
			continue
		}
		seen[want]++
		f, err := source.Choose(formats(), feed.Options{}, "", name, []byte(body))
		if err != nil || f.Info().Name != want {
			t.Errorf("%s: %v, %v", file, f, err)
		}
	}
	for _, f := range formats() {
		if n := f.Info().Name; n != "custom" && seen[n] == 0 {
			t.Errorf("no case of %s", n)
		}
	}
}
