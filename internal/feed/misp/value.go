package misp

import (
	"net/netip"
	"strings"

	"entente/internal/core/value"
	"entente/internal/feed"
	"entente/internal/feed/flatjson"
)

// acts tells whether values of an attribute type name something that acts.
func acts(kind string) bool {
	switch kind {
	case "ip-src", "ip-dst", "ip-src|port", "ip-dst|port", "domain", "hostname", "domain|ip", "hostname|port", "onion-address",
		"url", "uri", "email", "email-src", "AS", "btc", "xmr",
		"md5", "sha1", "sha256", "sha512", "malware-sample",
		"filename|md5", "filename|sha1", "filename|sha256", "filename|sha512",
		"x509-fingerprint-md5", "x509-fingerprint-sha1", "x509-fingerprint-sha256":
		return true
	}
	return false
}

// target reads the value of an attribute that acts.
func target(o *feed.Observation, kind, text string, more *flatjson.Details) feed.Reason {
	name, second, pair := text, "", false
	if strings.Contains(kind, "|") || kind == "malware-sample" {
		i := strings.LastIndexByte(text, '|')
		if i < 0 {
			return feed.BadValue
		}
		name, second, pair = strings.TrimSpace(text[:i]), strings.TrimSpace(text[i+1:]), true
	}
	base, rest, _ := strings.Cut(kind, "|")
	switch {
	case kind == "malware-sample":
		base, rest = "filename", "md5"
	case strings.HasPrefix(kind, "x509-fingerprint-"):
		base = strings.TrimPrefix(kind, "x509-fingerprint-")
	}
	if base == "filename" {
		more.Text("filename", name)
		base, name, pair = rest, second, false
	}
	v, err := parse(base, name)
	if err != nil {
		return feed.BadValue
	}
	o.Value = v
	if !pair {
		return 0
	}
	if rest == "ip" {
		at, err := netip.ParseAddr(second)
		if err != nil || at.Zone() != "" {
			return feed.BadValue
		}
		o.At = at.Unmap()
		return 0
	}
	port, ok := (&flatjson.Field{Kind: flatjson.Number, Raw: []byte(second)}).Number(65535)
	if !ok || port == 0 {
		return feed.BadPort
	}
	o.Port = uint16(port)
	return 0
}

func parse(kind, s string) (value.Value, error) {
	switch kind {
	case "md5":
		return value.ParseMD5(s)
	case "sha1":
		return value.ParseSHA1(s)
	case "sha256":
		return value.ParseSHA256(s)
	case "sha512":
		return value.ParseSHA512(s)
	case "btc":
		return value.ParseBitcoin(s)
	case "xmr":
		return value.ParseMonero(s)
	case "AS":
		return value.ParseASN(s)
	}
	s = value.Refang(s)
	switch kind {
	case "ip-src", "ip-dst":
		if !strings.Contains(s, "/") {
			return value.ParseIP(s)
		}
		v, err := value.ParseCIDR(s)
		if p := v.Prefix(); err == nil && p.IsSingleIP() {
			v = value.FromAddr(p.Addr())
		}
		return v, err
	case "url", "uri":
		return value.ParseURL(s)
	case "email", "email-src":
		return value.ParseEmail(s)
	}
	if strings.HasSuffix(strings.ToLower(s), ".onion") {
		return value.ParseOnion(s)
	}
	return value.ParseDomain(s)
}
