package test

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// mapping reads bad.csv.
const mapping = `feed: honeynet
mode: event
class: brute-force
times: [rfc3339, "2006-01-02 15:04:05"]
fields: {time: time, ip: ip, port: port, family: family, country: country}
`

// badRows are files of sound and bad rows in several formats, and how often
// each reason must come.
func badRows(t *testing.T) (dir string, accepted int, reasons map[string]any) {
	event := func(fields ...string) string { return "{" + strings.Join(fields, ",") + "}\n" }
	when, what := `"time.source":"2026-11-20T08:00:00+00:00"`, `"classification.type":"c2-server"`
	dir = writeFiles(t, map[string]string{
		"list/feed.yaml": "format: list\nclass: c2-server\nmode: snapshot\nas_of: 2026-11-20T00:00:00Z\nfeed: list\n",
		"list/list.txt": "198.18.0.1\n" + // accepted
			"198.018.0.2\n010.0.0.1\n" + // bad-value: leading zeros
			"198.18.0.3:0\n198.18.0.3:70000\n" + // bad-port
			"198.18.0.4\x00\n" + // bad-text
			"198.18.0.5\xff\xfe\n" + // bad-text
			"198.18.0.6:443\n" + // accepted
			"\u202e198.18.0.7\n", // bad-value
		"events.jsonl": event(when, what, `"source.ip":"198.18.1.1"`) + // accepted
			event(`"time.source":"1970-01-01T00:00:00+00:00"`, what, `"source.ip":"198.18.1.2"`) + // bad-time
			event(`"time.source":"2999-01-01T00:00:00+00:00"`, what, `"source.ip":"198.18.1.3"`) + // bad-time
			event(`"time.source":"2026-11-20T08:00:00"`, what, `"source.ip":"198.18.1.4"`) + // no-zone
			event(what, `"source.ip":"198.18.1.5"`) + // no-time
			event(when, what, `"source.ip":"198.18.1.6"`, `"source.port":0`) + // bad-port
			event(when, what, `"source.ip":"198.18.1.7"`, `"source.port":70000`) + // bad-port
			event(when, what, `"source.ip":"198.018.1.8"`) + // bad-value
			event(when, what, `"source.ip":"198.18.1.9"`, "\"malware.name\":\"a\x00b\"") + // bad-text
			event(when, what, `"source.ip":"198.18.1.10"`, "\"malware.name\":\"a\xff\"") + // bad-text
			event(when, what, `"source.ip":"198.18.1.11"`, `"malware.name":"a\u0000b"`) + // bad-text: PostgreSQL keeps no NUL
			event(when, what, `"source.ip":"198.18.1.12"`, `"malware.name":"a\ud800b"`), // accepted: half a character becomes U+FFFD
		"bad/feed.yaml":    "format: custom\nmapping: mapping.yaml\n",
		"bad/mapping.yaml": mapping,
		"bad/bad.csv": "time,ip,port,family,country\n" +
			"2026-11-20T08:00:00Z,198.18.2.1,22,ssh,CO\n" + // accepted
			"1970-01-01T00:00:00Z,198.18.2.2,22,,\n" + // bad-time
			"2999-01-01T00:00:00Z,198.18.2.3,22,,\n" + // bad-time
			"2026-11-20 08:00:00,198.18.2.4,22,,\n" + // no-zone
			"2026-11-20T08:00:00Z,198.18.02.5,22,,\n" + // bad-value
			"2026-11-20T08:00:00Z,198.18.2.6,0,,\n" + // bad-port
			"2026-11-20T08:00:00Z,198.18.2.7,70000,,\n" + // bad-port
			"2026-11-20T08:00:00Z,198.18.2.8,22,a\x00b,\n" + // bad-text
			"2026-11-20T08:00:00Z,198.18.2.9,22,a\xffb,\n", // accepted: U+FFFD
	})
	return dir, 6, map[string]any{"bad-value": 5.0, "bad-port": 6.0, "bad-text": 6.0, "bad-time": 4.0, "no-zone": 2.0, "no-time": 1.0}
}

// TestBadRows: each bad row is rejected with the right reason and kept, and the
// sound ones beside it are taken; on both engines.
func TestBadRows(t *testing.T) {
	dir, accepted, reasons := badRows(t)
	var first state
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			var store []string
			if engine == "postgres" {
				store = []string{"--store", postgres(t)}
			}
			p := newPlace(t, store...)
			a := p.took(t, dir)
			if !reflect.DeepEqual(a["rejected_by"], any(reasons)) || a.figure("accepted") != accepted {
				t.Errorf("rejected by %v, want %v; accepted %v, want %d\n%s", a["rejected_by"], reasons, a["accepted"], accepted,
					entente(t, p.flags("ingest", "rejects")...).stdout)
			}
			var kept struct {
				Rejected []struct{ File, Reason, Text string }
			}
			good(t, json.Unmarshal([]byte(entente(t, p.flags("--json", "ingest", "rejects")...).stdout), &kept))
			if len(kept.Rejected) != a.figure("rejected") {
				t.Errorf("%d rows kept of %d", len(kept.Rejected), a.figure("rejected"))
			}
			got := p.look(t)
			if engine == "sqlite" {
				first = got
			} else {
				sameState(t, got, first)
			}
		})
	}
}

// TestLongLine: a line of 100 MB is rejected without being held in memory, in
// every format, and the rows around it are taken.
func TestLongLine(t *testing.T) {
	for name, c := range map[string]struct{ before, begin, end, after string }{
		"list.txt":                     {"198.18.0.1\n", "", "\n", "198.18.0.2\n"},
		"events.jsonl":                 {events(1), `{"x":"`, "\"}\n", strings.ReplaceAll(events(1), "198.18.0.1", "198.18.0.2")},
		"2026-11-20-scan_telnet-a.csv": {table(1), `"2026-11-20 08:00:00","`, "\"\n", `"2026-11-20 08:00:00","low","198.18.0.2","tcp",23,,"telnet",64496,"CO"` + "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			path := filepath.Join(t.TempDir(), name)
			f, err := os.Create(path)
			good(t, err)
			defer f.Close()
			_, err = io.WriteString(f, c.before+c.begin)
			good(t, err)
			block := strings.Repeat("x", 1<<20)
			for range 100 {
				_, err := io.WriteString(f, block)
				good(t, err)
			}
			_, err = io.WriteString(f, c.end+c.after)
			good(t, err)
			r := p.ingest(t, append(list(), path)...)
			r.says(t, 3)
			a := parseAccount(t, r.stdout)
			if a.figure("accepted") != 2 || !reflect.DeepEqual(a["rejected_by"], any(map[string]any{"line-too-long": 1.0})) {
				t.Errorf("accepted %v, rejected by %v", a["accepted"], a["rejected_by"])
			}
			if r.peak > 400<<20 {
				t.Errorf("peak memory %d MB", r.peak>>20)
			}
			entente(t, p.flags("ingest", "rejects")...).says(t, 0, "line-too-long")
		})
	}
}

// TestHostileNames: names of files, feeds, columns and networks that are no
// text are taken, on both engines, and shown without harm.
func TestHostileNames(t *testing.T) {
	dir := t.TempDir()
	name := "2026-11-20-scan_telnet-\x1b[31m\xff\u202e.csv"
	head := strings.Replace(table(1), `"geo"`, "\"geo\",\"new\xff\x1b]0;x\a\"", 1)
	good(t, os.WriteFile(filepath.Join(dir, name), []byte(strings.Replace(head, `"CO"`, "\"CO\",\"<b>\x1b[31m\"", 1)), 0o600))
	good(t, os.WriteFile(filepath.Join(dir, "broken\xff\x1b.csv"), []byte("what\xff is\x1b[31m this\n"), 0o600))
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			var store []string
			if engine == "postgres" {
				store = []string{"--store", postgres(t)}
			}
			p := newPlace(t, store...)
			good(t, os.WriteFile(p.geo, []byte("prefix,country,asn,network\n198.18.0.0/16,CO,64496,Red \xff\x1b[31m\n"), 0o600))
			r := entente(t, p.flags("surge", "run", dir, "--name", "s", "--out", filepath.Join(t.TempDir(), "out"), "--geo", p.geo)...)
			r.says(t, 3)
			all := r.stdout + r.stderr
			for _, args := range [][]string{{"ingest", "rejects"}, {"case", "list"}, {"log", "query"}, {"surge", "list"}, {"case", "list", "--csv"}, {"log", "query", "--csv"}, {"case", "list", "--live"}, {"log", "query", "--live"}} {
				r := entente(t, p.flags(args...)...)
				all += r.stdout + r.stderr
			}
			if i := strings.IndexFunc(all, unsafe); i >= 0 {
				t.Errorf("forged: %q", all[max(0, i-60):min(len(all), i+60)])
			}
			if len(p.look(t).log) != 1 {
				t.Errorf("log: %v", p.look(t).log)
			}
		})
	}
}

// TestWordsThatAreNoText: what a person says of a feed is text, and a zone is
// named, for the machine's own says nothing of the feed's.
func TestWordsThatAreNoText(t *testing.T) {
	p := newPlace(t)
	dir := writeFiles(t, map[string]string{"events.jsonl": events(1)})
	for _, words := range [][]string{{"--feed", "f\xff"}, {"--family", "a\x1b[31m"}, {"--report", "scan\n"}, {"--zone", "Local"}} {
		entente(t, p.flags(append([]string{"ingest", "--geo", p.geo, dir}, words...)...)...).says(t, 2, words[0])
	}
	side := writeFiles(t, map[string]string{"events.jsonl": events(1), "feed.yaml": "zone: Local\n"})
	entente(t, p.flags("ingest", "--geo", p.geo, side)...).says(t, 1, "zone")
	if got := p.look(t); len(got.log) > 0 {
		t.Errorf("log: %v", got.log)
	}
}

// unsafe tells whether a sign could change what a terminal shows: control signs
// but tab and line feed, and those that turn the direction of text.
func unsafe(r rune) bool {
	return r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r == 0x061c ||
		r >= 0x200e && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// TestLongNames: files whose names are too long to be kept whole, with the same
// bytes, are two files: the second is recognised.
func TestLongNames(t *testing.T) {
	deep := strings.Repeat(strings.Repeat("n", 200)+"/", 6)
	dir := writeFiles(t, map[string]string{deep + "a.jsonl": events(3), deep + "b.jsonl": events(3)})
	p := newPlace(t)
	if a := p.took(t, dir); a.figure("rows") != 6 || a.figure("duplicate") != 3 {
		t.Error(a.figures("rows", "duplicate"))
	}
	if a := p.took(t, dir); a.figure("duplicate") != 6 {
		t.Error(a.figures("rows", "duplicate"))
	}
}

// TestRetryMapping: rows of a custom feed that its mapping could not read are
// taken with a mended one; those of other feeds are read as they were at first,
// and every account closes.
func TestRetryMapping(t *testing.T) {
	p := newPlace(t)
	names := map[string]string{
		"bad.csv":  "time;ip\n20/11/2026 08:00:00;198.18.2.1\n20/11/2026 09:00:00;198.18.2.2\nnever;198.18.2.3\n",
		"map.yaml": "feed: honeynet\nmode: event\ncomma: \";\"\nclass: brute-force\nzone: UTC\ntimes: [\"01/02/2006 15:04:05\"]\nfields: {time: time, ip: ip}\n",
		"list.txt": "198.18.0.1\n198.018.0.2\n",
	}
	dir := writeFiles(t, names)
	at, err := time.Parse(time.DateOnly, "2026-11-20")
	good(t, err)
	good(t, os.Chtimes(filepath.Join(dir, "list.txt"), at, at)) // the list's only time
	p.took(t, "--mapping", filepath.Join(dir, "map.yaml"), filepath.Join(dir, "bad.csv"))
	p.took(t, "--class", "c2-server", "--mode", "snapshot", filepath.Join(dir, "list.txt"))
	retry := func(more ...string) account {
		r := entente(t, append(p.flags("--json", "ingest", "retry", "--geo", p.geo), more...)...)
		r.says(t, 3)
		return parseAccount(t, r.stdout)
	}
	if a := retry(); a.figure("rejected") != 4 || a.figure("accepted") != 0 || a.figure("quarantined") != 0 {
		t.Errorf("nothing mended: %v", a)
	}
	mended := filepath.Join(writeFiles(t, map[string]string{"map.yaml": strings.Replace(names["map.yaml"], "01/02", "02/01", 1)}), "map.yaml")
	if a := retry("--mapping", mended); a.figure("rejected") != 2 || a.figure("accepted") != 2 || a.figure("routed") != 2 || a.figure("quarantined") != 0 {
		t.Errorf("mended: %v", a)
	}
	if a := retry("--mapping", mended); a.figure("rejected") != 2 || a.figure("accepted") != 0 {
		t.Errorf("again: %v", a)
	}
	other := filepath.Join(writeFiles(t, map[string]string{"map.yaml": strings.Replace(names["map.yaml"], "ip: ip", "ip: address", 1)}), "map.yaml")
	r := entente(t, p.flags("ingest", "retry", "--geo", p.geo, "--mapping", other)...)
	r.says(t, 3, "missing-columns", "set aside") // this feed's rows wait on, the list's were read
	if len(p.look(t).log) != 3 {
		t.Errorf("log: %v", p.look(t).log)
	}
}
