package abusech

import (
	"bytes"
	"context"
	"strings"

	"entente/internal/core/rsit"
	"entente/internal/core/value"
	"entente/internal/feed"
	"entente/internal/feed/clock"
)

var (
	_ feed.Format = URLhaus{}
	_ feed.Format = Feodo{}
	_ feed.Format = SSLBL{}
)

// URLhaus reads the CSV of URLhaus: URLs that serve malware.
type URLhaus struct{}

// Info says what the format is.
func (URLhaus) Info() feed.Info {
	return feed.Info{Name: "urlhaus", Title: "abuse.ch URLhaus: URLs that serve malware (CSV)", Mode: feed.Event, Time: "row", Label: "CLEAR", Verified: true}
}

// Detect looks for the header, else for rows with an id, a time and a URL.
func (URLhaus) Detect(_ string, head []byte) int { return urlhaus().detect(head) }

// Read gives one row per URL, with url_status as the status.
func (URLhaus) Read(ctx context.Context, in feed.Input, out feed.Sink) error {
	return urlhaus().read(ctx, in, out)
}

func urlhaus() table {
	return table{
		name:     "urlhaus",
		columns:  []string{"id", "dateadded", "url", "url_status", "last_online", "threat", "tags", "urlhaus_link", "reporter"},
		required: []string{"dateadded", "url", "url_status"},
		like: func(f []string) bool {
			return len(f) == 9 && isTime(f[1]) && strings.Contains(f[2], "://") && strings.HasPrefix(f[7], "http")
		},
		row: func(r *row) (why feed.Reason, field string) {
			o := &r.obs
			if o.Time, why = r.clock("dateadded"); why != 0 {
				return why, "dateadded"
			}
			text := r.get("url")
			if text == "" {
				return feed.NoValue, "url"
			}
			var err error
			if o.Value, err = value.ParseURL(value.Refang(text)); err != nil {
				return feed.BadValue, "url"
			}
			o.Class, o.Said = rsit.MalwareDistribution, r.get("threat")
			r.status("url_status")
			r.absent("tags", "None")
			r.absent("last_online", "None")
			return 0, ""
		},
	}
}

// Feodo reads the CSV and the JSON of Feodo Tracker: servers that command
// banking trojans and loaders.
type Feodo struct{}

// Info says what the format is.
func (Feodo) Info() feed.Info {
	return feed.Info{Name: "feodo", Title: "abuse.ch Feodo Tracker: command and control servers (CSV, JSON)", Mode: feed.Event, Time: "row", Label: "CLEAR", Verified: true}
}

// Detect looks for the header, rows of a time, an address and a port, or the
// keys of the JSON.
func (Feodo) Detect(_ string, head []byte) int {
	if isJSON(head) {
		for _, key := range []string{`"ip_address"`, `"first_seen"`, `"malware"`, `"status"`} {
			if !bytes.Contains(head, []byte(key)) {
				return 0
			}
		}
		return 90
	}
	return feodo().detect(head)
}

// Read gives one row per server, with its status.
func (Feodo) Read(ctx context.Context, in feed.Input, out feed.Sink) error {
	head, body, err := peeked(in.Body)
	if err != nil {
		return err
	}
	in.Body = body
	if isJSON(head) {
		return readJSON(ctx, in, out)
	}
	return feodo().read(ctx, in, out)
}

func feodo() table {
	return table{
		name:     "feodo",
		columns:  []string{"first_seen_utc", "dst_ip", "dst_port", "c2_status", "last_online", "malware"},
		old:      map[string]string{"firstseen": "first_seen_utc", "first_seen": "first_seen_utc", "dstip": "dst_ip", "dstport": "dst_port", "lastonline": "last_online", "status": "c2_status"},
		required: []string{"first_seen_utc", "dst_ip", "dst_port"},
		like: func(f []string) bool {
			_, number := decimal(at(f, 2))
			return len(f) == 6 && isTime(f[0]) && number
		},
		row: func(r *row) (why feed.Reason, field string) {
			o := &r.obs
			if o.Time, why = r.clock("first_seen_utc"); why != 0 {
				return why, "first_seen_utc"
			}
			if why, field = r.address("dst_ip"); why != 0 {
				return why, field
			}
			var ok bool
			if o.Port, ok = port(r.get("dst_port")); !ok {
				return feed.BadPort, "dst_port"
			}
			o.Class, o.Family, o.Transport = rsit.C2Server, strings.ToLower(r.get("malware")), "tcp"
			r.status("c2_status")
			return 0, ""
		},
	}
}

// SSLBL reads the CSV of the SSL Blacklist: certificates that malware uses.
type SSLBL struct{}

// Info says what the format is.
func (SSLBL) Info() feed.Info {
	return feed.Info{Name: "sslbl", Title: "abuse.ch SSL Blacklist: fingerprints of certificates of command and control servers (CSV)", Mode: feed.Event, Time: "row", Label: "CLEAR", Verified: true}
}

// Detect looks for the header, else for rows of a time and a SHA-1.
func (SSLBL) Detect(_ string, head []byte) int { return sslbl().detect(head) }

// Read gives one row per certificate.
func (SSLBL) Read(ctx context.Context, in feed.Input, out feed.Sink) error {
	return sslbl().read(ctx, in, out)
}

func sslbl() table {
	return table{
		name:     "sslbl",
		columns:  []string{"listingdate", "sha1", "listingreason"},
		old:      map[string]string{"listing_date": "listingdate", "listing date (utc)": "listingdate", "listing_reason": "listingreason", "sha1 fingerprint": "sha1"},
		required: []string{"listingdate", "sha1", "listingreason"},
		like: func(f []string) bool {
			_, err := value.ParseSHA1(at(f, 1))
			return len(f) == 3 && isTime(f[0]) && err == nil
		},
		row: func(r *row) (why feed.Reason, field string) {
			o := &r.obs
			if o.Time, why = r.clock("listingdate"); why != 0 {
				return why, "listingdate"
			}
			var err error
			if o.Value, err = value.ParseSHA1(r.get("sha1")); err != nil {
				return feed.BadValue, "sha1"
			}
			o.Class, o.Said = rsit.C2Server, r.get("listingreason")
			if name, ok := strings.CutSuffix(o.Said, " C&C"); ok && name != "Malware" {
				o.Family = strings.ToLower(name)
			}
			return 0, ""
		},
	}
}

// status keeps the producer's status and whether it says gone.
func (r *row) status(field string) {
	r.obs.Status = strings.ToLower(r.get(field))
	r.obs.Offline = r.obs.Status == "offline"
}

// absent drops a column whose text says that there is none.
func (r *row) absent(field, none string) {
	if i, ok := r.at[field]; ok && i < len(r.fields) && r.fields[i] == none {
		r.used[i] = true
	}
}

func at(f []string, i int) string {
	if i < len(f) {
		return strings.TrimSpace(f[i])
	}
	return ""
}

func isTime(s string) bool {
	_, ok := clock.ISO(strings.TrimSpace(s))
	return ok
}
