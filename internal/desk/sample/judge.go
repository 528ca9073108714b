package sample

import (
	"net/netip"
	"strconv"

	"entente/internal/core/rsit"
)

// obs is what a row of ours says, known because we wrote it.
type obs struct {
	time    int64 // microseconds since 1970
	asOf    int64 // of the snapshot that lists it, 0 for an event
	class   rsit.Class
	family  string
	text    []byte     // canonical text of the value
	addr    netip.Addr // the address that locates it; zero if none
	host    []byte     // the name that routes it; nil if the value is no name
	site    []byte     // the registrable domain of host, nil under a multi-tenant suffix
	isName  bool       // URL, domain or e-mail
	cc      string     // country of the name's top-level domain, "" if it says nothing
	claim   string     // country claimed by the feed
	claimAS uint32
	port    uint16
	offline bool
	more    []obs // what else the same row says: one for each further address
}

// listed says of what time the snapshot is that has the row.
func (o *obs) listed(asOf int64) {
	o.asOf = asOf
	for i := range o.more {
		o.more[i].asOf = asOf
	}
}

// outcome of an observation; the order is that of the account.
type outcome uint8

const (
	routed outcome = iota
	pooled
	context_
	duplicate
	held
	suppressed
	outcomes
)

var outcomeWords = [outcomes]string{"routed", "pooled", "context", "duplicate", "held", "suppressed"}

const sep = 0x1f

// verdict is the outcome of one observation and, where it has a case, the case.
type verdict struct {
	outcome        outcome
	reason         uint8  // when suppressed
	owner, country uint16 // numbers in world
	asn            uint32
	held           bool
}

// judge follows the order of docs/data-model.md, from rule 2 on.
func (w *world) judge(o *obs) verdict {
	if o.class.Context() || o.offline {
		return verdict{outcome: context_}
	}
	cell, net := nowhere, int16(nowhere)
	if o.addr.IsValid() {
		if cell = cellOf(o.addr); cell != nowhere {
			net = w.geo[cell]
		}
		if net == nowhere {
			return verdict{outcome: suppressed, reason: byBogon}
		}
		if why := w.suppress[cell]; why == byAllow || why == byDNSList && resolverIsNone(o) {
			return verdict{outcome: suppressed, reason: why}
		}
	}
	if string(o.site) == allowDomain {
		return verdict{outcome: suppressed, reason: byAllow}
	}
	v := w.route(o, cell, net)
	if w.isHeld(o, cell, v.country) {
		v.held, v.outcome = true, held
	}
	return v
}

// resolverIsNone tells whether a public resolver cannot be what o says: the row
// of the shipped table for the list public-dns-v4. On a port that is not a
// resolver's the list is no excuse.
func resolverIsNone(o *obs) bool {
	if o.port != 0 && o.port != 53 && o.port != 853 {
		return false
	}
	c := o.class
	return c == rsit.C2Server || c == rsit.MalwareConfiguration || c == rsit.MalwareDistribution || c == rsit.Phishing
}

func (w *world) isHeld(o *obs, cell int, country uint16) bool {
	return cell != nowhere && (w.held[cell] || o.addr == heldValue()) ||
		o.class == heldClass || w.words[country] == heldCountry || string(o.site) == heldDomain
}

// route finds the owner: domain suffix, prefix, ASN, country, pool.
func (w *world) route(o *obs, cell int, net int16) verdict {
	v := verdict{outcome: routed, asn: o.claimAS}
	switch {
	case net != nowhere:
		v.asn = networkASN(int(net))
		v.country = w.wordNo[networkCountry(int(net))]
	case o.cc != "":
		v.country = w.wordNo[o.cc]
	case o.claim != "":
		v.country = w.wordNo[o.claim] // a code that is none has no number and gives 0
	}
	v.owner = w.ownerByDomain(o.host)
	if v.owner == 0 && cell != nowhere {
		v.owner = w.prefix[cell]
	}
	if v.owner == 0 {
		v.owner = w.asn[v.asn]
	}
	switch {
	case v.owner != 0 && v.country == 0:
		v.country = w.ownHome[v.owner]
	case v.owner == 0 && v.country != 0:
		v.owner = w.country[v.country]
	case v.owner == 0:
		v.outcome = pooled
	}
	return v
}

func (w *world) ownerByDomain(host []byte) uint16 {
	for len(host) > 0 {
		if n, ok := w.domain[string(host)]; ok {
			return n
		}
		dot := 0
		for dot < len(host) && host[dot] != '.' {
			dot++
		}
		if dot == len(host) {
			return 0
		}
		host = host[dot+1:]
	}
	return 0
}

// caseKey appends the key of o's case, rules of version 1.
func (w *world) caseKey(b []byte, o *obs, v verdict) []byte {
	b = append(b, '1', sep)
	b = append(b, o.class.String()...)
	b = append(b, sep)
	rule := o.class.Rule()
	switch {
	case rule == rsit.ByURL && o.isName:
		switch {
		case o.site != nil:
			b = append(b, o.site...)
		case o.host != nil:
			b = append(b, o.text...)
		default: // a URL whose host is an address
			b = o.addr.AppendTo(b)
		}
		b = append(b, sep, sep)
		return append(b, o.family...)
	case rule == rsit.ByNetwork && o.addr.IsValid():
		b = append(b, w.owners[v.owner]...)
		b = append(b, sep)
		b = append(b, w.words[v.country]...)
		b = append(b, sep)
		b = append(b, "AS"...)
		b = strconv.AppendUint(b, uint64(v.asn), 10)
		b = append(b, sep)
		b = append(b, o.family...)
		if v.held {
			b = append(b, sep)
			b = append(b, "held"...)
		}
		return b
	}
	b = append(b, o.text...)
	b = append(b, sep)
	if o.port != 0 {
		b = strconv.AppendUint(b, uint64(o.port), 10)
	}
	b = append(b, sep)
	return append(b, o.family...)
}
