package report

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"

	"entente/internal/core/fault"
	"entente/internal/core/rsit"
	"entente/internal/infra/eventlog"
)

func testXARF(t *testing.T) *xarfWriter {
	opt := sampleOptions("x")
	if err := opt.check(); err != nil {
		t.Fatal(err)
	}
	return newXARF(&opt)
}

// incident is a row of a class that says all that a row may say.
func incident(class, kind, text string) eventlog.Row {
	r := eventlog.Row{Feed: "feed", Mode: "event", Observed: 1_795_000_000_000_000, Class: class, Said: "said", Family: "mirai", Kind: kind, Value: text,
		Port: 50000, Transport: "tcp", Label: "GREEN", Line: 3, Details: []byte(`{"a":"b"}`)}
	if a, err := netip.ParseAddr(text); err == nil {
		r.Addr = a
	}
	return r
}

// TestXARFTypes holds the table of docs/reports.md to the code.
func TestXARFTypes(t *testing.T) {
	doc := string(mustRead(t, "../../../../docs/reports.md"))
	x := testXARF(t)
	for _, c := range rsit.All() {
		for _, asset := range [][2]string{{"ipv4", "192.0.2.7"}, {"url", "http://a.example.org/x"}} {
			r := incident(c.String(), asset[0], asset[1])
			if c == rsit.VulnerableSystem {
				r.Family = "cve-2024-21762"
			}
			got := "none"
			if b := x.line(&r); b != nil {
				var says struct{ Category, Type string }
				if err := json.Unmarshal(b, &says); err != nil {
					t.Fatalf("%v: %s", err, b)
				}
				got = says.Category + "/" + says.Type
			}
			row := "| " + c.String() + " | " + got + " |"
			if asset[0] == "url" {
				row = "| " + c.String() + ", a URL | " + got + " |"
				if strings.Contains(doc, "| "+c.String()+" | "+got+" |") || got == "none" && !strings.Contains(doc, "| "+c.String()+", a URL |") {
					continue
				}
			} else if got == "none" && !strings.Contains(doc, "| "+c.String()+" |") {
				continue
			}
			if !strings.Contains(doc, row) {
				t.Errorf("docs/reports.md lacks %s", row)
			}
		}
	}
}

// TestXARFLeavesOut: what a row does not say is not made up.
func TestXARFLeavesOut(t *testing.T) {
	for name, change := range map[string]func(r *eventlog.Row){
		"no transport": func(r *eventlog.Row) { r.Transport = "" },
		"no port":      func(r *eventlog.Row) { r.Port = 0 },
		"a hash":       func(r *eventlog.Row) { r.Kind, r.Value = "md5", "d41d8cd98f00b204e9800998ecf8427e" },
		"a network":    func(r *eventlog.Row) { r.Kind, r.Value = "cidr", "192.0.2.0/24" },
		"no time":      func(r *eventlog.Row) { r.Observed = 0 },
		"no CVE":       func(r *eventlog.Row) { r.Class, r.Family = "vulnerable-system", "openssh" },
		"no service":   func(r *eventlog.Row) { r.Class, r.Family, r.Port = "potentially-unwanted-accessible", "", 0 },
		"no URL":       func(r *eventlog.Row) { r.Class = "phishing" },
		"odd URL":      func(r *eventlog.Row) { r.Class, r.Kind, r.Value = "phishing", "url", "http://a.example.org/\x1b<" },
		"spam":         func(r *eventlog.Row) { r.Class = "spam" },
	} {
		x, r := testXARF(t), incident("scanner", "ipv4", "192.0.2.7")
		if x.line(&r) == nil || x.written != 1 {
			t.Fatal("the row as it is gives none")
		}
		change(&r)
		if b := x.line(&r); b != nil || x.without != 1 || x.written != 1 {
			t.Errorf("%s: %s", name, b)
		}
	}
}

// TestXARFEvidence: the producer's row goes out with the labels whose receivers
// may hand it to their clients, and with no other.
func TestXARFEvidence(t *testing.T) {
	x := testXARF(t)
	for label, want := range map[string]bool{"CLEAR": true, "GREEN": true, "AMBER": true, "": true, "AMBER+STRICT": false, "RED": false, "odd": false} {
		r := incident("scanner", "ipv4", "192.0.2.7")
		r.Label, r.Details = label, []byte(`{"secret":"x"}`)
		b := x.line(&r)
		has := bytes.Contains(b, []byte(base64.StdEncoding.EncodeToString(r.Details)))
		if has != want || bytes.Contains(b, []byte("evidence")) != want {
			t.Errorf("%s: %s", label, b)
		}
	}
	r := incident("scanner", "ipv4", "192.0.2.7")
	r.Details = bytes.Repeat([]byte("x"), maxEvidence+1)
	if b := x.line(&r); bytes.Contains(b, []byte("evidence")) {
		t.Error("evidence without bounds")
	}
}

// TestXARFIds: one observation has one id in every report, two have two.
func TestXARFIds(t *testing.T) {
	first, again := testXARF(t), testXARF(t)
	seen := map[string]bool{}
	rows := sample().rows
	for i := range rows {
		a := string(first.line(&rows[i]))
		if b := string(again.line(&rows[i])); a != b {
			t.Errorf("%s\n%s", a, b)
		}
		var says struct {
			ReportID string `json:"report_id"`
		}
		if a == "" {
			continue
		}
		if err := json.Unmarshal([]byte(a), &says); err != nil || seen[says.ReportID] || says.ReportID[14] != '5' {
			t.Errorf("%v: %s", err, says.ReportID)
		}
		seen[says.ReportID] = true
	}
	if len(seen) < 10 {
		t.Errorf("%d reports", len(seen))
	}
}

// TestXARFNeedsContact: without an address to name there are no reports, and an
// address that is none is refused before anything is written.
func TestXARFNeedsContact(t *testing.T) {
	opt := sampleOptions(filepath.Join(t.TempDir(), "out"))
	opt.Contact = ""
	if w := write(t, sample(), opt); w.XARF+w.WithoutXARF != 0 {
		t.Errorf("%+v", w)
	}
	for path, text := range tree(t, opt.Dir) {
		if strings.HasSuffix(path, xarfName) || strings.Contains(text, xarfName) {
			t.Errorf("%s", path)
		}
	}
	for _, contact := range []string{"nobody", "a@b", "x@pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion"} {
		opt.Dir, opt.Contact = filepath.Join(t.TempDir(), "other"), contact
		if _, err := Write(t.Context(), sample(), opt); !fault.Is(err, fault.Invalid) || fault.RemedyOf(err) == "" {
			t.Errorf("%s: %v", contact, err)
		}
	}
}
