package value

import (
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Registrable gives the domain under which host was registered: its public
// suffix and one label more, by the public suffix list. MultiTenant tells that
// the suffix stands in the list's private section (github.io, duckdns.org), so
// that names below it belong to different people. A host that is a public
// suffix itself is given whole. Host is canonical text, as Domain values have it.
func Registrable(host string) (domain string, multiTenant bool) {
	suffix, icann := publicsuffix.PublicSuffix(host)
	multiTenant = !icann && strings.IndexByte(suffix, '.') >= 0
	rest := len(host) - len(suffix) - 1
	if rest <= 0 {
		return host, multiTenant
	}
	return host[strings.LastIndexByte(host[:rest], '.')+1:], multiTenant
}
