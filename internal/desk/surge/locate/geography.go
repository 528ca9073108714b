package locate

import (
	"net/netip"
	"time"
)

// Place is what the data say of an address.
type Place struct {
	Country string // ISO 3166 alpha-2, "" if unknown
	ASN     uint32 // 0 if unknown
	Prefix  string // the most specific network, as CIDR
	Network string // its name
}

// Config says which data to use. CSV alone, or Dir, or Country and ASN; what
// is set of Country and ASN takes the place of Dir's.
type Config struct {
	// Dir is a folder made by Build.
	Dir string
	// Country is a MaxMind DB file whose records have country.iso_code or
	// country_code.
	Country string
	// ASN are CSV files of ranges: first address, last address, ASN, name. Their
	// compiled form is kept beside the first and made again when they change.
	ASN []string
	// CSV is a geography file: prefix, country, ASN, network name. It is then the
	// only source.
	CSV string
	// Special tells space that belongs to nobody on the Internet (private,
	// documentation ...). There a country without a network says nothing: country
	// files fill such gaps with the country next to them. nil: no space is.
	Special func(netip.Addr) bool
	// Now is the clock by which the data's age is told.
	Now time.Time
}

// MaxAge is the age from which network data is reported as old: addresses
// change hands, and a report then goes to the wrong country.
const MaxAge = 90 * 24 * time.Hour

// Geography answers where an address lies. Many goroutines may share one.
type Geography struct {
	mmdb  *countryDB // nil if there is none
	nets  *table     // nil if there is none
	about Description
	stamp string // of the contents of all data

	special func(netip.Addr) bool
}

// Lookup gives the place of an address and whether the data say anything of
// it. It allocates nothing. The texts may be kept.
func (g *Geography) Lookup(a netip.Addr) (Place, bool) {
	a = a.Unmap().WithZone("")
	var p Place
	var found bool
	if g.nets != nil && a.IsValid() {
		if rec, prefix, ok := g.nets.lookup(a); ok {
			found = true
			p.ASN, p.Prefix, p.Network = g.nets.asn[rec], prefix, g.nets.network(rec)
			p.Country = g.nets.code[rec]
		}
	}
	if g.mmdb != nil && a.IsValid() && (found || g.special == nil || !g.special(a)) {
		if code := g.mmdb.country(a); code != "" {
			p.Country, found = code, true
		}
	}
	return p, found
}

// Covers tells whether the data in use know a network around an address: a
// network of the geography file or a route. A country alone is no cover, since
// country files fill gaps between allocations (some give documentation space a
// country); it counts only where there are no networks at all.
func (g *Geography) Covers(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsValid() {
		return false
	}
	if g.nets != nil {
		_, _, ok := g.nets.lookup(a)
		return ok
	}
	return g.mmdb != nil && g.mmdb.country(a) != ""
}

// Stamp is the same for the same data, whatever their files are called and
// however old they are.
func (g *Geography) Stamp() string { return g.stamp }

// Close gives back what the data files hold. The Geography must not be used
// after it.
func (g *Geography) Close() error {
	if g.mmdb != nil {
		return g.mmdb.close()
	}
	return nil
}
