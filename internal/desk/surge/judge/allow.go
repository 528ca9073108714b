package judge

import (
	"bufio"
	"bytes"
	"net/netip"
	"strings"

	"github.com/gaissmai/bart"

	"entente/internal/core/fault"
	"entente/internal/core/value"
)

// Allow is the operator's allow list: what is known to be no problem. It never
// changes after ParseAllow.
type Allow struct {
	values  map[value.Value]struct{}
	domains map[string]struct{}
	nets    bart.Lite
	count   int
}

// Len gives the number of entries.
func (a *Allow) Len() int { return a.count }

// ParseAllow reads an allow list: one entry a line, "#" begins a comment. An
// entry is a prefix, which fits every observation whose address it holds; a
// domain, which fits itself and every name below it, also as the host of a URL
// or e-mail address; or any other value (address, ASN, URL, e-mail, hash),
// which fits what is equal. name is the file's, for messages.
func ParseAllow(name string, text []byte) (*Allow, error) {
	a := &Allow{values: map[value.Value]struct{}{}, domains: map[string]struct{}{}}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<20)
	n := 0
	for lines.Scan() {
		n++
		entry, _, _ := strings.Cut(lines.Text(), " #")
		entry = strings.TrimSpace(strings.TrimPrefix(entry, "\ufeff"))
		if entry == "" || entry[0] == '#' {
			continue
		}
		if err := a.Add(entry); err != nil {
			return nil, fault.Newf(fault.Invalid, fault.RemedyOf(err), "line %d of %s: %v", n, name, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fault.Newf(fault.Invalid, "give one entry a line", "line %d of %s: %v", n+1, name, err)
	}
	return a, nil
}

// Add takes one more entry. It must not be called once the list is in use.
func (a *Allow) Add(entry string) error {
	v, err := parseEntry(entry)
	if err != nil {
		return err
	}
	if a.values == nil {
		a.values, a.domains = map[value.Value]struct{}{}, map[string]struct{}{}
	}
	a.count++
	switch v.Kind() {
	case value.CIDR:
		a.nets.Insert(v.Prefix())
	case value.IPv4, value.IPv6:
		a.values[v] = struct{}{}
	case value.Domain:
		a.domains[v.String()] = struct{}{}
	default:
		a.values[v] = struct{}{}
	}
	return nil
}

// parseEntry finds what an entry is by its form.
func parseEntry(s string) (value.Value, error) {
	name := strings.TrimPrefix(strings.TrimPrefix(s, "*"), ".")
	var try []value.Kind
	switch {
	case strings.Contains(s, "://"):
		try = []value.Kind{value.URL}
	case strings.Contains(s, "@"):
		try = []value.Kind{value.Email}
	case strings.Contains(s, "/"):
		try = []value.Kind{value.CIDR}
	default:
		try = []value.Kind{value.IPv4, value.IPv6, value.ASN, value.MD5, value.SHA1, value.SHA256, value.SHA512}
	}
	for _, k := range try {
		if v, err := value.Parse(k, s); err == nil {
			return v, nil
		}
	}
	if len(try) > 1 {
		if v, err := value.ParseDomain(name); err == nil {
			return v, nil
		}
	}
	return value.Value{}, fault.Newf(fault.Invalid, "give a prefix, address, domain, AS number, URL, e-mail address or hash", "%q is no entry", s)
}

// fits tells whether any entry fits.
func (a *Allow) fits(v, host value.Value, addr netip.Addr) bool {
	if len(a.values) > 0 {
		if _, ok := a.values[v]; ok {
			return true
		}
	}
	if len(a.domains) > 0 && host.Kind() == value.Domain {
		for name := host.String(); ; {
			if _, ok := a.domains[name]; ok {
				return true
			}
			i := strings.IndexByte(name, '.')
			if i < 0 {
				break
			}
			name = name[i+1:]
		}
	}
	return addr.IsValid() && a.nets.Contains(addr.Unmap().WithZone(""))
}
