package test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestMutationsStillApply: `make mutate` breaks promises by patches; one that no
// longer fits the code would break nothing.
func TestMutationsStillApply(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	patches, err := filepath.Glob("mutations/*.patch")
	if err != nil || len(patches) < 4 {
		t.Fatalf("%d patches, %v", len(patches), err)
	}
	for _, p := range patches {
		text, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), "\nTests: ./") {
			t.Errorf("%s does not name the tests that must notice it", p)
		}
		cmd := exec.Command("git", "apply", "--check", filepath.Join("test", p))
		cmd.Dir = root(t)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s does not apply any more; make it again from the code as it is:\n%s", p, out)
		}
	}
}
