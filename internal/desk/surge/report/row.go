package report

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"sync"

	"entente/internal/core/fault"
	"entente/internal/infra/ui"
)

func count(n int64) string { return ui.Count(n) }

// row is a case as a page lists it: text ready to show, times for the order.
type row struct {
	id, asset, network     string
	port, family           string
	severity, state        string
	owner                  string
	sources                string
	first, last, sightings int64
	value                  string
}

// row makes the row of a case. Every text from outside is made visible.
func (w *writer) row(ctx context.Context, c *Case, by Grouping) (row, error) {
	r := row{
		id: ui.Visible(c.ID), network: ui.Short(ui.Visible(networkKey{c.ASN, c.Network}.String()), 60),
		port: portKey{c.Port, c.Transport}.String(), family: ui.Short(ui.Visible(c.Family), 80),
		severity: ui.Visible(c.Severity), first: c.First, last: c.Last, sightings: c.Count,
		sources: ui.Short(ui.Visible(strings.Join(c.Sources, ", ")), 120), value: strings.Clone(c.Value),
	}
	kind := c.Kind
	if kind == "network" {
		kind = "cidr"
		if strings.HasPrefix(c.Value, "AS") {
			kind = "asn"
			r.network = ui.Short(ui.Visible(c.Network), 60)
		}
	}
	r.asset = ui.Short(ui.Defang(kind, c.Value), 300)
	if by == ByCountry {
		o, err := w.owners.get(ctx, w.src, c.Owner)
		if err != nil {
			return row{}, err
		}
		r.owner = ui.Short(ui.Visible(cmp.Or(o.Name, o.ID)), 60)
	}
	if c.State != "new" && c.State != "routed" {
		r.state = ui.Visible(c.State)
	}
	return r, nil
}

// newestFirst orders rows by the last sighting, then by value and id.
func newestFirst(a, b row) int {
	return cmp.Or(cmp.Compare(b.last, a.last), cmp.Compare(a.value, b.value), cmp.Compare(a.id, b.id))
}

// String names a network: "AS64496 Example Net", "" for none.
func (k networkKey) String() string {
	if k.asn == 0 {
		return k.name
	}
	s := "AS" + strconv.FormatUint(uint64(k.asn), 10)
	if k.name != "" {
		s += " " + k.name
	}
	return s
}

// String gives "443/tcp", "" without a port.
func (k portKey) String() string {
	if k.port == 0 {
		return ""
	}
	s := strconv.FormatUint(uint64(k.port), 10)
	if k.transport != "" {
		s += "/" + ui.Short(ui.Visible(k.transport), 12)
	}
	return s
}

// ownerNames remembers organisations, so that a page of 5,000 rows does not
// ask for each. It forgets all of them when it holds too many.
type ownerNames struct {
	mu sync.Mutex
	m  map[string]Owner
}

const ownerLimit = 4096

func (o *ownerNames) get(ctx context.Context, src Source, id string) (Owner, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if known, ok := o.m[id]; ok {
		return known, nil
	}
	got, err := src.Owner(ctx, id)
	if fault.Is(err, fault.NotFound) { // an organisation that is gone keeps its cases and its id
		got, err = Owner{ID: id}, nil
	}
	if err != nil {
		return Owner{}, err
	}
	if o.m == nil || len(o.m) >= ownerLimit {
		o.m = map[string]Owner{}
	}
	o.m[strings.Clone(id)] = got
	return got, nil
}
