package sample

import (
	"fmt"
	"net/netip"
	"strings"

	"entente/internal/core/rsit"
)

// org is a made-up organisation with its constituency.
type org struct {
	ID, Name, Kind, Country string
	Contact                 string
	Domains                 []string
	Prefixes                []netip.Prefix
	ASNs                    []uint32
	Countries               []string
}

// hold is one rule that keeps observations back.
type hold struct{ kind, value, reason string }

// world is all that decides an observation's outcome, laid out so that every
// question about an address is one look-up of its cell.
type world struct {
	orgs     []org
	holds    []hold
	owners   []string          // owner 0 is the pool
	ownerNo  map[string]uint16 // owner -> number
	words    []string          // country words; 0 is none
	wordNo   map[string]uint16
	geo      [cells4 + cells6]int16
	prefix   [cells4 + cells6]uint16 // owner by prefix, 0: none
	suppress [cells4 + cells6]uint8  // which suppress rule names the whole cell
	held     [cells4 + cells6]bool
	asn      map[uint32]uint16
	country  []uint16 // owner of a country, by country number
	domain   map[string]uint16
	ownHome  []uint16 // the country of an owner that is an organisation
}

// poolOwner has what nobody else owns; it does not count among the owners.
const poolOwner = "pool"

// Reasons to suppress.
const (
	notSuppressed = iota
	byBogon
	byDNSList
	byAllow
	suppressions
)

var suppressWords = [suppressions]string{"", "bogon", "warninglist:public-dns-v4", "allowlist"}

// The networks that lists and holds name. Nothing but rows made for the
// purpose comes from them.
const (
	netDNS   = 190 // its first /24 is in the list public-dns-v4, which suppresses
	netCloud = 191 // its first /24 is in the list amazon-aws, which annotates
	netAllow = 192 // its first /24 is in allow.txt
	netHeld  = 193 // its first /24 is under a hold by prefix
	netValue = 194 // its first address is under a hold by value
)

const (
	heldDomain   = "entente-synthetic-held.invalid"
	allowDomain  = "entente-synthetic-allowed.invalid"
	heldCountry  = "GM"
	heldClass    = rsit.DataLeak
	bankOrgs     = 12
	ispOrgs      = 20
	domainOrgs   = 10
	genericOwned = 8 // from this domain owner on the domain has no country code
)

func first24(n int) netip.Prefix { return netip.PrefixFrom(v4(uint32(n)*512), 24) }

// ownedDomain is the domain of the j-th organisation that is found by domain.
func ownedDomain(j int) string {
	if j >= genericOwned {
		return fmt.Sprintf("entente-synthetic-owner-%02d.invalid", j)
	}
	return fmt.Sprintf("entente-synthetic-owner-%02d.%s", j, plainTLDs[j][0])
}

func organisations() []org {
	var out []org
	add := func(o org) {
		o.Contact = "abuse@" + o.ID + ".example.org"
		out = append(out, o)
	}
	for k := range bankOrgs {
		n := 5 + 13*k
		o := org{ID: fmt.Sprintf("synthetic-bank-%02d", k), Name: fmt.Sprintf("Synthetic Bank %02d", k), Kind: "company", Country: networkCountry(n)}
		o.Prefixes = []netip.Prefix{first24(n), netip.PrefixFrom(v6(uint32(n)<<4|3, 0), 44)}
		add(o)
	}
	for k := range 4 { // nested in the /24 of a bank
		n := 5 + 13*k
		add(org{ID: fmt.Sprintf("synthetic-branch-%02d", k), Name: fmt.Sprintf("Synthetic Branch %02d", k), Kind: "company", Country: networkCountry(n),
			Prefixes: []netip.Prefix{netip.PrefixFrom(v4(uint32(n)*512+128), 25)}})
	}
	for k := range ispOrgs {
		o := org{ID: fmt.Sprintf("synthetic-isp-%02d", k), Name: fmt.Sprintf("Synthetic ISP %02d", k), Kind: "company", Country: networkCountry(100 + k), ASNs: []uint32{networkASN(100 + k)}}
		if k < 5 {
			o.ASNs = append(o.ASNs, networkASN(120+k))
		}
		add(o)
	}
	for j := range domainOrgs {
		c := "BE"
		if j < genericOwned {
			c = plainTLDs[j][1]
		}
		add(org{ID: fmt.Sprintf("synthetic-university-%02d", j), Name: fmt.Sprintf("Synthetic University %02d", j), Kind: "university", Country: c, Domains: []string{ownedDomain(j)}})
	}
	add(org{ID: "synthetic-university-cert", Name: "Synthetic University CERT", Kind: "cert", Country: "PH", Domains: []string{"cert." + ownedDomain(0)}})
	add(org{ID: "synthetic-cert-ph", Name: "Synthetic CERT of the Philippines", Kind: "cert", Country: "PH", Countries: []string{"PH"}})
	add(org{ID: "synthetic-cert-east", Name: "Synthetic CERT of three countries", Kind: "cert", Country: "KE", Countries: []string{"KE", "UG", "TZ"}})
	return out
}

func newWorld() *world {
	w := &world{orgs: organisations(), geo: geography(), asn: map[uint32]uint16{}, domain: map[string]uint16{},
		ownerNo: map[string]uint16{}, wordNo: map[string]uint16{"": 0}, words: []string{""}}
	w.ownerOf(poolOwner)
	for _, c := range countries {
		w.wordOf(c)
	}
	for _, c := range []string{"US", "CN"} { // claimed only
		w.wordOf(c)
	}
	w.country = make([]uint16, len(w.words))
	for i := 1; i < len(w.words); i++ {
		w.country[i] = w.ownerOf("national-" + strings.ToLower(w.words[i]))
	}
	w.ownHome = make([]uint16, 512)
	for _, o := range w.orgs {
		no := w.ownerOf(o.ID)
		w.ownHome[no] = w.wordOf(o.Country)
		for _, p := range o.Prefixes { // nested ones stand later in the list
			each(p, func(cell int) { w.prefix[cell] = no })
		}
		for _, a := range o.ASNs {
			w.asn[a] = no
		}
		for _, d := range o.Domains {
			w.domain[d] = no
		}
		for _, c := range o.Countries {
			w.country[w.wordOf(c)] = no
		}
	}
	each(first24(netDNS), func(cell int) { w.suppress[cell] = byDNSList })
	each(first24(netAllow), func(cell int) { w.suppress[cell] = byAllow })
	each(first24(netHeld), func(cell int) { w.held[cell] = true })
	w.holds = []hold{
		{"prefix", first24(netHeld).String(), "synthetic: an investigation is running"},
		{"value", heldValue().String(), "synthetic: under observation"},
		{"domain", heldDomain, "synthetic: asked for by a prosecutor"},
		{"country", heldCountry, "synthetic: wait for the liaison officer"},
		{"class", heldClass.String(), "synthetic: needs a decision for each"},
	}
	return w
}

func heldValue() netip.Addr { return v4(netValue * 512) }

func (w *world) ownerOf(id string) uint16 {
	if n, ok := w.ownerNo[id]; ok {
		return n
	}
	n := uint16(len(w.owners))
	w.owners = append(w.owners, id)
	w.ownerNo[id] = n
	return n
}

func (w *world) wordOf(c string) uint16 {
	if n, ok := w.wordNo[c]; ok {
		return n
	}
	n := uint16(len(w.words))
	w.words = append(w.words, c)
	w.wordNo[c] = n
	return n
}

// each calls f with every cell of p, which is a /25 or a /44 or wider.
func each(p netip.Prefix, f func(cell int)) {
	from := cellOf(p.Addr())
	size := 25
	if p.Addr().Is6() {
		size = 44
	}
	for i := range 1 << (size - p.Bits()) {
		f(from + i)
	}
}
