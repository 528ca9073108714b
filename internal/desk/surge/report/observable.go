package report

import (
	"net/netip"
	"strconv"
	"strings"
)

// observables writes the STIX observables of a case (its asset, the network it
// lies in, the service on its port), each once per bundle, and notes their ids
// and the asset's pattern.
func (b *bundle) observables(c *Case) error {
	as := b.autonomousSystem(c.ASN, c.Network)
	kind, value := c.Kind, c.Value
	if kind == "network" {
		kind = "cidr"
		if rest, ok := strings.CutPrefix(value, "AS"); ok {
			n, err := strconv.ParseUint(rest, 10, 32)
			if err != nil {
				return badAsset(c)
			}
			name := ""
			if uint32(n) == c.ASN {
				name = c.Network
			}
			b.refs = append(b.refs, b.autonomousSystem(uint32(n), name))
			return nil
		}
	}
	switch kind {
	case "ipv4", "ipv6":
		b.address(kind+"-addr", value, as)
	case "cidr":
		p, err := netip.ParsePrefix(value)
		if err != nil {
			return badAsset(c)
		}
		typ := "ipv6-addr"
		if p.Addr().Is4() {
			typ = "ipv4-addr"
		}
		b.address(typ, value, as)
	case "asn":
		n, err := strconv.ParseUint(strings.TrimPrefix(value, "AS"), 10, 32)
		if err != nil {
			return badAsset(c)
		}
		b.refs = append(b.refs, b.autonomousSystem(uint32(n), ""))
		return nil
	case "domain", "onion":
		b.simple("domain-name", "value", value)
	case "url":
		b.simple("url", "value", value)
	case "email":
		b.simple("email-addr", "value", value)
	case "mac":
		b.simple("mac-addr", "value", value)
	case "md5":
		b.fileHash("MD5", value)
	case "sha1":
		b.fileHash("SHA-1", value)
	case "sha256":
		b.fileHash("SHA-256", value)
	case "sha512":
		b.fileHash("SHA-512", value)
	case "file-name":
		b.simple("file", "name", value)
	case "bitcoin", "ethereum", "monero":
		b.wallet(kind, value)
	case "erased":
		return nil // nobody may see what it was
	case "cve":
		return nil // no observable: victim writes the vulnerability
	default:
		return badAsset(c)
	}
	if c.Port != 0 && (kind == "ipv4" || kind == "ipv6" || kind == "domain") {
		b.service(c, b.refs[0])
	}
	return nil
}

// object begins an observable unless the bundle has it. contributing is the
// JSON of the properties that its id is made of (RFC 8785).
func (b *bundle) object(typ string, contributing []byte) (ref string, fresh bool) {
	id := uuid5(stixNamespace, contributing)
	var room [64]byte
	r := append(append(room[:0], typ...), "--"...)
	ref = string(appendUUID(r, id))
	if !b.seen.first(id) {
		return ref, false
	}
	b.next()
	b.buf = append(b.buf, `{"type":"`...)
	b.buf = append(b.buf, typ...)
	b.buf = append(b.buf, `","spec_version":"2.1","id":"`...)
	b.buf = append(b.buf, ref...)
	b.buf = append(b.buf, '"')
	b.buf = append(b.buf, b.marked...)
	return ref, true
}

// simple writes an observable that is known by one text property.
func (b *bundle) simple(typ, property, value string) {
	var room [256]byte
	k := append(append(append(room[:0], '{', '"'), property...), '"', ':')
	k = append(appendJSON(k, value), '}')
	ref, fresh := b.object(typ, k)
	if fresh {
		b.buf = append(b.buf, ',')
		b.buf = append(b.buf, k[1:]...)
	}
	b.refs = append(b.refs, ref)
	b.match(typ, property, value)
}

func (b *bundle) address(typ, value, as string) {
	var room [96]byte
	k := append(appendJSON(append(room[:0], `{"value":`...), value), '}')
	ref, fresh := b.object(typ, k)
	if fresh {
		b.buf = append(b.buf, ',')
		b.buf = append(b.buf, k[1:len(k)-1]...)
		if as != "" {
			b.buf = append(b.buf, `,"belongs_to_refs":["`...)
			b.buf = append(b.buf, as...)
			b.buf = append(b.buf, `"]`...)
		}
		b.buf = append(b.buf, '}')
	}
	b.refs = append(b.refs, ref)
	b.match(typ, "value", value)
}

// autonomousSystem writes the network of an ASN and gives its id, "" for 0. It
// carries no marking: that an ASN has a name is public, and cases of different
// labels share it.
func (b *bundle) autonomousSystem(asn uint32, name string) string {
	if asn == 0 {
		return ""
	}
	var room [64]byte
	k := append(strconv.AppendUint(append(room[:0], `{"number":`...), uint64(asn), 10), '}')
	marked := b.marked
	b.marked = ""
	ref, fresh := b.object("autonomous-system", k)
	b.marked = marked
	if fresh {
		b.buf = append(b.buf, ',')
		b.buf = append(b.buf, k[1:len(k)-1]...)
		if name != "" {
			b.buf = appendJSONField(b.buf, "name", name)
		}
		b.buf = append(b.buf, '}')
	}
	return ref
}

func (b *bundle) fileHash(algorithm, value string) {
	k := append(appendJSON([]byte(`{"hashes":{"`+algorithm+`":`), value), "}}"...)
	ref, fresh := b.object("file", k)
	if fresh {
		b.buf = append(b.buf, ',')
		b.buf = append(b.buf, k[1:]...)
	}
	b.refs = append(b.refs, ref)
	b.match("file", "hashes.'"+algorithm+"'", value)
}

// wallet writes a wallet as an account of its currency: STIX 2.1 has no object
// of its own for it.
func (b *bundle) wallet(currency, address string) {
	k := append(appendJSON([]byte(`{"account_type":"`+currency+`","user_id":`), address), '}')
	ref, fresh := b.object("user-account", k)
	if fresh {
		b.buf = append(b.buf, ',')
		b.buf = append(b.buf, k[1:]...)
	}
	b.refs = append(b.refs, ref)
}

// service writes the port of an asset as traffic to it, and narrows the
// pattern to it.
func (b *bundle) service(c *Case, host string) {
	transport := c.Transport
	if transport == "" || !printable(transport) {
		switch c.Kind {
		case "ipv4", "ipv6":
			transport = c.Kind
		default:
			transport = "ip"
		}
	}
	k := append(b.name[:0], `{"dst_port":`...)
	k = strconv.AppendUint(k, uint64(c.Port), 10)
	k = append(append(append(k, `,"dst_ref":"`...), host...), `","protocols":[`...)
	k = append(appendJSON(k, transport), "]}"...)
	b.name = k
	ref, fresh := b.object("network-traffic", k)
	if fresh {
		b.buf = append(b.buf, ',')
		b.buf = append(b.buf, k[1:]...)
	}
	b.refs = append(b.refs, ref)

	typ, _, _ := strings.Cut(host, "--")
	p := append(b.pattern[:0], "[network-traffic:dst_ref.type = '"...)
	p = append(append(p, typ...), "' AND network-traffic:dst_ref.value = '"...)
	p = appendQuoted(p, c.Value)
	p = append(p, "' AND network-traffic:dst_port = "...)
	p = strconv.AppendUint(p, uint64(c.Port), 10)
	b.pattern = append(p, ']')
}

// match notes the pattern of the asset.
func (b *bundle) match(typ, property, value string) {
	p := append(append(append(b.pattern[:0], '['), typ...), ':')
	p = append(append(p, property...), " = '"...)
	b.pattern = append(appendQuoted(p, value), "']"...)
}

// appendQuoted appends the text of a STIX pattern's string.
func appendQuoted(b []byte, s string) []byte {
	for i := range len(s) {
		if s[i] == '\'' || s[i] == '\\' {
			b = append(b, '\\')
		}
		b = append(b, s[i])
	}
	return b
}
