package abusech_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"testing"

	"entente/internal/feed"
	"entente/internal/feed/abusech"
	"entente/internal/feed/feedtest"
)

func TestCases(t *testing.T) {
	for _, f := range abusech.Formats() {
		t.Run(f.Info().Name, func(t *testing.T) { feedtest.Cases(t, f, "testdata/"+f.Info().Name) })
	}
}

func read(t testing.TB, f feed.Format, r io.Reader) *feedtest.Recorder {
	rec := &feedtest.Recorder{T: t}
	err := f.Read(context.Background(), feed.Input{Name: "x", Body: r, Options: feed.Options{Now: feedtest.Now}}, rec)
	if _, quarantined := err.(*feed.Quarantine); err != nil && !quarantined {
		t.Fatal(err)
	}
	return rec
}

func TestRealFiles(t *testing.T) {
	for _, c := range []struct {
		path               string
		f                  feed.Format
		accepted, rejected int64
	}{
		{"data/feeds/urlhaus.csv", abusech.URLhaus{}, 1, 0},
		{"data/feeds/feodo.csv", abusech.Feodo{}, 3, 1},
		{"data/feeds/sslbl.csv", abusech.SSLBL{}, 2, 0},
	} {
		body, err := os.ReadFile(feedtest.Shared(t, c.path))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range abusech.Formats() {
			if n := f.Detect("x", body); (n >= 75) != (f == c.f) {
				t.Errorf("%s: %s is %d sure", c.path, f.Info().Name, n)
			}
		}
		if r := read(t, c.f, bytes.NewReader(body)); r.Accepted != c.accepted || r.Rejected != c.rejected {
			t.Errorf("%s: accepted %d, rejected %v", c.path, r.Accepted, r.By)
		}
	}
}

const server = "2026-05-27 13:36:27,192.0.2.1,447,online,2026-05-28,TrickBot\n"

func TestBadInput(t *testing.T) {
	long := strings.Repeat("x", 100<<20)
	r := read(t, abusech.Feodo{}, strings.NewReader(server+long+"\n"+server+"2026-05-27 13:36:27,192.0.2.1\x00,447,online,2026-05-28,TrickBot\n"+
		"2026-05-27 13:36:27,192.0.2.1,447,online,2026-05-28,\xff\n"+server))
	if r.Accepted != 4 || r.By[feed.LineTooLong] != 1 || r.By[feed.BadText] != 1 {
		t.Errorf("accepted %d, rejected %v", r.Accepted, r.By)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(server))
	f.Add([]byte(`"385","2026-05-27 11:52:06","http://192.0.2.67/bin.sh","online","None","malware_download","None","https://example.org/385/","x"` + "\n"))
	f.Add([]byte("2026-02-26 15:42:09,da39a3ee5e6b4b0d3255bfef95601890afd80709,Gozi C&C\n"))
	f.Add([]byte(`[{"ip_address":"192.0.2.9","port":443,"status":"online","first_seen":"2026-05-01 04:00:20","malware":"x"}]`))
	f.Add([]byte("# Last updated: 2026-05-27 11:55:03 UTC\n# first_seen_utc,dst_ip,dst_port,c2_status,last_online,malware\n" + server))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, form := range abusech.Formats() {
			form.Detect("x", data)
			read(t, form, bytes.NewReader(data))
		}
	})
}
