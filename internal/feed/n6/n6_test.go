package n6_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"entente/internal/feed"
	"entente/internal/feed/feedtest"
	"entente/internal/feed/n6"

	"pgregory.net/rapid"
)

func TestCases(t *testing.T) { feedtest.Cases(t, n6.Format{}, "testdata") }

func read(t testing.TB, r io.Reader) *feedtest.Recorder {
	rec := &feedtest.Recorder{T: t}
	err := n6.Format{}.Read(context.Background(), feed.Input{Name: "x", Body: r, Options: feed.Options{Now: feedtest.Now}}, rec)
	if _, quarantined := err.(*feed.Quarantine); err != nil && !quarantined {
		t.Fatal(err)
	}
	return rec
}

const good = `{"id":"1","source":"a.b","restriction":"need-to-know","confidence":"low","category":"bots","time":"2026-11-19T01:00:00Z","address":[{"ip":"192.0.2.1","cc":"PL","asn":64496},{"ip":"2001:db8::1"}],"name":"x"}`

func TestEveryEventIsOneRow(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rows := []string{good}
		for range rapid.IntRange(0, 20).Draw(rt, "n") {
			row := []byte(good)
			switch rapid.IntRange(0, 2).Draw(rt, "how") {
			case 0: // a changed byte, but no line break
				if c := rapid.Byte().Draw(rt, "byte"); c != '\n' {
					row[rapid.IntRange(0, len(row)-1).Draw(rt, "at")] = c
				}
			case 1:
				row = row[:rapid.IntRange(1, len(row)).Draw(rt, "cut")]
			}
			if len(bytes.TrimSpace(row)) > 0 {
				rows = append(rows, string(row))
			}
		}
		if r := read(t, strings.NewReader("\xef\xbb\xbf"+strings.Join(rows, "\r\n"))); r.Rows() != int64(len(rows)) || r.Accepted < 1 {
			rt.Fatalf("%d rows of %d", r.Rows(), len(rows))
		}
	})
}

func TestBadInput(t *testing.T) {
	huge := `{"url":"` + strings.Repeat("x", 100<<20) + `"}`
	many := strings.Replace(good, `{"ip":"2001:db8::1"}`, strings.Repeat(`{"ip":"192.0.2.1"},`, 300)+`{"ip":"192.0.2.2"}`, 1)
	r := read(t, strings.NewReader(good+"\n"+huge+"\n"+good+"\x00\n{\"url\":\"\xff\"}\n"+many+"\n"+good))
	if r.Accepted != 2 || r.Obs != 4 || r.By[feed.LineTooLong] != 1 || r.By[feed.BadText] != 2 || r.By[feed.BadRow] != 1 {
		t.Errorf("accepted %d, rejected %v", r.Accepted, r.By)
	}
	r = read(t, strings.NewReader("["+good+","+huge+","+good+"]"))
	if r.Accepted != 2 || r.By[feed.LineTooLong] != 1 {
		t.Errorf("array: accepted %d, rejected %v", r.Accepted, r.By)
	}
}

// TestNoEventIsLooserThanItSays: whatever the person says of the file, an event
// that does not say public is never looser than the default.
func TestNoEventIsLooserThanItSays(t *testing.T) {
	strict := map[string]int{"CLEAR": 1, "GREEN": 2, "AMBER": 3, "AMBER+STRICT": 4, "RED": 5}
	for restriction, least := range map[string]int{"public": 1, "need-to-know": 3, "internal": 5, "nonsense": 5} {
		for _, said := range []string{"", "CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"} {
			in := feed.Input{Name: "x", Body: strings.NewReader(strings.Replace(good, "need-to-know", restriction, 1)), Options: feed.Options{Now: feedtest.Now, Label: said}}
			rec := &feedtest.Recorder{T: t, Keep: true}
			if err := (n6.Format{}).Read(context.Background(), in, rec); err != nil {
				t.Fatal(err)
			}
			got := strict[rec.Meta.Label]
			if _, own, found := strings.Cut(rec.Observed[0], " label="); found {
				own, _, _ = strings.Cut(own, " ")
				if strict[own] <= got {
					t.Errorf("%s, %s: the row's label %s is no stricter than the file's", restriction, said, own)
				}
				got = max(got, strict[own])
			}
			if want := max(least, strict[said]); got != want {
				t.Errorf("%s, file %s: %d, want %d", restriction, said, got, want)
			}
		}
	}
}

// TestDocs: docs/classes.md says of every category what the table says.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile("../../../docs/classes.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "## n6\n")
	table, _, _ = strings.Cut(table, "\n## ")
	seen := 0
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		if len(cells) < 5 || !strings.Contains(cells[1], "`") {
			continue
		}
		for word := range strings.SplitSeq(cells[1], ",") {
			word = strings.Trim(word, " `")
			seen++
			body := fmt.Sprintf(`{"id":"1","source":"a.b","restriction":"public","confidence":"low","category":%q,"time":"2026-11-19T01:00:00Z","address":[{"ip":"192.0.2.1"}]}`, word)
			rec := &feedtest.Recorder{T: t, Keep: true}
			if err := (n6.Format{}).Read(context.Background(), feed.Input{Name: "x", Body: strings.NewReader(body)}, rec); err != nil {
				t.Fatal(err)
			}
			if want := " class=" + strings.TrimSpace(cells[2]) + " "; len(rec.Observed) != 1 || !strings.Contains(rec.Observed[0], want) {
				t.Errorf("%s: %v, the page says %s", word, rec.Observed, want)
			}
		}
	}
	if seen != 27 {
		t.Errorf("the page has %d categories of 27", seen)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("[" + good + "," + good + "]"))
	f.Add([]byte(`{"category":"phish","time":"2026-08-01T00:00:00Z","url":"hxxp://example.org/","address":[{"ip":"x"}],"type":"bl-delist","source":"a.b","id":"1"}`))
	f.Add([]byte(`{"category":"flow","time":"2026-08-01T00:00:00Z","address":[{"ip":"192.0.2.1","dir":"dst"}],"email":"a@example.org","sport":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		n6.Format{}.Detect("x", data)
		read(t, bytes.NewReader(data))
	})
}
