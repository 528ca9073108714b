package sample

import (
	"bytes"

	"entente/internal/core/rsit"
)

// report is one Shadowserver report type: its header today, its header of 2023,
// and what a row of it means.
type report struct {
	name     string
	class    rsit.Class
	kind     reportKind
	usual    uint16
	proto    string
	app      string
	tag      string
	family   string   // family of every row, when it has one
	families []string // or one of these, in the column family
	infec    []string // or one of these, in the column infection
	now, old string
}

type reportKind uint8

const (
	byAddress reportKind = iota // an address and a port of its own
	byHost                      // an infected or attacking address, any port
	byURL                       // a URL with its address
	bySite                      // a web site: host name and address
	byPlain                     // an address without port
)

const (
	scanCore    = "timestamp,severity,ip,protocol,port,hostname,tag,asn,geo,region,city,naics,hostname_source,sector"
	scanCoreOld = "timestamp,ip,protocol,port,hostname,tag,asn,geo,region,city,naics,sic"
	eventCore   = "timestamp,protocol,src_ip,src_port,src_asn,src_geo,src_region,src_city,src_hostname,src_naics,src_sector,device_vendor,device_type,device_model,severity,dst_ip,dst_port,dst_asn,dst_geo,dst_region,dst_city,dst_hostname,dst_naics,dst_sector,public_source,infection,family,tag,application,version,event_id"
	eventOld    = "timestamp,protocol,src_ip,src_port,src_asn,src_geo,src_region,src_city,src_hostname,src_naics,src_sector,device_vendor,device_type,device_model,dst_ip,dst_port,dst_asn,dst_geo,dst_region,dst_city,dst_hostname,dst_naics,dst_sector,public_source,infection,family,tag,application,version,event_id"
)

func reports() []report {
	return []report{
		{name: "scan_telnet", class: rsit.UnwantedAccessible, usual: 23, proto: "tcp", tag: "telnet", family: "telnet",
			now: scanCore + ",banner", old: scanCoreOld + ",banner"},
		{name: "scan_rdp", class: rsit.UnwantedAccessible, usual: 3389, proto: "tcp", tag: "rdp", family: "rdp",
			now: scanCore + ",handshake,rdp_protocol,cert_length,subject_common_name,issuer_common_name,cert_issue_date,cert_expiration_date,sha1_fingerprint,cert_serial_number,ssl_version,signature_algorithm,key_algorithm,sha256_fingerprint,sha512_fingerprint,md5_fingerprint,tlsv13_support,tlsv13_cipher,jarm",
			old: "timestamp,ip,port,hostname,tag,handshake,asn,geo,region,city,rdp_protocol,cert_length,subject_common_name,issuer_common_name,cert_issue_date,cert_expiration_date,sha1_fingerprint,cert_serial_number,ssl_version,signature_algorithm,key_algorithm,sha256_fingerprint,sha512_fingerprint,md5_fingerprint,naics,sic,sector,tlsv13_support,tlsv13_cipher,cve20190708_vulnerable,bluekeep_vulnerable,jarm"},
		{name: "scan_dns", class: rsit.DDoSAmplifier, usual: 53, proto: "udp", tag: "openresolver", family: "dns",
			now: scanCore + ",dns_version,min_amplification", old: "timestamp,ip,protocol,port,hostname,tag,dns_version,asn,geo,region,city,min_amplification,p0f_genre,p0f_detail,naics,sic,sector"},
		{name: "event4_sinkhole", class: rsit.InfectedSystem, kind: byHost, proto: "tcp", tag: "",
			families: []string{"synthbot-a", "synthbot-b", "synthworm", "synthstealer"},
			now:      eventCore + ",ssl_cipher,ssl_servername", old: eventOld},
		{name: "event4_honeypot_brute_force", class: rsit.BruteForce, kind: byHost, proto: "tcp", app: "ssh",
			infec: []string{"ssh-brute-force", "telnet-brute-force"},
			now:   eventCore + ",service,start_time,end_time,client_version,username,password,payload_url,payload_md5,vulnerability_enum,vulnerability_id,vulnerability_class,vulnerability_score,vulnerability_severity,vulnerability_version,target_vendor,target_product,target_class",
			old:   eventOld + ",service,start_time,end_time,client_version,username,password,payload_url,payload_md5"},
		{name: "malware_url", class: rsit.MalwareDistribution, kind: byURL, tag: "synthloader", family: "synthloader", app: "http",
			now: "timestamp,url,hostname,ip,asn,geo,region,city,naics,sector,severity,port,tag,source,sha256,application",
			old: "timestamp,url,host,ip,asn,geo,region,city,naics,sector,tag,source,sha256,application"},
		{name: "compromised_website", class: rsit.SystemCompromise, kind: bySite, usual: 80, proto: "tcp", tag: "synthetic-webshell", family: "synthetic-webshell", app: "http",
			now: "timestamp,severity,ip,protocol,port,hostname,tag,asn,geo,region,city,naics,hostname_source,sector,application,url,http_host,category,system,detected_since,server,redirect_target,cc_url,family,status,account,detail,public_source",
			old: "timestamp,ip,port,hostname,tag,application,asn,geo,region,city,url,http_host,category,system,detected_since,server,redirect_target,naics,sic,sector,cc_url,family"},
		{name: "device_id", class: rsit.DeviceID, usual: 443, proto: "tcp", tag: "vpn",
			now: scanCore + ",device_vendor,device_type,device_model,device_version", old: "timestamp,ip,protocol,port,hostname,tag,asn,geo,region,city,naics,sic,sector,device_vendor,device_type,device_model"},
		{name: "blocklist", class: rsit.Blocklist, kind: byPlain,
			now: "timestamp,severity,ip,hostname,source,reason,asn,geo,region,city,naics,sector,tag", old: "timestamp,ip,hostname,source,reason,asn,geo,region,city,naics,sic,sector,tag"},
		{name: "scan_post_exploitation_framework", class: rsit.C2Server, usual: 443, proto: "tcp", tag: "synthstrike", family: "synthstrike",
			now: scanCore + ",http,http_url,http_code,content_type,content_length,architecture,beacon_type,beacon_host,beacon_port,beacon_http_get,beacon_http_post,license_id,config_md5,config_sha1,config_sha256,config_sha512,binary_md5,binary_sha1,binary_sha256,binary_sha512,encoded_length,encoded_data",
			old: scanCore + ",http,http_url,http_code,encoded_data"},
	}
}

// ssWriter writes the files of one report type.
type ssWriter struct {
	base
	report  *report
	pool    *pool
	variant int // 0 header of today, 1 of 2023, 2 today's with unknown columns
	cols    []column
	line    line
	host    []byte
	url     []byte
}

func (s *ssWriter) header() string {
	switch s.variant {
	case 1:
		return s.report.old
	case 2:
		return s.report.now + ",synthetic_extra,synthetic_score"
	}
	return s.report.now
}

func (s *ssWriter) head(b []byte) []byte {
	s.cols = columns(s.header())
	b = append(b, s.header()...)
	return append(b, '\n')
}

func (s *ssWriter) row(b []byte, d *dice, o *obs) []byte {
	s.fill(d, o)
	return s.write(b)
}

func (s *ssWriter) write(b []byte) []byte {
	for i, c := range s.cols {
		if i > 0 {
			b = append(b, ',')
		}
		b = c(b, &s.line)
	}
	return append(b, '\n')
}

// fill makes one row and says what it means.
func (s *ssWriter) fill(d *dice, o *obs) {
	r, l := s.report, &s.line
	l.serial++
	l.clock = s.now(o)
	l.proto, l.app, l.tag, l.family, l.infec = r.proto, r.app, r.tag, "", ""
	l.severity = [...]string{"medium", "high", "low", "critical"}[l.serial%4]
	l.host = l.host[:0]
	o.class, o.family = r.class, ""
	switch r.kind {
	case byURL, bySite:
		s.fillSite(d, o)
	default:
		s.fillAddress(d, o)
	}
	l.geo, l.asn = claimFor(s.world, l.addr, d)
	if !l.addr.IsValid() {
		l.geo, l.asn = "", 0
	}
	o.claim, o.claimAS, o.port = l.geo, l.asn, l.port
	switch {
	case len(r.families) > 0:
		l.family = r.families[d.below(uint64(len(r.families)))]
		l.infec = l.family
		o.family = l.family
	case len(r.infec) > 0:
		l.infec = r.infec[d.below(uint64(len(r.infec)))]
		o.family = l.infec
	default:
		o.family = r.family
	}
}

func (s *ssWriter) fillAddress(d *dice, o *obs) {
	r, l := s.report, &s.line
	a, odd := special(d)
	round := uint64(0)
	if !odd {
		fresh := s.fresh
		if r.kind == byHost {
			fresh = 0.5
		}
		a, round = s.pool.address(s.pool.draw(d, fresh))
	}
	l.addr = a
	switch r.kind {
	case byHost:
		l.port, l.dstPort = uint16(1024+d.below(60000)), 80
	case byPlain:
		l.port = 0
	default:
		l.port = port(r.usual, round)
	}
	o.addr, o.host, o.site, o.isName, o.cc = a, nil, nil, false, ""
	s.host = a.AppendTo(s.host[:0])
	o.text = s.host
}

func (s *ssWriter) fillSite(d *dice, o *obs) {
	l := &s.line
	at := s.pool.site(s.host[:0], s.pool.draw(d, s.fresh), true)
	if at.host != nil {
		s.host = at.host
	}
	o.port = 0
	draw := d.next()
	if s.report.kind == bySite && draw%3 == 1 {
		draw++ // the port of a web site stands in a column of its own
	}
	s.url = at.url(s.url[:0], o, draw)
	l.url, l.port, l.addr = s.url, o.port, at.addr
	l.host = append(l.host[:0], at.host...)
	if s.report.kind == bySite { // the host and the path of the URL stand apart
		slash := len("http://") + bytes.IndexByte(s.url[len("http://"):], '/')
		l.host = append(l.host[:0], s.url[len("http://"):slash]...)
		l.url, l.port = s.url[slash:], s.report.usual
	}
}
