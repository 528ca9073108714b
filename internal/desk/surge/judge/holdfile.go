package judge

import (
	"bytes"
	"errors"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"entente/internal/core/country"
	"entente/internal/core/fault"
	"entente/internal/core/rsit"
	"entente/internal/core/value"

	"gopkg.in/yaml.v3"
)

// holdEntry is a hold rule as a file writes it.
type holdEntry struct {
	Value   string `yaml:"value"`
	Prefix  string `yaml:"prefix"`
	Domain  string `yaml:"domain"`
	Class   string `yaml:"class"`
	Country string `yaml:"country"`
	Reason  string `yaml:"reason"`
	Author  string `yaml:"author"`
	Start   string `yaml:"start"` // RFC 3339; empty: always
	End     string `yaml:"end"`   // RFC 3339; empty: until lifted
}

// ParseHolds reads hold rules from YAML: a list "holds", each with one or more
// of value, prefix, domain, class and country, which must all fit, and reason,
// author, start and end. Unknown keys are refused; name is the file's.
func ParseHolds(name string, text []byte) ([]Hold, error) {
	var file struct {
		Holds []holdEntry `yaml:"holds"`
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil && !errors.Is(err, io.EOF) {
		return nil, fault.Wrap(fault.Invalid, err, name+" holds no hold rules", "write a list \"holds\" with value, prefix, domain, class or country, and reason, author, start, end")
	}
	out := make([]Hold, 0, len(file.Holds))
	for i, e := range file.Holds {
		var h Hold
		var err error
		for _, part := range []struct{ kind, text string }{{"value", e.Value}, {"prefix", e.Prefix}, {"domain", e.Domain},
			{"class", e.Class}, {"country", e.Country}} {
			if part.text != "" && err == nil {
				err = h.set(part.kind, part.text)
			}
		}
		if err != nil {
			return nil, fault.Wrap(fault.Invalid, err, name+": rule "+strconv.Itoa(i+1)+" cannot be used", fault.RemedyOf(err))
		}
		h.Reason, h.Author = e.Reason, e.Author
		for _, t := range []struct {
			text string
			into *time.Time
		}{{e.Start, &h.Start}, {e.End, &h.End}} {
			if t.text == "" {
				continue
			}
			if *t.into, err = time.Parse(time.RFC3339, t.text); err != nil {
				return nil, fault.Newf(fault.Invalid, "write it as 2026-11-24T08:00:00Z", "%s: rule %d: %q is no time", name, i+1, t.text)
			}
		}
		if err := h.Check(); err != nil {
			return nil, fault.Wrap(fault.Invalid, err, name+": rule "+strconv.Itoa(i+1)+" cannot be used", fault.RemedyOf(err))
		}
		out = append(out, h)
	}
	return out, nil
}

// ParseHold makes a rule of one kind (value, prefix, domain, class, country) and
// text, live or defanged.
func ParseHold(kind, text string) (Hold, error) {
	var h Hold
	err := h.set(kind, text)
	return h, err
}

// set adds one condition to the rule.
func (h *Hold) set(kind, text string) error {
	live := value.Refang(strings.TrimSpace(text))
	ok := false
	switch kind {
	case "prefix":
		var p netip.Prefix
		var err error
		p, err = netip.ParsePrefix(live)
		h.Prefix, ok = p.Masked(), err == nil
	case "domain":
		var err error
		h.Domain, err = value.ParseSuffix(live)
		ok = err == nil
	case "class":
		h.Class, ok = rsit.Parse(live)
	case "country":
		h.Country = strings.ToUpper(live)
		ok = country.Valid(h.Country)
	case "value":
		for _, k := range holdKinds {
			if v, err := value.Parse(k, live); err == nil {
				h.Value, ok = v, true
				break
			}
		}
	}
	if !ok {
		return fault.Newf(fault.Invalid, "kinds are value, prefix, domain, class and country", "%q is no %s", text, kind)
	}
	return nil
}

// holdKinds is the order in which a held value is read.
var holdKinds = []value.Kind{value.IPv4, value.IPv6, value.CIDR, value.MD5, value.SHA1, value.SHA256, value.SHA512,
	value.Email, value.URL, value.Domain}
