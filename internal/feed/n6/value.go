package n6

import (
	"net/netip"
	"strings"

	"entente/internal/core/value"
	"entente/internal/feed"
	"entente/internal/feed/flatjson"
)

// place is one address of an event with what n6 claims of it.
type place struct {
	addr    netip.Addr // zero where the text is no address
	country string
	asn     uint32
}

// mostAddresses is how many addresses an event may have: each becomes an
// observation with all that the event says.
const mostAddresses = 256

// addresses reads the list of addresses. One that a source sent to (dir is dst)
// is the other end and stays in the details.
func (r *reader) addresses(acts part) feed.Reason {
	if len(r.found[address]) == 0 {
		return 0
	}
	r.items = flatjson.Items(r.found[address], r.items[:0])
	if len(r.items) > mostAddresses {
		return feed.BadRow
	}
	for _, item := range r.items {
		fs, err := flatjson.Object(item, r.fields[:0])
		r.fields = fs
		if err != nil {
			return feed.BadRow
		}
		var p place
		far := false
		for i := range fs {
			f := &fs[i]
			text := string(f.Text())
			switch string(f.Key) {
			case "ip", "ipv6":
				if v, err := value.ParseIP(strings.TrimSpace(text)); err == nil {
					p.addr = v.Addr()
				}
			case "cc":
				p.country = strings.ToUpper(strings.TrimSpace(text))
			case "asn":
				n, ok := number([]byte(strings.TrimPrefix(strings.ToUpper(text), "AS")), 1<<32-1)
				p.asn = uint32(n)
				r.whole = r.whole || !ok && f.Kind != flatjson.Null // a claim only: the row stands without it
			case "dir":
				far = acts == bySource && text == "dst"
				r.whole = true
			default:
				r.whole = r.whole || f.Kind != flatjson.Null
			}
		}
		if !far {
			r.places = append(r.places, p)
		}
	}
	return 0
}

// act makes the observations: one per address, with the address as the value or,
// for a site, beside its URL or name.
func (r *reader) act(acts part, like feed.Observation) (feed.Reason, string) {
	order := []key{link, fqdn, sha256, sha1, md5, certificate, email}
	if acts == bySource {
		order = []key{email}
	}
	if acts != bySite && len(r.places) > 0 {
		order = nil
	}
	picked := other
	for _, k := range order {
		if (k == link || k == fqdn) && acts == bySite || len(r.places) == 0 {
			if text := string(r.found[k]); text != "" {
				v, err := parse(k, text)
				if err != nil {
					return feed.BadValue, names[k]
				}
				like.Value, picked = v, k
				break
			}
		}
	}
	if picked == other && len(r.places) == 0 {
		return feed.NoValue, ""
	}
	for i := range r.places {
		p := &r.places[i]
		o := like
		o.Country, o.ASN = p.country, p.asn
		switch {
		case picked != other:
			o.At = p.addr
			r.whole = r.whole || !p.addr.IsValid() // beside a name a broken address is a claim that says nothing
		case p.addr.IsValid():
			o.Value = value.FromAddr(p.addr)
		default:
			return feed.BadValue, "address"
		}
		r.obs = append(r.obs, o)
	}
	if len(r.obs) == 0 {
		r.obs = append(r.obs, like)
	}
	for k := link; k <= email; k++ {
		if k != picked {
			r.more.Text(names[k], string(r.found[k]))
		}
	}
	if r.whole {
		r.more.Raw([]byte("address"), r.found[address])
	}
	details := r.more.Take()
	for i := range r.obs {
		r.obs[i].Details = details
	}
	return 0, ""
}

func parse(k key, s string) (value.Value, error) {
	switch k {
	case link:
		return value.ParseURL(value.Refang(s))
	case fqdn:
		if strings.HasSuffix(strings.ToLower(s), ".onion") {
			return value.ParseOnion(s)
		}
		return value.ParseDomain(s)
	case sha256:
		return value.ParseSHA256(s)
	case md5:
		return value.ParseMD5(s)
	case email:
		return value.ParseEmail(s)
	}
	return value.ParseSHA1(s)
}
