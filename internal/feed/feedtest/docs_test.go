package feedtest_test

import (
	"os"
	"strings"
	"testing"

	"entente/internal/feed"
	"entente/internal/feed/abusech"
	"entente/internal/feed/arf"
	"entente/internal/feed/custom"
	"entente/internal/feed/drop"
	"entente/internal/feed/intelmq"
	"entente/internal/feed/list"
	"entente/internal/feed/misp"
	"entente/internal/feed/n6"
	"entente/internal/feed/phishtank"
	"entente/internal/feed/stix"
	"entente/internal/feed/threatfox"
	"entente/internal/feed/xarf"
)

// The table of docs/formats.md says what the formats say of themselves.
func TestDocsNameEveryFormat(t *testing.T) {
	text, err := os.ReadFile("../../../docs/formats.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range append(abusech.Formats(), intelmq.Format{}, n6.Format{}, phishtank.Format{}, threatfox.Format{}, drop.Format{}, misp.Format{}, stix.Format{}, xarf.Format{}, arf.Format{}, list.Format{}, custom.Format{}) {
		i := f.Info()
		row := ""
		for line := range strings.Lines(string(text)) {
			if strings.HasPrefix(line, "| ["+i.Name+"](") {
				row = line
			}
		}
		if row == "" || !strings.Contains(row, "| "+i.Label+" |") || i.Verified == strings.HasSuffix(row, "| unverified |\n") {
			t.Errorf("%s: %q", i.Name, row)
		}
		if i.Mode == feed.Event && !strings.Contains(row, "event") || i.Mode == 0 && len(i.Needs) == 0 {
			t.Errorf("%s: mode in %q", i.Name, row)
		}
		for _, why := range feed.Reasons() {
			if !strings.Contains(string(text), "`"+why.String()+"`") {
				t.Errorf("the reason %s is not there", why)
			}
		}
	}
}
