package stix

import (
	"entente/internal/core/rsit"
	"entente/internal/core/value"
	"entente/internal/feed"
	"entente/internal/feed/flatjson"
)

// maxObservables is how many observables of one object are looked at.
const maxObservables = 256

// values gives what acts according to the objects of a row.
func (r *reader) values(found []*thing, class rsit.Class) (out []target, why feed.Reason, field string) {
	field = "object_refs"
	for _, t := range found {
		switch t.kind {
		case "indicator":
			field = "pattern"
			if t.language != "" && t.language != "stix" {
				return nil, feed.BadPattern, "pattern_type"
			}
			list, why := targets(t.pattern)
			if why != 0 {
				return nil, why, field
			}
			out = append(out, list...)
		case "observed-data":
			list, why := r.observed(t, class)
			if why != 0 {
				return nil, why, field
			}
			out = append(out, list...)
		}
	}
	if len(out) == 0 {
		return nil, feed.NoValue, field
	}
	return out, 0, ""
}

// observable is one observable of observed data.
type observable struct {
	ref, kind, path, text string
	port, transport       string
	src, dst, from        string
	srcPort               string
	leads                 []string // resolves_to_refs
}

// observed reads the observables of observed data. Of traffic with two ends the
// source acts where the class is an attack or an infection, else the
// destination. Of a message the sender acts.
func (r *reader) observed(t *thing, class rsit.Class) ([]target, feed.Reason) {
	all := r.observables(t)
	drop := map[string]bool{}
	ports := map[string]*observable{}
	names := map[string]string{} // address -> the name that it was resolved from
	senders, mail := map[string]bool{}, false
	byRef := map[string]*observable{}
	for i := range all {
		byRef[all[i].ref] = &all[i]
	}
	for i := range all {
		o := &all[i]
		switch o.kind {
		case "network-traffic":
			end, other, port := o.dst, o.src, o.port
			if o.dst == "" || o.src != "" && attacks(class) {
				end, other, port = o.src, o.dst, o.srcPort
			}
			drop[other] = other != ""
			ports[end] = &observable{port: port, transport: o.transport}
		case "email-message":
			mail = true
			senders[o.from] = true
		case "domain-name":
			for _, to := range o.leads {
				if a := byRef[to]; a != nil && len(o.leads) == 1 {
					names[to] = o.ref
				}
			}
		}
	}
	var out []target
	for i := range all {
		o := &all[i]
		if o.text == "" {
			continue
		}
		if drop[o.ref] || mail && o.kind == "email-addr" && !senders[o.ref] || names[o.ref] != "" {
			r.more.Text("beside", o.text)
			continue
		}
		v, err := parse(o.path, o.text)
		if o.kind == "user-account" {
			v, err = wallet(o.path, o.text)
		}
		if err != nil {
			return nil, feed.BadValue
		}
		p := &observable{}
		if ports[o.ref] != nil {
			p = ports[o.ref]
		}
		at := target{}
		for ref, name := range names {
			if name == o.ref {
				ip, _ := address(byRef[ref].text)
				at.at = ip.Addr()
			}
		}
		some, why := finish([]target{{value: v}}, p.port, p.transport, at.at)
		if why != 0 {
			return nil, why
		}
		out = append(out, some...)
	}
	if len(out) == 0 {
		return nil, feed.NoValue
	}
	return out, 0
}

// attacks tells whether what a class names is where traffic came from.
func attacks(c rsit.Class) bool {
	switch c {
	case rsit.Scanner, rsit.BruteForce, rsit.Exploit, rsit.DDoS, rsit.Spam, rsit.InfectedSystem:
		return true
	}
	return false
}

func wallet(currency, text string) (value.Value, error) {
	switch currency {
	case "bitcoin":
		return value.ParseBitcoin(text)
	case "ethereum":
		return value.ParseEthereum(text)
	}
	return value.ParseMonero(text)
}

// observables gives the observables that observed data refer to or hold.
func (r *reader) observables(t *thing) (out []observable) {
	if t.objects != nil {
		inside, err := flatjson.Object(t.objects, nil)
		for i := range inside {
			if fs, bad := flatjson.Object(inside[i].Raw, nil); err == nil && bad == nil && len(out) < maxObservables {
				out = append(out, observe(string(inside[i].Key), fs))
			}
		}
	}
	seen := map[string]bool{}
	for _, id := range t.refs {
		u, ok := uuidOf(id)
		if !ok || seen[id] || len(out) == maxObservables {
			continue
		}
		seen[id] = true
		if fs := r.fieldsAt(u); fs != nil {
			out = append(out, observe(id, fs))
		}
	}
	return out
}

// observe reads one observable.
func observe(ref string, fs []flatjson.Field) observable {
	o := observable{ref: ref}
	hashes := []byte(nil)
	var account string
	for i := range fs {
		f := &fs[i]
		text := ""
		if f.Kind != flatjson.Array && f.Kind != flatjson.Nested {
			text = string(f.Text())
		}
		switch string(f.Key) {
		case "type":
			o.kind = text
		case "value", "number", "user_id":
			o.text = text
		case "account_type":
			account = text
		case "hashes":
			hashes = f.Raw
		case "src_ref":
			o.src = text
		case "dst_ref":
			o.dst = text
		case "src_port":
			o.srcPort = text
		case "dst_port":
			o.port = text
		case "from_ref", "sender_ref":
			o.from = text
		case "resolves_to_refs":
			o.leads = texts(f.Raw)
		case "protocols":
			for _, p := range texts(f.Raw) {
				if p == "tcp" || p == "udp" || p == "icmp" || p == "sctp" {
					o.transport = p
				}
			}
		}
	}
	switch o.kind {
	case "ipv4-addr", "ipv6-addr", "domain-name", "url", "email-addr":
		o.path = o.kind + ":value"
	case "autonomous-system":
		o.path = o.kind + ":number"
	case "user-account":
		if o.path = account; account != "bitcoin" && account != "ethereum" && account != "monero" {
			o.text = ""
		}
	case "file", "artifact", "x509-certificate":
		o.path, o.text = strongest(o.kind, hashes)
	default:
		o.text = ""
	}
	return o
}

// strongest gives the best hash of a file: several name the same file.
func strongest(kind string, raw []byte) (path, text string) {
	fs, err := flatjson.Object(raw, nil)
	if err != nil {
		return "", ""
	}
	for _, want := range []string{"sha256", "sha512", "sha1", "md5"} {
		for i := range fs {
			if p := kind + ":hashes." + string(fs[i].Key); algorithm(p) == want {
				return p, string(fs[i].Text())
			}
		}
	}
	return "", ""
}
