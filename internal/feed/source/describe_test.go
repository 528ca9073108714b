package source_test

import (
	"testing"

	"entente/internal/feed/source"
)

// TestDescriptions: what describes a feed is passed over, and nothing else.
func TestDescriptions(t *testing.T) {
	manifest := `{"5a3c2fcd-8328-42bb-a95e-000000000001":{"info":"x","timestamp":"1"}}`
	for _, c := range []struct {
		name, head string
		want       bool
	}{
		{"feed/manifest.json", manifest, true}, {"a.zip!manifest.json", manifest, true}, {"feed/x.json", manifest, false}, {"manifest.json", "[]x", false},
	} {
		if got := source.Description(formats(), c.name, []byte(c.head)); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
