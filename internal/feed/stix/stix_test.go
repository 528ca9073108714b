package stix_test

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
	"entente/internal/feed/stix"
)

func TestCases(t *testing.T) { feedtest.Cases(t, stix.Format{}, "testdata") }

func read(t testing.TB, r io.Reader, o feed.Options) *feedtest.Recorder {
	rec := &feedtest.Recorder{T: t, Keep: true}
	o.Now = feedtest.Now
	err := stix.Format{}.Read(context.Background(), feed.Input{Name: "x", Body: r, Options: o}, rec)
	if _, quarantined := err.(*feed.Quarantine); err != nil && !quarantined {
		t.Fatal(err)
	}
	return rec
}

func indicator(n int, more string) string {
	return fmt.Sprintf(`{"type":"indicator","spec_version":"2.1","id":"indicator--33fe3b22-0201-47cf-85d0-%012x","created":"2026-11-01T00:00:00Z","modified":"2026-11-01T00:00:00Z","pattern":"[domain-name:value = 'a%d.example.org']","pattern_type":"stix","valid_from":"2026-11-02T00:00:00Z"%s}`, n, n, more)
}

const head = `{"type":"bundle","id":"bundle--33fe3b22-0201-47cf-85d0-000000000001","objects":[`

func TestBadInput(t *testing.T) {
	class := feed.Options{Class: rsit.C2Server}
	blob := indicator(1, `,"x_payload":"`+strings.Repeat("A", 20<<20)+`"`)
	long := indicator(2, `,"x":["`+strings.Repeat(`y","`, 1<<19)+`"]`)
	report := `{"type":"report","x":["` + strings.Repeat(`y","`, 1<<19) + `"]}`
	body := "\xef\xbb\xbf" + head + "\r\n" + indicator(3, "") + "," + blob + "," + long + "," + report + "," +
		strings.Replace(indicator(4, ""), "a4", "a\x004", 1) + "," + strings.Replace(indicator(5, ""), "a5", "a\xff5", 1) + "," + indicator(6, "") + "]}\r\n"
	r := read(t, strings.NewReader(body), class)
	if r.Accepted != 3 || r.By[feed.LineTooLong] != 1 || r.By[feed.BadText] != 2 {
		t.Errorf("accepted %d, rejected %v", r.Accepted, r.By)
	}
	// a pattern whose alternatives multiply
	many := strings.Repeat("(ipv4-addr:value = '192.0.2.1' OR ipv4-addr:value = '192.0.2.2') AND ", 30) + "network-traffic:dst_port = 1"
	r = read(t, strings.NewReader(strings.Replace(indicator(7, ""), "domain-name:value = 'a7.example.org'", many, 1)), class)
	if r.By[feed.BadPattern] != 1 {
		t.Errorf("accepted %d, rejected %v", r.Accepted, r.By)
	}
}

// endless gives a bundle of n indicators without holding it.
func endless(n int) io.Reader {
	r, w := io.Pipe()
	go func() {
		fmt.Fprint(w, head)
		for i := range n {
			if i > 0 {
				fmt.Fprint(w, ",")
			}
			fmt.Fprint(w, indicator(i, ""))
		}
		fmt.Fprint(w, "]}")
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
	if c.rows++; c.rows%50_000 == 0 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		c.peak = max(c.peak, m.HeapAlloc)
	}
	return nil
}
func (c *count) Reject(int64, feed.Reason, string, []byte) error { return nil }

// TestLargeBundle: memory is bounded by the index.
func TestLargeBundle(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 70 MB")
	}
	t.Setenv("TMPDIR", t.TempDir())
	c := &count{}
	in := feed.Input{Name: "x", Body: endless(270_000), Options: feed.Options{Class: rsit.C2Server}}
	if err := (stix.Format{}).Read(context.Background(), in, c); err != nil || c.rows != 270_000 {
		t.Fatal(c.rows, err)
	}
	if c.peak > 48<<20 {
		t.Errorf("%d MB", c.peak>>20)
	}
	t.Logf("%d MB at most", c.peak>>20)
	if left, _ := os.ReadDir(os.Getenv("TMPDIR")); len(left) != 0 {
		t.Errorf("%d files stay", len(left))
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(head + indicator(1, "") + "]}"))
	f.Add([]byte(indicator(2, `,"labels":["c2"],"revoked":true,"object_marking_refs":["marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"]`)))
	f.Add([]byte(head + `{"type":"observed-data","id":"observed-data--33fe3b22-0201-47cf-85d0-000000000001","last_observed":"2026-11-02T00:00:00Z","labels":["c2"],"objects":{"0":{"type":"ipv4-addr","value":"192.0.2.7"},"1":{"type":"network-traffic","dst_ref":"0","dst_port":1}}},{"type":"sighting","id":"sighting--33fe3b22-0201-47cf-85d0-000000000002","sighting_of_ref":"x--33fe3b22-0201-47cf-85d0-000000000001","observed_data_refs":["observed-data--33fe3b22-0201-47cf-85d0-000000000001"],"created":"2026-11-02T00:00:00Z"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		stix.Format{}.Detect("x", data)
		read(t, bytes.NewReader(data), feed.Options{Class: rsit.C2Server})
		read(t, bytes.NewReader(data), feed.Options{})
	})
}

func FuzzPattern(f *testing.F) {
	for _, s := range []string{"[ipv4-addr:value = '192.0.2.7']", "[a:b IN ('x', 1)] OR [(c:d.'e f'[*] = 'g' OR h:i = 2) AND j:k ISSUBSET 'l']"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text, err := stix.Pattern(s)
		if err != nil {
			return
		}
		again, err := stix.Pattern(text)
		if err != nil || again != text {
			t.Fatalf("%q gives %q, that gives %q, %v", s, text, again, err)
		}
	})
}

func TestRealBundles(t *testing.T) {
	for _, c := range []struct {
		path               string
		accepted, rejected int64
	}{
		{"data/examples/stix/apt1.json", 10, 2}, // two name certificates by serial number only
		{"data/examples/stix/indicator-for-c2-ip-address.json", 1, 0},
		{"data/examples/stix/indicator-to-campaign-relationship.json", 1, 0},
		{"data/attack/ics-attack-18.1.json", 0, 0},
	} {
		body, err := os.ReadFile(feedtest.Shared(t, c.path))
		if err != nil {
			t.Fatal(err)
		}
		if n := (stix.Format{}).Detect(c.path, body[:min(len(body), 64<<10)]); n != 95 {
			t.Errorf("%s: detect %d", c.path, n)
		}
		r := read(t, bytes.NewReader(body), feed.Options{Class: rsit.C2Server})
		t.Logf("%s: accepted %d, rejected %v, label %s\n%.400s", c.path, r.Accepted, r.By, r.Meta.Label, strings.Join(r.Observed, "\n"))
		if r.Accepted != c.accepted || r.Rejected != c.rejected || r.Accepted > 0 && r.Meta.Label != "AMBER" {
			t.Errorf("%s: accepted %d, rejected %v, label %s", c.path, r.Accepted, r.By, r.Meta.Label)
		}
	}
}
