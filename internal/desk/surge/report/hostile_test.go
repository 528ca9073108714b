package report

import (
	"encoding/csv"
	"encoding/json"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"entente/internal/core/rsit"

	"golang.org/x/net/html"
)

// hostile texts, each of which tries to become something else: markup, style,
// a formula, a terminal command, text that reads the other way round, another
// line.
var hostile = []string{
	`<script>alert(1)</script>`, `</style><img src=x onerror=alert(1)>`, `"><svg onload=alert(1)>`, `'; } body { display: none } /*`,
	`=HYPERLINK("http://example.org","x")`, `+1+1`, `-1`, `@SUM(A1)`, "\t=1", "\r=1", "\n=1", `＝1`,
	"\x1b]0;owned\x07\x1b[31mred\x1b[0m", "\x00\x7f\u009b31m", "safe\u202egnp.exe", "a\u2066b\u2069", "zero\u200bwidth\ufeff", "line\u2028two", "\xff\xfe\xc3",
	`javascript:alert(1)`, `{{ 1+1 }}`, "</title><base href=//example.org>", strings.Repeat("long ", 2000),
}

func hostileSource() *fake {
	f := &fake{owners: map[string]Owner{}}
	for i, text := range hostile {
		c := Case{ID: caseID(i), Class: []rsit.Class{rsit.C2Server, rsit.Phishing, rsit.VulnerableSystem}[i%3], Family: text, Kind: "url", Value: "http://example.org/" + text,
			Transport: text, Port: 80, Country: "CL", ASN: 64496, Network: text, Owner: "org-" + string(rune('a'+i%26)), Basis: "asn",
			State: "reported", Severity: text, Label: "GREEN", First: 1_795_000_000_000_000, Last: 1_795_000_000_000_000, Count: 1, Sources: []string{text, "b"}}
		f.owners[c.Owner] = Owner{ID: c.Owner, Name: text, Kind: text, Country: "CL"}
		f.cases = append(f.cases, c)
		r := observe(&c, 1, int64(i))[0]
		r.Said, r.Status, r.Severity, r.ClaimedCountry, r.Prefix = text, text, text, text, ""
		details, _ := json.Marshal(map[string]string{text: text, "Tag": text, "tag": text, "entente_owner": "forged"})
		r.Details = details
		f.rows = append(f.rows, r)
		r.Details = []byte(text)
		f.rows = append(f.rows, r)
	}
	return f
}

func TestHostileText(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	opt := sampleOptions(dir)
	opt.Surge, opt.Node, opt.Geography, opt.Version = hostile[1], hostile[3], hostile[2], hostile[0]
	opt.Feeds = nil
	for _, text := range hostile {
		opt.Feeds = append(opt.Feeds, FeedFigures{Feed: text, Mode: text, Label: text, Drift: []string{text}})
	}
	write(t, hostileSource(), opt)
	known := strings.Fields("html head meta title style body header div span h1 h2 h3 p strong dl dt dd section table caption thead tbody tr th td a ol ul li bdi br svg defs pattern line g rect text")
	for path, text := range tree(t, dir) {
		switch filepath.Ext(path) {
		case ".html":
			checkPage(t, path, text, known)
		case ".csv":
			checkCSV(t, path, text)
		case ".jsonl":
			for line := range strings.Lines(text) {
				if strings.HasSuffix(path, xarfName) {
					checkIncident(t, path, line)
				} else {
					checkEvent(t, path, line)
				}
			}
		case ".json":
			if !json.Valid([]byte(text)) {
				t.Errorf("%s is no JSON", path)
			}
		}
	}
}

// checkIncident allows the members of a report that XARF asks for or knows, and
// holds those to their bounds that a source could fill.
func checkIncident(t *testing.T, path, line string) {
	t.Helper()
	var report map[string]any
	if err := json.Unmarshal([]byte(line), &report); err != nil {
		t.Errorf("%s: %v\n%s", path, err, line)
		return
	}
	known := strings.Fields(`xarf_version report_id timestamp reporter sender source_identifier source_port category type description tags evidence
		url infringing_url malware_family compromise_evidence compromise_method compromise_type threat_type protocol first_seen cve_id service service_port`)
	for key, v := range report {
		if !slices.Contains(known, key) {
			t.Errorf("%s: XARF knows no %s", path, key)
		}
		if s, ok := v.(string); ok && (len([]rune(s)) > 1000 || key == "malware_family" && len([]rune(s)) > 200) {
			t.Errorf("%s: %s has %d bytes", path, key, len(s))
		}
	}
}

// checkPage parses a page as a browser does and allows the elements and
// attributes that our templates write, and no others.
func checkPage(t *testing.T, path, text string, known []string) {
	t.Helper()
	z := html.NewTokenizer(strings.NewReader(text))
	styles := 0
	for z.Next() != html.ErrorToken {
		tok := z.Token()
		if tok.Type != html.StartTagToken && tok.Type != html.SelfClosingTagToken {
			continue
		}
		if tok.Data == "style" {
			styles++
		}
		if !slices.Contains(known, tok.Data) {
			t.Errorf("%s holds the element %q", path, tok.Data)
		}
		for _, a := range tok.Attr {
			if !slices.Contains(strings.Fields("lang dir charset http-equiv content name class id href role aria-label viewbox width height patternunits patterntransform x y x1 y1 x2 y2 fill"), a.Key) {
				t.Errorf("%s: <%s> has the attribute %q", path, tok.Data, a.Key)
			}
			if a.Key == "href" && (strings.Contains(a.Val, ":") || strings.HasPrefix(a.Val, "/")) {
				t.Errorf("%s leads to %q", path, a.Val)
			}
		}
	}
	if styles != 1 {
		t.Errorf("%s has %d style elements", path, styles)
	}
	for _, r := range text {
		if r != '\n' && r != '\t' && unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x2028 || r == 0x200b || r == 0xfeff {
			t.Errorf("%s holds U+%04X", path, r)
			break
		}
	}
	if strings.Contains(text, "http://example.org/") {
		t.Errorf("%s shows a live URL", path)
	}
}

func checkCSV(t *testing.T, path, text string) {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Errorf("%s: %v", path, err)
	}
	if lines := strings.Count(text, "\n"); lines != len(records) {
		t.Errorf("%s: %d records on %d lines", path, len(records), lines)
	}
	for _, rec := range records {
		for _, cell := range rec {
			if cell != "" && strings.ContainsRune("=+-@\t\r\n＝", []rune(cell)[0]) {
				t.Errorf("%s: a spreadsheet would run %q", path, cell)
			}
			if strings.ContainsFunc(cell, func(r rune) bool { return unicode.IsControl(r) || r >= 0x202a && r <= 0x202e }) {
				t.Errorf("%s: %q hides something", path, cell)
			}
		}
	}
}

var eventKey = regexp.MustCompile(`^[a-z_][a-z_0-9]+(\.[a-z_0-9]+)*$`)

// checkEvent holds an event against the rules of IntelMQ's harmonisation.
func checkEvent(t *testing.T, path, line string) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(line))
	seen := map[string]bool{}
	if _, err := d.Token(); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			t.Fatalf("%s: %v in %q", path, err, line)
		}
		k := key.(string)
		if seen[k] {
			t.Errorf("%s: %s occurs twice", path, k)
		}
		seen[k] = true
		var v any
		if err := d.Decode(&v); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if k == "__type" {
			continue
		}
		if !eventKey.MatchString(k) {
			t.Errorf("%s: IntelMQ refuses the name %q", path, k)
		}
		if !strings.HasPrefix(k, "extra.") && !harmonised[k] {
			t.Errorf("%s: IntelMQ knows no %s", path, k)
		}
		if k == "extra.entente_owner" && v == "forged" {
			t.Errorf("%s: a feed forged our owner", path)
		}
		if s, ok := v.(string); ok && k == "malware.name" && !printable(s) {
			t.Errorf("%s: malware.name %q", path, s)
		}
	}
}

// harmonised are the names of IntelMQ's harmonisation that events here use.
var harmonised = map[string]bool{
	"classification.type": true, "classification.taxonomy": true, "classification.identifier": true, "malware.name": true,
	"malware.hash.md5": true, "malware.hash.sha1": true, "malware.hash.sha256": true,
	"feed.name": true, "time.source": true, "source.ip": true, "source.fqdn": true, "source.url": true, "source.account": true,
	"source.network": true, "source.port": true, "source.asn": true, "source.as_name": true, "source.geolocation.cc": true,
	"protocol.transport": true, "status": true, "tlp": true,
}
