package custom

import (
	"strconv"

	"entente/internal/core/rsit"
	"entente/internal/core/value"
	"entente/internal/feed"
	"entente/internal/feed/list"
)

// value picks what acts, in the order of the format intelmq.
func (r *row) value(o *feed.Observation) (feed.Reason, string) {
	order := [...]string{"value", "ip", "network", "url", "domain", "email", "hash"}
	if o.Class.Rule() == rsit.ByURL {
		order = [...]string{"value", "url", "ip", "network", "domain", "email", "hash"}
	}
	for _, f := range order {
		text := r.get(f)
		if text == "" {
			continue
		}
		if !o.Value.IsZero() {
			if v, err := value.ParseIP(text); f == "ip" && err == nil && !o.Value.Addr().IsValid() {
				o.At = v.Addr()
				continue
			}
			r.more.Text(r.m.Fields[f], text)
			continue
		}
		v, port, why := parse(f, text)
		if why != 0 {
			return why, r.m.Fields[f]
		}
		o.Value, o.Port = v, port
	}
	if o.Value.IsZero() {
		return feed.NoValue, ""
	}
	return 0, ""
}

func parse(field, text string) (v value.Value, port uint16, why feed.Reason) {
	var err error
	switch field {
	case "ip":
		v, err = value.ParseIP(value.Refang(text))
	case "url":
		v, err = value.ParseURL(value.Refang(text))
	case "email":
		v, err = value.ParseEmail(value.Refang(text))
	case "hash":
		v, err = value.ParseHash(text)
	default:
		v, port, why = list.Parse(text)
		k := v.Kind()
		if why == 0 && (field == "network" && k != value.CIDR && k != value.IPv4 && k != value.IPv6 || field == "domain" && k != value.Domain && k != value.Onion) {
			why = feed.BadValue
		}
		return v, port, why
	}
	if err != nil {
		return v, 0, feed.BadValue
	}
	return v, 0, 0
}

// decimal reads a number without sign and leading zeros.
func decimal(s string, limit uint64) (uint64, bool) {
	if s == "" || len(s) > 10 || s[0] == '0' && len(s) > 1 || s[0] == '+' {
		return 0, false
	}
	n, err := strconv.ParseUint(s, 10, 64)
	return n, err == nil && n <= limit
}
