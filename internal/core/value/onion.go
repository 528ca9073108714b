package value

import (
	"crypto/sha3"
	"encoding/base32"
	"strings"
)

var (
	errOnion    = invalid("not an onion address", "write the 56 characters of a version 3 address and .onion")
	errOnionOld = invalid("an onion address of version 2", "such addresses ended in 2021; only version 3, with 56 characters, is read")
	errOnionSum = invalid("an onion address whose checksum does not fit", "a character was lost or changed; take the address again from its source")
	errOnionVer = invalid("an onion address of an unknown version", "only version 3 is read")
)

// ParseOnion reads a version 3 onion name, with labels before it if there are
// any, and checks its checksum and version (Tor rend-spec-v3, "Encoding onion
// addresses"). Canonical are lower-case letters.
func ParseOnion(s string) (Value, error) {
	t, err := nameText(s, 2)
	if err != nil || !isOnion(t) {
		return Value{}, errOnion
	}
	if t, err = onionText(t); err != nil {
		return Value{}, err
	}
	return Value{kind: Onion, text: t}, nil
}

// onionText checks a lower-case name that ends in .onion.
func onionText(name string) (string, error) {
	label := strings.TrimSuffix(name, ".onion")
	label = label[strings.LastIndexByte(label, '.')+1:]
	switch len(label) {
	case 56:
	case 16:
		return "", errOnionOld
	default:
		return "", errOnion
	}
	var upper [56]byte
	for i := range upper {
		upper[i] = label[i]
		if c := label[i]; c >= 'a' && c <= 'z' {
			upper[i] = c - 0x20
		}
	}
	var raw [35]byte
	if n, err := base32.StdEncoding.Decode(raw[:], upper[:]); err != nil || n != len(raw) {
		return "", errOnion
	}
	if raw[34] != 3 {
		return "", errOnionVer
	}
	const prefix = ".onion checksum"
	var in [len(prefix) + 33]byte
	copy(in[:], prefix)
	copy(in[len(prefix):], raw[:32])
	in[len(in)-1] = raw[34]
	if sum := sha3.Sum256(in[:]); sum[0] != raw[32] || sum[1] != raw[33] {
		return "", errOnionSum
	}
	return name, nil
}
