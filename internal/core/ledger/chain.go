package ledger

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"entente/internal/core/fault"
)

// Head is the end of a chain: the number and hash of its last act. The zero
// Head is that of an empty chain.
type Head struct {
	Seq  int64
	Hash Hash
}

// Link makes a the next act after h: it gets its number, the hash before it
// and, if it has none, an id. The new head is returned with it.
func (h Head) Link(a Act) (Act, Head, error) {
	if err := a.Check(); err != nil {
		return a, h, err
	}
	a.Seq, a.Prev = h.Seq+1, h.Hash
	if a.ID == (ID{}) {
		sum, err := a.Sum()
		if err != nil {
			return a, h, err
		}
		a.ID = idFrom(a.Time, sum)
	}
	sum, err := a.Sum()
	if err != nil {
		return a, h, err
	}
	return a, Head{Seq: a.Seq, Hash: sum}, nil
}

// idFrom makes a UUID of version 7 (RFC 9562 section 5.7) from a time in
// microseconds and the hash of the act without an id. An act's place in its
// chain is unique, and so is the id.
func idFrom(micros int64, sum Hash) ID {
	var id ID
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(micros/1000))
	copy(id[:6], ms[2:])
	copy(id[6:], sum[:10])
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id
}

// Verify checks acts that follow head from: numbers without a hole, each tied
// to the hash before, each well formed. It gives the head after the last one.
// The error is fault.Corrupt and names the first act that does not fit.
func Verify(from Head, acts []Act) (Head, error) {
	h := from
	for _, a := range acts {
		broken := func(text string) error {
			return fault.New(fault.Corrupt, fmt.Sprintf("act %d %s", a.Seq, text),
				"the record was altered or damaged: compare it with a backup or with a copy that another holds")
		}
		switch {
		case a.Seq != h.Seq+1:
			return h, broken(fmt.Sprintf("does not follow act %d", h.Seq))
		case a.Prev != h.Hash:
			return h, broken("is not tied to the act before it")
		}
		if err := a.Check(); err != nil {
			return h, broken("is not well formed")
		}
		sum, err := a.Sum()
		if err != nil {
			return h, broken("has no canonical form")
		}
		h = Head{Seq: a.Seq, Hash: sum}
	}
	return h, nil
}

// Commitment binds an act to data without telling it: HMAC-SHA-256 of data
// with salt as key. Keep the salt with the data and erase both together. It
// panics when salt is shorter than 16 bytes, since such a commitment can be
// guessed.
func Commitment(salt, data []byte) Hash {
	if len(salt) < 16 {
		panic("ledger: salt of a commitment is shorter than 16 bytes")
	}
	m := hmac.New(sha256.New, salt)
	m.Write(data)
	return Hash(m.Sum(nil))
}

// ItemOf gives the item number of something that has a name instead of a
// number of its own, such as a surge or an organisation: the first 16 bytes of
// HMAC-SHA-256 of kind and name with the node's secret. Without the secret the
// name cannot be guessed from it.
func ItemOf(secret [32]byte, kind, name string) [16]byte {
	m := hmac.New(sha256.New, secret[:])
	m.Write([]byte("item\x1f" + kind + "\x1f" + name))
	return [16]byte(m.Sum(nil)[:16])
}
