package sample

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"entente/internal/core/rsit"
	"entente/internal/core/value"
	"entente/internal/feed"
	"entente/internal/feed/abusech"
	"entente/internal/feed/custom"
	"entente/internal/feed/drop"
	"entente/internal/feed/intelmq"
	"entente/internal/feed/list"
	"entente/internal/feed/n6"
	"entente/internal/feed/phishtank"
	"entente/internal/feed/shadowserver"
	"entente/internal/feed/threatfox"
)

// formats says which format reads a folder.
func formatOf(folder string) feed.Format {
	switch {
	case folder == "shadowserver":
		return shadowserver.Format{}
	case strings.HasPrefix(folder, "custom"):
		return custom.Format{}
	case folder == "urlhaus":
		return abusech.URLhaus{}
	case strings.HasPrefix(folder, "feodo"):
		return abusech.Feodo{}
	case folder == "sslbl":
		return abusech.SSLBL{}
	case folder == "intelmq":
		return intelmq.Format{}
	case strings.HasPrefix(folder, "n6"):
		return n6.Format{}
	case strings.HasPrefix(folder, "phishtank"):
		return phishtank.Format{}
	case strings.HasPrefix(folder, "threatfox"):
		return threatfox.Format{}
	case strings.HasPrefix(folder, "drop"):
		return drop.Format{}
	case strings.HasPrefix(folder, "list"):
		return list.Format{}
	}
	return nil
}

// replica counts what the formats read, by a second ledger whose duplicates are
// found by identity rather than known beforehand.
type replica struct {
	t       *testing.T
	ledger  *ledger
	meta    feed.Meta
	account *Account
	seen    map[string]bool
	why     map[string]int
}

func (r *replica) Begin(m feed.Meta) error {
	r.meta, r.account = m, r.ledger.feed(m.Feed)
	return nil
}

func (r *replica) Reject(line int64, why feed.Reason, field string, text []byte) error {
	r.ledger.reject(r.account, why)
	return nil
}

func (r *replica) Accept(line int64, list []feed.Observation) error {
	r.ledger.row(r.account)
	for i := range list {
		f := &list[i]
		o := seenAs(f)
		if o.time == 0 {
			o.time = r.meta.Snapshot.UnixMicro()
		}
		if r.meta.Mode == feed.Snapshot {
			o.asOf = r.meta.Snapshot.UnixMicro()
		}
		id, _ := json.Marshal([]any{r.meta.Feed, o.time, f.Class, f.Value.Kind(), f.Value.String(), f.Port, f.Family, f.Transport, f.Said, f.Country, f.ASN, f.Status, f.Severity, f.At.String(), string(f.Details)})
		again := r.seen[string(id)]
		r.seen[string(id)] = true
		r.ledger.observe(r.account, r.meta.Mode == feed.Event, &o, again)
	}
	return nil
}

// seenAs turns what a format read into what the ledger judges.
func seenAs(f *feed.Observation) obs {
	o := obs{time: f.Time, class: f.Class, family: f.Family, text: []byte(f.Value.String()), addr: f.At, claim: f.Country, claimAS: f.ASN, port: f.Port, offline: f.Offline}
	host := f.Value
	if h, ok := f.Value.Host(); ok {
		host = h
	}
	switch {
	case f.Value.Addr().IsValid():
		o.addr = f.Value.Addr()
	case f.Value.Kind() == value.CIDR:
		o.addr = f.Value.Prefix().Addr()
	case host.Addr().IsValid():
		o.addr = host.Addr()
	}
	o.isName = f.Value.Kind() == value.URL || f.Value.Kind() == value.Domain
	if host.Kind() == value.Domain {
		o.host = []byte(host.String())
		if site, shared := value.Registrable(host.String()); !shared {
			o.site = []byte(site)
		}
		tld := o.host[bytes.LastIndexByte(o.host, '.')+1:]
		if o.cc = strings.ToUpper(string(tld)); o.cc == "UK" {
			o.cc = "GB"
		}
		if len(tld) != 2 || o.cc == "IO" {
			o.cc = ""
		}
	}
	return o
}

// options reads the feed.yaml of a folder.
func options(t *testing.T, dir string) feed.Options {
	t.Helper()
	o := feed.Options{Now: time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)}
	b, err := os.ReadFile(filepath.Join(dir, "feed.yaml"))
	if err != nil {
		return o
	}
	var y struct {
		Feed, Class, Mode, Family, Mapping string
		AsOf                               time.Time `yaml:"as_of"`
		FamilyFromName                     bool      `yaml:"family_from_name"`
	}
	if err := yaml.Unmarshal(b, &y); err != nil {
		t.Fatal(err)
	}
	o.Feed, o.Family, o.AsOf, o.FamilyFromName = y.Feed, y.Family, y.AsOf, y.FamilyFromName
	o.Class, _ = rsit.Parse(y.Class)
	o.Mode, _ = feed.ParseMode(y.Mode)
	if y.Mapping != "" {
		if o.Mapping, err = os.ReadFile(filepath.Join(dir, y.Mapping)); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

// The formats read from the files what the truth says is in them: the same
// account for each feed, and the same cases.
func TestFormatsReadTheTruth(t *testing.T) {
	_, dir := make1(t, 40000, 3, 5)
	var truth Truth
	b, err := os.ReadFile(filepath.Join(dir, "truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &truth); err != nil {
		t.Fatal(err)
	}
	all := members(t, dir)
	r := &replica{t: t, ledger: newLedger(newWorld()), seen: map[string]bool{}, why: map[string]int{}}
	complete := true
	for _, f := range truth.Files {
		m, ok := all[f.Path]
		if !ok {
			t.Fatalf("%s is not there", f.Path)
		}
		folder := strings.Split(f.Path, "/")[1]
		format := formatOf(folder)
		if format == nil {
			complete = false
			continue
		}
		before := *r.ledger.feed(f.Feed)
		err := format.Read(context.Background(), feed.Input{Name: f.Path, Body: bytes.NewReader(m.body), Options: options(t, filepath.Join(dir, "feeds", folder))}, r)
		if f.Quarantined {
			if _, ok := err.(*feed.Quarantine); !ok {
				t.Errorf("%s: not quarantined: %v", f.Path, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", f.Path, err)
		}
		after := r.ledger.feed(f.Feed)
		if got := after.Rows - before.Rows; got != f.Rows {
			t.Errorf("%s: %d rows read, %d written", f.Path, got, f.Rows)
		}
		if got := after.Rejected - before.Rejected; got != f.Rejected {
			t.Errorf("%s: %d rows rejected, %d broken", f.Path, got, f.Rejected)
		}
	}
	for name, got := range r.ledger.feeds {
		if d := cmp.Diff(truth.Feeds[name], *got); d != "" {
			t.Errorf("%s (-truth +read):\n%s", name, d)
		}
	}
	if !complete {
		return
	}
	got, err := r.ledger.truth(nil)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(truth.Cases, got.Cases); d != "" {
		t.Errorf("cases (-truth +read):\n%s", d)
	}
	if d := cmp.Diff(truth.ByDay, got.ByDay); d != "" {
		t.Errorf("days (-truth +read):\n%s", d)
	}
}
