package runs

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Guesses find what a plain search finds, also among keys that are not spread.
func TestGuesses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.SampledFrom([]*rapid.Generator[uint64]{
			rapid.Uint64(), rapid.Uint64Range(0, 3), rapid.Uint64Range(1<<64-3, 1<<64-1),
		}).Draw(t, "spread")
		key := rapid.Custom(func(t *rapid.T) (k Key) {
			binary.BigEndian.PutUint64(k[:], prefix.Draw(t, "hi"))
			binary.BigEndian.PutUint64(k[8:], rapid.Uint64().Draw(t, "lo"))
			return k
		})
		keys := rapid.SliceOfN(key, 1, 400).Draw(t, "keys")
		slices.SortFunc(keys, Key.Compare)
		keys = slices.Compact(keys)
		payload := make([]uint64, len(keys))
		var b bytes.Buffer
		w := newWriter(&b)
		w.begin("a", true, int64(len(keys)))
		for i, k := range keys {
			payload[i] = uint64(i)
			w.add(k, payload[i])
		}
		w.end()
		l := newLoaded(w.dir[0], w.idx[0])
		data := whole(l, Section{Keys: keys, Payload: payload})
		for _, k := range append(rapid.SliceOfN(key, 0, 50).Draw(t, "others"), keys...) {
			want, in := slices.BinarySearchFunc(keys, k, Key.Compare)
			block := (want - 1) / perBlock
			if in {
				block = want / perBlock
			} else if want == 0 {
				block = -1
			}
			if got := l.blockOf(&k); got != block {
				t.Fatalf("block %d, not %d", got, block)
			}
			if block < 0 {
				continue
			}
			at, n := l.span(block)
			if got, ok := search(data[at:at+n-4], 24, l.entry.keys, &k); ok != in || in && got != uint64(want) {
				t.Fatalf("found %d %v, not %d %v", got, ok, want, in)
			}
		}
	})
}
