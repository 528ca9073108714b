package test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// shared gives a path in the folder of outside data, or skips the test.
func shared(t *testing.T, parts ...string) string {
	t.Helper()
	base := os.Getenv("ENTENTE_SHARED")
	if base == "" {
		base = filepath.Join(root(t), "..", "shared")
	}
	path := filepath.Join(append([]string{base}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("outside data: no %s (ENTENTE_SHARED names its folder)", filepath.Join(parts...))
	}
	return path
}

// stixSchemas loads the STIX 2.1 schemas of OASIS by their own $id.
func stixSchemas(t *testing.T) *jsonschema.Schema {
	t.Helper()
	dir := shared(t, "data", "schemas", "stix2.1", "schemas")
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	bundle := ""
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".json" {
			return err
		}
		text, err := os.Open(path)
		if err != nil {
			return err
		}
		defer text.Close()
		doc, err := jsonschema.UnmarshalJSON(text)
		if err != nil {
			return err
		}
		id, _ := doc.(map[string]any)["$id"].(string)
		if strings.HasSuffix(id, "/common/bundle.json") {
			bundle = id
		}
		return c.AddResource(id, doc)
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(bundle)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// surgeOf runs a surge over a folder of feeds and gives its reports.
func surgeOf(t *testing.T, feeds, data string, more ...string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "reports")
	args := []string{"--data", data, "--now", now, "--quiet", "surge", "run", feeds, "--name", "test", "--out", out}
	must(t, done, append(args, more...)...)
	return out
}

// find gives every file of that name below dir.
func find(t *testing.T, dir, name string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == name {
			out = append(out, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// sampleReports and realReports are the surges whose files are checked.
func sampleReports(t *testing.T) string {
	dir := makeSample(t, 12_000, false)
	data := filepath.Join(t.TempDir(), "data")
	prepare(t, dir, data)
	return surgeOf(t, filepath.Join(dir, "feeds"), data, append(contact(t), "--geo", filepath.Join(dir, "geography.csv"))...)
}

func realReports(t *testing.T) string {
	feeds := shared(t, "data", "shadowserver", "samples")
	geo := filepath.Join(t.TempDir(), "geography.csv")
	if err := os.WriteFile(geo, []byte("prefix,country,asn,network\n192.0.2.0/24,CO,64496,Example\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return surgeOf(t, feeds, filepath.Join(t.TempDir(), "data"), append(contact(t), "--geo", geo, "--bogons", "off")...)
}

// TestReportsForMachines: every bundle.json passes the schemas of OASIS, every
// event of intelmq.jsonl has the form of IntelMQ's harmonization, every report of
// xarf.jsonl passes the schemas of XARF.
func TestReportsForMachines(t *testing.T) {
	for name, reports := range map[string]func(*testing.T) string{"sample": sampleReports, "shadowserver": realReports} {
		t.Run(name, func(t *testing.T) {
			dir := reports(t)
			t.Run("stix", func(t *testing.T) { checkBundles(t, stixSchemas(t), find(t, dir, "bundle.json")) })
			t.Run("intelmq", func(t *testing.T) { checkEvents(t, find(t, dir, "intelmq.jsonl")) })
			t.Run("xarf", func(t *testing.T) { checkIncidents(t, xarfSchema(t), dir) })
		})
	}
}

func checkBundles(t *testing.T, schema *jsonschema.Schema, files []string) {
	objects, checked := 0, 0
	for _, f := range files {
		o, c, err := checkBundle(schema, f)
		if err != nil {
			t.Errorf("%s: %v", f, err)
		}
		objects, checked = objects+o, checked+c
	}
	if checked < 100 {
		t.Errorf("only %d objects", checked)
	}
	t.Logf("%d bundles, %d of %d objects checked", len(files), checked, objects)
}

// wholeBundle is the number of objects up to which a bundle is checked whole; of
// a larger one the first of each type and every 25th.
const wholeBundle = 60

func checkBundle(schema *jsonschema.Schema, path string) (objects, checked int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	doc, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		return 0, 0, err
	}
	bundle := doc.(map[string]any)
	all, _ := bundle["objects"].([]any)
	ids, types := map[string]bool{}, map[string]bool{}
	var some []any
	for i, o := range all {
		object := o.(map[string]any)
		id, kind := object["id"].(string), object["type"].(string)
		if ids[id] {
			return len(all), 0, fmt.Errorf("%s occurs twice", id)
		}
		ids[id] = true
		if len(all) <= wholeBundle || i%25 == 0 || !types[kind] {
			some = append(some, o)
		}
		types[kind] = true
	}
	if len(all) == 0 || !types["observed-data"] {
		return len(all), 0, fmt.Errorf("%d objects, no observed-data", len(all))
	}
	bundle["objects"] = some
	if err := schema.Validate(bundle); err != nil {
		text := err.Error()
		return len(all), len(some), fmt.Errorf("%s", text[:min(len(text), 1500)])
	}
	return len(all), len(some), nil
}

// keyForm is the form of every key of IntelMQ's harmonization.
var keyForm = regexp.MustCompile(`^[a-z_][a-z_0-9]+(\.[a-z_0-9]+)*$`)

// intelmqKeys are the fields of IntelMQ's harmonization that we write beside
// extra.
var intelmqKeys = []string{"classification.identifier", "classification.taxonomy", "classification.type", "comment", "event_description.text",
	"event_hash", "feed.accuracy", "feed.name", "feed.provider", "malware.hash.md5", "malware.hash.sha1", "malware.hash.sha256", "malware.name",
	"protocol.application", "protocol.transport", "raw", "source.abuse_contact", "source.account", "source.as_name", "source.asn", "source.fqdn",
	"source.geolocation.cc", "source.ip", "source.network", "source.port", "source.reverse_dns", "source.url", "status", "time.observation",
	"time.source", "tlp"}

// intelmqTypes are the values of classification.type in IntelMQ 3.
var intelmqTypes = strings.Fields(`application-compromise blacklist brute-force burglary c2-server copyright data-leak data-loss
	ddos ddos-amplifier dga-domain dos exploit harmful-speech ids-alert infected-system information-disclosure malware
	malware-configuration malware-distribution masquerade misconfiguration other outage phishing
	potentially-unwanted-accessible privileged-account-compromise proxy sabotage scanner sniffing social-engineering spam
	system-compromise test tor unauthorised-information-access unauthorised-information-modification
	unauthorized-use-of-resources undetermined unprivileged-account-compromise violence vulnerable-system weak-crypto`)

func checkEvents(t *testing.T, files []string) {
	events := 0
	for _, f := range files {
		for _, line := range readLines(t, f) {
			events++
			if why := badEvent(line); why != "" {
				t.Fatalf("%s: %s\n%s", f, why, line)
			}
		}
	}
	if events < 100 {
		t.Errorf("only %d events", events)
	}
	t.Logf("%d events", events)
}

// badEvent says what of an event IntelMQ would refuse; "" for nothing.
func badEvent(line string) string {
	var event map[string]any
	if err := json.Unmarshal([]byte(line), &event); err != nil {
		return err.Error()
	}
	if event["__type"] != "Event" {
		return "__type is not Event"
	}
	delete(event, "__type")
	for key, v := range event {
		switch v.(type) {
		case map[string]any, []any, nil:
			if !strings.HasPrefix(key, "extra.") {
				return key + " is no plain value"
			}
		}
		if !keyForm.MatchString(key) {
			return fmt.Sprintf("the key %q has not IntelMQ's form", key)
		}
		if !strings.HasPrefix(key, "extra.") && !slices.Contains(intelmqKeys, key) {
			return key + " is no field of IntelMQ"
		}
	}
	kind, _ := event["classification.type"].(string)
	if !slices.Contains(intelmqTypes, kind) {
		return fmt.Sprintf("classification.type %q is none of IntelMQ's", kind)
	}
	if tlp, ok := event["tlp"]; ok && !slices.Contains([]any{"WHITE", "GREEN", "AMBER", "RED"}, tlp) {
		return fmt.Sprintf("tlp %v is none of IntelMQ's", tlp)
	}
	when, _ := event["time.source"].(string)
	if _, err := time.Parse(time.RFC3339, when); err != nil {
		return "time.source: " + err.Error()
	}
	if event["feed.name"] == nil {
		return "no feed.name"
	}
	return ""
}
