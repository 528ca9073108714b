package runs_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"entente/internal/infra/disk"
	"entente/internal/infra/runs"
	"entente/internal/infra/store"
	"entente/internal/infra/store/storetest"
)

// Two scopes side by side give what two maps give; a dropped scope is empty, its
// files go, and the other stays.
func TestCompareAndDrop(t *testing.T) {
	storetest.Run(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		rapid.Check(t, func(rt *rapid.T) {
			dir := t.TempDir()
			s, err := runs.Open(ctx, runs.Config{DB: db, FS: disk.OS(), Dir: dir})
			if err != nil {
				rt.Fatal(err)
			}
			if _, err := s.Drop(ctx, oneOf("a", "b"), nil); err != nil {
				rt.Fatal(err)
			}
			want := map[string]map[runs.Key]uint64{"a": {}, "b": {}}
			for range rapid.IntRange(0, 20).Draw(rt, "batches") {
				var sections []runs.Section
				for _, name := range []string{"a", "b"} {
					keys := rapid.SliceOfNDistinct(rapid.Custom(func(rt *rapid.T) runs.Key {
						return runs.Key{byte(rapid.IntRange(0, 255).Draw(rt, "k")), 15: byte(rapid.IntRange(0, 1).Draw(rt, "l"))}
					}), 0, 30, func(k runs.Key) runs.Key { return k }).Draw(rt, name)
					slices.SortFunc(keys, runs.Key.Compare)
					section := runs.Section{Scope: name, Keys: keys, Payload: make([]uint64, len(keys))}
					for i, k := range keys {
						section.Payload[i] = rapid.Uint64().Draw(rt, "p")
						want[name][k] = section.Payload[i]
					}
					sections = append(sections, section)
				}
				staged, err := s.Stage(ctx, sections)
				if err != nil {
					rt.Fatal(err)
				}
				if err := db.Write(ctx, func(tx *store.Tx) error { return staged.Commit(ctx, tx) }); err != nil {
					rt.Fatal(err)
				}
				staged.Published()
				if rapid.Bool().Draw(rt, "merge") {
					if err := s.Maintain(ctx); err != nil {
						rt.Fatal(err)
					}
				}
			}
			after := runs.Key{byte(rapid.IntRange(0, 255).Draw(rt, "after"))}
			check := func() {
				got := map[string]map[runs.Key]uint64{"a": {}, "b": {}}
				var last runs.Key
				err := s.Compare(ctx, "a", "b", after, func(l, r *runs.Member) error {
					at := l
					if at == nil {
						at = r
					}
					if at.Key.Compare(last) <= 0 || l != nil && r != nil && l.Key != r.Key {
						rt.Errorf("%x after %x", at.Key, last)
					}
					last = at.Key
					if l != nil {
						got["a"][l.Key] = l.Payload
					}
					if r != nil {
						got["b"][r.Key] = r.Payload
					}
					return nil
				})
				if err != nil {
					rt.Fatal(err)
				}
				for name, keys := range want {
					part := maps.Clone(keys)
					maps.DeleteFunc(part, func(k runs.Key, _ uint64) bool { return k.Compare(after) <= 0 })
					if !maps.Equal(part, got[name]) {
						rt.Errorf("%s: %v instead of %v", name, got[name], part)
					}
				}
			}
			check()
			if _, err := s.Drop(ctx, oneOf("a"), nil); err != nil {
				rt.Fatal(err)
			}
			want["a"] = map[runs.Key]uint64{}
			check()
			if _, err := s.Drop(ctx, oneOf("b", "never"), nil); err != nil {
				rt.Fatal(err)
			}
			if files, _ := os.ReadDir(filepath.Join(dir, "runs")); len(files) > 0 {
				rt.Errorf("%d files are left", len(files))
			}
		})
	})
}

func oneOf(names ...string) func(string) bool {
	return func(name string) bool { return slices.Contains(names, name) }
}
