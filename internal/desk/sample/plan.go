package sample

import (
	"time"

	"entente/internal/core/fault"
)

// source is one feed with its share of the rows.
type source struct {
	folder   string
	file     func(date string, day int) string
	second   func(date string) string // name of a second file of the same day
	writer   writer
	weight   int64  // share of all rows, in thousandths of the sum
	opens    bool   // its fresh rows open a case each
	options  string // text of the folder's feed.yaml, "" for none
	mapping  string // text of its mapping.yaml
	pack     string // "zip" or "tar.gz": the day's file goes into an archive
	firstDay bool   // it has a file on the first day only
	overlap  bool   // each day a second file repeats rows of the first
	twice    bool   // on the first day the file lies there twice
}

// sources lists all feeds of the sample.
func sources(w *world, c Config) ([]source, error) {
	zone, err := time.LoadLocation(customZone)
	if err != nil {
		return nil, fault.Wrap(fault.NotFound, err, "the time zone "+customZone+" is unknown on this machine", "install the time zone data (tzdata)")
	}
	var out []source
	out = append(out, shadowserverSources(w, c)...)
	out = append(out, otherSources(w, c, zone)...)
	out = append(out, listSources(w, c)...)
	all, opens := int64(0), int64(0)
	for _, s := range out {
		all += s.weight
		if s.opens {
			opens += s.weight
		}
	}
	// About 7 rows in 100 are broken, repeated or suppressed before they count.
	fresh := min(1, c.CaseShare*float64(all)/(0.93*float64(opens)))
	for _, s := range out {
		s.writer.common().fresh = fresh
	}
	return out, nil
}

// split divides rows among days and sources so that nothing is left over. A
// source that lies there twice gets an even number on the first day.
func split(rows int64, days int, plan []source) []int64 {
	sum := int64(0)
	for _, s := range plan {
		if s.firstDay {
			sum += s.weight
		} else {
			sum += s.weight * int64(days)
		}
	}
	out := make([]int64, 0, days*len(plan))
	upTo, given := int64(0), int64(0)
	for day := range days {
		for _, s := range plan {
			if s.firstDay && day > 0 {
				out = append(out, 0)
				continue
			}
			upTo += s.weight
			target := mulDiv(rows, upTo, sum)
			out = append(out, target-given)
			given = target
		}
	}
	for i, s := range plan {
		if s.twice && out[i]%2 == 1 {
			out[i]--
			out[0]++
		}
	}
	return out
}

// mulDiv gives a*b/c for products below 2^63 times the divisor's size.
func mulDiv(a, b, c int64) int64 {
	return a/c*b + a%c*b/c
}

func shadowserverSources(w *world, c Config) []source {
	weights := map[string]int64{"scan_telnet": 140, "scan_rdp": 120, "scan_dns": 90, "event4_sinkhole": 70,
		"event4_honeypot_brute_force": 50, "malware_url": 70, "compromised_website": 50, "device_id": 30,
		"blocklist": 20, "scan_post_exploitation_framework": 40}
	var out []source
	for i, r := range reports() {
		sw := &ssWriter{report: &r, pool: &pool{seed: mix(c.Seed, uint64(100+i)), label: "s" + string(rune('a'+i))}}
		sw.world, sw.feed, sw.event = w, "shadowserver/"+r.name, true
		out = append(out, source{
			folder: "shadowserver",
			file: func(date string, day int) string {
				name := date + "-" + r.name + "-synthetic.csv"
				switch {
				case r.name == "event4_sinkhole":
					return name + ".gz"
				case r.name == "malware_url":
					return name + ".zst"
				}
				return name
			},
			second:  func(date string) string { return date + "-" + r.name + "-synthetic_late.csv" },
			writer:  sw,
			weight:  weights[r.name],
			opens:   !r.class.Context() && r.kind != byHost,
			overlap: r.name == "scan_telnet",
			pack:    map[string]string{"scan_dns": "zip", "compromised_website": "tar.gz"}[r.name],
			twice:   r.name == "scan_post_exploitation_framework",
		})
	}
	return out
}

// setVariant changes the header from day to day, as Shadowserver does.
func (s *ssWriter) setVariant(day int) { s.variant = day % 3 }
