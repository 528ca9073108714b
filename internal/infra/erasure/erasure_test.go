package erasure

import (
	"context"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"entente/internal/core/fault"
	"entente/internal/core/value"
	"entente/internal/infra/store"
	"entente/internal/infra/store/storetest"
)

var ctx = context.Background()

func parse(t testing.TB, kind value.Kind, text string) value.Value {
	t.Helper()
	v, err := value.Parse(kind, text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Which texts hold a value, and which hold another one that looks like it.
func TestIn(t *testing.T) {
	book, err := Open(ctx, storetest.Open(t, store.SQLite), [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		kind       value.Kind
		text       string
		holds, not []string
	}{
		{value.IPv4, "192.0.2.7",
			[]string{"192.0.2.7", `"192.0.2.7",23`, "http://192.0.2.7/a", "192[.]0[.]2[.]7", "192.0.2.7/32", "to 192.0.2.7.", "192.0.2.1-192.0.2.7", "192.0.2.7:80"},
			[]string{"192.0.2.70", "1192.0.2.7", "1.192.0.2.7", "192.0.2.7.5", "host-192-0-2-7", ""}},
		{value.IPv6, "2001:db8::7",
			[]string{"2001:db8::7", "[2001:DB8::7]:80", "2001:0db8:0000:0000:0000:0000:0000:0007"},
			[]string{"2001:db8::7:1", "2001:db8::77", "1:2001:db8::7"}},
		{value.Domain, "evil.example.org",
			[]string{"evil.example.org", "EVIL.Example.ORG", "www.evil.example.org", "http://evil.example.org/a", "bob@evil.example.org", "evil[.]example[.]org", "evil.example.org."},
			[]string{"not-evil.example.org", "evil.example.org.uk", "devil.example.org", "evil.example.orgy", "evil.example.org-x", "example.org"}},
		{value.Email, "bob@example.org",
			[]string{"bob@example.org", "<Bob@Example.org>", "mailto:bob@example.org", "bob[@]example[.]org"},
			[]string{"jim.bob@example.org", "bob@example.org.uk", "bob@example.orgs", "jimbob@example.org"}},
		{value.URL, "http://evil.example.org/a/b",
			[]string{"http://evil.example.org/a/b", `{"u":"http:\/\/evil.example.org\/a\/b"}`, "hxxp[://]evil[.]example[.]org/a/b", "http://evil.example.org/a/b,tag", "see http://evil.example.org/a/b."},
			[]string{"http://evil.example.org/a/b/c", "http://evil.example.org/a/bc", "http://evil.example.org/a/b?x", "http://evil.example.org/a"}},
		{value.URL, "http://evil.example.org/", []string{"http://evil.example.org/", "http://evil.example.org"}, []string{"http://evil.example.org/a", "http://evil.example.org:8080"}},
		{value.MD5, "d41d8cd98f00b204e9800998ecf8427e", []string{"x D41D8CD98F00B204E9800998ECF8427E y"}, []string{"d41d8cd98f00b204e9800998ecf8427e0"}},
	} {
		f := book.Of(parse(t, c.kind, c.text)).Finder()
		for _, text := range c.holds {
			if !f.InText(text) {
				t.Errorf("%s is not found in %q", c.text, text)
			}
		}
		for _, text := range c.not {
			if f.InText(text) {
				t.Errorf("%s is found in %q", c.text, text)
			}
		}
	}
}

// A value is found wherever it lies in a stream, however that is read.
func TestInStream(t *testing.T) {
	book, err := Open(ctx, storetest.Open(t, store.SQLite), [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	f := book.Of(parse(t, value.IPv4, "192.0.2.7")).Finder()
	for _, at := range []int{0, 1, streamChunk - 12, streamChunk - 5, streamChunk, streamChunk + 5, streamChunk + 60, 3*streamChunk - 3} {
		for text, want := range map[string]bool{" 192.0.2.7 ": true, " 192.0.2.70 ": false, "1192.0.2.7 ": false} {
			whole := strings.Repeat("x", at) + text + strings.Repeat("y", 100)
			for name, r := range map[string]io.Reader{"whole": strings.NewReader(whole), "halves": iotest.HalfReader(strings.NewReader(whole))} {
				if got, err := f.InStream(r); got != want || err != nil {
					t.Errorf("%q at %d, %s: %v %v", text, at, name, got, err)
				}
			}
		}
	}
}

// What is erased is known again by its hashes alone, once, and bars what was
// prepared before.
func TestBook(t *testing.T) {
	storetest.Run(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		book, err := Open(ctx, db, [32]byte{1})
		if err != nil {
			t.Fatal(err)
		}
		marks := func(pending bool) *Marks {
			t.Helper()
			m, err := book.Marks(ctx, pending)
			if err != nil {
				t.Fatal(err)
			}
			return m
		}
		write := func(f func(tx *store.Tx) error) error { return db.Write(ctx, f) }
		before := marks(false)
		if !before.Empty() {
			t.Fatal("not empty")
		}
		if err := write(func(tx *store.Tx) error { return before.Check(ctx, tx) }); err != nil {
			t.Fatal(err)
		}
		for i, v := range []value.Value{parse(t, value.IPv4, "192.0.2.7"), parse(t, value.Domain, "evil.example.org"), parse(t, value.IPv4, "192.0.2.7")} {
			err := write(func(tx *store.Tx) error {
				no, fresh, err := book.Add(ctx, tx, v, "asked", "Ann", 5)
				if no != int64(i%2+1) || fresh != (i < 2) {
					t.Error(i, no, fresh)
				}
				if err == nil && i == 1 {
					err = book.Done(ctx, tx, no)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := write(func(tx *store.Tx) error { return before.Check(ctx, tx) }); !fault.Is(err, fault.Conflict) {
			t.Fatal(err)
		}
		if err := write(func(tx *store.Tx) error { return marks(false).Check(ctx, tx) }); err != nil {
			t.Fatal(err)
		}
		all, pending := marks(false).Finder(), marks(true).Finder()
		if !all.InText("192.0.2.7") || !all.InText("http://evil.example.org/") || !pending.InText("192.0.2.7") || pending.InText("evil.example.org") {
			t.Fatal("not found by hash")
		}
		other, err := Open(ctx, db, [32]byte{2})
		if err != nil {
			t.Fatal(err)
		}
		if m, _ := other.Marks(ctx, false); m.Finder().InText("192.0.2.7") {
			t.Fatal("found without the secret")
		}
		if list, err := book.List(ctx); err != nil || len(list) != 2 || list[0].Done || !list[1].Done || list[1].Author != "Ann" {
			t.Fatal(list, err)
		}
	})
}

func BenchmarkIn(b *testing.B) {
	book, err := Open(ctx, storetest.Open(b, store.SQLite), [32]byte{1})
	if err != nil {
		b.Fatal(err)
	}
	m := book.Of(parse(b, value.IPv4, "192.0.2.7"))
	m.list = append(m.list, book.Of(parse(b, value.Domain, "evil.example.org")).list...)
	f := m.Finder()
	row := []byte(`{"region":"REGION 12","city":"CITY 100","hostname":"host-12-77.example.org","naics":"517111","sector":"Communications","tag":"telnet","banner":"login50"}`)
	b.SetBytes(int64(len(row)))
	for b.Loop() {
		if f.In(row) {
			b.Fatal("found")
		}
	}
}
