package stix

import (
	"net/netip"
	"strings"

	"entente/internal/core/value"
	"entente/internal/feed"
	"entente/internal/feed/flatjson"
)

// target is one thing that acts, as an observation names it.
type target struct {
	value     value.Value
	at        netip.Addr
	port      uint16
	transport string
}

// targets reads the values of a pattern.
func targets(pattern string) ([]target, feed.Reason) {
	all, err := groups(pattern)
	if err != nil {
		return nil, feed.BadPattern
	}
	var out []target
	seen := map[target]bool{}
	for _, g := range all {
		some, why := together(g)
		if why != 0 {
			return nil, why
		}
		for _, t := range some {
			if !seen[t] {
				seen[t] = true
				out = append(out, t)
			}
		}
	}
	if len(out) == 0 {
		return nil, feed.NoValue
	}
	return out, 0
}

// together reads terms that hold at the same time. Where something acts among
// them, every other term must be one that only describes it: else the value
// alone is not what the pattern means.
func together(g []term) (out []target, why feed.Reason) {
	var port, transport string
	var at netip.Addr
	src, dst, strange := false, false, false
	for _, t := range g {
		path := t.kind + ":" + t.path
		switch path {
		case "network-traffic:dst_ref.value", "network-traffic:dst_port":
			dst = true
		case "network-traffic:src_ref.value", "network-traffic:src_port":
			src = true
		}
		switch {
		case path == "network-traffic:dst_port", path == "network-traffic:src_port":
			port = t.text
		case path == "network-traffic:protocols[*]", path == "network-traffic:protocols[0]", path == "network-traffic:protocols":
			switch low := strings.ToLower(t.text); low {
			case "tcp", "udp", "icmp", "sctp":
				transport = low
			}
		case t.kind == "domain-name" && strings.HasPrefix(t.path, "resolves_to_refs["):
			if ip, err := netip.ParseAddr(t.text); err == nil && ip.Zone() == "" {
				at = ip.Unmap()
			}
		case acting(path):
			v, err := parse(path, t.text)
			if err != nil {
				return nil, feed.BadValue
			}
			out = append(out, target{value: v})
		case !describes(path):
			strange = true
		}
	}
	if len(out) == 0 {
		return nil, 0
	}
	if strange || src && dst {
		return nil, feed.BadPattern
	}
	return finish(out, port, transport, at)
}

func finish(out []target, port, transport string, at netip.Addr) ([]target, feed.Reason) {
	var n uint64
	if port != "" {
		var ok bool
		if n, ok = (&flatjson.Field{Kind: flatjson.Number, Raw: []byte(port)}).Number(65535); !ok || n == 0 {
			return nil, feed.BadPort
		}
	}
	for i := range out {
		switch out[i].value.Kind() {
		case value.IPv4, value.IPv6, value.CIDR:
			out[i].port, out[i].transport = uint16(n), transport
		case value.Domain, value.Onion:
			out[i].port, out[i].transport, out[i].at = uint16(n), transport, at
		}
	}
	return out, 0
}

// acting tells whether a property names something that acts.
func acting(path string) bool {
	switch path {
	case "ipv4-addr:value", "ipv6-addr:value", "domain-name:value", "url:value", "email-addr:value",
		"email-message:from_ref.value", "email-message:sender_ref.value", "autonomous-system:number",
		"network-traffic:dst_ref.value", "network-traffic:src_ref.value":
		return true
	}
	return algorithm(path) != ""
}

// describes tells whether a property only says more of a value beside it.
func describes(path string) bool {
	switch path {
	case "file:name", "file:size", "file:mime_type", "network-traffic:dst_ref.type", "network-traffic:src_ref.type":
		return true
	}
	return false
}

// algorithm gives the kind of hash that a property is, "" for another one.
func algorithm(path string) string {
	kind, rest, _ := strings.Cut(path, ":hashes.")
	switch kind {
	case "file", "artifact", "x509-certificate":
	default:
		return ""
	}
	switch a := strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(rest)); a {
	case "md5", "sha1", "sha256", "sha512":
		return a
	}
	return ""
}

func parse(path, s string) (value.Value, error) {
	switch algorithm(path) {
	case "md5":
		return value.ParseMD5(s)
	case "sha1":
		return value.ParseSHA1(s)
	case "sha256":
		return value.ParseSHA256(s)
	case "sha512":
		return value.ParseSHA512(s)
	}
	if path == "autonomous-system:number" {
		return value.ParseASN(s)
	}
	s = value.Refang(s)
	switch path {
	case "ipv4-addr:value", "ipv6-addr:value":
		return address(s)
	case "url:value":
		return value.ParseURL(s)
	case "email-addr:value", "email-message:from_ref.value", "email-message:sender_ref.value":
		return value.ParseEmail(s)
	case "network-traffic:dst_ref.value", "network-traffic:src_ref.value":
		if v, err := address(s); err == nil {
			return v, nil
		}
	}
	if strings.HasSuffix(strings.ToLower(s), ".onion") {
		return value.ParseOnion(s)
	}
	return value.ParseDomain(s)
}

// address reads an address or a network; a network of one address is that.
func address(s string) (value.Value, error) {
	if !strings.Contains(s, "/") {
		return value.ParseIP(s)
	}
	v, err := value.ParseCIDR(s)
	if p := v.Prefix(); err == nil && p.IsSingleIP() {
		v = value.FromAddr(p.Addr())
	}
	return v, err
}
