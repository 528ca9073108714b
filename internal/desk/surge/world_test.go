package surge_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"entente/internal/core/rsit"
	"entente/internal/core/value"
	"entente/internal/desk/surge"
	"entente/internal/desk/surge/judge"
	"entente/internal/desk/surge/locate"
	"entente/internal/desk/surge/route"
	"entente/internal/feed"
	"entente/internal/infra/blob"
	"entente/internal/infra/disk"
	"entente/internal/infra/erasure"
	"entente/internal/infra/eventlog"
	"entente/internal/infra/identity"
	"entente/internal/infra/item"
	"entente/internal/infra/record"
	"entente/internal/infra/runs"
	"entente/internal/infra/store"
)

// clock is the time of all tests: the day after the last observation.
var clock = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

// zeros makes the same node key in every data folder, so that case ids can be
// compared.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// rules are what a desk judges and routes by in these tests.
type rules struct {
	format plain
	geo    *locate.Geography
	judge  *judge.Judge
	router *route.Router
	dsn    string           // of PostgreSQL; "" for SQLite
	now    func() time.Time // nil: clock
}

const geography = `prefix,country,asn,network
198.18.0.0/24,CO,4200000001,Red Uno
198.18.1.0/24,PH,4200000002,Network Two
198.18.2.0/25,PH,4200000002,Network Two B
`

var theHold = judge.Hold{ID: 1, Prefix: netip.MustParsePrefix("198.18.0.240/30"), Reason: "arrests planned", Author: "unit 3"}

// newRules: an organisation with a prefix, one with a domain, one with an ASN;
// an allow list; a hold rule on a prefix.
func newRules(t testing.TB) rules {
	t.Helper()
	path := filepath.Join(t.TempDir(), "geo.csv")
	ok(t, os.WriteFile(path, []byte(geography), 0o600))
	var r rules
	var err error
	r.geo, err = locate.Open(locate.Config{CSV: path, Now: clock})
	ok(t, err)
	t.Cleanup(func() { _ = r.geo.Close() })
	allow, err := judge.ParseAllow("allow.txt", []byte("198.18.0.250\nallowed.example.org\n"))
	ok(t, err)
	r.judge, err = judge.New(judge.Config{Bogons: true, Geography: r.geo, Allow: allow, Holds: []judge.Hold{theHold}})
	ok(t, err)
	r.router, err = route.New([]route.Constituency{
		{Org: "bank", Country: "CO", Prefixes: []netip.Prefix{netip.MustParsePrefix("198.18.0.0/28")}},
		{Org: "isp", Country: "PH", ASNs: []uint32{4200000002}},
		{Org: "shop", Country: "CO", Domains: []string{"shop.example.org"}},
	})
	ok(t, err)
	return r
}

// node is an open desk over a data folder.
type node struct {
	*surge.Desk
	close func() error
}

// openNode opens a data folder whose files, apart from the database, are made
// through fsys.
func openNode(ctx context.Context, dir string, fsys disk.FS, r rules) (*node, error) {
	return openNodeOn(ctx, store.Config{Dir: dir, DSN: r.dsn}, dir, fsys, r)
}

// openNodeOn is openNode with the state in any database.
func openNodeOn(ctx context.Context, database store.Config, dir string, fsys disk.FS, r rules) (n *node, err error) {
	db, err := store.Open(ctx, database)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = db.Close()
		}
	}()
	now := r.now
	if now == nil {
		now = func() time.Time { return clock }
	}
	cfg := surge.Config{DB: db, Geo: r.geo, Judge: r.judge, Router: r.router, Formats: []feed.Format{r.format}, Now: now}
	if cfg.Record, err = record.Open(ctx, db); err != nil {
		return nil, err
	}
	if cfg.Identity, err = identity.Open(ctx, identity.Config{DB: db, Dir: dir, Name: "test", Now: now, Rand: zeros{}, FS: fsys}); err != nil {
		return nil, err
	}
	if cfg.Items, err = item.Open(ctx, db); err != nil {
		return nil, err
	}
	if cfg.Erased, err = erasure.Open(ctx, db, cfg.Identity.Node().Secret); err != nil {
		return nil, err
	}
	if cfg.Log, err = eventlog.Open(ctx, eventlog.Config{DB: db, FS: fsys, Dir: dir, Now: now, Erased: cfg.Erased}); err != nil {
		return nil, err
	}
	if cfg.Runs, err = runs.Open(ctx, runs.Config{DB: db, FS: fsys, Dir: dir}); err != nil {
		return nil, err
	}
	if cfg.Blobs, err = blob.Open(blob.Config{FS: fsys, Dir: dir}); err != nil {
		return nil, err
	}
	d, err := surge.Open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return &node{d, db.Close}, nil
}

// world is all that a desk knows, as text that can be compared.
type world struct{ cases, log []string }

func (n *node) world(t testing.TB) world {
	t.Helper()
	ctx := context.Background()
	var w world
	cases, _, err := n.Cases(ctx, surge.CaseFilter{Limit: 1 << 40})
	ok(t, err)
	for _, c := range cases {
		w.cases = append(w.cases, fmt.Sprintf("%+v", *c))
	}
	for row, err := range n.Log.Scan(ctx, eventlog.Query{}) {
		ok(t, err)
		r := *row
		r.Batch = 0
		w.log = append(w.log, fmt.Sprintf("%+v %s", r, r.Details))
	}
	slices.Sort(w.cases)
	slices.Sort(w.log)
	return w
}

// same fails unless two worlds are equal.
func (w world) same(t testing.TB, what string, want world) {
	t.Helper()
	for _, l := range []struct {
		name      string
		got, want []string
	}{{"cases", w.cases, want.cases}, {"log", w.log, want.log}} {
		if slices.Equal(l.got, l.want) {
			continue
		}
		for i := range max(len(l.got), len(l.want)) {
			if i >= len(l.got) || i >= len(l.want) || l.got[i] != l.want[i] {
				t.Errorf("%s: %s: %d instead of %d; the first to differ:\n got %s\nwant %s", what, l.name, len(l.got), len(l.want), at(l.got, i), at(l.want, i))
				break
			}
		}
	}
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return "(none)"
}

// accountText is an account without the time it took.
func accountText(a surge.Account) string {
	a.Seconds = 0
	text, err := json.Marshal(a)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// plain is a format for tests. The first line says "#plain FEED MODE MICROS",
// each other line is a JSON object, or "!" and then a row that is rejected, or
// accepted once the format was mended. --feed goes before FEED; the time of a
// snapshot without MICROS is the file's.
type plain struct{ mended bool }

// beside is the note of an observation that is no sign of a problem.
const beside = "context"

// said is one observation as plain writes it.
type said struct {
	Time     int64  `json:"t"`
	Class    string `json:"c"`
	Value    string `json:"v"` // kind:text
	At       string `json:"at,omitempty"`
	Port     uint16 `json:"p,omitempty"`
	Family   string `json:"f,omitempty"`
	Country  string `json:"cc,omitempty"`
	Severity string `json:"s,omitempty"`
	Label    string `json:"l,omitempty"`
	Offline  bool   `json:"off,omitempty"`
	Note     string `json:"n,omitempty"` // goes to the details
}

func (plain) Info() feed.Info { return feed.Info{Name: "plain", Label: "AMBER", Mode: feed.Event} }

func (plain) Detect(_ string, head []byte) int {
	if bytes.HasPrefix(head, []byte("#plain ")) {
		return 100
	}
	return 0
}

func (p plain) Read(ctx context.Context, in feed.Input, out feed.Sink) error {
	body := bufio.NewReader(in.Body)
	head, err := body.ReadString('\n')
	if err != nil {
		return err
	}
	word := strings.Fields(head)
	meta := feed.Meta{Feed: word[1], Label: "AMBER"}
	meta.Mode, _ = feed.ParseMode(word[2])
	if len(word) > 3 {
		micros, err := strconv.ParseInt(word[3], 10, 64)
		if err != nil {
			return err
		}
		meta.Snapshot = time.UnixMicro(micros)
	}
	if in.Options.Feed != "" {
		meta.Feed = in.Options.Feed
	}
	if meta.Mode == feed.Snapshot && meta.Snapshot.IsZero() {
		if meta.Snapshot = in.ModTime; meta.Snapshot.IsZero() {
			return &feed.Quarantine{Reason: "no-time", Text: "nobody says when it was made"}
		}
	}
	if err := out.Begin(meta); err != nil {
		return err
	}
	for line := int64(2); ; line++ {
		text, err := body.ReadBytes('\n')
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err // half a row is none
		}
		text = bytes.TrimSuffix(text, []byte("\n"))
		if p.mended {
			text = bytes.TrimPrefix(text, []byte("!"))
		}
		if o, good := parseSaid(text); good && bend(&o, string(in.Options.Mapping)) {
			err = out.Accept(line, []feed.Observation{o})
		} else {
			err = out.Reject(line, feed.BadRow, "", text)
		}
		if err != nil {
			return err
		}
	}
}

// bend does to an observation what a mapping of tests says in words; false rejects
// the row.
func bend(o *feed.Observation, mapping string) bool {
	for _, word := range strings.Fields(mapping) {
		switch word {
		case "noport":
			o.Port = 0
		case "nofamily":
			o.Family = ""
		case "port":
			o.Port++
		case "claim":
			o.Country = "MX"
		case "late":
			if o.Time != 0 {
				o.Time += (26 * time.Hour).Microseconds()
			}
		case "mute":
			return false
		case "deaf":
			if o.Severity == "low" {
				return false
			}
		case "online":
			o.Offline, o.Status = false, ""
		case "severe":
			o.Severity, o.Label = "critical", "RED"
		}
	}
	return true
}

func parseSaid(text []byte) (o feed.Observation, good bool) {
	var r said
	if json.Unmarshal(text, &r) != nil {
		return o, false
	}
	return r.observation()
}

func (r said) observation() (o feed.Observation, good bool) {
	kind, text, _ := strings.Cut(r.Value, ":")
	k, known := value.KindOf(kind)
	v, err := value.Parse(k, text)
	class, fits := rsit.Parse(r.Class)
	if !known || err != nil || !fits {
		return o, false
	}
	o = feed.Observation{Time: r.Time, Class: class, Said: r.Class, Family: r.Family, Value: v, Port: r.Port,
		Country: r.Country, Severity: r.Severity, Label: r.Label, Offline: r.Offline, Context: r.Note == beside}
	if r.Offline {
		o.Status = "offline"
	}
	if r.At != "" {
		o.At, err = netip.ParseAddr(r.At)
	}
	if r.Note != "" {
		o.Details = fmt.Appendf(nil, `{"note":%q}`, r.Note)
	}
	return o, err == nil
}
