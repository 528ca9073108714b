package list_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"entente/internal/core/rsit"
	"entente/internal/feed"
	"entente/internal/feed/feedtest"
	"entente/internal/feed/list"
	"entente/internal/feed/source"

	"pgregory.net/rapid"
)

func TestCases(t *testing.T) { feedtest.Cases(t, list.Format{}, "testdata") }

func input(name string, body io.Reader) feed.Input {
	return feed.Input{Name: name, Body: body, Options: feed.Options{
		Class: rsit.C2Server, Mode: feed.Snapshot, AsOf: feedtest.Now, Now: feedtest.Now, FamilyFromName: true}}
}

func TestEveryLineIsOneRow(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		part := rapid.OneOf(rapid.SampledFrom([]string{"192.0.2.7", "evil.example.org", "http://example.org/", ":443", "[", "]", "/24", "#", ";", " ", "\t", "0.0.0.0", ",", "\x00", "\xff", "hxxp://", "[.]", `"`, "*.", "||", "^", "::1"}), rapid.String())
		rows := rapid.SliceOfN(rapid.Map(rapid.SliceOfN(part, 0, 5), func(p []string) string {
			return strings.ReplaceAll(strings.Join(p, ""), "\n", "")
		}), 1, 30).Draw(rt, "lines")
		want := int64(1)
		for _, l := range rows {
			l = strings.Trim(l, " \t\r\f\v")
			if l != "" && !strings.ContainsAny(l[:1], "#;!") && !strings.HasPrefix(l, "//") {
				want++
			}
		}
		r := &feedtest.Recorder{T: t}
		in := input("x", strings.NewReader("192.0.2.1\n"+strings.Join(rows, "\n")))
		if err := (list.Format{}).Read(context.Background(), in, r); err != nil {
			rt.Fatal(err)
		}
		if r.Rows() > want || r.Rows() < want-int64(len(rows)) {
			rt.Fatalf("%d rows of %q, want %d", r.Rows(), rows, want)
		}
	})
}

func TestBadInput(t *testing.T) {
	long := strings.Repeat("a", 3<<20)
	body := "192.0.2.1\n192.0.2.2\x00\n\xff\xfe.example.org\n" + long + "\n" + strings.Repeat("192.0.2.3 ", 200_000) + "\n192.0.2.4"
	r := &feedtest.Recorder{T: t, Keep: true}
	if err := (list.Format{}).Read(context.Background(), input("x", strings.NewReader(body)), r); err != nil {
		t.Fatal(err)
	}
	if r.Accepted != 2 || r.By[feed.BadText] != 2 || r.By[feed.LineTooLong] != 2 {
		t.Errorf("accepted %d, rejected %v", r.Accepted, r.By)
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"192.0.2.1:80\n", "[::1]:1\n", "0.0.0.0 a.example.org b.example.org # c\n", "hxxp[:]//a[.]example/\n", "# Last updated: 2026-01-02 03:04:05 UTC\n1.2.3.0/24;x\n", "\"a.example.org\",1"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		in := input("x", bytes.NewReader(data))
		in.Options.AsOf = time.Time{}
		in.ModTime = feedtest.Now
		list.Format{}.Detect("x", data)
		r := &feedtest.Recorder{T: t}
		if err := (list.Format{}).Read(context.Background(), in, r); err != nil && !strings.Contains(err.Error(), ":") {
			t.Fatal(err)
		}
	})
}

// TestRealLists reads what lies in the shared folder of real data, when it does.
func TestRealLists(t *testing.T) {
	cases := []struct {
		path               string
		accepted, rejected int64
	}{
		{"data/feeds/blocklistde-imap.txt", 6, 0},
		{"data/feeds/spamhaus-drop.txt", 2, 0},
		{"data/feeds/bambenek-c2-ipmasterlist.txt", 1, 0},
		{"data/indicators/ipsum.txt", 120_430, 0},
	}
	for _, c := range cases {
		body, err := os.ReadFile(feedtest.Shared(t, c.path))
		if err != nil {
			t.Fatal(err)
		}
		if n := (list.Format{}).Detect(c.path, body[:min(len(body), source.HeadSize)]); n != 20 {
			t.Errorf("%s: detect %d", c.path, n)
		}
		r := &feedtest.Recorder{T: t}
		in := input(c.path, bytes.NewReader(body))
		in.Options.AsOf = time.Time{}
		in.ModTime = feedtest.Now
		if err := (list.Format{}).Read(context.Background(), in, r); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: accepted %d, rejected %d %v, as of %s", c.path, r.Accepted, r.Rejected, r.By, r.Meta.Snapshot)
		if r.Accepted < c.accepted-500 || r.Rejected != c.rejected {
			t.Errorf("%s: accepted %d, rejected %v", c.path, r.Accepted, r.By)
		}
	}
}

// TestRealArchive reads the whole archive of lists in the shared folder.
func TestRealArchive(t *testing.T) {
	if testing.Short() {
		t.Skip("the whole archive takes some seconds")
	}
	f, err := os.Open(feedtest.Shared(t, "data/indicators/maltrail-static.tar.zst"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	var rows, accepted, files int64
	by := map[feed.Reason]int64{}
	quarantined := map[string]int{}
	samples := map[feed.Reason][]string{}
	start := time.Now()
	err = source.Members(context.Background(), "maltrail.tar.zst", st.ModTime(), f, f, st.Size(), source.Limits{}, func(m source.Member) error {
		files++
		r := &counting{by: by, samples: samples}
		err := list.Format{}.Read(context.Background(), input(m.Name, m.Body), r)
		rows += r.rows
		accepted += r.accepted
		if q, ok := err.(*feed.Quarantine); ok {
			quarantined[q.Reason]++
			return nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	t.Logf("%d files, %d rows, accepted %d, rejected %v, quarantined %v, %.0f rows/s", files, rows, accepted, by, quarantined, float64(rows)/took.Seconds())
	for why, s := range samples {
		t.Logf("%v: %q", why, s)
	}
	var sum int64
	for _, n := range by {
		sum += n
	}
	if rows != accepted+sum || accepted < 1_600_000 || files < 3000 {
		t.Errorf("the account does not close: rows %d, accepted %d, rejected %d", rows, accepted, sum)
	}
}

// counting counts rows and keeps a few rejected ones.
type counting struct {
	rows, accepted int64
	by             map[feed.Reason]int64
	samples        map[feed.Reason][]string
}

func (c *counting) Begin(feed.Meta) error { return nil }
func (c *counting) Accept(int64, []feed.Observation) error {
	c.rows++
	c.accepted++
	return nil
}
func (c *counting) Reject(_ int64, why feed.Reason, _ string, text []byte) error {
	c.rows++
	c.by[why]++
	if c.by[why]%97 == 1 && len(c.samples[why]) < 30 {
		c.samples[why] = append(c.samples[why], string(text[:min(len(text), 80)]))
	}
	return nil
}

func benchmark(b *testing.B, line func(i int) string) {
	var buf bytes.Buffer
	const n = 100_000
	for i := range n {
		buf.WriteString(line(i))
		buf.WriteByte('\n')
	}
	b.SetBytes(int64(buf.Len()))
	for b.Loop() {
		c := &counting{by: map[feed.Reason]int64{}, samples: map[feed.Reason][]string{}}
		if err := (list.Format{}).Read(context.Background(), input("x", bytes.NewReader(buf.Bytes())), c); err != nil {
			b.Fatal(err)
		}
		if c.accepted != n {
			b.Fatalf("accepted %d: %v", c.accepted, c.samples)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkAddresses(b *testing.B) {
	benchmark(b, func(i int) string { return fmt.Sprintf("198.%d.%d.%d", 18+i>>16, i>>8&255, i&255) })
}

func BenchmarkDomains(b *testing.B) {
	benchmark(b, func(i int) string { return fmt.Sprintf("host%d.example.org", i) })
}

func BenchmarkURLs(b *testing.B) {
	benchmark(b, func(i int) string { return fmt.Sprintf("http://host%d.example.org/a/b.php?x=%d", i, i) })
}
