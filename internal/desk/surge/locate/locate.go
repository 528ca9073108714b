// Package locate owns where an address lies: country, ASN, most specific
// network and the network's name, from data files that say how old they are.
// It owns the files of network data, the look-up, and the rule of
// docs/data-model.md by which an observation gets its place. It may import
// core, feed and infra/disk; never another part of the surge. It never asks
// the network.
package locate

import (
	"net/netip"

	"entente/internal/core/country"
	"entente/internal/core/value"
	"entente/internal/feed"
)

// How the country of an observation was found.
const (
	BasisGeo     = "geo"     // geography of the address
	BasisTLD     = "cctld"   // country-code top-level domain of the name
	BasisClaimed = "claimed" // the feed's own word
)

// Located is the place of an observation. Texts are empty where nothing is
// known.
type Located struct {
	Addr         netip.Addr  // the address it was located by; zero if it has none
	Host         value.Value // its name: a domain itself, the host of a URL (a domain or an address), the domain of an e-mail; zero if none
	Country      string      // ISO 3166 alpha-2
	CountryBasis string      // BasisGeo, BasisTLD, BasisClaimed or ""
	ASN          uint32
	Prefix       string // the most specific network in the data, as CIDR
	Network      string // its name
	OursKnown    bool   // the geography says something of the address
}

// Locate gives the place of an observation by the rules of docs/data-model.md.
// It looks up no name and allocates nothing.
func (g *Geography) Locate(o *feed.Observation) Located {
	var at Located
	at.Host = Host(o.Value)
	at.Addr = addressOf(o, at.Host)
	var place Place
	if at.Addr.IsValid() {
		place, at.OursKnown = g.Lookup(at.Addr)
	}
	at.ASN, at.Prefix, at.Network = place.ASN, place.Prefix, place.Network
	switch {
	case o.Value.Kind() == value.ASN:
		at.ASN = o.Value.ASN()
	case at.ASN == 0:
		at.ASN = o.ASN
	}
	at.Country, at.CountryBasis = countryOf(o, place.Country, at.Host)
	return at
}

// Host gives the name of a value by which it can be found: a domain itself,
// the host of a URL, the domain of an e-mail address. Zero for other values.
func Host(v value.Value) value.Value {
	if v.Kind() == value.Domain {
		return v
	}
	h, _ := v.Host()
	return h
}

// addressOf gives the address by which an observation is located.
func addressOf(o *feed.Observation, host value.Value) netip.Addr {
	if a := o.Value.Addr(); a.IsValid() {
		return a
	}
	if o.Value.Kind() == value.CIDR {
		return o.Value.Prefix().Addr()
	}
	if a := host.Addr(); a.IsValid() {
		return a
	}
	return o.At.Unmap().WithZone("")
}

// countryOf gives the first answer: the geography's, that of the name's
// country-code top-level domain, the feed's claim.
func countryOf(o *feed.Observation, geo string, host value.Value) (code, basis string) {
	if geo != "" {
		return geo, BasisGeo
	}
	if host.Kind() == value.Domain {
		if code, ok := country.FromTLD(lastLabel(host.String())); ok {
			return code, BasisTLD
		}
	}
	if code, ok := country.Intern(o.Country); ok {
		return code, BasisClaimed
	}
	return "", ""
}

// lastLabel gives what stands after the last dot.
func lastLabel(name string) string {
	for i := len(name) - 1; i >= 0; i-- {
		if name[i] == '.' {
			return name[i+1:]
		}
	}
	return name
}
