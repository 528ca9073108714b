package threatfox_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"testing"

	"entente/internal/feed"
	"entente/internal/feed/feedtest"
	"entente/internal/feed/threatfox"

	"pgregory.net/rapid"
)

func TestCases(t *testing.T) { feedtest.Cases(t, threatfox.Format{}, "testdata") }

func read(t testing.TB, r io.Reader) *feedtest.Recorder {
	rec := &feedtest.Recorder{T: t}
	err := threatfox.Format{}.Read(context.Background(), feed.Input{Name: "x", Body: r, Options: feed.Options{Now: feedtest.Now}}, rec)
	if _, quarantined := err.(*feed.Quarantine); err != nil && !quarantined {
		t.Fatal(err)
	}
	return rec
}

const (
	good   = `"2026-11-23 04:31:23", "9000001", "192.0.2.7:8443", "ip:port", "botnet_cc", "win.x", "None", "X", "", "75", "False", "None", "a,b", "0", "r"`
	object = `{"ioc_value":"192.0.2.7:8443","ioc_type":"ip:port","threat_type":"botnet_cc","first_seen_utc":"2026-11-23 04:31:23","tags":["a"]}`
)

func TestEveryIndicatorIsOneRow(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 20).Draw(rt, "n")
		var b strings.Builder
		b.WriteString("\xef\xbb\xbf{")
		want := int64(0)
		for i := range n {
			b.WriteString(`"` + strings.Repeat("9", 1+i) + `":[`)
			for k := range rapid.IntRange(0, 3).Draw(rt, "in one") {
				row := []byte(object)
				if c := rapid.ByteRange('0', 'Z').Draw(rt, "byte"); i+k > 0 {
					if at := rapid.IntRange(1, len(row)-2).Draw(rt, "at"); row[at] != '"' && row[at] != '[' && row[at] != ']' && row[at] != ',' {
						row[at] = c
					}
				}
				if k > 0 {
					b.WriteString(",\r\n")
				}
				b.Write(row)
				want++
			}
			b.WriteString("]")
			if i < n-1 {
				b.WriteString(",")
			}
		}
		b.WriteString("}\n")
		if r := read(t, strings.NewReader(b.String())); r.Rows() != want && r.Rows() != 0 {
			rt.Fatalf("%d rows of %d in %s", r.Rows(), want, b.String())
		}
	})
}

func TestBadInput(t *testing.T) {
	long := strings.Repeat("x", 100<<20)
	r := read(t, strings.NewReader("\xef\xbb\xbf"+good+"\r\n"+long+"\r\n"+strings.Replace(good, "a,b", "\x00", 1)+"\r\n"+strings.Replace(good, "a,b", "\xff", 1)+"\r\n"+good))
	if r.Accepted != 3 || r.By[feed.LineTooLong] != 1 || r.By[feed.BadText] != 1 {
		t.Errorf("accepted %d, rejected %v", r.Accepted, r.By)
	}
	r = read(t, strings.NewReader(`{"query_status":"ok","data":[`+object+`,{"ioc":"`+long+`"},`+strings.Replace(object, "botnet", "\xff", 1)+","+object+"]}"))
	if r.Accepted != 2 || r.By[feed.LineTooLong] != 1 || r.By[feed.BadText] != 1 {
		t.Errorf("JSON: accepted %d, rejected %v", r.Accepted, r.By)
	}
	r = read(t, strings.NewReader(`{"1":[`+object+`],"2":["`+long+`"],"3":[`+object+"]"))
	if r.Accepted != 2 || r.By[feed.LineTooLong] != 1 || r.By[feed.BadRow] != 1 {
		t.Errorf("JSON that is not closed: accepted %d, rejected %v", r.Accepted, r.By)
	}
}

// TestDocs: docs/classes.md says of every threat type what the table says.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile("../../../docs/classes.md")
	if err != nil {
		t.Fatal(err)
	}
	_, page, _ := strings.Cut(string(text), "## ThreatFox\n")
	page, _, _ = strings.Cut(page, "\n## ")
	for _, word := range []string{"botnet_cc", "payload_delivery", "payload", "cc_skimming"} {
		rec := &feedtest.Recorder{T: t, Keep: true}
		in := feed.Input{Name: "x", Body: strings.NewReader(strings.Replace(good, "botnet_cc", word, 1))}
		if err := (threatfox.Format{}).Read(context.Background(), in, rec); err != nil || len(rec.Observed) != 1 {
			t.Fatal(rec.Rejects, err)
		}
		_, class, _ := strings.Cut(rec.Observed[0], " class=")
		class, _, _ = strings.Cut(class, " ")
		if !strings.Contains(page, "| `"+word+"` | "+class+" |") {
			t.Errorf("the page does not say that %s is %s", word, class)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("# \"first_seen_utc\",\"ioc_value\",\"ioc_type\",\"threat_type\"\n\"2026-11-23 04:31:23\", \"c2.example.org\", \"domain\", \"botnet_cc\"\n# Number of entries: 1"))
	f.Add([]byte(`{"41":[` + object + `],"42":[]}`))
	f.Add([]byte(`{"query_status":"ok","data":[` + object + `]}`))
	f.Add([]byte("[" + object + "]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		threatfox.Format{}.Detect("x", data)
		read(t, bytes.NewReader(data))
	})
}
