package test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// xarfSchema loads the schemas of XARF 4 by their own $id.
func xarfSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	dir := shared(t, "data", "schemas", "xarf", "schemas", "v4")
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	master := ""
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
		if strings.HasSuffix(id, "/xarf-v4-master.json") {
			master = id
		}
		return c.AddResource(id, doc)
	})
	good(t, err)
	s, err := c.Compile(master)
	good(t, err)
	return s
}

// contact is a configuration that names whom XARF reports come from.
func contact(t *testing.T) []string {
	path := filepath.Join(t.TempDir(), "entente.yaml")
	good(t, os.WriteFile(path, []byte("node:\n  name: Example CERT\n  contact: reports@example.org\n"), 0o600))
	return []string{"--config", path}
}

// checkIncidents: every report passes the schemas, and no two share an id.
func checkIncidents(t *testing.T, schema *jsonschema.Schema, dir string) {
	types := map[string]int{}
	for _, group := range []string{"country", "owner"} {
		seen := map[any]bool{}
		for _, f := range find(t, filepath.Join(dir, group), "xarf.jsonl") {
			for _, line := range readLines(t, f) {
				doc, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
				good(t, err)
				report := doc.(map[string]any)
				if id := report["report_id"]; seen[id] {
					t.Fatalf("%s: %v occurs twice", f, id)
				} else {
					seen[id] = true
				}
				types[report["category"].(string)+"/"+report["type"].(string)]++
				if err := schema.Validate(doc); err != nil {
					text := err.Error()
					t.Fatalf("%s: %s\n%s", f, text[:min(len(text), 1500)], line)
				}
			}
		}
	}
	if len(types) < 4 {
		t.Errorf("only %v", types)
	}
	t.Logf("%v", types)
}
