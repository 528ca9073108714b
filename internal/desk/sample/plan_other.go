package sample

import (
	"time"

	"entente/internal/core/rsit"
)

// otherSources are the feeds of the other formats whose rows have a time.
func otherSources(w *world, c Config, zone *time.Location) []source {
	seeded := func(n uint64, label string) *pool { return &pool{seed: mix(c.Seed, n), label: label} }
	c2 := seeded(200, "c")
	event := func(name string) base { return base{world: w, feed: name, event: true} }
	// A file that states when it was made is a list as of then; its rows still
	// have times of their own.
	stated := func(name string) base { return base{world: w, feed: name} }
	dated := func(tail string) func(string, int) string {
		return func(date string, _ int) string { return date + "-synthetic" + tail }
	}
	imq := func(n uint64, label string, array bool) *imqWriter {
		// Serials of the two files of one feed may not meet.
		return &imqWriter{serial: n << 40, base: event("synthetic-intelmq"), array: array, kinds: imqKinds(),
			hosts: seeded(n, label), sites: seeded(n+1, label+"u"), names: seeded(n+2, label+"d"), c2: c2}
	}
	return []source{
		{folder: "intelmq", file: dated("-events.jsonl"), weight: 140, opens: true, options: "feed: synthetic-intelmq\nformat: intelmq\n",
			writer: imq(210, "i", false)},
		{folder: "intelmq", file: dated("-events.json"), weight: 20, opens: true, writer: imq(220, "j", true)},
		{folder: "urlhaus", file: dated("-urlhaus.csv"), weight: 50, opens: true,
			writer: &urlhausWriter{base: stated("urlhaus"), sites: seeded(230, "h")}},
		{folder: "feodo", file: dated("-ipblocklist.csv"), weight: 10, opens: true,
			writer: &feodoWriter{base: stated("feodo"), c2: c2}},
		{folder: "feodo-json", file: dated("-ipblocklist.json"), weight: 10, opens: true, options: "feed: synthetic-feodo-json\n",
			writer: &feodoWriter{base: event("synthetic-feodo-json"), json: true, c2: c2}},
		{folder: "sslbl", file: dated("-sslblacklist.csv"), weight: 10, opens: true,
			writer: &sslblWriter{base: stated("sslbl"), certs: pool{seed: mix(c.Seed, 240)}}},
		{folder: "custom", file: dated("-honeynet.csv"), weight: 20, options: "format: custom\nmapping: mapping.yaml\n", mapping: customMapping,
			writer: &customWriter{base: event("synthetic-honeynet"), zone: zone, hosts: seeded(250, "k")}},
		{folder: "custom-json", file: dated("-sensor.jsonl"), weight: 10, options: "format: custom\nmapping: mapping.yaml\n", mapping: jsonMapping,
			writer: &jsonWriter{base: event("synthetic-sensor"), hosts: seeded(260, "n")}},
		{folder: "n6", file: dated("-events.sjson"), weight: 40, opens: true, options: "feed: synthetic-n6\nformat: n6\n",
			writer: &n6Writer{serial: 270 << 40, base: event("synthetic-n6"), hosts: seeded(270, "p"), sites: seeded(271, "pu"), c2: c2}},
		{folder: "n6", file: dated("-inside.json"), weight: 10, opens: true,
			writer: &n6Writer{serial: 275 << 40, base: event("synthetic-n6"), array: true, hosts: seeded(275, "q"), sites: seeded(276, "qu"), c2: c2}},
		{folder: "phishtank", file: dated("-online-valid.csv"), weight: 20, opens: true,
			writer: &phishtankWriter{base: stated("phishtank"), sites: seeded(280, "t")}},
		{folder: "phishtank-json", file: dated("-online-valid.json"), weight: 10, opens: true, options: "feed: synthetic-phishtank-json\n",
			writer: &phishtankWriter{base: stated("synthetic-phishtank-json"), json: true, sites: seeded(285, "tj")}},
		{folder: "threatfox", file: dated("-recent.csv"), weight: 20, opens: true,
			writer: &threatfoxWriter{base: event("threatfox"), c2: c2, names: seeded(290, "f"), sites: seeded(291, "fu")}},
		{folder: "threatfox-json", file: dated("-recent.json"), weight: 10, opens: true, options: "feed: synthetic-threatfox-json\n",
			writer: &threatfoxWriter{base: event("synthetic-threatfox-json"), json: true, c2: c2, names: seeded(295, "fj"), sites: seeded(296, "fv")}},
		dropSource(w, c, 0, "drop", "-drop.txt", "drop/v4", dropText, 3),
		dropSource(w, c, 1, "drop", "-drop_v6.json", "drop/v6", dropV6, 2),
		dropSource(w, c, 2, "drop", "-asndrop.json", "drop/asn", dropASN, 1),
	}
}

func dropSource(w *world, c Config, i uint64, folder, tail, name string, form dropForm, weight int64) source {
	dw := &dropWriter{form: form}
	dw.world, dw.feed, dw.pool = w, name, &pool{seed: mix(c.Seed, 350+i)}
	return source{folder: folder, weight: weight, writer: dw, file: func(date string, _ int) string { return date + "-synthetic" + tail }}
}

// listSources are the plain lists, one snapshot a day.
func listSources(w *world, c Config) []source {
	var out []source
	for i, l := range []struct {
		folder, tail, kind string
		weight             int64
		shape              listKind
		class              rsit.Class
		family             string
	}{
		{"list-ip", "-ip.txt", "ip", 20, listIP, rsit.C2Server, ""},
		{"list-ip-port", "-ip-port.txt", "ip:port", 15, listIPPort, rsit.C2Server, "synthrat"},
		{"list-cidr", "-cidr.txt", "cidr", 3, listCIDR, rsit.Blocklist, ""},
		{"list-domain", "-domain.txt", "domain", 15, listDomain, rsit.DGADomain, ""},
		{"list-url", "-url.txt", "url", 15, listURL, rsit.Phishing, ""},
		{"list-hash", "-sha256.txt", "hash", 10, listHash, rsit.MalwareDistribution, ""},
		{"list-hosts", "-hosts.txt", "hosts", 5, listHosts, rsit.MalwareDistribution, ""},
		{"list-family", "synthstealer.txt", "family", 5, listDomain, rsit.C2Server, "synthstealer"},
	} {
		lw := &listWriter{kind: l.shape, class: l.class, family: l.family, pool: &pool{seed: mix(c.Seed, uint64(300+i)), label: "l" + string(rune('a'+i))}}
		lw.world, lw.feed = w, "synthetic-"+l.folder
		s := source{folder: l.folder, weight: l.weight, opens: !l.class.Context(), writer: lw,
			options: "feed: synthetic-" + l.folder + "\nformat: list\nclass: " + l.class.String() + "\nmode: snapshot\n",
			file:    func(date string, _ int) string { return date + "-synthetic" + l.tail }}
		switch {
		case l.folder == "list-family": // one snapshot whose time and family no row gives
			s.firstDay, s.file = true, func(string, int) string { return l.tail }
			s.options += "family_from_name: true\nas_of: " + c.firstDay().Format(time.RFC3339) + "\n"
		case l.family != "":
			s.options += "family: " + l.family + "\n"
		}
		out = append(out, s)
	}
	return out
}
