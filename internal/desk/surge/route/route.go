// Package route owns who must act: the one owner of an observation, by the
// constituencies that organisations have, most specific first, as
// docs/data-model.md says. It may import core; never infra, a door or another
// part of the surge.
package route

import (
	"net/netip"
	"sort"
	"strings"

	"github.com/gaissmai/bart"

	"entente/internal/core/country"
	"entente/internal/core/fault"
	"entente/internal/core/value"
)

// Pool owns what has no other owner: the coordinator's own pool.
const Pool = "pool"

// How the owner was found. When the country decides, the basis is
// BasisCountry, or the country's own basis when that is "claimed" or "cctld".
const (
	BasisDomain  = "domain"
	BasisPrefix  = "prefix"
	BasisASN     = "asn"
	BasisCountry = "country"
	BasisClaimed = "claimed"
	BasisTLD     = "cctld"
	BasisNone    = "none"
)

// Constituency is what one organisation answers for.
type Constituency struct {
	Org       string         // organisation id
	Country   string         // the organisation's own country, "" for none
	Domains   []string       // canonical names; each stands for itself and all below it
	Prefixes  []netip.Prefix // masked
	ASNs      []uint32
	Countries []string // ISO 3166 alpha-2
}

// Router finds owners. It never changes: many goroutines may share one.
type Router struct {
	owners  []owner
	domains map[string]uint32
	deepest int // most labels of any domain
	nets    bart.Table[uint32]
	hasNets bool
	asns    map[uint32]uint32
	lands   map[string]string // country -> owner
}

type owner struct{ org, country string }

// National gives the id of a country's national unit, such as national-co. It
// exists for every country.
func National(code string) string { return "national-" + strings.ToLower(code) }

// New makes a Router. The same domain, prefix or ASN given to two organisations
// is a fault.Conflict that names both; nesting is allowed. Where several
// organisations have the same country, the one whose id sorts first owns it.
func New(list []Constituency) (*Router, error) {
	r := &Router{domains: map[string]uint32{}, asns: map[uint32]uint32{}, lands: map[string]string{}}
	for _, c := range country.All() {
		r.lands[c.Code] = National(c.Code)
	}
	list = append([]Constituency(nil), list...)
	sort.SliceStable(list, func(i, j int) bool { return list[i].Org < list[j].Org })
	taken := map[string]string{}
	for i, c := range list {
		r.owners = append(r.owners, owner{c.Org, c.Country})
		if err := r.add(uint32(i), c, taken); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// add enters one constituency. taken remembers which organisation has a country.
func (r *Router) add(id uint32, c Constituency, taken map[string]string) error {
	for _, d := range c.Domains {
		d = strings.TrimPrefix(d, ".")
		if old, ok := r.domains[d]; ok && r.owners[old].org != c.Org {
			return overlap("the domain "+d, r.owners[old].org, c.Org)
		}
		r.domains[d] = id
		r.deepest = max(r.deepest, strings.Count(d, ".")+1)
	}
	for _, p := range c.Prefixes {
		p = p.Masked()
		if old, ok := r.nets.Get(p); ok && r.owners[old].org != c.Org {
			return overlap("the prefix "+p.String(), r.owners[old].org, c.Org)
		}
		r.nets.Insert(p, id)
		r.hasNets = true
	}
	for _, n := range c.ASNs {
		if old, ok := r.asns[n]; ok && r.owners[old].org != c.Org {
			return overlap(value.FromASN(n).String(), r.owners[old].org, c.Org)
		}
		r.asns[n] = id
	}
	for _, code := range c.Countries {
		if taken[code] == "" {
			taken[code] = c.Org
			r.lands[code] = c.Org
		}
	}
	return nil
}

func overlap(what, a, b string) error {
	return fault.Newf(fault.Conflict, "give it to one of them; a more specific domain or prefix may lie inside another's",
		"%s belongs to %s and to %s", what, a, b)
}

// Route gives the one owner, how it was found, and the country of the case.
// host is the name (a domain, the host of a URL, the domain of an e-mail), or
// zero; addr and asn are where it lies, or zero; code is the located country
// and codeBasis how that was found. It allocates nothing.
func (r *Router) Route(host value.Value, addr netip.Addr, asn uint32, code, codeBasis string) (org, basis, landed string) {
	id, basis, ok := r.specific(host, addr, asn)
	if ok {
		o := &r.owners[id]
		if code == "" {
			code = o.country
		}
		return o.org, basis, code
	}
	if code != "" {
		if org, ok := r.lands[code]; ok {
			if codeBasis == BasisClaimed || codeBasis == BasisTLD {
				return org, codeBasis, code
			}
			return org, BasisCountry, code
		}
	}
	return Pool, BasisNone, ""
}

// specific tries domain, prefix and ASN, in this order.
func (r *Router) specific(host value.Value, addr netip.Addr, asn uint32) (id uint32, basis string, ok bool) {
	if r.deepest > 0 && host.Kind() == value.Domain {
		if id, ok := r.suffix(host.String()); ok {
			return id, BasisDomain, true
		}
	}
	if r.hasNets && addr.IsValid() {
		if id, ok := r.nets.Lookup(addr.Unmap().WithZone("")); ok {
			return id, BasisPrefix, true
		}
	}
	if asn != 0 && len(r.asns) > 0 {
		if id, ok := r.asns[asn]; ok {
			return id, BasisASN, true
		}
	}
	return 0, "", false
}

// suffix finds the longest domain that name is or lies below.
func (r *Router) suffix(name string) (uint32, bool) {
	labels := strings.Count(name, ".") + 1
	for {
		if labels <= r.deepest {
			if id, ok := r.domains[name]; ok {
				return id, true
			}
		}
		i := strings.IndexByte(name, '.')
		if i < 0 {
			return 0, false
		}
		name = name[i+1:]
		labels--
	}
}
