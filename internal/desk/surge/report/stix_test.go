package report

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"entente/internal/core/rsit"
	"entente/internal/core/value"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schemas loads the STIX 2.1 schemas of OASIS, by their own $id.
func schemas(t *testing.T) *jsonschema.Schema {
	t.Helper()
	shared := os.Getenv("ENTENTE_SHARED")
	if shared == "" {
		shared = "../../../../../shared"
	}
	root := filepath.Join(shared, "data", "schemas", "stix2.1", "schemas")
	if _, err := os.Stat(root); err != nil {
		t.Skip("outside data: no data/schemas/stix2.1 (ENTENTE_SHARED names its folder)")
	}
	c := jsonschema.NewCompiler()
	bundleID := ""
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".json" {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		doc, err := jsonschema.UnmarshalJSON(f)
		if err != nil {
			return err
		}
		id, _ := doc.(map[string]any)["$id"].(string)
		if strings.HasSuffix(id, "/common/bundle.json") {
			bundleID = id
		}
		return c.AddResource(id, doc)
	})
	if err != nil {
		t.Fatal(err)
	}
	c.AssertFormat()
	s, err := c.Compile(bundleID)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// everyKind is one case of every class and every kind of asset.
func everyKind() *fake {
	f := &fake{}
	assets := []struct{ kind, text string }{
		{"ipv4", "192.0.2.1"}, {"ipv6", "2001:db8::1"}, {"cidr", "203.0.113.0/24"}, {"cidr", "2001:db8::/48"}, {"asn", "AS64496"},
		{"domain", "a.example.org"}, {"url", "http://example.org/a%20'b?c=\\\"d"}, {"email", "a@example.org"}, {"mac", "00:00:5e:00:53:01"},
		{"md5", strings.Repeat("a1", 16)}, {"sha1", strings.Repeat("a1", 20)}, {"sha256", strings.Repeat("a1", 32)}, {"sha512", strings.Repeat("a1", 64)},
		{"file-name", "evil 'name'.exe"}, {"cve", "CVE-2024-21762"}, {"onion", strings.Repeat("a", 56) + ".onion"},
		{"bitcoin", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"}, {"ethereum", "0x52908400098527886E0F7030069857D2E4169EE7"}, {"monero", "4" + strings.Repeat("A", 94)},
		{"network", "AS64496"}, {"network", "203.0.113.0/24"}, {"network", "2001:db8::/48"},
	}
	labels := []string{"CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED", ""}
	for i, class := range rsit.All() {
		for j, a := range assets {
			n := i*len(assets) + j
			c := Case{ID: caseID(n), Class: class, Family: []string{"", "emotet", "cve-2024-21762", "a \"b\" \x1b[31m\u202e"}[n%4], Kind: a.kind, Value: a.text,
				Country: "CL", Owner: "national-cl", ASN: uint32(n % 3 * 64496), Network: "Net", Label: labels[n%len(labels)], Severity: []string{"", "high"}[n%2],
				First: micros("2026-11-21T03:04:05Z") + int64(n), Last: micros("2026-11-23T18:17:00Z") + int64(n), Count: int64(n % 5), Sources: []string{"s"}}
			if n%3 == 0 {
				c.Port = 443
				c.Transport = []string{"", "tcp"}[n%2]
			}
			if n%17 == 0 {
				c.First, c.Last = 0, 0
			}
			f.cases = append(f.cases, c)
		}
	}
	return f
}

func TestBundlePassesTheSchemas(t *testing.T) {
	s := schemas(t)
	dir := filepath.Join(t.TempDir(), "out")
	every := everyKind()
	every.cases = slices.DeleteFunc(every.cases, func(c Case) bool {
		return int(c.Class)%3 != 0 && c.Class != rsit.C2Server && c.Class != rsit.InfectedSystem
	})
	write(t, every, sampleOptions(dir))
	write(t, sample(), sampleOptions(filepath.Join(dir, "..", "small")))
	for _, name := range []string{"country/CL/bundle.json", "../small/owner/example-net/bundle.json", "../small/owner/national-cl/bundle.json", "../small/owner/pool/bundle.json"} {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(mustRead(t, filepath.Join(dir, name)))))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(doc); err != nil {
			text := err.Error()
			t.Errorf("%s: %s", name, text[:min(len(text), 3000)])
		}
	}
}

// TestBundleHangsTogether checks what a schema cannot: ids are unique, every
// reference leads to an object of the bundle, every object of a case is marked,
// no victim is an indicator, and ids are the ones that STIX prescribes.
func TestBundleHangsTogether(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	write(t, everyKind(), sampleOptions(dir))
	var b struct {
		Objects []map[string]any `json:"objects"`
	}
	if err := json.Unmarshal(mustRead(t, filepath.Join(dir, "country/CL/bundle.json")), &b); err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	kinds := map[string]int{}
	for _, o := range b.Objects {
		id := o["id"].(string)
		if ids[id] {
			t.Errorf("%s occurs twice", id)
		}
		ids[id] = true
		kinds[o["type"].(string)]++
	}
	for _, want := range []string{"identity", "marking-definition", "observed-data", "indicator", "relationship", "sighting", "malware", "vulnerability", "network-traffic", "autonomous-system"} {
		if kinds[want] == 0 {
			t.Errorf("no %s", want)
		}
	}
	if kinds["marking-definition"] != 5 {
		t.Errorf("%d markings", kinds["marking-definition"])
	}
	for _, o := range b.Objects {
		for key, v := range o {
			switch {
			case strings.HasSuffix(key, "_ref"):
				if !ids[v.(string)] {
					t.Errorf("%s: %s leads nowhere", o["id"], key)
				}
			case strings.HasSuffix(key, "_refs"):
				for _, ref := range v.([]any) {
					if !ids[ref.(string)] {
						t.Errorf("%s: %s leads nowhere: %s", o["id"], key, ref)
					}
				}
			}
		}
		switch o["type"] {
		case "identity", "marking-definition", "malware", "vulnerability", "autonomous-system":
		default:
			if o["object_marking_refs"] == nil {
				t.Errorf("%s has no marking", o["id"])
			}
		}
		if kind := map[string]value.Kind{"ipv4-addr": value.IPv4, "ipv6-addr": value.IPv6, "domain-name": value.Domain, "url": value.URL, "email-addr": value.Email, "mac-addr": value.MAC}[o["type"].(string)]; kind != value.None {
			if v, err := value.Parse(kind, o["value"].(string)); err == nil && v.String() == o["value"] {
				if want, ok := v.STIXID(); ok && want != o["id"] {
					t.Errorf("%s is %s by the rule of STIX", o["id"], want)
				}
			}
		}
	}
}

func TestNoVictimIsAnIndicator(t *testing.T) {
	for _, class := range rsit.All() {
		if class.Victim() && serves(class) {
			t.Errorf("%s would put a victim on block lists", class)
		}
	}
}

func TestNodeIdentity(t *testing.T) {
	const v4 = "0ba1d2f3-1111-4222-8333-0123456789ab"
	if got := string(appendUUID(nil, nodeIdentity(strings.ToUpper(v4)))); got != v4 {
		t.Errorf("a version 4 is kept: %s", got)
	}
	for _, other := range []string{"0192f3c1-7b1e-7c00-8000-0123456789ab", "", "node"} {
		if got := string(appendUUID(nil, nodeIdentity(other))); got[14] != '5' {
			t.Errorf("%q gives %s, no version 5", other, got)
		}
	}
}
