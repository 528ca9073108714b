package record

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

// TestList: a list that was packed and unpacked holds every change of every
// case in the order given, and the filter never denies a case that is in it.
func TestList(t *testing.T) {
	zip, err := newPacker()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		given := make([]CaseChange, rapid.IntRange(0, 60).Draw(t, "n"))
		want := map[[16]byte][]CaseChange{}
		for i := range given {
			given[i] = CaseChange{Case: [16]byte{0: rapid.Byte().Draw(t, "a") % 4, 15: rapid.Byte().Draw(t, "b") % 8}, From: uint8(i), To: uint8(i + 1)}
			want[given[i].Case] = append(want[given[i].Case], given[i])
		}
		list := encode(given)
		back, err := unpack(pack(zip, list))
		if err != nil || !bytes.Equal(back, list) {
			t.Fatalf("packed and unpacked: %v", err)
		}
		filter := newBloom(given)
		for a := range byte(4) {
			for b := range byte(8) {
				id := [16]byte{0: a, 15: b}
				got := lookup(back, id)
				if len(got) != len(want[id]) {
					t.Fatalf("case %x: %v, want %v", id, got, want[id])
				}
				for i := range got {
					if got[i] != want[id][i] {
						t.Fatalf("case %x: %v, want %v", id, got, want[id])
					}
				}
				if len(got) > 0 && !filter.mayHold(id) {
					t.Fatalf("the filter denies case %x", id)
				}
			}
		}
	})
}

// FuzzUnpack: damaged bytes give an error or a list, never a panic, and no
// more memory than a list may have.
func FuzzUnpack(f *testing.F) {
	zip, err := newPacker()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(pack(zip, encode([]CaseChange{{Case: [16]byte{1}, To: 1}})))
	f.Add([]byte("damaged"))
	f.Fuzz(func(t *testing.T, packed []byte) {
		list, err := unpack(packed)
		if err == nil && (len(list)%changeSize != 0 || len(list) > maxChanges*changeSize) {
			t.Fatalf("%d bytes", len(list))
		}
	})
}
