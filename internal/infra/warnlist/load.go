package warnlist

import (
	"net/netip"
	"slices"
	"strings"

	"entente/internal/core/value"
)

// loader gathers lists into Lists.
type loader struct {
	l    Lists
	nets []netEntry
}

type netEntry struct {
	p   netip.Prefix
	ref ref
}

func (ld *loader) problem(list, entry, reason string) {
	if len(entry) > 200 {
		entry = entry[:200]
	}
	ld.l.problems = append(ld.l.problems, Problem{list, strings.ToValidUTF8(entry, "?"), reason})
}

// add takes one list.
func (ld *loader) add(slug string, f *file) {
	id := uint16(len(ld.l.infos))
	mask := kindsOf(f.Attributes)
	ld.l.infos = append(ld.l.infos, f.info(slug))
	ld.l.kinds = append(ld.l.kinds, mask)
	if mask == 0 {
		ld.problem(slug, "", "its matching_attributes name no kind of value that Entente has")
		return
	}
	for _, entry := range f.List {
		if why := ld.entry(id, mask, f.Type, strings.TrimSpace(entry)); why != "" {
			ld.problem(slug, entry, why)
		}
	}
}

// entry takes one entry and says why it cannot be used, "" if it can.
func (ld *loader) entry(id uint16, mask kindSet, kind, entry string) string {
	if entry == "" {
		return "it is empty"
	}
	switch kind {
	case "cidr":
		return ld.network(id, entry)
	case "regex":
		re, err := compilePattern(entry)
		if err != nil {
			return "it is " + err.Error()
		}
		ld.l.patterns = append(ld.l.patterns, pattern{re, id})
		ld.l.named |= mask
		return ""
	}
	if mask&addrKinds != 0 {
		if _, err := netip.ParseAddr(entry); err == nil {
			return ld.network(id, entry)
		}
	}
	if kind == "substring" {
		ld.substring(id, mask, strings.ToLower(entry))
		return ""
	}
	below := kind == "hostname"
	if entry[0] == '.' {
		below, entry = true, entry[1:]
	}
	text := canonical(entry, mask)
	if text == "" || !ld.l.names.put(text, func(set uint32) uint32 { return ld.l.sets.add(set, ref{id, below}) }) {
		return "it is empty or longer than 65,535 bytes"
	}
	ld.l.named |= mask &^ addrKinds
	return ""
}

// canonical gives an entry as the text of a value would be written.
func canonical(entry string, mask kindSet) string {
	if mask&kinds(value.URL) != 0 && strings.Contains(entry, "://") {
		if v, err := value.ParseURL(entry); err == nil {
			return v.String()
		}
		return entry
	}
	entry = strings.TrimSuffix(entry, ".")
	if mask&kinds(value.Domain) != 0 {
		for i := 0; i < len(entry); i++ {
			if entry[i] >= 0x80 {
				if v, err := value.ParseDomain(entry); err == nil {
					return v.String()
				}
				break
			}
		}
	}
	return strings.ToLower(entry)
}

// network takes an entry that is an address or a network. Host bits are
// dropped, as MISP does.
func (ld *loader) network(id uint16, entry string) string {
	p, err := netip.ParsePrefix(entry)
	if err != nil {
		a, aerr := netip.ParseAddr(entry)
		if aerr != nil || a.Zone() != "" {
			return "it is no address and no network"
		}
		p = netip.PrefixFrom(a, a.BitLen())
	}
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	ld.nets = append(ld.nets, netEntry{p.Masked(), ref{list: id}})
	return ""
}

// substring takes an entry of a list of type substring into the scanner of its
// kinds. A text of a name or hash never looks like an address, so only entries
// of digits, colons and dots are looked for in addresses.
func (ld *loader) substring(id uint16, mask kindSet, entry string) {
	if strings.Trim(entry, "0123456789abcdef:.") != "" {
		mask &^= addrKinds
	}
	ld.l.named |= mask
	for i := range ld.l.scans {
		if ld.l.scans[i].kinds == mask {
			ld.l.scans[i].add(entry, id)
			return
		}
	}
	ld.l.scans = append(ld.l.scans, scanner{kinds: mask})
	ld.l.scans[len(ld.l.scans)-1].add(entry, id)
}

// finish makes the look-up structures of what was gathered.
func (ld *loader) finish() *Lists {
	slices.SortFunc(ld.nets, func(a, b netEntry) int {
		if c := a.p.Addr().Compare(b.p.Addr()); c != 0 {
			return c
		}
		if a.p.Bits() != b.p.Bits() {
			return a.p.Bits() - b.p.Bits()
		}
		return int(a.ref.list) - int(b.ref.list)
	})
	type outer struct {
		p   netip.Prefix
		set uint32
	}
	var around []outer // the networks around the current one, widest first
	l := &ld.l
	for i, e := range ld.nets {
		for len(around) > 0 && !holds(around[len(around)-1].p, e.p) {
			around = around[:len(around)-1]
		}
		set := uint32(0)
		if len(around) > 0 {
			set = around[len(around)-1].set
		}
		set = l.sets.add(set, e.ref)
		if n := len(around); n > 0 && around[n-1].p == e.p {
			around[n-1].set = set
		} else {
			around = append(around, outer{e.p, set})
		}
		if i+1 == len(ld.nets) || ld.nets[i+1].p != e.p {
			l.nets.Insert(e.p, set)
		}
	}
	l.hasNets = len(ld.nets) > 0
	ld.nets = nil
	l.sets.with = nil
	if l.sets.all == nil {
		l.sets.all = [][]ref{nil}
	}
	return l
}

// holds tells whether p lies in o or is o.
func holds(o, p netip.Prefix) bool { return o.Bits() <= p.Bits() && o.Contains(p.Addr()) }
