package sample

import (
	"net/netip"
	"strconv"
)

// A pool is an endless list of made-up assets. Asset i is a function of the
// pool's seed and i alone, so an asset comes back without being remembered.
type pool struct {
	seed  uint64
	label string // part of the names, so that pools never share one
	n     uint64 // assets used so far
}

// draw gives a fresh asset with probability fresh, else one of the past, the
// recent ones more often.
func (p *pool) draw(d *dice, fresh float64) uint64 {
	if p.n == 0 || d.chance(fresh) {
		p.n++
		return p.n - 1
	}
	a, b := d.below(p.n), d.below(p.n)
	return max(a, b)
}

// address gives the clean address of asset i and how often the IPv4 space was
// used up before it, so that (address, round) is different for every i.
func (p *pool) address(i uint64) (netip.Addr, uint64) {
	if i%8 == 7 {
		h := mix(p.seed, i)
		return v6(uint32(h%(cleanNets*16)), h&0xffffffff<<32|i&0xffffffff), 0
	}
	return p.v4(i/8*7 + i%8)
}

// v4 gives the clean IPv4 address of rank k and its round: 40503 shares no
// divisor with the size of the space, so a round visits every address.
func (p *pool) v4(k uint64) (netip.Addr, uint64) {
	off := (k%clean4*40503 + p.seed%clean4) % clean4
	return v4(uint32(off)), k / clean4
}

// port gives the port of round n of a service whose usual port is usual.
func port(usual uint16, round uint64) uint16 {
	if round == 0 {
		return usual
	}
	return uint16(10000 + round%50000)
}

// Country-code domains where a name right below is registrable.
var plainTLDs = [...][2]string{{"ph", "PH"}, {"br", "BR"}, {"mx", "MX"}, {"ar", "AR"}, {"th", "TH"}, {"cl", "CL"}, {"vn", "VN"}, {"es", "ES"}, {"my", "MY"}, {"id", "ID"}, {"pe", "PE"}, {"fr", "FR"}, {"de", "DE"}, {"sg", "SG"}, {"it", "IT"}, {"pl", "PL"}, {"ma", "MA"}, {"uy", "UY"}, {"pt", "PT"}, {"jp", "JP"}, {"sn", "SN"}, {"nl", "NL"}, {"ro", "RO"}, {"cz", "CZ"}, {"at", "AT"}, {"gh", "GH"}, {"ng", "NG"}}

// Second-level registries: suffix and country.
var deepTLDs = [...][2]string{{"com.br", "BR"}, {"com.mx", "MX"}, {"com.ph", "PH"}, {"co.ke", "KE"}, {"co.za", "ZA"}, {"com.my", "MY"}, {"co.th", "TH"}, {"com.ar", "AR"}, {"co.uk", "GB"}, {"com.pe", "PE"}}

// Suffixes under which strangers share a registrable domain.
var tenantSuffixes = [...]string{"github.io", "web.app", "netlify.app", "pages.dev", "herokuapp.com"}

// site is what a pool of names gives for one asset.
type site struct {
	host    []byte // nil when the host is an address
	regis   []byte // registrable domain; nil when host is nil or shared
	cc      string // country of the top-level domain
	addr    netip.Addr
	fixed   bool // its URL never varies (shared host: the URL is the case)
	special bool // made to be held or allowed
}

// site appends the host of asset i to buf. With at the pool's feeds know the
// address of most hosts.
func (p *pool) site(buf []byte, i uint64, at bool) site {
	h := mix(p.seed^0x51, i)
	var s site
	label := func() {
		buf = append(buf, "entente-synthetic-"...)
		buf = append(buf, p.label...)
		buf = strconv.AppendUint(buf, i, 10)
		buf = append(buf, '.')
	}
	sub := func() int {
		if h>>40&1 == 1 {
			buf = append(buf, "www."...)
		}
		return len(buf)
	}
	kind := h & 63
	var from int
	switch {
	case kind < 28:
		from = sub()
		label()
		tld := plainTLDs[(h>>8)%uint64(len(plainTLDs))]
		buf = append(buf, tld[0]...)
		s.cc = tld[1]
	case kind < 36:
		from = sub()
		label()
		d := deepTLDs[(h>>8)%uint64(len(deepTLDs))]
		buf = append(buf, d[0]...)
		s.cc = d[1]
	case kind < 48:
		from = sub()
		label()
		buf = append(buf, "invalid"...)
	case kind < 54:
		label()
		buf = append(buf, tenantSuffixes[(h>>8)%uint64(len(tenantSuffixes))]...)
		s.fixed = true
	case kind < 62:
		s.addr, _ = p.address(i)
		s.addr = onlyV4(s.addr, h)
		return s
	default:
		buf = append(buf, 'h')
		buf = strconv.AppendUint(buf, i, 10)
		buf = append(buf, '.')
		from = len(buf)
		s.special = true
		switch j := (h >> 8) % (domainOrgs + 4); {
		case j < domainOrgs:
			buf = append(buf, ownedDomain(int(j))...)
			if j < genericOwned {
				s.cc = plainTLDs[j][1]
			}
		case j < domainOrgs+2:
			buf = append(buf, heldDomain...)
		default:
			buf = append(buf, allowDomain...)
		}
	}
	s.host = buf
	if !s.fixed {
		s.regis = buf[from:]
	}
	if at && !s.special && h>>41&3 != 0 {
		s.addr, _ = p.address(i)
	}
	return s
}

// onlyV4 keeps hosts in URLs to IPv4, where every tool agrees how to write them.
func onlyV4(a netip.Addr, h uint64) netip.Addr {
	if a.Is4() {
		return a
	}
	return v4(uint32(h>>20) % clean4)
}

// name fills o with the domain of s.
func (s site) name(o *obs) {
	o.text, o.host, o.site, o.isName, o.cc, o.addr = s.host, s.host, s.regis, true, s.cc, s.addr
}

// url appends a URL on s to buf and fills o. draw varies the path where the
// case does not depend on it.
func (s site) url(buf []byte, o *obs, draw uint64) []byte {
	from := len(buf)
	buf = append(buf, "http://"...)
	if s.host == nil {
		buf = s.addr.AppendTo(buf)
	} else {
		buf = append(buf, s.host...)
	}
	if s.fixed {
		draw = 0
	}
	switch draw % 3 {
	case 0:
		buf = append(buf, "/synthetic/payload.bin"...)
	case 1:
		buf = append(buf, ":8080/synthetic/"...)
		buf = strconv.AppendUint(buf, draw>>8%4, 10)
		buf = append(buf, ".sh"...)
		o.port = 8080
	default:
		buf = append(buf, "/synthetic/login.php?id="...)
		buf = strconv.AppendUint(buf, draw>>8%8, 10)
	}
	o.text, o.host, o.site, o.isName, o.cc, o.addr = buf[from:], s.host, s.regis, true, s.cc, s.addr
	return buf
}

// specialShare is the share of rows whose address special chooses.
const specialShare = 0.036

// special gives an address that bogon lists, warning lists, the allow list or
// a hold name, for about 36 draws in 1000; else false.
func special(d *dice) (netip.Addr, bool) {
	r := d.next()
	low := uint32(r>>32) & 255
	switch r %= 1000; {
	case r < 8:
		return v4(networks*512 + low*13), true // uncovered
	case r < 11:
		return v6(networks<<4+low, r), true // uncovered
	case r < 17:
		return v4(netDNS*512 + low), true
	case r < 23:
		return v4(netCloud*512 + low), true
	case r < 29:
		return v4(netAllow*512 + low), true
	case r < 34:
		return v4(netHeld*512 + low), true
	case r < 36:
		return heldValue(), true
	}
	return netip.Addr{}, false
}

// claimFor gives the country a feed claims for an address: mostly the right
// one, now and then another one, none or no real code.
func claimFor(w *world, a netip.Addr, d *dice) (string, uint32) {
	cell := cellOf(a)
	if cell == nowhere || w.geo[cell] == nowhere {
		return "ZZ", 64512
	}
	n := int(w.geo[cell])
	switch d.below(64) {
	case 0:
		return networkCountry((n + 11) % networks), networkASN(n)
	case 1:
		return "", 0
	}
	return networkCountry(n), networkASN(n)
}
