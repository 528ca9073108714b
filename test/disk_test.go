package test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// onDisk runs a shell script that may mount file systems nobody else sees, and
// gives what it printed. ENTENTE is the program, HERE an empty folder.
func onDisk(t *testing.T, script string, env ...string) string {
	t.Helper()
	args := []string{"--mount", "bash", "-euc", script}
	if os.Getuid() != 0 {
		args = append([]string{"--map-root-user"}, args...)
	}
	cmd := exec.Command("unshare", args...)
	cmd.Env = append(os.Environ(), append(env, "ENTENTE="+program(t), "HERE="+t.TempDir(), "NOW="+now)...)
	out, err := cmd.CombinedOutput()
	if strings.Contains(string(out), "unshare failed") || err != nil && len(out) == 0 {
		t.Skipf("this machine allows no mounts: %v %s", err, out)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// TestDiskFull: an ingest on a disk that is full at one size or another says
// so; with more room the same command goes on, and nothing is lost or doubled.
func TestDiskFull(t *testing.T) {
	s := newScene(t, 20_000)
	sizes := []int{600, 2600, 4600} // KiB
	if long() {
		sizes = nil
		for k := 400; k <= 6000; k += 200 {
			sizes = append(sizes, k)
		}
	}
	for _, k := range sizes {
		t.Run(fmt.Sprint(k, " KiB"), func(t *testing.T) {
			after := filepath.Join(t.TempDir(), "after")
			out := onDisk(t, `
mount -t tmpfs -o size=400m entente "$HERE"
cp -r "$READY" "$HERE/data"
used=$(df -k --output=used "$HERE" | tail -1)
mount -o "remount,size=$((used + ROOM))k" "$HERE"
ingest() { "$ENTENTE" --data "$HERE/data" --now "$NOW" --quiet --json ingest "$SAMPLE/feeds" --geo "$SAMPLE/geography.csv"; }
code=0; ingest || code=$?
echo "CODE $code"
mount -o remount,size=400m "$HERE"
code=0; ingest >"$AFTER.account" || code=$?
echo "AGAIN $code"
cp -r "$HERE/data" "$AFTER"
`, "READY="+s.ready, "SAMPLE="+s.sample, "AFTER="+after, fmt.Sprint("ROOM=", k))
			if strings.Contains(out, "CODE 3\n") {
				return // there was room enough
			}
			if !strings.Contains(out, "CODE 1\n") || !strings.Contains(out, "AGAIN 3\n") || !strings.Contains(out, "→ ") ||
				!strings.Contains(out, "room") || strings.Contains(out, "panic") || strings.Contains(out, "goroutine") {
				t.Error(out)
			}
			text, err := os.ReadFile(after + ".account")
			good(t, err)
			sameAccount(t, parseAccount(t, string(text)), s.whole.account)
			sameState(t, look(t, after), s.whole)
		})
	}
}

// TestReadOnlyFolder: a data folder that cannot be written is named, with what
// to do.
func TestReadOnlyFolder(t *testing.T) {
	p := newPlace(t)
	dir := writeFiles(t, map[string]string{"events.jsonl": events(3)})
	p.took(t, dir)
	out := onDisk(t, `
mount -t tmpfs entente "$HERE"
cp -r "$READY" "$HERE/data"
mount -o remount,ro "$HERE"
for args in "ingest $DIR --geo $GEO" "case list" "log query"; do
  code=0; "$ENTENTE" --data "$HERE/data" --now "$NOW" --quiet $args || code=$?
  echo "CODE $code"
done
`, "READY="+p.data, "DIR="+dir, "GEO="+p.geo)
	if strings.Count(out, "CODE 1\n") != 3 || strings.Count(out, "cannot be written") != 3 || strings.Count(out, "--data DIR") != 3 {
		t.Error(out)
	}
}
