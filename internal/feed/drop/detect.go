package drop

import (
	"bytes"
	"strings"

	"entente/internal/feed"
	"entente/internal/feed/flatjson"
	"entente/internal/feed/source"
)

// Detect looks for the producer's header or metadata, else for rows with the id
// of a listing. Networks alone are a plain list unless the file is named as the
// producer names it.
func (Format) Detect(name string, head []byte) int {
	s := sampled(head)
	switch {
	case s.rows == 0 && s.stated != "":
		return 80 // a list that is empty now
	case s.rows == 0 || 2*s.odd > s.rows && s.stated == "":
		return 0
	case 2*s.odd > s.rows:
		return 60 // ours to set aside
	case s.stated != "":
		return 95
	case 2*s.listed > s.rows:
		return 85
	case named(source.Base(name)):
		return 60
	}
	return 0
}

// named tells whether a file is named as the producer names its lists.
func named(base string) bool {
	base = strings.ToLower(base)
	for _, n := range []string{"drop", "edrop", "dropv6", "asndrop", "drop_v4", "drop_v6"} {
		if base == n+".txt" || base == n+".json" || base == n+".jsonl" {
			return true
		}
	}
	return false
}

// sample is what the first rows of a file look like.
type sample struct {
	stated string // the list that the header states, or "?" where only the producer is
	rows   int
	listed int    // with the id of a listing, or the name of an autonomous system
	odd    int    // neither network nor autonomous system
	meant  int    // of these, meant as one
	first  string // the list that the first good row must be of
}

// look finds which of the lists a file is, or why it is none. A file whose first
// rows are no entries at all is set aside.
func look(name string, head []byte) (list string, q *feed.Quarantine) {
	s := sampled(head)
	switch {
	case s.rows > 0 && s.rows == s.odd && s.meant == 0, s.rows == 0 && s.stated == "" && flatjson.IsJSON(head):
		return "", &feed.Quarantine{Reason: "not-this-format", Text: "none of its first rows holds a network (cidr) or an autonomous system (asn)",
			Remedy: "look at the file: is it the list, and not a page that says why there is none?"}
	case s.stated != "" && s.stated != "?":
		return s.stated, nil
	case s.first != "":
		return s.first, nil
	}
	name = strings.ToLower(source.Base(name))
	for _, l := range []string{"asn", "v6", "edrop"} { // a list that is empty now
		if strings.Contains(name, l) {
			return l, nil
		}
	}
	return "v4", nil
}

// said gives the producer's own word for a list.
func said(list string) string {
	switch list {
	case "asn":
		return "asndrop"
	case "v6":
		return "dropv6"
	case "edrop":
		return "edrop"
	}
	return "drop"
}

// sampled looks at the first rows of head.
func sampled(head []byte) (s sample) {
	r := &reader{obs: make([]feed.Observation, 1)}
	if flatjson.IsJSON(head) {
		entries := 0
		all := flatjson.First(head, 50, func(fs []flatjson.Field) bool {
			if isMetadata(fs) {
				if s.stated == "" && isProducer(fs) {
					s.stated = "?"
				}
				entries++
				return true
			}
			obs, why, field := r.object(fs)
			s.row(obs, why == 0)
			if why == feed.BadValue && field != "" {
				s.meant++
			}
			return true
		})
		if unread := all - entries - s.rows; s.rows == 0 && unread > 0 {
			s.rows, s.odd = unread, unread
		}
		return s
	}
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	for s.rows < 50 && len(head) > 0 {
		line, rest, whole := bytes.Cut(head, []byte("\n"))
		if !whole && s.rows > 0 && len(head) > 1000 {
			break
		}
		head = rest
		value, comment, entry := split(line)
		if !entry {
			if s.stated == "" {
				s.stated = header(line)
			}
			continue
		}
		why := r.entry(value, comment)
		s.row(r.obs, why == 0)
		if why == feed.BadValue && shaped(value) {
			s.meant++
		}
	}
	return s
}

// shaped tells whether an entry that does not parse was at least meant as an
// address, a network or an autonomous system.
func shaped(entry []byte) bool {
	for _, c := range bytes.TrimPrefix(bytes.ToLower(entry), []byte("as")) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') && c != '.' && c != ':' && c != '/' {
			return false
		}
	}
	return bytes.ContainsAny(entry, "0123456789")
}

// row counts one row.
func (s *sample) row(obs []feed.Observation, good bool) {
	s.rows++
	if !good {
		s.odd++
		return
	}
	o := &obs[0]
	if bytes.Contains(o.Details, []byte(`"sblid":"SBL`)) || o.Value.ASN() != 0 && bytes.Contains(o.Details, []byte(`"asname":`)) {
		s.listed++
	}
	if s.first == "" {
		s.first = listOf(o.Value)
	}
}

// header finds in a comment which list the producer says it is.
func header(line []byte) string {
	text := strings.ToUpper(string(line[:min(len(line), 400)]))
	if !strings.HasPrefix(strings.TrimSpace(text), ";") || !strings.Contains(text, "SPAMHAUS") {
		return ""
	}
	for _, l := range [...][2]string{{"ASN-DROP", "asn"}, {"ASNDROP", "asn"}, {"V6", "v6"}, {"EDROP", "edrop"}, {"DROP", "v4"}} {
		if strings.Contains(text, l[0]) {
			return l[1]
		}
	}
	return ""
}
