package intelmq

import (
	"strings"

	"entente/internal/core/rsit"
	"entente/internal/core/value"
	"entente/internal/feed"
)

// malicious tells whether a URL says more of the class than its address: one
// server may hold many harmless pages.
func malicious(c rsit.Class) bool { return c.Rule() == rsit.ByURL }

// value picks what acts: for classes of malicious content the URL, else the
// address, network, URL, name, hash, in this order. What is not picked is kept
// in the details; a picked one that does not parse rejects the row.
func (r *reader) value(o *feed.Observation) (feed.Reason, string) {
	order := [...]key{sourceIP, sourceNetwork, sourceURL, sourceFQDN, hashSHA256, hashSHA1, hashMD5}
	if malicious(o.Class) {
		order = [...]key{sourceURL, sourceIP, sourceNetwork, sourceFQDN, hashSHA256, hashSHA1, hashMD5}
	}
	for _, k := range order {
		text := string(r.found[k])
		if text == "" {
			continue
		}
		if !o.Value.IsZero() {
			if k == sourceIP && !o.At.IsValid() {
				if v, err := value.ParseIP(text); err == nil {
					o.At = v.Addr()
					continue
				}
			}
			r.more.Text(names[k], text)
			continue
		}
		v, err := parse(k, text)
		if err != nil {
			return feed.BadValue, names[k]
		}
		o.Value = v
	}
	if o.Value.IsZero() {
		return feed.NoValue, ""
	}
	return 0, ""
}

var names = [keys]string{sourceIP: "source.ip", sourceNetwork: "source.network", sourceURL: "source.url", sourceFQDN: "source.fqdn",
	hashMD5: "malware.hash.md5", hashSHA1: "malware.hash.sha1", hashSHA256: "malware.hash.sha256"}

func parse(k key, s string) (value.Value, error) {
	switch k {
	case sourceIP:
		return value.ParseIP(s)
	case sourceNetwork:
		v, err := value.ParseCIDR(s)
		if p := v.Prefix(); err == nil && p.IsSingleIP() {
			v = value.FromAddr(p.Addr())
		}
		return v, err
	case sourceURL:
		return value.ParseURL(value.Refang(s))
	case sourceFQDN:
		if strings.HasSuffix(strings.ToLower(s), ".onion") {
			return value.ParseOnion(s)
		}
		return value.ParseDomain(s)
	case hashMD5:
		return value.ParseMD5(s)
	case hashSHA1:
		return value.ParseSHA1(s)
	}
	return value.ParseSHA256(s)
}
