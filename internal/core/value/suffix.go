package value

import (
	"strings"
	"sync"

	"github.com/weppos/publicsuffix-go/publicsuffix"
)

// Registrable gives the domain under which host was registered: its public
// suffix and one label more, by the public suffix list. MultiTenant tells that
// the suffix stands in the list's private section (github.io, duckdns.org), so
// that names below it belong to different people. A host that is a public
// suffix itself is given whole, and so is an address. Host is canonical text, as
// Domain values have it.
func Registrable(host string) (domain string, multiTenant bool) {
	if isAddress(host) {
		return host, false
	}
	n, rule := suffixOf(host)
	rest := len(host) - n - 1
	if rest <= 0 {
		return host, rule&rulePrivate != 0
	}
	return host[strings.LastIndexByte(host[:rest], '.')+1:], rule&rulePrivate != 0
}

// suffixRule says which rules of the list a name stands for. A name may have a
// rule of its own and one for all names below it, each of either section.
type suffixRule uint8

const (
	ruleNormal suffixRule = 1 << iota
	ruleWild
	ruleException
	rulePrivate     // the normal or exception rule is private
	ruleWildPrivate // the wildcard rule is private
)

// suffixes turns the list into one map at the first use. The library's own
// look-up keeps one rule per name and so loses a wildcard beside a plain rule.
var suffixes = sync.OnceValue(func() map[string]suffixRule {
	rules := publicsuffix.DefaultRules()
	m := make(map[string]suffixRule, len(rules))
	for _, r := range rules {
		var f suffixRule
		switch r.Type {
		case publicsuffix.WildcardType:
			f = ruleWild
			if r.Private {
				f |= ruleWildPrivate
			}
		case publicsuffix.ExceptionType:
			f = ruleException
		default:
			f = ruleNormal
		}
		if r.Private && f != ruleWild|ruleWildPrivate {
			f |= rulePrivate
		}
		m[r.Value] |= f
	}
	return m
})

// suffixOf gives the length of host's public suffix and ruleNormal of the rule
// that says so, with rulePrivate if it is private. If no rule fits, the suffix
// is the last label and the rule is 0.
func suffixOf(host string) (length int, rule suffixRule) {
	m := suffixes()
	at := strings.LastIndexByte(host, '.') + 1
	length = len(host) - at
	wild := suffixRule(0) // the wildcard rule of the name one label shorter
	for {
		r := m[host[at:]]
		switch {
		case r&ruleException != 0:
			// The suffix is what follows the first label.
			return len(host) - at - strings.IndexByte(host[at:], '.') - 1, ruleNormal | r&rulePrivate
		case r&ruleNormal != 0:
			length, rule = len(host)-at, ruleNormal|r&rulePrivate
		case wild&ruleWild != 0:
			length, rule = len(host)-at, ruleNormal
			if wild&ruleWildPrivate != 0 {
				rule |= rulePrivate
			}
		}
		if at == 0 {
			return length, rule
		}
		wild = r
		at = strings.LastIndexByte(host[:at-1], '.') + 1
	}
}

// underSuffix tells whether a canonical name lies below a suffix of the list.
func underSuffix(name string) bool {
	n, rule := suffixOf(name)
	return rule != 0 && n < len(name)
}

// isAddress tells whether the host of a URL is an IP address.
func isAddress(host string) bool {
	if host == "" || host[0] == '[' || strings.IndexByte(host, ':') >= 0 {
		return true
	}
	_, ok := quad(host)
	return ok
}
