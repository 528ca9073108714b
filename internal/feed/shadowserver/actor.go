package shadowserver

import (
	"net/netip"
	"strconv"
	"strings"

	"entente/internal/core/value"
	"entente/internal/feed"
)

// actor reads what acts into o.Value and, for a name, the address beside it
// into o.At. If it cannot it says why and in which column.
func (r *reader) actor(fields []string, o *feed.Observation) (feed.Reason, int) {
	switch r.rep.actor {
	case actorNetwork:
		if r.named(fields, r.network, value.ParseCIDR, o) {
			r.at(fields, r.ip, o)
			return 0, 0
		}
		if text(fields, r.ip) == "" {
			return none(fields, r.network)
		}
	case actorURL, actorReferer:
		if r.named(fields, r.url, value.ParseURL, o) || r.rep.actor == actorURL && r.named(fields, r.host, value.ParseDomain, o) {
			r.at(fields, r.ip, o)
			return 0, 0
		}
		if text(fields, r.ip) == "" {
			return none(fields, r.url, r.host)
		}
	case actorWebsite:
		if v := r.page(fields); !v.IsZero() {
			o.Value = v
			r.at(fields, r.ip, o)
			return 0, 0
		}
		if text(fields, r.ip) == "" {
			if r.named(fields, r.host, value.ParseDomain, o) {
				return 0, 0
			}
			return none(fields, r.host)
		}
	case actorRequest:
		if r.named(fields, r.request, value.ParseDomain, o) {
			r.at(fields, r.response, o)
			return 0, 0
		}
		return none(fields, r.request)
	case actorAccount:
		if r.named(fields, r.email, value.ParseEmail, o) || r.named(fields, r.username, value.ParseEmail, o) ||
			r.named(fields, r.sourceURL, value.ParseURL, o) {
			return 0, 0
		}
		return none(fields, r.email, r.username, r.sourceURL)
	case actorVictim:
		if r.named(fields, r.website, value.ParseURL, o) || r.named(fields, r.website, value.ParseDomain, o) {
			return 0, 0
		}
		return none(fields, r.website)
	}
	return r.address(fields, o)
}

// address reads the acting address.
func (r *reader) address(fields []string, o *feed.Observation) (feed.Reason, int) {
	s := text(fields, r.ip)
	if s == "" {
		return feed.NoValue, r.ip
	}
	parse := value.ParseIP
	if r.rep.name == "blocklist" && strings.IndexByte(s, '/') >= 0 { // it may list networks
		parse = value.ParseCIDR
	}
	v, err := parse(s)
	if err != nil {
		return feed.BadValue, r.ip
	}
	o.Value = v
	r.taken[r.ip] = true
	return 0, 0
}

// named tries column i as what acts. Where the canonical form differs from the
// text the text stays among the details.
func (r *reader) named(fields []string, i int, parse func(string) (value.Value, error), o *feed.Observation) bool {
	s := text(fields, i)
	if s == "" {
		return false
	}
	v, err := parse(strings.Clone(s)) // the value may keep it, and must not keep the row
	if err != nil {
		return false
	}
	o.Value = v
	r.taken[i] = v.String() == s
	return true
}

// at reads column i as the address beside a name.
func (r *reader) at(fields []string, i int, o *feed.Observation) {
	s := text(fields, i)
	if s == "" {
		return
	}
	if v, err := value.ParseIP(s); err == nil {
		o.At = v.Addr()
		r.taken[i] = true
	}
}

// none says why none of these columns names what acts.
func none(fields []string, columns ...int) (feed.Reason, int) {
	for _, i := range columns {
		if text(fields, i) != "" {
			return feed.BadValue, i
		}
	}
	return feed.NoValue, columns[0]
}

// page builds the URL of a compromised page of host name, path, port and
// scheme. It gives the zero Value when the row does not hold one. Its parts
// stay among the details.
func (r *reader) page(fields []string) value.Value {
	host, path := text(fields, r.host), text(fields, r.url)
	if path == "" {
		return value.Value{}
	}
	if strings.Contains(path, "://") && !strings.HasPrefix(path, "/") {
		if v, err := value.ParseURL(strings.Clone(path)); err == nil {
			return v
		}
	}
	// The column may hold a request line: GET /path HTTP/1.1.
	slash := strings.IndexByte(path, '/')
	if host == "" || slash < 0 {
		return value.Value{}
	}
	path, _, _ = strings.Cut(path[slash:], " ")
	port := text(fields, r.port)
	scheme := "http"
	if app := text(fields, r.application); app == "https" || app != "http" && port == "443" {
		scheme = "https"
	}
	if n, ok := number(port, 65535); ok && n > 0 && !hasPort(host) && !(scheme == "http" && n == 80 || scheme == "https" && n == 443) {
		host = joinPort(host, n)
	}
	v, err := value.ParseURL(scheme + "://" + host + path)
	if err != nil {
		return value.Value{}
	}
	return v
}

// hasPort tells whether a host column already names a port.
func hasPort(host string) bool {
	colon := strings.LastIndexByte(host, ':')
	bracket := strings.LastIndexByte(host, ']')
	return colon > bracket && (bracket >= 0 || strings.IndexByte(host, ':') == colon) && digits(host[colon+1:])
}

func joinPort(host string, port uint64) string {
	if a, err := netip.ParseAddr(host); err == nil && a.Is6() {
		host = "[" + host + "]"
	}
	return host + ":" + strconv.FormatUint(port, 10)
}
