package warnlist

import (
	"github.com/cespare/xxhash/v2"
)

// ref is one list that an entry stands in. below tells that names under the
// entry are on the list too.
type ref struct {
	list  uint16
	below bool
}

// sets keeps each distinct set of refs once. Set 0 is empty.
type sets struct {
	all  [][]ref
	with map[setStep]uint32 // while loading: a set and one more
}

type setStep struct {
	set uint32
	ref ref
}

// add gives the set that has r besides what set has.
func (s *sets) add(set uint32, r ref) uint32 {
	if s.with == nil {
		s.all, s.with = [][]ref{nil}, map[setStep]uint32{}
	}
	step := setStep{set, r}
	if next, ok := s.with[step]; ok {
		return next
	}
	old := s.all[set]
	for _, have := range old {
		if have == r {
			s.with[step] = set
			return set
		}
	}
	next := uint32(len(s.all))
	s.all = append(s.all, append(old[:len(old):len(old)], r))
	s.with[step] = next
	return next
}

// nameTable maps texts to sets: open addressing over one run of bytes, so that
// a quarter of a million names cost a few megabytes and no pointers. It grows
// while loading and is then only read.
type nameTable struct {
	slots []nameSlot
	text  []byte
	n     int
}

type nameSlot struct {
	at   uint32 // offset plus one into text, 0 for a free slot
	set  uint32
	tag  uint16 // from the hash, so that most strangers are told without the text
	size uint16
}

const maxName = 1<<16 - 1

// get finds the set of a text.
func (t *nameTable) get(s string) (uint32, bool) {
	if t.n == 0 || len(s) > maxName {
		return 0, false
	}
	h := xxhash.Sum64String(s)
	mask := uint64(len(t.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		slot := &t.slots[i]
		if slot.at == 0 {
			return 0, false
		}
		if slot.tag == uint16(h>>48) && t.same(slot, s) {
			return slot.set, true
		}
	}
}

func (t *nameTable) same(slot *nameSlot, s string) bool {
	return int(slot.size) == len(s) && string(t.text[slot.at-1:][:slot.size]) == s
}

// put gives the set kept for s a chance to change. It tells whether there was
// room: the table holds texts of 64 KiB at most and 4 GiB of them.
func (t *nameTable) put(s string, change func(set uint32) uint32) bool {
	if len(s) > maxName || len(t.text)+len(s) >= 1<<32-1 {
		return false
	}
	if 2*(t.n+1) > len(t.slots) {
		t.grow()
	}
	h := xxhash.Sum64String(s)
	mask := uint64(len(t.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		slot := &t.slots[i]
		if slot.at == 0 {
			*slot = nameSlot{at: uint32(len(t.text)) + 1, set: change(0), tag: uint16(h >> 48), size: uint16(len(s))}
			t.text = append(t.text, s...)
			t.n++
			return true
		}
		if slot.tag == uint16(h>>48) && t.same(slot, s) {
			slot.set = change(slot.set)
			return true
		}
	}
}

func (t *nameTable) grow() {
	old := t.slots
	t.slots = make([]nameSlot, max(1024, 2*len(old)))
	mask := uint64(len(t.slots) - 1)
	for _, slot := range old {
		if slot.at == 0 {
			continue
		}
		i := xxhash.Sum64(t.text[slot.at-1:][:slot.size]) & mask
		for t.slots[i].at != 0 {
			i = (i + 1) & mask
		}
		t.slots[i] = slot
	}
}
