// Package warnlist owns warning lists in MISP's format: importing them, keeping
// them, and telling which lists a value is on. What follows from a hit is not
// its affair. It may import core and infra/disk; no other infra package.
//
// A list has a type that says how its entries match: string (equal), hostname
// (the name or one below it), substring, cidr, regex. In a list of type string
// an entry with a leading dot matches as in one of type hostname; it could
// match nothing else. A list applies to the kinds of value that its
// matching_attributes name.
package warnlist

import (
	"net/netip"
	"strings"

	"github.com/gaissmai/bart"

	"entente/internal/core/value"
)

// Part says which part of an observation is on a list.
type Part uint8

// The parts.
const (
	OnValue   Part = iota + 1 // the value itself
	OnHost                    // the name in a URL or an e-mail address
	OnAddress                 // the address that a name or a URL has
)

// Hit is one list that something is on.
type Hit struct {
	List    string // the list's folder name, such as "public-dns-v4"
	Version int
	ID      int  // the list's place in Lists.All
	On      Part // what is on it
	Exact   bool // the whole text or network is an entry, not only a part or a name above
}

// Info describes one list.
type Info struct {
	List       string   `json:"list"` // folder name
	Name       string   `json:"name"` // the list's own title
	Type       string   `json:"type"`
	Version    int      `json:"version"`
	Entries    int      `json:"entries"`
	Attributes []string `json:"matching_attributes"`
}

// Problem is something of a list that cannot be used, and why.
type Problem struct {
	List   string `json:"list"`
	Entry  string `json:"entry,omitempty"` // "" if it is the list as a whole
	Reason string `json:"reason"`
}

// Lists answers which lists a value is on. It never changes after Open: many
// goroutines may share one. The zero Lists has no list.
type Lists struct {
	infos    []Info
	kinds    []kindSet // by list
	sets     sets
	names    nameTable
	named    kindSet // kinds that any list of texts applies to
	nets     bart.Table[uint32]
	hasNets  bool
	scans    []scanner
	patterns []pattern
	problems []Problem
}

// All describes every list, in the order of Hit.ID.
func (l *Lists) All() []Info { return append([]Info(nil), l.infos...) }

// Len gives the number of lists.
func (l *Lists) Len() int { return len(l.infos) }

// Problems tells what of the lists cannot be used: entries that do not parse,
// patterns that only PCRE understands, lists for no kind of value of ours.
func (l *Lists) Problems() []Problem { return append([]Problem(nil), l.problems...) }

// Match appends a hit for each list that v, its host or its address is on. host
// is the name of v (a domain itself, the host of a URL, the domain of an e-mail
// address) or zero; addr is where it lies, or zero. A list appears at most once
// for each part. It allocates only when out has no room, or for an address when
// a list holds patterns or parts of addresses.
func (l *Lists) Match(v, host value.Value, addr netip.Addr, out []Hit) []Hit {
	if len(l.infos) == 0 {
		return out
	}
	kind := v.Kind()
	mask := kinds(kind)
	switch kind {
	case value.IPv4, value.IPv6: // its address is itself
		out = l.matchAddr(v.Addr(), mask, OnValue, out)
		return l.matchText(v, mask, OnValue, out)
	case value.CIDR:
		out = l.matchPrefix(v.Prefix(), out)
	case value.ASN, value.None:
	default:
		out = l.matchText(v, mask, OnValue, out)
	}
	if (kind == value.URL || kind == value.Email) && host.Kind() == value.Domain {
		out = l.matchText(host, kinds(value.Domain)|mask, OnHost, out)
	}
	if addr = addr.Unmap(); addr.IsValid() && kind != value.CIDR {
		out = l.matchAddr(addr, addrKinds, OnAddress, out)
	}
	return out
}

// matchAddr finds the lists with a network around a.
func (l *Lists) matchAddr(a netip.Addr, mask kindSet, on Part, out []Hit) []Hit {
	if !l.hasNets {
		return out
	}
	if set, ok := l.nets.Lookup(a.WithZone("")); ok {
		out = l.hits(set, mask, on, true, true, out)
	}
	return out
}

// matchPrefix finds the lists with a network around the whole of p.
func (l *Lists) matchPrefix(p netip.Prefix, out []Hit) []Hit {
	if !l.hasNets {
		return out
	}
	if set, ok := l.nets.LookupPrefix(p); ok {
		out = l.hits(set, kinds(value.CIDR), OnValue, true, true, out)
	}
	return out
}

// matchText finds the lists that the text of v is on.
func (l *Lists) matchText(v value.Value, mask kindSet, on Part, out []Hit) []Hit {
	if mask&l.named == 0 {
		return out
	}
	text := v.String()
	if set, ok := l.names.get(text); ok {
		out = l.hits(set, mask, on, true, true, out)
	}
	if v.Kind() == value.Domain {
		for rest := text; ; {
			i := strings.IndexByte(rest, '.')
			if i < 0 {
				break
			}
			rest = rest[i+1:]
			if set, ok := l.names.get(rest); ok {
				out = l.hits(set, mask, on, false, false, out)
			}
		}
	}
	for i := range l.scans {
		if s := &l.scans[i]; s.kinds&mask != 0 {
			out = s.scan(l, text, mask, on, out)
		}
	}
	for i := range l.patterns {
		if p := &l.patterns[i]; l.kinds[p.list]&mask != 0 && p.re.MatchString(text) {
			out = l.hit(p.list, on, false, out)
		}
	}
	return out
}

// hits appends the lists of a set that apply to mask. whole also takes entries
// that match nothing below them.
func (l *Lists) hits(set uint32, mask kindSet, on Part, whole, exact bool, out []Hit) []Hit {
	for _, r := range l.sets.all[set] {
		if l.kinds[r.list]&mask != 0 && (whole || r.below) {
			out = l.hit(r.list, on, exact, out)
		}
	}
	return out
}

// hit appends one hit unless the list is there for this part.
func (l *Lists) hit(list uint16, on Part, exact bool, out []Hit) []Hit {
	for i := range out {
		if out[i].ID == int(list) && out[i].On == on {
			out[i].Exact = out[i].Exact || exact
			return out
		}
	}
	info := &l.infos[list]
	return append(out, Hit{List: info.List, Version: info.Version, ID: int(list), On: on, Exact: exact})
}
