package rsit

import (
	"os"
	"strings"
	"testing"
)

// docs/classes.md says of every class and of every foreign word what the
// tables say.
func TestDocs(t *testing.T) {
	b, err := os.ReadFile("../../../docs/classes.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(b)
	for _, c := range All() {
		if row := "| " + c.String() + " | " + c.Taxonomy() + " | " + c.Title() + " | " + c.Severity() + " |\n"; !strings.Contains(doc, row) {
			t.Errorf("docs/classes.md lacks %s", row)
		}
	}
	_, table, _ := strings.Cut(doc, "## Words of IntelMQ and RSIT")
	table, _, _ = strings.Cut(table, "\n## ")
	said := map[string]string{}
	for line := range strings.Lines(table) {
		if cells := strings.Split(line, "|"); len(cells) > 4 {
			for word := range strings.SplitSeq(cells[1], ",") {
				said[fold(word)] = strings.TrimSpace(cells[2])
			}
		}
	}
	for word, c := range foreign {
		british := strings.Replace(word, "unauthorized-information", "unauthorised-information", 1)
		if said[british] != c.String() {
			t.Errorf("docs/classes.md: %s is %s, it says %q", word, c, said[british])
		}
	}
}
