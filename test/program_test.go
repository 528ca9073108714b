package test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"entente/internal/desk/sample"
)

// now is the clock of the runs: the day after the sample's last.
const now = "2026-11-21T08:00:00Z"

var (
	buildOnce sync.Once
	buildErr  error
	binary    string
)

// program builds the program once and gives its path.
func program(t *testing.T) string {
	t.Helper()
	buildOnce.Do(func() {
		dir, err := os.MkdirTemp("", "entente-test")
		if err != nil {
			buildErr = err
			return
		}
		binary = filepath.Join(dir, "entente")
		cmd := exec.Command("go", "build", "-o", binary, "./cmd/entente")
		cmd.Dir = root(t)
		if out, err := cmd.CombinedOutput(); err != nil {
			buildErr = errors.New(string(out))
		}
	})
	if buildErr != nil {
		t.Fatal(buildErr)
	}
	return binary
}

func TestMain(m *testing.M) {
	code := m.Run()
	if binary != "" {
		os.RemoveAll(filepath.Dir(binary))
	}
	os.Exit(code)
}

// result is one run of the program.
type result struct {
	code           int
	stdout, stderr string
	peak           int64 // bytes of memory, at most
}

// entente runs the program to its end.
func entente(t *testing.T, args ...string) result {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), 10*time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, program(t), args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	high := make(chan int64, 1)
	ended := make(chan struct{})
	go func() { high <- peak(cmd.Process.Pid, ended) }()
	err := cmd.Wait()
	close(ended)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{cmd.ProcessState.ExitCode(), out.String(), errs.String(), <-high}
}

// must runs the program and fails unless it ends with one of the codes.
func must(t *testing.T, codes []int, args ...string) result {
	t.Helper()
	r := entente(t, args...)
	for _, c := range codes {
		if r.code == c {
			return r
		}
	}
	t.Fatalf("entente %s: exit %d\n%s", strings.Join(args, " "), r.code, r.stderr)
	return r
}

var done = []int{0, 3}

// makeSample writes a sample and gives its folder.
func makeSample(t *testing.T, rows int64, truthCases bool) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "sample")
	end, _ := time.Parse(time.DateOnly, "2026-11-20")
	if _, err := sample.Generate(context.Background(), sample.Config{Rows: rows, Days: 4, Seed: 7, Dir: dir, End: end, TruthCases: truthCases}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// prepare makes a data folder that knows the sample's organisations, holds and
// lists. more are flags such as --store.
func prepare(t *testing.T, sampleDir, data string, more ...string) {
	t.Helper()
	for _, args := range [][]string{
		{"org", "import", filepath.Join(sampleDir, "organisations.yaml")},
		{"hold", "import", filepath.Join(sampleDir, "holds.yaml")},
		{"feed", "allow", "import", filepath.Join(sampleDir, "allow.txt")},
		{"feed", "warninglists", "import", filepath.Join(sampleDir, "warninglists")},
	} {
		must(t, []int{0}, append(append([]string{"--data", data, "--now", now, "--quiet"}, more...), args...)...)
	}
}

// ingestArgs are the arguments of an ingest of the sample.
func ingestArgs(sampleDir, data string, more ...string) []string {
	args := append([]string{"--data", data, "--now", now, "--quiet", "--json"}, more...)
	return append(args, "ingest", filepath.Join(sampleDir, "feeds"), "--geo", filepath.Join(sampleDir, "geography.csv"))
}

// account is the account as --json prints it.
type account map[string]any

func parseAccount(t *testing.T, text string) account {
	t.Helper()
	a := account{}
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		t.Fatalf("the account is no JSON object: %v\n%s", err, text)
	}
	return a
}

// peak watches a process until it has ended and gives the most memory that it
// had, in bytes; 0 where the system does not tell. The usage that is told at the
// end of a process is of no use here: on Linux it begins with that of the parent.
func peak(pid int, ended <-chan struct{}) int64 {
	var high int64
	for {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if _, rest, ok := strings.Cut(string(text), "VmHWM:"); ok {
			if f := strings.Fields(rest); len(f) > 0 {
				kib, _ := strconv.ParseInt(f[0], 10, 64)
				high = max(high, kib<<10)
			}
		}
		select {
		case <-ended:
			return high
		case <-time.After(10 * time.Millisecond):
		}
	}
}
