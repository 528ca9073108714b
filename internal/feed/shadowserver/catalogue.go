package shadowserver

import (
	_ "embed"
	"encoding/csv"
	"strings"
	"sync"

	"entente/internal/core/rsit"
)

// actor says which columns of a report name what acts.
type actor string

const (
	actorIP      actor = "ip"      // ip, port, asn, geo
	actorSrc     actor = "src"     // src_ip ...; old headers: ip ...
	actorDst     actor = "dst"     // dst_ip ...
	actorNetwork actor = "network" // network, else as src
	actorReferer actor = "referer" // http_referer at http_referer_ip
	actorURL     actor = "url"     // url, else hostname, else ip
	actorWebsite actor = "website" // http_host and url as one URL, else ip
	actorRequest actor = "request" // the name asked for, at the answer
	actorAccount actor = "account" // email, else username, else source_url
	actorVictim  actor = "victim"  // website
)

// report is one report type.
type report struct {
	name    string
	class   rsit.Class
	said    string // the producer's taxonomy/type
	actor   actor
	family  []string // where the family comes from: column, "cve", "=word"
	columns []string // known columns
	scan    bool     // a probe of a service: a CVE in the tag makes it vulnerable-system
	six     string   // name of the sister type for IPv6, if any
}

// service gives the service word of a type that has one.
func (r *report) service() string {
	if n := len(r.family); n > 0 {
		if word, ok := strings.CutPrefix(r.family[n-1], "="); ok {
			return word
		}
	}
	return ""
}

// catalogue is all report types. It is not changed after it is made.
type catalogue struct {
	reports []*report // in the order of the table
	byName  map[string]*report
}

//go:embed reports.csv
var reportTable string

//go:embed columns.txt
var columnTable string

// former gives the present name of report types that were renamed or succeeded
// by another type. Sources: IntelMQ's documentation of its Shadowserver parser
// (legacy reports and their successors), the producer's report-filename.md.
var former = map[string]string{
	"dns_openresolver":    "scan_dns",
	"botnet_drone":        "event4_sinkhole",
	"sinkhole_http_drone": "event4_sinkhole_http",
	"sinkhole6_http":      "event6_sinkhole_http",
	"sinkhole_dns":        "event4_sinkhole_dns",
	"microsoft_sinkhole":  "event4_microsoft_sinkhole_http",
	"drone_brute_force":   "event4_honeypot_brute_force",
	"hp_http_scan":        "event4_honeypot_http_scan",
	"hp_ics_scan":         "event4_honeypot_ics_scan",
	"darknet":             "event4_honeypot_darknet",
	"ddos_amplification":  "event4_honeypot_ddos_amp",
	"caida_ip_spoofer":    "event4_ip_spoofer",
	"cisco_smart_install": "scan_cisco_smart_install",
	"netis_router":        "scan_netis_router",
	"scan_msrdpeudp":      "scan_rdpeudp",
	"scan_ldap":           "scan_ldap_udp",
	"cwsandbox_url":       "sandbox_url",
	"blacklist":           "blocklist",
}

// tables gives the catalogue, made at the first call.
var tables = sync.OnceValue(func() *catalogue {
	c := &catalogue{byName: make(map[string]*report)}
	rows, err := csv.NewReader(strings.NewReader(reportTable)).ReadAll()
	if err != nil {
		panic("shadowserver: reports.csv: " + err.Error()) // built in and tested
	}
	columns := readColumns(columnTable)
	for _, row := range rows[1:] {
		class, ok := rsit.Parse(row[1])
		if !ok {
			panic("shadowserver: reports.csv: no class " + row[1])
		}
		rep := &report{name: row[0], class: class, said: row[2], actor: actor(row[3]), family: strings.Fields(row[4]),
			columns: columns[row[0]], scan: strings.HasPrefix(row[0], "scan")}
		if rep.columns == nil {
			rep.columns = columns[sister(rep.name)]
		}
		c.reports = append(c.reports, rep)
		c.byName[rep.name] = rep
	}
	for _, rep := range c.reports {
		if s := sister(rep.name); s != rep.name {
			c.byName[s].six = rep.name
		}
	}
	for old, now := range former {
		c.byName[old] = c.byName[now]
	}
	return c
})

// sister gives the IPv4 name of an IPv6 report type, any other name unchanged.
func sister(name string) string {
	for _, p := range [...][2]string{{"scan6_", "scan_"}, {"event6_", "event4_"}, {"population6_", "population_"}} {
		if rest, ok := strings.CutPrefix(name, p[0]); ok {
			return p[1] + rest
		}
	}
	return strings.TrimSuffix(name, "6")
}

// readColumns reads the lines "type: column @group ..." of columns.txt.
func readColumns(text string) map[string][]string {
	out := make(map[string][]string)
	for line := range strings.Lines(text) {
		name, rest, ok := strings.Cut(line, ":")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		var columns []string
		for _, word := range strings.Fields(rest) {
			if strings.HasPrefix(word, "@") {
				columns = append(columns, out[word]...)
			} else {
				columns = append(columns, word)
			}
		}
		out[name] = columns
	}
	return out
}
