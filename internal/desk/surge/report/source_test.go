package report

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"iter"
	"net/netip"
	"slices"
	"testing"
	"time"

	"entente/internal/core/rsit"
	"entente/internal/infra/eventlog"
)

// fake is a Source over slices, with the orders that the contract asks for.
type fake struct {
	cases  []Case
	rows   []eventlog.Row
	owners map[string]Owner
}

func (f *fake) Cases(_ context.Context, by Grouping) iter.Seq2[*Case, error] {
	return func(yield func(*Case, error) bool) {
		sorted := slices.Clone(f.cases)
		slices.SortFunc(sorted, func(a, b Case) int {
			group := cmp.Compare(a.Country, b.Country)
			if by == ByOwner {
				group = cmp.Compare(a.Owner, b.Owner)
			}
			return cmp.Or(group, cmp.Compare(a.Class.String(), b.Class.String()), cmp.Compare(a.ID, b.ID))
		})
		var c Case // one struct for all, as a Source over rows would have
		for i := range sorted {
			c = sorted[i]
			if !yield(&c, nil) {
				return
			}
		}
	}
}

func (f *fake) Observations(context.Context) iter.Seq2[*eventlog.Row, error] {
	return func(yield func(*eventlog.Row, error) bool) {
		var r eventlog.Row
		for i := range f.rows {
			r = f.rows[i]
			if !yield(&r, nil) {
				return
			}
		}
	}
}

func (f *fake) Owner(_ context.Context, id string) (Owner, error) {
	if o, ok := f.owners[id]; ok {
		return o, nil
	}
	return Owner{ID: id, Name: "Owner " + id, Kind: "company"}, nil
}

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func micros(s string) int64 { return at(s).UnixMicro() }

func caseID(n int) string { return fmt.Sprintf("%032x", uint64(n+1)*0x9e3779b97f4a7c15) }

// observe makes n observations of a case.
func observe(c *Case, n int, from int64) []eventlog.Row {
	var id [16]byte
	if _, err := hex.Decode(id[:], []byte(c.ID)); err != nil {
		panic(err)
	}
	outcome := "routed"
	if c.Owner == "pool" {
		outcome = "pooled"
	}
	out := make([]eventlog.Row, n)
	for i := range out {
		r := eventlog.Row{Batch: 1, Feed: c.Sources[0], Mode: "event", Observed: c.First + int64(i)*3_600_000_000,
			Class: c.Class.String(), Said: "said", Family: c.Family, Kind: c.Kind, Value: c.Value, Port: c.Port,
			Transport: c.Transport, Country: c.Country, CountryBasis: "geo", ASN: c.ASN, Network: c.Network,
			ClaimedCountry: c.Country, Outcome: outcome, Owner: c.Owner, OwnerBasis: c.Basis, Case: id,
			Line: from + int64(i), Label: c.Label, Details: []byte(`{"tag":"sample","naics":"518210"}`)}
		r.Raw[0] = 0xab
		if a, err := netip.ParseAddr(c.Value); err == nil {
			r.Addr = a
		}
		out[i] = r
	}
	return out
}

func sampleOptions(dir string) Options {
	a := Account{Rows: 40, Accepted: 36, Rejected: 4, Observations: 36, Routed: 24, Pooled: 3, Context: 2, Duplicate: 4, Held: 1, Suppressed: 2,
		RejectedBy: map[string]int64{"no-zone": 3, "bad-value": 1}, SuppressedBy: map[string]int64{"bogon": 2}, CasesOpened: 9, CasesSeenAgain: 3, Owners: 4, Countries: 3, Batches: 2}
	return Options{Dir: dir, Surge: "Sample 2026", Opened: at("2026-11-20T08:00:00Z"), Now: at("2026-11-24T18:17:00Z"),
		Node: "Entente test node", Contact: "reports@example.org", NodeID: "0192f3c1-7b1e-7c00-8000-0123456789ab", Denominators: a, Account: a,
		Feeds: []FeedFigures{
			{Feed: "c2list", Mode: "snapshot", Label: "GREEN", Rows: 20, Observations: 18, Cases: 5, First: micros("2026-11-20T00:00:00Z"), Last: micros("2026-11-23T00:00:00Z")},
			{Feed: "shadowserver/scan_telnet", Mode: "event", Label: "AMBER", Rows: 20, Observations: 18, Cases: 4, First: micros("2026-11-21T00:00:00Z"), Last: micros("2026-11-23T09:00:00Z"), ClaimCompared: 16, ClaimDisagreed: 3, Drift: []string{"new column device_sector"}},
		},
		Geography: "geo-whois-asn-country 2.3.2026061719, 159 days old", GeographyAge: 159 * 24 * time.Hour, Version: "0.1.0"}
}

// sample is a small surge that shows every kind of line.
func sample() *fake {
	f := &fake{owners: map[string]Owner{
		"national-cl": {ID: "national-cl", Name: "National unit of Chile", Kind: "cert", Country: "CL"},
		"example-net": {ID: "example-net", Name: "Example Net S.A.", Kind: "company", Country: "CL"},
		"national-pe": {ID: "national-pe", Name: "National unit of Peru", Kind: "cert", Country: "PE"},
		"pool":        {ID: "pool", Name: "Pool", Kind: "international body"},
	}}
	add := func(c Case, n int) {
		c.ID = caseID(len(f.cases))
		c.Count = int64(n)
		if c.State == "" {
			c.State = "routed"
		}
		c.First, c.Last = micros("2026-11-21T03:04:05Z")+int64(len(f.cases))*60_000_000, micros("2026-11-23T18:17:00Z")+int64(len(f.cases))*1_000_000
		if len(c.Sources) == 0 {
			c.Sources = []string{"c2list"}
		}
		f.cases = append(f.cases, c)
		f.rows = append(f.rows, observe(&c, n, int64(len(f.rows)+1))...)
	}
	net := Case{Country: "CL", ASN: 64496, Network: "Example Net", Owner: "example-net", Basis: "asn", Label: "AMBER"}
	with := func(base Case, class rsit.Class, kind, value string, port uint16, family string) Case {
		base.Class, base.Kind, base.Value, base.Port, base.Family = class, kind, value, port, family
		if port != 0 {
			base.Transport = "tcp"
		}
		return base
	}
	add(with(net, rsit.C2Server, "ipv4", "192.0.2.7", 443, "cobalt strike"), 5)
	c := with(net, rsit.C2Server, "ipv6", "2001:db8::7", 8443, "sliver")
	c.Label, c.Severity, c.Sources = "RED", "critical", []string{"c2list", "partner-red"}
	add(c, 2)
	add(with(net, rsit.Phishing, "url", "http://login.example.org/bank/index.php?id=1", 0, "bank"), 4)
	add(with(net, rsit.MalwareDistribution, "domain", "files.example.net", 0, "mozi"), 1)
	national := Case{Country: "CL", ASN: 64500, Network: "Red Ejemplo", Owner: "national-cl", Basis: "country", Label: "GREEN", Sources: []string{"shadowserver/scan_telnet"}}
	add(with(national, rsit.UnwantedAccessible, "ipv4", "198.51.100.23", 23, "telnet"), 3)
	add(with(national, rsit.InfectedSystem, "network", "AS64500", 0, "andromeda"), 7)
	c = with(national, rsit.VulnerableSystem, "ipv4", "198.51.100.24", 8443, "cve-2024-21762")
	c.Severity, c.State = "high", "reported"
	add(c, 1)
	peru := Case{Country: "PE", ASN: 64510, Network: "Otra Red", Owner: "national-pe", Basis: "country", Label: "CLEAR"}
	add(with(peru, rsit.BruteForce, "network", "203.0.113.0/24", 0, "ssh"), 2)
	add(with(Case{Owner: "pool", Basis: "none", State: "new", Label: "AMBER+STRICT"}, rsit.C2Server, "domain", "c2.example.com", 0, "remcos"), 3)
	return f
}

func write(t testing.TB, src Source, opt Options) Written {
	t.Helper()
	n, err := Write(t.Context(), src, opt)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
