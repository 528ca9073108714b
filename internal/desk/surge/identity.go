package surge

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"

	"entente/internal/feed"
	"entente/internal/infra/eventlog"
)

// identifier gives identities of observations. It is not safe for several
// goroutines.
type identifier struct {
	mac cipher.AEAD
	buf []byte
	sum []byte
}

// newIdentifier takes the node's secret, so that nobody who writes a feed can make
// two observations that share an identity.
func newIdentifier(secret [32]byte) (*identifier, error) {
	key := sha256.Sum256(append([]byte("entente observation identity 1\x1f"), secret[:]...))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	mac, err := cipher.NewGCM(block)
	return &identifier{mac: mac}, err
}

// noNonce: GMAC under one nonce is a keyed universal hash. That is what is asked of
// it; nothing is authenticated by it, and it never leaves the node.
var noNonce [12]byte

// of is GMAC (NIST SP 800-38D section 6.4), 128 bits, over everything the row says,
// each text with its length before it. Feed and day are the scope it is unique in.
// Two different rows of n bytes share one with a chance of n/16 in 2^128.
func (i *identifier) of(o *feed.Observation, r *eventlog.Row) [16]byte {
	b := binary.BigEndian.AppendUint64(i.buf[:0], uint64(r.Observed))
	b = binary.BigEndian.AppendUint64(b, uint64(r.Snapshot))
	b = append(b, byte(o.Class))
	b = binary.BigEndian.AppendUint16(b, o.Port)
	b = binary.BigEndian.AppendUint32(b, o.ASN)
	b = appendText(b, r.Kind)
	b = appendText(b, r.Value)
	b = appendText(b, o.Family)
	b = appendText(b, o.Transport)
	b = appendText(b, o.Said)
	b = appendText(b, o.Country)
	b = appendText(b, o.Status)
	b = appendText(b, o.Severity)
	if o.At.IsValid() {
		b = o.At.AppendTo(b)
	}
	b = append(b, sep)
	b = append(b, o.Details...)
	i.buf = b
	i.sum = i.mac.Seal(i.sum[:0], noNonce[:], nil, b)
	return [16]byte(i.sum)
}

func appendText(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}
