package shadowserver

import (
	"slices"
	"strconv"
	"strings"
)

// alias gives the present name of columns that were renamed. Both names are
// looked for; Details keep the file's.
var alias = map[string]string{
	"host":    "hostname",
	"md5hash": "md5",
	"type":    "request_type",
	"size":    "response_size",
}

// header is the columns of one file, by name.
type header struct {
	names []string // as in the file, trimmed, lower case, made unique
	index map[string]int
}

// Bounds of a header: no report has a tenth of these columns, and a longer list
// of differences helps nobody.
const (
	mostColumns = 1000
	mostDrift   = 100
	longestName = 60
)

func newHeader(fields []string) *header {
	h := &header{index: make(map[string]int, len(fields))}
	for _, f := range fields {
		name := strings.ToLower(strings.TrimSpace(f))
		if name == "" {
			name = "column"
		}
		unique := name
		for n := 2; ; n++ {
			if _, taken := h.index[unique]; !taken {
				break
			}
			unique = name + "_" + strconv.Itoa(n)
		}
		h.index[unique] = len(h.names)
		h.names = append(h.names, unique)
	}
	return h
}

// col gives the index of the first of these columns that the file has, or -1.
func (h *header) col(names ...string) int {
	for _, n := range names {
		if i, ok := h.index[n]; ok {
			return i
		}
	}
	return -1
}

// text gives a column of one row, "" if there is none.
func (h *header) text(row []string, name string) string {
	if i, ok := h.index[name]; ok && i < len(row) {
		return row[i]
	}
	return ""
}

// list gives the names for a message, cut after some.
func (h *header) list() string {
	const most = 12
	var out []string
	for _, n := range h.names[:min(len(h.names), most)] {
		out = append(out, short(n))
	}
	if more := len(h.names) - most; more > 0 {
		return strings.Join(out, ", ") + " and " + strconv.Itoa(more) + " more"
	}
	return strings.Join(out, ", ")
}

// short cuts a name that is too long for a message.
func short(name string) string {
	if len(name) <= longestName {
		return name
	}
	return strings.ToValidUTF8(name[:longestName], "") + "..."
}

// addressColumns are the names of the columns that describe one address.
type addressColumns struct{ ip, port, asn, geo string }

// actorColumns gives the columns of the acting address in this file. Old
// headers of events have them without the prefix src_.
func (h *header) actorColumns(rep *report) addressColumns {
	plain := addressColumns{"ip", "port", "asn", "geo"}
	if _, ok := h.index["port"]; !ok {
		plain.port = "src_port"
	}
	switch rep.actor {
	case actorSrc, actorNetwork:
		if _, ok := h.index["src_ip"]; ok {
			return addressColumns{"src_ip", "src_port", "src_asn", "src_geo"}
		}
	case actorDst:
		return addressColumns{"dst_ip", "dst_port", "dst_asn", "dst_geo"}
	case actorReferer:
		return addressColumns{"http_referer_ip", "http_referer_port", "http_referer_asn", "http_referer_geo"}
	}
	return plain
}

// valueColumns gives the columns that can name what acts, the first choice
// first. One of them is required.
func (h *header) valueColumns(rep *report) []string {
	ip := h.actorColumns(rep).ip
	switch rep.actor {
	case actorNetwork:
		return []string{"network", ip}
	case actorReferer:
		return []string{"http_referer", ip}
	case actorURL:
		return []string{"url", "hostname", "host", ip}
	case actorWebsite:
		return []string{ip, "http_host"}
	case actorRequest:
		return []string{"request"}
	case actorAccount:
		return []string{"email", "username", "source_url"}
	case actorVictim:
		return []string{"website"}
	case actorSrc:
		if ip == "ip" {
			return []string{"src_ip", "ip"}
		}
	}
	return []string{ip}
}

// missing names the required column that the file does not have, "" if it has
// all.
func (h *header) missing(rep *report) string {
	var out []string
	if h.col("timestamp") < 0 {
		out = append(out, "timestamp")
	}
	if any := h.valueColumns(rep); h.col(any...) < 0 {
		out = append(out, strings.Join(any, " or "))
	}
	return strings.Join(out, " and ")
}

// drift tells how the header differs from the columns known for the type.
func (h *header) drift(rep *report) []string {
	var out []string
	for _, n := range h.names {
		if !slices.Contains(rep.columns, n) {
			out = append(out, "new column "+short(n))
		}
	}
	for _, n := range rep.columns {
		if _, ok := h.index[n]; !ok {
			out = append(out, "absent column "+n)
		}
	}
	if more := len(out) - mostDrift; more > 0 {
		out = append(out[:mostDrift], strconv.Itoa(more)+" more differences")
	}
	return out
}

// wrongWay tells whether a header that has both ends of a connection begins
// with the one that does not act in this type.
func (h *header) wrongWay(rep *report) bool {
	src, dst := h.col("src_ip"), h.col("dst_ip")
	return src >= 0 && dst >= 0 && (dst < src) != (rep.actor == actorDst)
}

// both counts the columns of the header that are known for the type.
func (h *header) both(rep *report) int {
	n := 0
	for _, name := range h.names {
		if slices.Contains(rep.columns, name) || slices.Contains(rep.columns, alias[name]) {
			n++
		}
	}
	return n
}

// known is the share of the header that is known for the type, from 0 to 1.
func (h *header) known(rep *report) float64 {
	return float64(h.both(rep)) / float64(len(h.names))
}

// fit is how alike the header and the type's columns are: columns in both by
// columns in either, from 0 to 1.
func (h *header) fit(rep *report) float64 {
	both := h.both(rep)
	return float64(both) / float64(len(h.names)+len(rep.columns)-both)
}
