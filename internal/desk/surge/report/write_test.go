package report

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"entente/internal/core/fault"
)

// tree reads every file below dir.
func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		out[filepath.ToSlash(rel)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSameBytes(t *testing.T) {
	base := t.TempDir()
	src := &synth{owners: 7, perOwner: 60, countries: 9, perCase: 3}
	write(t, src, sampleOptions(filepath.Join(base, "a")))
	want := tree(t, filepath.Join(base, "a"))
	for _, name := range []string{"b", "c"} {
		write(t, src, sampleOptions(filepath.Join(base, name)))
		got := tree(t, filepath.Join(base, name))
		if len(got) != len(want) {
			t.Fatalf("%d files, then %d", len(want), len(got))
		}
		for path, text := range want {
			if got[path] != text {
				t.Errorf("%s differs between two runs", path)
			}
		}
	}
}

func TestManifestNamesEveryFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	n := write(t, sample(), sampleOptions(dir))
	if n.Countries != 2 || n.Owners != 4 || n.Cases != 9 || n.Observations != 28 {
		t.Errorf("%+v", n)
	}
	files := tree(t, dir)
	if n.Files != len(files) {
		t.Errorf("%d files counted, %d there", n.Files, len(files))
	}
	var m manifest
	if err := json.Unmarshal([]byte(files[manifestName]), &m); err != nil {
		t.Fatal(err)
	}
	bytes := int64(len(files[manifestName]))
	for _, e := range m.Files {
		text, ok := files[e.Path]
		if !ok {
			t.Errorf("%s is not there", e.Path)
		}
		if sum := sha256.Sum256([]byte(text)); hexOf(sum[:]) != e.SHA256 || int64(len(text)) != e.Bytes {
			t.Errorf("%s is another file", e.Path)
		}
		bytes += e.Bytes
		delete(files, e.Path)
	}
	delete(files, manifestName)
	for path := range files {
		t.Errorf("%s is not in the manifest", path)
	}
	if bytes != n.Bytes {
		t.Errorf("%d bytes counted, %d there", n.Bytes, bytes)
	}
	if strings.Count(string(mustRead(t, filepath.Join(dir, "country/CL/cases.csv"))), "\n") != 8 {
		t.Error("Chile has not its seven cases")
	}
}

func mustRead(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestReplacesOnlyItsOwn(t *testing.T) {
	base := t.TempDir()
	dir := filepath.Join(base, "out")
	opt := sampleOptions(dir)
	write(t, sample(), opt)
	if err := os.WriteFile(filepath.Join(dir, "manifest.json.sig"), []byte("signed"), 0o644); err != nil {
		t.Fatal(err)
	}
	few := sample()
	few.cases, few.rows = few.cases[:2], few.rows[:7]
	write(t, few, opt)
	if _, err := os.Stat(filepath.Join(dir, "country/PE")); err == nil {
		t.Error("the earlier report's folder is still there")
	}

	refused := func(what string, opt Options) {
		t.Helper()
		before := tree(t, dir)
		_, err := Write(t.Context(), sample(), opt)
		if fault.KindOf(err) != fault.Conflict || fault.RemedyOf(err) == "" {
			t.Errorf("%s: %v", what, err)
		}
		if after := tree(t, dir); len(after) != len(before) {
			t.Errorf("%s: %d files became %d", what, len(before), len(after))
		}
	}
	other := opt
	other.Surge = "Another"
	refused("another surge's report", other)
	if err := os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	refused("somebody's notes in the folder", opt)
	dir = filepath.Join(base, "foreign")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	opt.Dir = dir
	refused("a foreign folder", opt)

	left, _ := os.ReadDir(base)
	for _, d := range left {
		if strings.HasPrefix(d.Name(), ".") {
			t.Errorf("%s was left behind", d.Name())
		}
	}
}

func TestFailureLeavesNothing(t *testing.T) {
	base := t.TempDir()
	bad := sample()
	bad.cases[3].Country = "../x"
	_, err := Write(t.Context(), bad, sampleOptions(filepath.Join(base, "out")))
	if fault.KindOf(err) != fault.Corrupt {
		t.Errorf("a forged country: %v", err)
	}
	if left, _ := os.ReadDir(base); len(left) != 0 {
		t.Errorf("%v was left behind", left)
	}
}

func TestPathSegment(t *testing.T) {
	for id, want := range map[string]string{"national-cl": "national-cl", "../etc": "%2E./etc", "a/b": "a%2Fb", "Acme": "%41cme", ".": "%2E", "..": "%2E%2E", "x.": "x%2E", "é": "%C3%A9"} {
		if id == "../etc" {
			want = "%2E.%2Fetc"
		}
		if got := pathSegment(id); got != want {
			t.Errorf("%q is %q, want %q", id, got, want)
		}
	}
	if got := pathSegment(strings.Repeat("x", 300)); len(got) > 120 {
		t.Errorf("%d characters", len(got))
	}
}

func TestEmptySurge(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	n := write(t, &fake{}, sampleOptions(dir))
	if n.Files != 2 || n.Cases != 0 {
		t.Errorf("%+v", n)
	}
}

func TestStoppedKeepsTheEarlierReport(t *testing.T) {
	base := t.TempDir()
	opt := sampleOptions(filepath.Join(base, "out"))
	write(t, sample(), opt)
	before := tree(t, base)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err := Write(ctx, sample(), opt)
	if fault.KindOf(err) != fault.Stopped || !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if after := tree(t, base); len(after) != len(before) {
		t.Errorf("%d files became %d", len(before), len(after))
	}
}
