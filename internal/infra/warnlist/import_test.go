package warnlist

import (
	"archive/tar"
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"entente/internal/core/fault"
)

const goodList = `{"name":"Resolvers","type":"cidr","version":4,"description":"d","matching_attributes":["ip-src"],"list":["192.0.2.53"]}`

func folder(t testing.TB, lists map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for slug, text := range lists {
		p := filepath.Join(dir, "lists", slug)
		if err := os.MkdirAll(p, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(p, "list.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var broken = map[string]string{
	"not-json":     `{"name":`,
	"not-an-array": `{"name":"n","type":"string","version":1,"list":"x"}`,
	"no-name":      `{"type":"string","version":1,"list":["x"]}`,
	"no-type":      `{"name":"n","version":1,"list":["x"]}`,
	"new-type":     `{"name":"n","type":"fuzzy","version":1,"list":["x"]}`,
	"empty-list":   `{"name":"n","type":"string","version":1,"list":[]}`,
	"null-list":    `{"name":"n","type":"string","version":1}`,
	"text-version": `{"name":"n","type":"string","version":"one","list":["x"]}`,
	".hidden":      goodList,
}

// A broken list is refused by name, and the good ones are taken.
func TestImportBroken(t *testing.T) {
	lists := map[string]string{"resolvers": goodList}
	for k, v := range broken {
		lists[k] = v
	}
	dir := filepath.Join(t.TempDir(), "kept")
	rep, err := Import(context.Background(), folder(t, lists), dir, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	refused := map[string]bool{}
	for _, p := range rep.Refused {
		refused[p.List] = p.Reason != ""
	}
	for slug := range broken {
		if !refused[slug] {
			t.Errorf("%s was not refused with a reason", slug)
		}
	}
	if len(rep.Lists) != 1 || rep.Lists[0].List != "resolvers" || rep.Lists[0].Version != 4 {
		t.Errorf("taken: %+v", rep.Lists)
	}
	l, err := Open(dir)
	if err != nil || l.Len() != 1 {
		t.Fatalf("opened %v with %v", l, err)
	}
}

func TestImportNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "kept")
	if _, err := Import(context.Background(), folder(t, map[string]string{"resolvers": goodList}), dir, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(t.TempDir(), "text.tar.zst")
	if err := os.WriteFile(text, []byte("no archive at all, only a text that is long enough"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		src  string
		kind fault.Kind
	}{
		{folder(t, broken), fault.Invalid}, {t.TempDir(), fault.Invalid}, {dir + "/none", fault.NotFound}, {text, fault.Invalid},
	} {
		if _, err := Import(context.Background(), c.src, dir, time.Unix(0, 0)); !fault.Is(err, c.kind) || fault.RemedyOf(err) == "" {
			t.Errorf("import of %s: %v", c.src, err)
		}
	}
	if l, err := Open(dir); err != nil || l.Len() != 1 {
		t.Errorf("a failed import changed the lists: %v %v", l, err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := Import(ctx, folder(t, map[string]string{"resolvers": goodList}), dir, time.Unix(0, 0)); !fault.Is(err, fault.Stopped) {
		t.Errorf("a stopped import gave %v", err)
	}
}

func archive(t testing.TB, lists map[string]string) []byte {
	t.Helper()
	var buf bytes.Buffer
	z, err := zstd.NewWriter(&buf)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(z)
	for slug, text := range lists {
		if err := w.WriteHeader(&tar.Header{Name: "repo/lists/" + slug + "/list.json", Mode: 0o600, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// An archive is taken whole or not at all, and a new import replaces the old.
func TestImportArchive(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "kept")
	whole := archive(t, map[string]string{"resolvers": goodList, "../../evil": goodList})
	path := filepath.Join(t.TempDir(), "lists.tar.zst")
	put := func(b []byte) {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(whole)
	rep, err := Import(context.Background(), path, dir, time.Unix(0, 0))
	if err != nil || len(rep.Lists) != 2 {
		t.Fatalf("%+v, %v", rep, err)
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(dir), "evil")); err == nil {
		t.Error("a member of the archive was written outside")
	}
	put(whole[:len(whole)-8])
	if _, err := Import(context.Background(), path, dir, time.Unix(0, 0)); !fault.Is(err, fault.Invalid) {
		t.Errorf("a cut archive gave %v", err)
	}
	put(archive(t, map[string]string{"second": strings.Replace(goodList, "192.0.2.53", "192.0.2.54", 1)}))
	if _, err := Import(context.Background(), path, dir, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	l, err := Open(dir)
	if err != nil || l.Len() != 1 || l.All()[0].List != "second" {
		t.Errorf("after the second import: %v, %v", l.All(), err)
	}
	if m, _ := filepath.Glob(filepath.Join(dir, "lists-*")); len(m) != 1 {
		t.Errorf("folders left: %q", m)
	}
}

// What was altered after the import is noticed.
func TestOpenDamaged(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(dir string)
	}{
		{"index cut", func(dir string) { os.WriteFile(filepath.Join(dir, "index.json"), []byte("{"), 0o600) }},
		{"index of another version", func(dir string) { os.WriteFile(filepath.Join(dir, "index.json"), []byte(`{"format":9}`), 0o600) }},
		{"list altered", func(dir string) {
			m, _ := filepath.Glob(filepath.Join(dir, "lists-*", "resolvers.json"))
			os.WriteFile(m[0], []byte(strings.Replace(goodList, "53", "54", 1)), 0o600)
		}},
		{"list gone", func(dir string) {
			m, _ := filepath.Glob(filepath.Join(dir, "lists-*", "resolvers.json"))
			os.Remove(m[0])
		}},
	} {
		dir := filepath.Join(t.TempDir(), "kept")
		if _, err := Import(context.Background(), folder(t, map[string]string{"resolvers": goodList}), dir, time.Unix(0, 0)); err != nil {
			t.Fatal(err)
		}
		c.spoil(dir)
		if _, err := Open(dir); !fault.Is(err, fault.Corrupt) || fault.RemedyOf(err) == "" {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if l, err := Open(t.TempDir()); err != nil || l.Len() != 0 {
		t.Errorf("an empty folder gave %v, %v", l, err)
	}
}
