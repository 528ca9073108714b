package drop_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"entente/internal/feed"
	"entente/internal/feed/drop"
	"entente/internal/feed/feedtest"

	"pgregory.net/rapid"
)

func TestCases(t *testing.T) { feedtest.Cases(t, drop.Format{}, "testdata") }

func read(t testing.TB, r io.Reader, asOf time.Time) (*feedtest.Recorder, error) {
	rec := &feedtest.Recorder{T: t}
	err := drop.Format{}.Read(context.Background(), feed.Input{Name: "x", Body: r, Options: feed.Options{Now: feedtest.Now, AsOf: asOf}}, rec)
	if _, quarantined := err.(*feed.Quarantine); err != nil && !quarantined {
		t.Fatal(err)
	}
	return rec, err
}

const (
	row  = `{"cidr":"192.0.2.0/24","sblid":"SBL100001","rir":"ripencc"}`
	meta = `{"type":"metadata","timestamp":1795400000,"records":3}`
)

// TestRealList reads what lies in the shared folder of real data, when it does.
func TestRealList(t *testing.T) {
	body, err := os.ReadFile(feedtest.Shared(t, "data/feeds/spamhaus-drop.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if n := (drop.Format{}).Detect("x", body); n != 95 {
		t.Errorf("%d sure", n)
	}
	r, err := read(t, bytes.NewReader(body), time.Time{})
	if err != nil || r.Accepted != 2 || r.Rejected != 0 || r.Meta.Feed != "drop/v4" || !r.Meta.Snapshot.Equal(time.Date(2015, 9, 14, 4, 39, 22, 0, time.UTC)) {
		t.Errorf("accepted %d, rejected %v, %+v, %v", r.Accepted, r.By, r.Meta, err)
	}
}

func TestEveryLineIsOneRow(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		part := rapid.OneOf(rapid.SampledFrom([]string{"192.0.2.0/24", "AS64496", " ; SBL1", ";", "#", "|", " ", "\t", "\x00", "\xff", "::/0"}), rapid.String())
		want := int64(1)
		text := "192.0.2.0/24 ; SBL100001"
		for range rapid.IntRange(0, 20).Draw(rt, "n") {
			line := strings.ReplaceAll(strings.Join(rapid.SliceOfN(part, 0, 4).Draw(rt, "line"), ""), "\n", "")
			if l := strings.TrimSpace(line); l != "" && l[0] != ';' && l[0] != '#' {
				want++
			}
			text += "\r\n" + line
		}
		if r, err := read(t, strings.NewReader(text), feedtest.Now); err != nil && r.Rows() != 0 || err == nil && r.Rows() != want {
			rt.Fatalf("%d rows of %q, want %d: %v", r.Rows(), text, want, err)
		}
	})
}

func TestBadInput(t *testing.T) {
	long := strings.Repeat("x", 100<<20)
	r, err := read(t, strings.NewReader("\xef\xbb\xbf192.0.2.0/24 ; SBL1\r\n"+long+"\r\n192.0.2.0/24 ; SBL\x00\r\n192.0.2.0/24 ; \xff\r\n198.51.100.0/24 ; SBL2"), feedtest.Now)
	if err != nil || r.Accepted != 2 || r.By[feed.LineTooLong] != 1 || r.By[feed.BadText] != 2 {
		t.Errorf("accepted %d, rejected %v, %v", r.Accepted, r.By, err)
	}
	r, err = read(t, strings.NewReader("\xef\xbb\xbf"+row+"\r\n"+long+"\r\n"+row+"\x00\r\n{\"cidr\":\"\xff\"}\r\n"+row+"\r\n"+meta), feedtest.Now)
	if err != nil || r.Accepted != 2 || r.By[feed.LineTooLong] != 1 || r.By[feed.BadText] != 2 {
		t.Errorf("JSON: accepted %d, rejected %v, %v", r.Accepted, r.By, err)
	}
}

// TestTimeFromTheLastLine: the time is found behind as much as is held, and not
// guessed behind more.
func TestTimeFromTheLastLine(t *testing.T) {
	text := func(rows int) string { return strings.Repeat(row+"\n", rows) + meta }
	at := time.Unix(1795400000, 0)
	r, err := read(t, strings.NewReader(text(3)), time.Time{})
	if err != nil || !r.Meta.Snapshot.Equal(at) || r.Accepted != 3 || len(r.Meta.Drift) != 0 {
		t.Errorf("%+v, %d rows, %v", r.Meta, r.Accepted, err)
	}
	r, err = read(t, strings.NewReader(text(200_000)), time.Time{})
	if err != nil || !r.Meta.Snapshot.Equal(at) || r.Accepted != 200_000 || fmt.Sprint(r.Meta.Drift) != "[the metadata line counts 3 records, the list has 200000]" {
		t.Errorf("%+v, %d rows, %v", r.Meta, r.Accepted, err)
	}
	if r, err = read(t, strings.NewReader(text(300_000)), time.Time{}); err == nil || r.Rows() != 0 {
		t.Errorf("longer than what is held: %v, %d rows", err, r.Rows())
	}
	if r, err = read(t, strings.NewReader(text(300_000)), feedtest.Now); err != nil || r.Accepted != 300_000 {
		t.Errorf("longer, with its time given: %v, %d rows", err, r.Accepted)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("; Spamhaus DROP List\n; Last-Modified: Mon, 23 Nov 2026 04:39:22 GMT\n192.0.2.0/24 ; SBL1\n"))
	f.Add([]byte("AS64496 ; PL | EXAMPLE\n192.0.2.1\n"))
	f.Add([]byte(row + "\n" + meta))
	f.Add([]byte(`{"asn":64496,"cc":"PL","asname":"X"}` + "\n" + `{"type":"metadata","timestamp":"2026-11-23T00:00:00Z","copyright":"Spamhaus"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		drop.Format{}.Detect("drop.txt", data)
		_, _ = read(t, bytes.NewReader(data), time.Time{})
		_, _ = read(t, bytes.NewReader(data), feedtest.Now)
	})
}
