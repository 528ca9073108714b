package sample

import (
	"net/netip"
	"strconv"
	"strings"
)

// line is what the columns of one CSV row are made of.
type line struct {
	clock                   clock
	addr                    netip.Addr
	port, dstPort           uint16
	proto                   string
	host, url               []byte
	tag, app, family, infec string
	geo                     string
	asn                     uint32
	serial                  uint64
	severity, status        string
	badPort                 bool // write 70000
}

// clock writes times of one day without parsing a layout.
type clock struct {
	date   string // 2006-01-02
	second int    // of the day
}

func (c clock) append(b []byte, between byte) []byte {
	b = append(b, c.date...)
	b = append(b, between)
	return c.hms(b)
}

func (c clock) hms(b []byte) []byte {
	h, m, s := c.second/3600, c.second/60%60, c.second%60
	return append(b, byte('0'+h/10), byte('0'+h%10), ':', byte('0'+m/10), byte('0'+m%10), ':', byte('0'+s/10), byte('0'+s%10))
}

// column appends one field, without the comma.
type column func(b []byte, l *line) []byte

func quoted(b []byte, s string) []byte {
	if s == "" {
		return b
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

func number(b []byte, n uint64) []byte { return strconv.AppendUint(b, n, 10) }

func portField(b []byte, p uint16) []byte {
	if p == 0 {
		return b
	}
	return number(b, uint64(p))
}

func constant(s string) column {
	if s != "" {
		s = `"` + s + `"`
	}
	return func(b []byte, _ *line) []byte { return append(b, s...) }
}

// columns gives the writers for a header of comma-separated names.
func columns(header string) []column {
	var out []column
	for _, name := range strings.Split(header, ",") {
		out = append(out, columnFor(name))
	}
	return out
}

func columnFor(name string) column {
	switch name {
	case "timestamp":
		return func(b []byte, l *line) []byte { return append(l.clock.append(append(b, '"'), ' '), '"') }
	case "ip", "src_ip":
		return func(b []byte, l *line) []byte {
			if !l.addr.IsValid() {
				return b
			}
			return append(l.addr.AppendTo(append(b, '"')), '"')
		}
	case "port", "src_port":
		return func(b []byte, l *line) []byte {
			if l.badPort {
				return append(b, "70000"...)
			}
			return portField(b, l.port)
		}
	case "dst_port":
		return func(b []byte, l *line) []byte { return portField(b, l.dstPort) }
	case "protocol":
		return func(b []byte, l *line) []byte { return quoted(b, l.proto) }
	case "asn", "src_asn":
		return func(b []byte, l *line) []byte {
			if l.asn == 0 {
				return b
			}
			return number(b, uint64(l.asn))
		}
	case "geo", "src_geo":
		return func(b []byte, l *line) []byte { return quoted(b, l.geo) }
	case "hostname", "host", "http_host":
		return func(b []byte, l *line) []byte {
			if len(l.host) == 0 {
				return b
			}
			b = append(b, '"')
			b = append(b, l.host...)
			return append(b, '"')
		}
	case "url":
		return func(b []byte, l *line) []byte {
			b = append(b, '"')
			b = append(b, l.url...)
			return append(b, '"')
		}
	case "tag":
		return func(b []byte, l *line) []byte { return quoted(b, l.tag) }
	case "application":
		return func(b []byte, l *line) []byte { return quoted(b, l.app) }
	case "family":
		return func(b []byte, l *line) []byte { return quoted(b, l.family) }
	case "infection":
		return func(b []byte, l *line) []byte { return quoted(b, l.infec) }
	case "severity":
		return func(b []byte, l *line) []byte { return quoted(b, l.severity) }
	case "status":
		return func(b []byte, l *line) []byte { return quoted(b, l.status) }
	case "banner", "event_id", "detail", "device_model", "encoded_data", "source", "cert_serial_number", "dns_version":
		return func(b []byte, l *line) []byte {
			b = append(b, `"synthetic-`...)
			b = number(b, l.serial)
			return append(b, '"')
		}
	case "sha256", "config_sha256", "sha256_fingerprint":
		return func(b []byte, l *line) []byte { return append(hexes(append(b, '"'), l.serial, 64), '"') }
	case "sha1_fingerprint":
		return func(b []byte, l *line) []byte { return append(hexes(append(b, '"'), ^l.serial, 40), '"') }
	}
	return constant(constants(name))
}

// constants are columns that say the same in every row.
func constants(name string) string {
	switch name {
	case "region", "src_region":
		return "SYNTHETIC REGION"
	case "city", "src_city":
		return "SYNTHETIC CITY"
	case "sector", "src_sector":
		return "Synthetic Sector, and Others"
	case "naics", "src_naics":
		return "518210"
	case "hostname_source":
		return "ptr"
	case "dst_ip":
		return "192.0.2.53"
	case "dst_geo":
		return "AT"
	case "public_source":
		return "synthetic"
	case "device_vendor":
		return "Synthetic Vendor"
	case "device_type":
		return "router"
	case "category":
		return "synthetic"
	case "reason":
		return "Synthetic Reason"
	case "handshake":
		return "rdp"
	case "rdp_protocol":
		return "RDP"
	case "issuer_common_name", "subject_common_name":
		return "synthetic.example.org"
	case "signature_algorithm":
		return "sha256WithRSAEncryption"
	case "min_amplification":
		return "4.6190"
	case "beacon_type":
		return "HTTPS"
	case "service":
		return "ssh"
	case "synthetic_extra", "synthetic_score":
		return "7"
	}
	return ""
}

const hexDigits = "0123456789abcdef"

func hexes(b []byte, seed uint64, n int) []byte {
	for i := 0; i < n; i += 16 {
		x := mix(seed, uint64(i))
		for j := 0; j < 16 && i+j < n; j++ {
			b = append(b, hexDigits[x>>60])
			x <<= 4
		}
	}
	return b
}
