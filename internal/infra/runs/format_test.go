package runs

import (
	"bytes"
	"testing"
)

// Whatever stands in a directory, reading it gives entries or an error.
func FuzzDirectory(f *testing.F) {
	var b bytes.Buffer
	w := newWriter(&b)
	w.begin("case", true, 2)
	w.add(Key{1}, 7)
	w.add(Key{2}, 8)
	w.end()
	if err := w.finish(); err != nil {
		f.Fatal(err)
	}
	file := b.Bytes()
	f.Add(file[len(file)-footerSize-len("case")-2-entrySize : len(file)-footerSize])
	f.Add([]byte{0, 0})
	f.Add([]byte{255, 255, 1})
	f.Fuzz(func(t *testing.T, d []byte) {
		list, err := parseDirectory(d)
		if err != nil {
			return
		}
		n := 0
		for _, e := range list {
			n += 2 + len(e.scope) + entrySize
			if e.keys < 0 || e.data < 0 || e.index < 0 || e.n < 0 {
				t.Fatal(e)
			}
		}
		if n != len(d) {
			t.Fatalf("read %d of %d bytes", n, len(d))
		}
	})
}

// A filter never forgets a key, and is wrong for about one stranger in a
// hundred.
func TestFilter(t *testing.T) {
	const n = 20_000
	f := newFilter(n)
	key := func(i uint64) (k Key) {
		h := i*0x9E3779B97F4A7C15 + 1
		for j := range k {
			h ^= h >> 29
			h *= 0xBF58476D1CE4E5B9
			k[j] = byte(h >> 40)
		}
		return k
	}
	for i := range uint64(n) {
		k := key(i)
		f.add(&k)
	}
	wrong := 0
	for i := range uint64(2 * n) {
		k := key(i)
		has := has(f.line(&k), &k) == 1
		if i < n && !has {
			t.Fatal("forgot", i)
		}
		if i >= n && has {
			wrong++
		}
	}
	if wrong > n/50 {
		t.Fatalf("%d of %d strangers let through", wrong, n)
	}
}
