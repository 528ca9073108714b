package test

import (
	"bufio"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"entente/internal/desk/sample"

	_ "github.com/jackc/pgx/v5/stdlib"
)

// postgres gives the address of an empty schema of its own, or skips.
func postgres(t *testing.T) string {
	t.Helper()
	base := os.Getenv("ENTENTE_TEST_POSTGRES")
	if base == "" {
		base = "postgres://postgres@127.0.0.1:5432/test"
	}
	db, err := sql.Open("pgx", base)
	if err == nil {
		err = db.Ping()
	}
	if err != nil {
		if os.Getenv("ENTENTE_TEST_ALL") != "" {
			t.Fatalf("PostgreSQL not reachable at %s: %v", base, err)
		}
		t.Skipf("PostgreSQL not reachable at %s: its half of this test was not run", base)
	}
	schema := fmt.Sprintf("entente_%d", rand.Uint32())
	if _, err := db.Exec("CREATE SCHEMA " + schema); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = db.Exec("DROP SCHEMA " + schema + " CASCADE")
		db.Close()
	})
	join := "?"
	if strings.Contains(base, "?") {
		join = "&"
	}
	return base + join + "search_path=" + schema
}

// truthRows is the size of the truth test: 1 million with ENTENTE_LONG.
func truthRows() int64 {
	if os.Getenv("ENTENTE_LONG") != "" {
		return 1_000_000
	}
	return 60_000
}

// TestTruth: the account, the cases and the day table equal what the generator
// says, which knows the rules but not the program.
func TestTruth(t *testing.T) {
	dir := makeSample(t, truthRows(), true)
	var truth sample.Truth
	text, err := os.ReadFile(filepath.Join(dir, "truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &truth); err != nil {
		t.Fatal(err)
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			var store []string
			if engine == "postgres" {
				store = []string{"--store", postgres(t)}
			}
			data := filepath.Join(t.TempDir(), "data")
			prepare(t, dir, data, store...)
			first := parseAccount(t, must(t, done, ingestArgs(dir, data, store...)...).stdout)
			want := account{}
			text, _ := json.Marshal(truth.Account)
			_ = json.Unmarshal(text, &want)
			for key, v := range want {
				if !reflect.DeepEqual(first[key], v) {
					t.Errorf("%s: %v, the truth is %v", key, first[key], v)
				}
			}
			compareCases(t, filepath.Join(dir, "truth-cases.jsonl"), data, store)

			again := parseAccount(t, must(t, done, ingestArgs(dir, data, store...)...).stdout)
			if again["cases_opened"] != 0.0 || again["duplicate"] != again["observations"] || again["observations"] != first["observations"] {
				t.Errorf("the same input again: %v", again)
			}
		})
	}
}

// caseLine is what both sides say of a case.
type caseLine struct {
	Class, Value, Family, Owner, Country string
	Port                                 uint16
	Count                                int64
	First, Last                          string
}

// compareCases compares every case with the truth, one line each.
func compareCases(t *testing.T, truthFile, data string, store []string) {
	t.Helper()
	want := readLines(t, truthFile)
	args := append([]string{"--data", data, "--now", now, "--live", "--jsonl"}, store...)
	got := strings.Split(strings.TrimSpace(must(t, done, append(args, "case", "list", "--limit", "100000000")...).stdout), "\n")
	if len(got) != len(want) {
		t.Errorf("%d cases, the truth is %d", len(got), len(want))
	}
	a, b := digest(t, want, truthCase), digest(t, got, ourCase)
	if a.sum != b.sum {
		t.Errorf("the cases differ, for example:\n%s", a.difference(b))
	}
}

type digested struct {
	lines []string
	sum   string
}

func digest(t *testing.T, lines []string, read func([]byte) (caseLine, error)) digested {
	t.Helper()
	var d digested
	for _, l := range lines {
		c, err := read([]byte(l))
		if err != nil {
			t.Fatalf("%v: %s", err, l)
		}
		d.lines = append(d.lines, fmt.Sprintf("%+v", c))
	}
	sort.Strings(d.lines)
	sum := sha256.Sum256([]byte(strings.Join(d.lines, "\n")))
	d.sum = hex.EncodeToString(sum[:])
	return d
}

// difference shows the first few lines that only one side has.
func (d digested) difference(o digested) string {
	count := map[string]int{}
	for _, l := range d.lines {
		count[l]++
	}
	for _, l := range o.lines {
		count[l]--
	}
	var out []string
	for l, n := range count {
		if n > 0 {
			out = append(out, "truth  "+l)
		} else if n < 0 {
			out = append(out, "result "+l)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i][7:] < out[j][7:] })
	if len(out) > 12 {
		out = out[:12]
	}
	return strings.Join(out, "\n")
}

func readLines(t *testing.T, path string) []string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []string
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		out = append(out, s.Text())
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// truthCase reads a line of truth-cases.jsonl. Its key is the case key of
// docs/data-model.md.
func truthCase(line []byte) (caseLine, error) {
	var c struct {
		Key, Owner, Country string
		Count               int64
		First, Last         int64
	}
	if err := json.Unmarshal(line, &c); err != nil {
		return caseLine{}, err
	}
	f := strings.Split(c.Key, "\x1f")
	out := caseLine{Class: f[1], Owner: c.Owner, Country: c.Country, Count: c.Count, First: stamp(c.First), Last: stamp(c.Last)}
	if len(f) == 5 { // service or url: version, class, value, port, family
		out.Value, out.Family = f[2], f[4]
		if f[3] != "" {
			n, err := strconv.ParseUint(f[3], 10, 16)
			if err != nil {
				return out, err
			}
			out.Port = uint16(n)
		}
		return out, nil
	}
	out.Value, out.Family = f[4], f[5] // network: version, class, owner, country, network, family
	return out, nil
}

func ourCase(line []byte) (caseLine, error) {
	var c caseLine
	return c, json.Unmarshal(line, &c)
}

func stamp(micros int64) string { return time.UnixMicro(micros).UTC().Format(time.RFC3339) }
