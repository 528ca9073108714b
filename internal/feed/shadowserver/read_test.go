package shadowserver

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"entente/internal/feed"
	"entente/internal/feed/csvrow"
	"entente/internal/feed/feedtest"
)

var now = feedtest.Now

// readText reads a file given as text.
func readText(t testing.TB, name, in string, o feed.Options) (*feedtest.Recorder, error) {
	t.Helper()
	o.Now = now
	rec := &feedtest.Recorder{T: t, Keep: true}
	err := Format{}.Read(context.Background(), feed.Input{Name: name, Body: strings.NewReader(in), Options: o}, rec)
	return rec, err
}

func TestCases(t *testing.T) { feedtest.Cases(t, Format{}, "testdata") }

const telnet = "timestamp,ip,protocol,port,tag,geo\n2026-11-24 08:00:00,192.0.2.1,tcp,23,telnet,AT\n2026-11-24 08:00:01,192.0.2.2,tcp,23,telnet,AT\n"

func TestDetect(t *testing.T) {
	for _, c := range []struct {
		name, head string
		least, top int
	}{
		{"2026-11-24-scan_telnet-x.csv", telnet, 100, 100},
		{"2026-11-24-scan_telnet-x.csv", "time,ip,protocol,port,tag,geo\n", 60, 60},
		{"x.csv", "\"timestamp\",\"severity\",\"ip\",\"protocol\",\"port\",\"hostname\",\"tag\",\"asn\",\"geo\",\"region\",\"city\",\"banner\"\n", 90, 90},
		{"x.csv", "id,dateadded,url,url_status,last_online,threat,tags,urlhaus_link,reporter\n", 0, 0},
		{"x.csv", "first_seen_utc,dst_ip,dst_port,c2_status,last_online,malware\n", 0, 0},
		{"scan_telnet.csv", "# a list\n192.0.2.1\n", 0, 0},
		{"x.json", "{\"source.ip\":\"192.0.2.1\"}\n", 0, 0},
		{"x.txt", "192.0.2.1\n192.0.2.2\n", 0, 0},
		{"", "", 0, 0},
		{"x", "\x00\x01\x02", 0, 0},
	} {
		if got := (Format{}).Detect(c.name, []byte(c.head)); got < c.least || got > c.top {
			t.Errorf("%s %q: %d", c.name, c.head, got)
		}
	}
}

func TestOptions(t *testing.T) {
	rec, err := readText(t, "-", telnet, feed.Options{Report: "Scan_Telnet", Feed: "mine", Label: "GREEN"})
	if err != nil || rec.Meta.Feed != "mine" || rec.Meta.Label != "GREEN" || rec.Meta.Mode != feed.Event || len(rec.Observed) != 2 {
		t.Errorf("%+v %v", rec.Meta, err)
	}
	_, err = readText(t, "scan_telnet.csv", telnet, feed.Options{Report: "scan_rpd"})
	var q *feed.Quarantine
	if !errors.As(err, &q) || q.Reason != "unknown-report" || q.Remedy != "did you mean scan_rdp?" {
		t.Errorf("%v", err)
	}
	want := "absent column severity, absent column hostname, absent column asn, absent column region, absent column city, absent column naics, absent column hostname_source, absent column sector, absent column banner"
	if got := strings.Join(rec.Meta.Drift, ", "); got != want {
		t.Errorf("drift %s", got)
	}
}

// A header of a megabyte is set aside without effort.
func TestHugeHeader(t *testing.T) {
	in := "timestamp,ip" + strings.Repeat(",a", 400_000) + "\n2026-11-24 08:00:00,192.0.2.1\n"
	_, err := readText(t, "scan_telnet.csv", in, feed.Options{})
	var q *feed.Quarantine
	if !errors.As(err, &q) || q.Reason != "not-this-format" || (Format{}).Detect("scan_telnet.csv", []byte(in)) != 0 {
		t.Errorf("%v", err)
	}
	in = "timestamp,ip" + strings.Repeat(","+strings.Repeat("é", 100), 900) + "\n2026-11-24 08:00:00,192.0.2.1\n"
	rec, err := readText(t, "scan_telnet.csv", in, feed.Options{})
	if err != nil || len(rec.Meta.Drift) != mostDrift+1 || len(strings.Join(rec.Meta.Drift, "")) > 100*mostDrift {
		t.Errorf("%v, %d differences", err, len(rec.Meta.Drift))
	}
}

func TestReadEnds(t *testing.T) {
	gone := errors.New("disk gone")
	read := func(ctx context.Context, body io.Reader, out feed.Sink) error {
		return Format{}.Read(ctx, feed.Input{Name: "scan_telnet.csv", Body: body}, out)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(gone)
	if err := read(ctx, strings.NewReader(telnet), &feedtest.Recorder{T: t}); !errors.Is(err, gone) {
		t.Errorf("a context that has ended: %v", err)
	}
	for cut := range len(telnet) {
		body := io.MultiReader(strings.NewReader(telnet[:cut]), iotest.ErrReader(gone))
		if err := read(context.Background(), body, &feedtest.Recorder{T: t}); !errors.Is(err, gone) {
			t.Fatalf("body that fails after %d bytes: %v", cut, err)
		}
	}
	for after := range 3 {
		if err := read(context.Background(), strings.NewReader(telnet), &failing{left: after, err: gone}); !errors.Is(err, gone) {
			t.Errorf("sink that fails after %d calls: %v", after, err)
		}
	}
}

// failing is a sink that fails after some calls.
type failing struct {
	left int
	err  error
}

func (f *failing) call() error {
	if f.left--; f.left < 0 {
		return f.err
	}
	return nil
}
func (f *failing) Begin(feed.Meta) error                           { return f.call() }
func (f *failing) Accept(int64, []feed.Observation) error          { return f.call() }
func (f *failing) Reject(int64, feed.Reason, string, []byte) error { return f.call() }

// No input makes Read panic, and each row is accounted once.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"scan_telnet", "event4_sinkhole_http", "malware_url", "compromised_website", "-", "event4_honeypot_ddos_target", "scan_exchange"} {
		f.Add(name, []byte(telnet))
	}
	f.Add("2021-03-04-compromised_website-x.csv", []byte("timestamp,ip,port,http_host,url,application,status,geo,asn\n2026-11-24 08:00:00,192.0.2.1,443,example.org,\"/a\\\"b\",https,offline,ZZ,x,,y\n\"\n"))
	f.Add("malware_url.csv", []byte("timestamp,url,host,ip\r\n2026-11-24T08:00:00Z,hxxp://x,\xff,192.0.2.01\r\n"))
	f.Add("sandbox_dns", []byte("timestamp,request,response,request\n2026-11-24 08:00:00.5,a.example.org,::1,\x00\n"))
	f.Add("compromised_account", []byte("timestamp,email,username,source_url\n2026-11-24 08:00:00,a@example.org,,\n"))
	f.Fuzz(func(t *testing.T, name string, in []byte) {
		rec, err := readText(t, name, string(in), feed.Options{})
		var q *feed.Quarantine
		if errors.As(err, &q) {
			if q.Reason == "" || q.Text == "" || q.Remedy == "" {
				t.Fatalf("quarantine says too little: %+v", q)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		rows := csvrow.New(bytes.NewReader(in), csvrow.Options{Tolerant: true})
		n := int64(-1) // the header
		for ; ; n++ {
			if _, err := rows.Next(); err == io.EOF {
				break
			}
		}
		if got := rec.Rows(); got != n {
			t.Fatalf("%d rows, %d accounted", n, got)
		}
		(Format{}).Detect(name, in)
	})
}
