package value

import (
	"os"
	"strings"
	"testing"
)

// docs/values.md names every kind, scheme and doubtful extension.
func TestDocsAreComplete(t *testing.T) {
	b, err := os.ReadFile("../../../docs/values.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(b)
	want := []string{}
	for k := IPv4; k <= Monero; k++ {
		want = append(want, k.String())
	}
	for _, s := range schemes {
		want = append(want, s.name)
	}
	for x, kind := range extensions {
		if kind == fileIfShort {
			want = append(want, x)
		}
	}
	for _, w := range want {
		if !strings.Contains(page, "`"+w+"`") {
			t.Errorf("docs/values.md does not name %s", w)
		}
	}
}
