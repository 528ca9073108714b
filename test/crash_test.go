package test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// scene is one sample, a data folder made ready for it, and what an ingest
// that nobody disturbs makes of it.
type scene struct {
	sample string
	ready  string // data folder before the ingest; copied for every try
	whole  state
	took   time.Duration
}

func newScene(t *testing.T, rows int64) scene {
	t.Helper()
	s := scene{sample: makeSample(t, rows, false), ready: filepath.Join(t.TempDir(), "ready")}
	prepare(t, s.sample, s.ready)
	data := filepath.Join(t.TempDir(), "undisturbed")
	copyFolder(t, s.ready, data)
	begun := time.Now()
	r := must(t, done, ingestArgs(s.sample, data)...)
	s.took = time.Since(begun)
	s.whole = look(t, data)
	s.whole.account = parseAccount(t, r.stdout)
	return s
}

// disturb starts the program and sends it sig after some time. ended is false
// when it ended by itself before.
func disturb(t *testing.T, after time.Duration, sig syscall.Signal, args ...string) (r result, hit bool) {
	t.Helper()
	cmd := exec.Command(program(t), args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(after, func() { _ = cmd.Process.Signal(sig) })
	defer timer.Stop()
	err := cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	r = result{cmd.ProcessState.ExitCode(), out.String(), errs.String(), 0}
	return r, ok && status.Signaled() || r.code == 130
}

// finish runs the ingest to its end and compares everything with the
// undisturbed one.
func (s scene) finish(t *testing.T, args []string, data string, store ...string) {
	t.Helper()
	got := parseAccount(t, must(t, done, args...).stdout)
	if got.figure("duplicate") == got.figure("observations") {
		// The run before was killed after its last commit: this one is a second run.
		for _, key := range []string{"rows", "accepted", "rejected", "observations", "quarantined"} {
			if got[key] != s.whole.account[key] {
				t.Errorf("second run: %s %v, undisturbed %v", key, got[key], s.whole.account[key])
			}
		}
		if got.figure("cases_opened") != 0 {
			t.Errorf("second run: %v cases opened", got["cases_opened"])
		}
	} else {
		sameAccount(t, got, s.whole.account)
	}
	sameState(t, look(t, data, store...), s.whole)
}

// TestCrash: an ingest that was killed or stopped, then a plain rerun. Account,
// cases and log equal those of an undisturbed run.
func TestCrash(t *testing.T) {
	rows, batches := int64(60_000), 4
	if long() {
		rows, batches = 120_000, 7
	}
	s := newScene(t, rows)
	if n := s.whole.account.figure("batches"); n < batches {
		t.Fatalf("%d batches are too few for this test", n)
	}
	t.Run("kill", s.kill)
	t.Run("kill on postgres", s.killOnPostgres)
	t.Run("postgres gone", s.postgresGone)
	t.Run("interrupt", s.interrupt)
}

// kill sends kill -9 at random moments; every third try is killed twice.
func (s scene) kill(t *testing.T) {
	tries := 15
	if long() {
		tries = 100
	}
	var hits atomic.Int64
	t.Run("at", func(t *testing.T) {
		for seed := range uint64(tries) {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				rng := rand.New(rand.NewPCG(seed, 9))
				data := filepath.Join(t.TempDir(), "data")
				copyFolder(t, s.ready, data)
				args := ingestArgs(s.sample, data)
				for range 1 + seed%3/2 {
					if _, hit := disturb(t, moment(rng, s.took), syscall.SIGKILL, args...); !hit {
						break
					}
					hits.Add(1)
				}
				s.finish(t, args, data)
			})
		}
	})
	if hits.Load() < int64(tries)/2 {
		t.Errorf("only %d of %d tries were killed before they ended", hits.Load(), tries)
	}
}

// moment is a random moment of an undisturbed ingest.
func moment(rng *rand.Rand, took time.Duration) time.Duration {
	return took/20 + time.Duration(rng.Int64N(int64(took)*9/10))
}

// killOnPostgres has the state in PostgreSQL, whose server goes on when the
// program dies.
func (s scene) killOnPostgres(t *testing.T) {
	tries := 1
	if long() {
		tries = 10
	}
	for seed := range uint64(tries) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 10))
			data, store := s.onPostgres(t)
			args := ingestArgs(s.sample, data, store...)
			disturb(t, moment(rng, 2*s.took), syscall.SIGKILL, args...)
			s.finishSoon(t, args, data, store...)
		})
	}
}

// onPostgres gives a data folder with the same node key, so that case ids are
// the same, and its state in an empty PostgreSQL schema.
func (s scene) onPostgres(t *testing.T) (data string, store []string) {
	t.Helper()
	data, store = filepath.Join(t.TempDir(), "data"), []string{"--store", postgres(t)}
	key, err := os.ReadFile(filepath.Join(s.ready, "node.key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "node.key"), key, 0o600); err != nil {
		t.Fatal(err)
	}
	prepare(t, s.sample, data, store...)
	return data, store
}

// finishSoon is finish where the server may need a moment to notice that the
// killed program has gone: until then it is busy (exit 6).
func (s scene) finishSoon(t *testing.T, args []string, data string, store ...string) {
	t.Helper()
	ready := append([]string{"--data", data, "--now", now, "--quiet"}, store...)
	for range 50 {
		if entente(t, append(ready, "org", "list")...).code == 0 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	s.finish(t, args, data, store...)
}

// interrupt: Ctrl-C ends an ingest soon, with exit code 130 and the advice to
// run it again, and the second run goes on to the same end.
func (s scene) interrupt(t *testing.T) {
	for _, share := range []time.Duration{5, 2} {
		data := filepath.Join(t.TempDir(), "data")
		copyFolder(t, s.ready, data)
		args := ingestArgs(s.sample, data)
		begun := time.Now()
		r, hit := disturb(t, s.took/share, syscall.SIGINT, args...)
		if !hit {
			t.Logf("after 1/%d of the time it had ended already", share)
			continue
		}
		if r.code != 130 || !strings.Contains(r.stderr, "stopped") || !strings.Contains(r.stderr, "run the same command again") || r.stdout != "" {
			t.Errorf("exit %d, stdout %q, stderr %q", r.code, r.stdout, r.stderr)
		}
		if late := time.Since(begun) - s.took/share; late > 5*time.Second {
			t.Errorf("it took %v to stop", late)
		}
		s.finish(t, args, data)
	}
}
