package sample

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entente/internal/core/country"
	"entente/internal/core/fault"
	"entente/internal/core/value"
)

var update = flag.Bool("update", false, "write the golden files anew")

func at(day int) time.Time { return time.Date(2026, 11, day, 12, 0, 0, 0, time.UTC) }

func make1(t *testing.T, rows int64, days int, seed uint64) (Summary, string) {
	t.Helper()
	dir := t.TempDir()
	s, err := Generate(context.Background(), Config{Rows: rows, Days: days, Seed: seed, Dir: dir, TruthCases: true, End: at(24)})
	if err != nil {
		t.Fatal(err)
	}
	return s, dir
}

// sums gives the SHA-256 of every file below dir.
func sums(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(filepath.Join(dir, path))
		sum := sha256.Sum256(b)
		out[path] = hex.EncodeToString(sum[:])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func readTruth(t *testing.T, dir string) Truth {
	t.Helper()
	var truth Truth
	b, err := os.ReadFile(filepath.Join(dir, "truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &truth); err != nil {
		t.Fatal(err)
	}
	return truth
}

// The same seed and config give the same bytes; another seed gives others.
func TestSameSeedSameBytes(t *testing.T) {
	_, a := make1(t, 5000, 2, 1)
	_, b := make1(t, 5000, 2, 1)
	_, c := make1(t, 5000, 2, 2)
	first, second, other := sums(t, a), sums(t, b), sums(t, c)
	for path, sum := range first {
		if second[path] != sum {
			t.Errorf("%s differs between two runs of one seed", path)
		}
	}
	if len(first) != len(second) || first["truth.json"] == other["truth.json"] {
		t.Error("another number of files, or another seed with the same truth")
	}
}

// For samples of many sizes the account closes, and so does that of each feed; the table of
// days says the same as the event feeds, and the cases stand in truth-cases.jsonl.
func TestTruthCloses(t *testing.T) {
	for i := range uint64(8) {
		rows := MinRows + int64(mix(i, 1)%5000)
		days := 1 + int(mix(i, 2)%5)
		s, dir := make1(t, rows, days, mix(i, 3))
		truth := readTruth(t, dir)
		if s.Rows != rows {
			t.Fatalf("%d rows, want %d", s.Rows, rows)
		}
		closes(t, truth.Account.Account)
		var days2, observations, written int64
		for name, a := range truth.Feeds {
			closes(t, a)
			if !isList(name) {
				observations += a.Observations
			}
		}
		for _, d := range truth.ByDay {
			days2 += d.Count
		}
		if days2 != observations {
			t.Fatalf("%d observations by day, %d in event feeds", days2, observations)
		}
		for _, f := range truth.Files {
			written += f.Rows
		}
		if written != rows {
			t.Fatalf("%d rows in the files, %d in the account", written, rows)
		}
		if b, _ := os.ReadFile(filepath.Join(dir, "truth-cases.jsonl")); int64(bytes.Count(b, []byte("\n"))) != truth.Account.CasesOpened {
			t.Fatalf("truth-cases.jsonl does not have the %d cases", truth.Account.CasesOpened)
		}
	}
}

// isList tells whether the rows of a feed are lists, which have no place in the
// table of days.
func isList(name string) bool {
	switch name {
	case "urlhaus", "feodo", "sslbl", "phishtank", "synthetic-phishtank-json":
		return true
	}
	return strings.HasPrefix(name, "synthetic-list") || strings.HasPrefix(name, "drop/")
}

func closes(t *testing.T, a Account) {
	var rejected, suppressed int64
	for _, n := range a.RejectedBy {
		rejected += n
	}
	for _, n := range a.SuppressedBy {
		suppressed += n
	}
	sum := a.Routed + a.Pooled + a.Context + a.Duplicate + a.Held + a.Suppressed
	if a.Rows != a.Accepted+a.Rejected || a.Observations != sum || a.Rejected != rejected || a.Suppressed != suppressed {
		t.Fatalf("does not close: %+v", a)
	}
}

// The shares are those that the documentation names, and everything that can
// become of an observation does.
func TestShares(t *testing.T) {
	s, _ := make1(t, 300000, 3, 3)
	in := func(what string, n, of int64, low, high float64) {
		if got := float64(n) / float64(of); got < low || got > high {
			t.Errorf("%s: %.4f, want %.3f to %.3f", what, got, low, high)
		}
	}
	in("cases", s.CasesOpened, s.Rows, 0.30, 0.38)
	in("rejected", s.Rejected, s.Rows, 0.008, 0.012)
	in("duplicate", s.Duplicate, s.Rows, 0.02, 0.05)
	for what, n := range map[string]int64{"pooled": s.Pooled, "context": s.Context, "held": s.Held, "bogon": s.SuppressedBy["bogon"],
		"list": s.SuppressedBy["warninglist:public-dns-v4"], "allowed": s.SuppressedBy["allowlist"], "quarantined": s.Quarantined} {
		if n == 0 {
			t.Errorf("nothing is %s", what)
		}
	}
	if s.Countries < 68 || s.Owners < 100 {
		t.Errorf("%d countries and %d owners", s.Countries, s.Owners)
	}
}

// What the generator believes of names is what the platform's values say.
func TestNames(t *testing.T) {
	for _, tld := range plainTLDs {
		if c, ok := country.FromTLD(tld[0]); !ok || c != tld[1] {
			t.Errorf("%s is %q", tld[0], c)
		}
	}
	for _, s := range deepTLDs {
		if c, ok := country.FromTLD(s[0][strings.LastIndexByte(s[0], '.')+1:]); !ok || c != s[1] {
			t.Errorf("%s is %q", s[0], c)
		}
	}
	p := &pool{seed: 9, label: "t"}
	for i := range uint64(3000) {
		s := p.site(nil, i, true)
		if s.host == nil {
			continue
		}
		site, shared := value.Registrable(string(s.host))
		if shared != s.fixed || !shared && site != string(s.regis) {
			t.Errorf("%s: %q %v, want %q %v", s.host, site, shared, s.regis, s.fixed)
		}
		var o obs
		u := s.url(nil, &o, i)
		if v, err := value.ParseURL(string(u)); err != nil || v.String() != string(u) {
			t.Errorf("%s: not canonical: %v %v", u, v, err)
		}
	}
}

// The made-up Internet has 68 countries and 200 networks.
func TestGeography(t *testing.T) {
	var b bytes.Buffer
	if err := WriteGeography(&b); err != nil {
		t.Fatal(err)
	}
	lands, asns := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(b.String()) {
		if f := strings.Split(strings.TrimSpace(line), ","); len(f) == 4 && f[0] != "prefix" {
			lands[f[1]], asns[f[2]] = true, true
			if !country.Valid(f[1]) {
				t.Errorf("%s is no country", f[1])
			}
		}
	}
	if len(lands) != 68 || len(asns) != networks {
		t.Errorf("%d countries, %d networks", len(lands), len(asns))
	}
}

func TestUsage(t *testing.T) {
	good := Config{Rows: MinRows, Days: 1, Dir: t.TempDir(), End: at(24)}
	for name, spoil := range map[string]func(*Config){
		"rows": func(c *Config) { c.Rows = 1 }, "days": func(c *Config) { c.Days = 0 }, "dir": func(c *Config) { c.Dir = "" },
		"end": func(c *Config) { c.End = time.Time{} }, "share": func(c *Config) { c.CaseShare = 2 },
	} {
		c := good
		spoil(&c)
		if _, err := Generate(context.Background(), c); !fault.Is(err, fault.Usage) || fault.RemedyOf(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Generate(context.Background(), good); err != nil {
		t.Fatal(err)
	}
	if _, err := Generate(context.Background(), good); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second sample in one folder: %v", err)
	}
	good.Dir = t.TempDir()
	ctx, stop := context.WithCancel(context.Background())
	stop()
	good.Rows = 100000
	if _, err := Generate(ctx, good); !fault.Is(err, fault.Stopped) {
		t.Errorf("cancelled: %v", err)
	}
}

// A small sample stays as it is: the first lines of each file and the account.
func TestGolden(t *testing.T) {
	_, dir := make1(t, 1000, 1, 42)
	var b bytes.Buffer
	truth := readTruth(t, dir)
	account, err := json.MarshalIndent(truth.Account, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	b.Write(account)
	b.WriteString("\ndigest " + truth.Cases.Digest + "\n")
	all := members(t, dir)
	for _, f := range truth.Files {
		b.WriteString("\n-- " + f.Path + "\n")
		lines := bytes.SplitAfterN(all[f.Path].body, []byte("\n"), 10)
		for _, l := range lines[:min(len(lines), 9)] {
			b.Write(bytes.ReplaceAll(l, []byte{0}, []byte(`\0`)))
		}
	}
	const golden = "testdata/small.golden"
	if *update {
		if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, b.Bytes()) {
		t.Errorf("the sample changed; look at it and run go test -update if that was meant")
	}
}
