package identity

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"entente/internal/core/country"
	"entente/internal/core/fault"
	"entente/internal/core/value"
)

// The kinds of a constituency, as stored.
const (
	domainKind  = "domain"
	prefixKind  = "prefix"
	asnKind     = "asn"
	countryKind = "country"
)

// duty is one thing that an organisation answers for, in canonical text.
type duty struct{ kind, what string }

// duties lists what o answers for.
func (o Org) duties() []duty {
	out := make([]duty, 0, len(o.Domains)+len(o.Prefixes)+len(o.ASNs)+len(o.Countries))
	for _, d := range o.Domains {
		out = append(out, duty{domainKind, d})
	}
	for _, p := range o.Prefixes {
		out = append(out, duty{prefixKind, p.String()})
	}
	for _, a := range o.ASNs {
		out = append(out, duty{asnKind, strconv.FormatUint(uint64(a), 10)})
	}
	for _, c := range o.Countries {
		out = append(out, duty{countryKind, c})
	}
	return out
}

// add takes one thing in any accepted spelling.
func (o *Org) add(kind, text string) error {
	switch kind {
	case domainKind:
		d, err := value.ParseSuffix(strings.TrimPrefix(text, "*"))
		if err != nil {
			return err
		}
		o.Domains = append(o.Domains, d)
	case prefixKind:
		p, err := parsePrefix(text)
		if err != nil {
			return err
		}
		o.Prefixes = append(o.Prefixes, p)
	case asnKind:
		n := strings.TrimPrefix(strings.ToUpper(text), "AS")
		a, err := strconv.ParseUint(n, 10, 32)
		if err != nil || a == 0 {
			return fault.Newf(fault.Invalid, "write a number such as 64496 or AS64496", "%.40q is no AS number", text)
		}
		o.ASNs = append(o.ASNs, uint32(a))
	case countryKind:
		c, err := parseCountry(text)
		if err != nil {
			return err
		}
		o.Countries = append(o.Countries, c)
	default:
		return fmt.Errorf("no kind of constituency: %q", kind)
	}
	return nil
}

// parsePrefix reads a prefix, or an address as a prefix of its whole length.
// Bits behind the length must be zero, so that a slip is seen.
func parsePrefix(text string) (netip.Prefix, error) {
	wrong := fault.Newf(fault.Invalid, "write 192.0.2.0/24 or 2001:db8::/32", "%.60q is no network prefix", text)
	if !strings.Contains(text, "/") {
		a, err := netip.ParseAddr(text)
		if err != nil || a.Zone() != "" {
			return netip.Prefix{}, wrong
		}
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, wrong
	}
	if p.Addr().Is4In6() {
		if p.Bits() < 96 {
			return netip.Prefix{}, wrong
		}
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	if p != p.Masked() {
		return netip.Prefix{}, fault.Newf(fault.Invalid, "write "+p.Masked().String()+" if that is meant",
			"the prefix %s has bits set behind its length", p)
	}
	return p, nil
}

func parseCountry(text string) (string, error) {
	c := strings.ToUpper(strings.TrimSpace(text))
	if !country.Valid(c) {
		return "", fault.Newf(fault.Invalid, "use a two-letter code of ISO 3166, such as BR", "%.20q is no country", text)
	}
	return c, nil
}

// sort brings the lists into their one order and drops what stands twice.
func (o *Org) sort() {
	slices.Sort(o.Domains)
	o.Domains = slices.Compact(o.Domains)
	slices.SortFunc(o.Prefixes, func(a, b netip.Prefix) int {
		if c := a.Addr().Compare(b.Addr()); c != 0 {
			return c
		}
		return a.Bits() - b.Bits()
	})
	o.Prefixes = slices.Compact(o.Prefixes)
	slices.Sort(o.ASNs)
	o.ASNs = slices.Compact(o.ASNs)
	slices.Sort(o.Countries)
	o.Countries = slices.Compact(o.Countries)
}
