package misp_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"

	"entente/internal/core/rsit"
	"entente/internal/feed"
	"entente/internal/feed/feedtest"
	"entente/internal/feed/misp"

	"pgregory.net/rapid"
)

func TestCases(t *testing.T) { feedtest.Cases(t, misp.Format{}, "testdata") }

func read(t testing.TB, r io.Reader, o feed.Options) *feedtest.Recorder {
	rec := &feedtest.Recorder{T: t, Keep: true}
	o.Now = feedtest.Now
	err := misp.Format{}.Read(context.Background(), feed.Input{Name: "x", Body: r, Options: o}, rec)
	if _, quarantined := err.(*feed.Quarantine); err != nil && !quarantined {
		t.Fatal(err)
	}
	return rec
}

const (
	good = `{"type":"domain","to_ids":true,"timestamp":"1795000000","value":"a.example.org"}`
	tail = `],"Tag":[{"name":"tlp:red"},{"name":"rsit:malicious-code=\"c2-server\""}]}}`
)

// TestEveryAttributeIsOneRow: what is spoiled costs its own row, and every row
// of an event has its label, which stands at the end.
func TestEveryAttributeIsOneRow(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rows := []string{good}
		for range rapid.IntRange(0, 10).Draw(rt, "n") {
			row := []byte(good)
			i := rapid.IntRange(1, len(row)-2).Draw(rt, "at")
			if c := rapid.Byte().Draw(rt, "byte"); !strings.ContainsRune("{}[],\"\\\n", rune(c)) && !strings.ContainsRune("{}[],\"\\\n", rune(row[i])) {
				row[i] = c
			}
			rows = append(rows, string(row))
		}
		r := read(t, strings.NewReader(`{"Event":{"info":"x","Attribute":[`+strings.Join(rows, ",")+tail), feed.Options{})
		if r.Rows() > int64(len(rows)) || r.Accepted < 1 || r.Meta.Label != "RED" {
			rt.Fatalf("%d rows of %d, label %s", r.Rows(), len(rows), r.Meta.Label)
		}
	})
}

func TestBadInput(t *testing.T) {
	sample := strings.Replace(good, `"value"`, `"data":"`+strings.Repeat("A", 20<<20)+`","value"`, 1)
	long := strings.Replace(good, `"value"`, `"x":["`+strings.Repeat(`y","`, 1<<19)+`"],"value"`, 1)
	object := `{"name":"x","Attribute":[` + strings.TrimSuffix(strings.Repeat(good+",", 20_000), ",") + `]}`
	body := "\xef\xbb\xbf{\"Event\":{\r\n\"info\":\"x\",\"Object\":[" + object + `],"Attribute":[` + good + "," + sample + "," + long + "," +
		strings.Replace(good, "a.ex", "a\x00ex", 1) + "," + strings.Replace(good, "a.ex", "a\xffex", 1) + "," + good + tail + "\r\n"
	r := read(t, strings.NewReader(body), feed.Options{})
	if r.Accepted != 3 || r.By[feed.LineTooLong] != 2 || r.By[feed.BadText] != 2 {
		t.Errorf("accepted %d, rejected %v", r.Accepted, r.By)
	}
}

// endless gives an event of n attributes without holding it.
func endless(n int) io.Reader {
	r, w := io.Pipe()
	go func() {
		fmt.Fprint(w, `{"Event":{"info":"x","Attribute":[`)
		for i := range n {
			if i > 0 {
				fmt.Fprint(w, ",")
			}
			fmt.Fprintf(w, `{"type":"domain","category":"Network activity","to_ids":true,"timestamp":"1795000000","uuid":"5a3c2fcd-8328-42bb-a95e-%012x","value":"a%d.example.org"}`, i, i)
		}
		fmt.Fprint(w, tail)
		w.Close()
	}()
	return r
}

type count struct {
	rows int
	peak uint64
}

func (c *count) Begin(feed.Meta) error { return nil }
func (c *count) Accept(int64, []feed.Observation) error {
	if c.rows++; c.rows%20_000 == 0 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		c.peak = max(c.peak, m.HeapAlloc)
	}
	return nil
}
func (c *count) Reject(int64, feed.Reason, string, []byte) error { return nil }

// TestLargeEvent: memory does not grow with the event.
func TestLargeEvent(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 25 MB")
	}
	t.Setenv("TMPDIR", t.TempDir())
	c := &count{}
	if err := (misp.Format{}).Read(context.Background(), feed.Input{Name: "x", Body: endless(150_000)}, c); err != nil || c.rows != 150_000 {
		t.Fatal(c.rows, err)
	}
	if c.peak > 16<<20 {
		t.Errorf("%d MB", c.peak>>20)
	}
	if left, _ := os.ReadDir(os.Getenv("TMPDIR")); len(left) != 0 {
		t.Errorf("%d files stay", len(left))
	}
}

func TestDescribes(t *testing.T) {
	manifest := `{"5a3c2fcd-8328-42bb-a95e-000000000001":{"info":"x","Orgc":{"name":"y"},"timestamp":"1"}}`
	hashes := "0cc175b9c0f1b6a831c399e269772661,5a3c2fcd-8328-42bb-a95e-000000000001\n"
	for _, c := range []struct {
		name, head string
		want       bool
	}{
		{"feed/manifest.json", manifest, true}, {"a.zip!feed/manifest.json", manifest[:60], true}, {"feed/manifest.json", "{}", true},
		{"feed/other.json", manifest, false}, {"feed/manifest.json", `{"info":"x"}`, false}, {"feed/manifest.json", "", false},
		{"feed/hashes.csv", hashes, true}, {"feed/hashes.csv", "0cc175b9c0f1b6a831c399e269772661\n", false}, {"feed/md5.csv", hashes, false},
	} {
		if got := (misp.Format{}).Describes(c.name, []byte(c.head)); got != c.want {
			t.Errorf("%s %.40s: %v", c.name, c.head, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"Event":{"info":"x","Attribute":[` + good + tail))
	f.Add([]byte(`{"response":[{"Event":{"info":"x","date":"2026-11-01","Object":[{"name":"file","Attribute":[` + good + `]}]}}]}`))
	f.Add([]byte(`{"response":{"Attribute":[{"type":"ip-dst|port","to_ids":"1","first_seen":"2026-11-01T00:00:00Z","value":"192.0.2.7|1","Tag":[{"name":"tlp:amber"}]}]}}`))
	f.Add([]byte(`[{"Attribute":[{"a":1]}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		misp.Format{}.Detect("x", data)
		misp.Format{}.Describes("manifest.json", data)
		read(t, bytes.NewReader(data), feed.Options{Class: rsit.C2Server})
		read(t, bytes.NewReader(data), feed.Options{})
	})
}

func TestRealEvents(t *testing.T) {
	for _, c := range []struct {
		path               string
		accepted, rejected int64
		label              string
	}{
		{"data/misp/existing_event.json", 68, 15, "CLEAR"},
		{"data/feeds/misp-misp_event.json", 1, 0, "AMBER"},
	} {
		body, err := os.ReadFile(feedtest.Shared(t, c.path))
		if err != nil {
			t.Fatal(err)
		}
		if n := (misp.Format{}).Detect(c.path, body[:min(len(body), 64<<10)]); n != 95 {
			t.Errorf("%s: detect %d", c.path, n)
		}
		r := read(t, bytes.NewReader(body), feed.Options{Class: rsit.MalwareDistribution})
		t.Logf("%s: accepted %d, rejected %v, label %s\n%.300s\n%.300s", c.path, r.Accepted, r.By, r.Meta.Label, strings.Join(r.Observed, "\n"), strings.Join(r.Rejects, "\n"))
		if r.Accepted != c.accepted || r.Rejected != c.rejected || r.Meta.Label != c.label {
			t.Errorf("%s: accepted %d, rejected %v, label %s", c.path, r.Accepted, r.By, r.Meta.Label)
		}
	}
}
