package report

import (
	"net/url"
	"strconv"
	"strings"

	"entente/internal/infra/eventlog"
)

// xarfKind is a type of XARF 4 with the fields that its schema asks for.
type xarfKind struct {
	category, name string
	fields         [][2]string
	seen           bool // first_seen
	port           bool // service_port
}

// xarfType gives the type of XARF for an observation. False where XARF has none
// for its class, or asks for what the row does not say: nothing is made up.
func xarfType(r *eventlog.Row, source string) (k xarfKind, ok bool) {
	switch r.Class {
	case "phishing", "malware-distribution", "system-compromise", "application-compromise", "copyright":
		if page, is := pageOf(r); is {
			return pageKind(r, page), true
		}
		if r.Class != "system-compromise" || r.Kind == "url" {
			return k, false
		}
		return xarfKind{category: "infrastructure", name: "compromised_server", fields: [][2]string{{"compromise_method", "not stated"}}}, true
	case "infected-system":
		how := "reported by " + r.Feed
		if r.Said != "" {
			how += " as " + r.Said
		}
		k = xarfKind{category: "infrastructure", name: "botnet", fields: [][2]string{{"compromise_evidence", clip(how, 1000)}}}
		k.family(r)
		return k, true
	case "c2-server":
		k = xarfKind{category: "reputation", name: "threat_intelligence", fields: [][2]string{{"threat_type", "command_and_control"}}}
		k.family(r)
		return k, true
	case "malware-dga-domain":
		k = xarfKind{category: "reputation", name: "threat_intelligence", fields: [][2]string{{"threat_type", "dga_domain"}}}
		k.family(r)
		return k, true
	case "brute-force":
		return attack("login_attack", r, source)
	case "scanner":
		return attack("port_scan", r, source)
	case "ddos":
		return attack("ddos", r, source)
	case "vulnerable-system":
		cve := strings.ToUpper(r.Family)
		return xarfKind{category: "vulnerability", name: "cve", port: true, fields: [][2]string{{"cve_id", cve}, {"service", portText(r)}}}, isCVE(cve) && r.Port != 0
	case "potentially-unwanted-accessible", "ddos-amplifier", "information-disclosure":
		return weakness("open_service", r)
	case "misconfiguration", "weak-crypto":
		return weakness("misconfiguration", r)
	}
	return k, false
}

// pageOf gives the URL of an observation if a schema's "uri" takes it.
func pageOf(r *eventlog.Row) (string, bool) {
	if r.Kind != "url" {
		return "", false
	}
	for i := range len(r.Value) {
		if c := r.Value[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`"<>\^{|}`+"`", c) >= 0 {
			return "", false
		}
	}
	u, err := url.Parse(r.Value)
	return r.Value, err == nil && u.IsAbs() && u.Host != ""
}

func pageKind(r *eventlog.Row, page string) (k xarfKind) {
	switch r.Class {
	case "phishing":
		return xarfKind{category: "content", name: "phishing", fields: [][2]string{{"url", page}}}
	case "malware-distribution":
		k = xarfKind{category: "content", name: "malware", fields: [][2]string{{"url", page}}}
		k.family(r)
		return k
	case "copyright":
		return xarfKind{category: "copyright", name: "copyright", fields: [][2]string{{"infringing_url", page}}}
	}
	return xarfKind{category: "content", name: "remote_compromise", fields: [][2]string{{"url", page}, {"compromise_type", "other"}}}
}

func (k *xarfKind) family(r *eventlog.Row) {
	if r.Family != "" {
		k.fields = append(k.fields, [2]string{"malware_family", clip(r.Family, 200)})
	}
}

// attack is a type of the category connection: it asks for the protocol, and of
// an address for the port that it sent from.
func attack(name string, r *eventlog.Row, source string) (xarfKind, bool) {
	switch r.Transport {
	case "tcp", "udp", "icmp", "sctp":
	default:
		return xarfKind{}, false
	}
	return xarfKind{category: "connection", name: name, seen: true, fields: [][2]string{{"protocol", r.Transport}}}, r.Port != 0 || !isAddr(source)
}

// weakness is a type of the category vulnerability: it asks for the service.
func weakness(name string, r *eventlog.Row) (xarfKind, bool) {
	service := r.Family
	if service == "" {
		service = portText(r)
	}
	return xarfKind{category: "vulnerability", name: name, port: r.Port != 0, fields: [][2]string{{"service", clip(service, 200)}}}, service != ""
}

// portText names a service by its port: "8443/tcp", "" without one.
func portText(r *eventlog.Row) string {
	if r.Port == 0 {
		return ""
	}
	s := strconv.Itoa(int(r.Port))
	if r.Transport == "tcp" || r.Transport == "udp" || r.Transport == "sctp" {
		s += "/" + r.Transport
	}
	return s
}
