package report

import (
	"crypto/sha1"
	"encoding/hex"
	"strings"
)

// namespaces for identifiers made by hashing (RFC 4122, version 5).
var (
	// stixNamespace is the one that STIX 2.1 (2.9) fixes for observables, so that
	// everybody gives one address one id.
	stixNamespace = [16]byte{0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c, 0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7}
	// ownNamespace is for the objects that this program makes of cases, feeds and
	// organisations: version 5 of "entente" in the namespace above.
	ownNamespace = uuid5(stixNamespace, []byte("entente"))
)

// uuid5 makes a version 5 UUID.
func uuid5(space [16]byte, name []byte) [16]byte {
	var room [256]byte
	sum := sha1.Sum(append(append(room[:0], space[:]...), name...))
	var id [16]byte
	copy(id[:], sum[:16])
	id[6] = id[6]&0x0f | 0x50
	id[8] = id[8]&0x3f | 0x80
	return id
}

// appendUUID appends id in its usual form.
func appendUUID(b []byte, id [16]byte) []byte {
	b = hex.AppendEncode(b, id[0:4])
	b = append(b, '-')
	b = hex.AppendEncode(b, id[4:6])
	b = append(b, '-')
	b = hex.AppendEncode(b, id[6:8])
	b = append(b, '-')
	b = hex.AppendEncode(b, id[8:10])
	b = append(b, '-')
	return hex.AppendEncode(b, id[10:16])
}

// nodeIdentity gives the UUID of the node's identity. STIX 2.1 allows versions
// 1 to 5; another one, or a text that is none, is hashed into version 5.
func nodeIdentity(node string) [16]byte {
	node = strings.ToLower(node)
	var id [16]byte
	if len(node) == 36 && node[8] == '-' && node[13] == '-' && node[18] == '-' && node[23] == '-' {
		if n, err := hex.Decode(id[:], []byte(strings.ReplaceAll(node, "-", ""))); err == nil && n == 16 {
			if v := id[6] >> 4; v >= 1 && v <= 5 && id[8]&0xc0 == 0x80 {
				return id
			}
		}
	}
	return uuid5(ownNamespace, []byte("node|"+node))
}

// idSet remembers 64 bits of identifiers in memory that it never gives more
// of than limit. Beyond it nothing counts as seen.
type idSet struct {
	slots []uint64
	n     int
}

// idLimit bounds the observables that one bundle keeps apart: 8 MB.
const idLimit = 1 << 19

// first tells whether id was not seen before, and remembers it.
func (s *idSet) first(id [16]byte) bool {
	var h uint64
	for _, c := range id[8:16] {
		h = h<<8 | uint64(c)
	}
	if h == 0 {
		h = 1
	}
	if s.n*2 >= len(s.slots) {
		if len(s.slots) >= 2*idLimit {
			return !s.has(h)
		}
		s.grow()
	}
	i := s.slot(h)
	if s.slots[i] == h {
		return false
	}
	s.slots[i] = h
	s.n++
	return true
}

func (s *idSet) has(h uint64) bool { return s.slots[s.slot(h)] == h }

// slot finds the place of h, taken by it or free. At most half are taken.
func (s *idSet) slot(h uint64) int {
	mask := uint64(len(s.slots) - 1)
	i := h * 0x9e3779b97f4a7c15 >> 20 & mask
	for s.slots[i] != 0 && s.slots[i] != h {
		i = (i + 1) & mask
	}
	return int(i)
}

func (s *idSet) grow() {
	old := s.slots
	s.slots = make([]uint64, max(256, 2*len(old)))
	for _, h := range old {
		if h != 0 {
			s.slots[s.slot(h)] = h
		}
	}
}
