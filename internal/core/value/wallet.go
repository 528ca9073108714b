package value

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"strings"

	"golang.org/x/crypto/sha3"
)

var (
	errBitcoin    = invalid("not a Bitcoin address", "write an address of the main network that starts with 1, 3 or bc1")
	errBitcoinSum = invalid("a Bitcoin address whose checksum does not fit", "a character was lost or changed; take the address again from its source")
	errEther      = invalid("not an Ethereum address", "write 0x and 40 hexadecimal digits")
	errEtherSum   = invalid("an Ethereum address whose checksum does not fit", "a character or its case was changed; take the address again from its source")
	errMonero     = invalid("not a Monero address", "write the 95 or 106 characters of an address of the main network")
	errMoneroSum  = invalid("a Monero address whose checksum does not fit", "a character was lost or changed; take the address again from its source")
)

// ParseBitcoin reads an address of the main network: P2PKH and P2SH in
// base58check, or a witness program in bech32 (version 0, BIP 173) or bech32m
// (versions 1 to 16, BIP 350). A bech32 address may be all capitals; canonical
// is lower case.
func ParseBitcoin(s string) (Value, error) {
	if len(s) >= 3 && strings.EqualFold(s[:3], "bc1") {
		lower := strings.ToLower(s)
		if s != lower && s != strings.ToUpper(s) {
			return Value{}, errBitcoin
		}
		if !segwit(lower) {
			return Value{}, errBitcoinSum
		}
		return Value{kind: Bitcoin, text: lower}, nil
	}
	if len(s) < 26 || len(s) > 35 || s[0] != '1' && s[0] != '3' {
		return Value{}, errBitcoin
	}
	var raw [25]byte
	if !base58Decode(raw[:], s) {
		return Value{}, errBitcoin
	}
	sum := sha256.Sum256(raw[:21])
	sum = sha256.Sum256(sum[:])
	if string(sum[:4]) != string(raw[21:]) {
		return Value{}, errBitcoinSum
	}
	if raw[0] != 0 && raw[0] != 5 {
		return Value{}, errBitcoin
	}
	return Value{kind: Bitcoin, text: s}, nil
}

// ParseEthereum reads 0x and 40 hexadecimal digits. Digits of mixed case must
// fit the checksum of EIP-55; those of one case carry none. Canonical is the
// spelling of EIP-55.
func ParseEthereum(s string) (Value, error) {
	if len(s) != 42 || s[0] != '0' || s[1] != 'x' {
		return Value{}, errEther
	}
	var lower [40]byte
	upper, small := false, false
	for i := range lower {
		c := s[2+i]
		if hexDigit[c] < 0 {
			return Value{}, errEther
		}
		upper, small = upper || c >= 'A' && c <= 'F', small || c >= 'a'
		lower[i] = lowerHex[hexDigit[c]]
	}
	var sum [32]byte
	keccak256(&sum, lower[:])
	for i, c := range lower {
		if c >= 'a' && sum[i/2]>>(4*(1-i%2))&8 != 0 {
			lower[i] = c - 0x20
		}
	}
	if s[2:] == string(lower[:]) {
		return Value{kind: Ethereum, text: s}, nil
	}
	if upper && small {
		return Value{}, errEtherSum
	}
	return Value{kind: Ethereum, text: "0x" + string(lower[:])}, nil
}

// keccak256 is the hash that Ethereum and Monero took before it became SHA-3.
func keccak256(sum *[32]byte, b []byte) {
	h := sha3.NewLegacyKeccak256()
	h.Write(b)
	h.Sum(sum[:0])
}

// ParseMonero reads an address of the main network: standard and subaddress
// (95 characters) or integrated (106 characters).
func ParseMonero(s string) (Value, error) {
	var raw [77]byte
	var n int
	switch len(s) {
	case 95:
		n = 69
	case 106:
		n = 77
	default:
		return Value{}, errMonero
	}
	for i, j := 0, 0; i < len(s); i, j = i+11, j+8 {
		if !moneroBlock(raw[j:min(j+8, n)], s[i:min(i+11, len(s))]) {
			return Value{}, errMonero
		}
	}
	switch network := raw[0]; {
	case n == 69 && (network == 18 || network == 42), n == 77 && network == 19:
	default:
		return Value{}, errMonero
	}
	var sum [32]byte
	keccak256(&sum, raw[:n-4])
	if string(sum[:4]) != string(raw[n-4:n]) {
		return Value{}, errMoneroSum
	}
	return Value{kind: Monero, text: s}, nil
}

// moneroBlock decodes one block of Monero's base 58: 11 characters give 8
// bytes, 7 give 5. A number that is too great is refused.
func moneroBlock(out []byte, s string) bool {
	var n uint64
	for i := 0; i < len(s); i++ {
		d := base58Digit[s[i]]
		if d < 0 {
			return false
		}
		high, low := bits.Mul64(n, 58)
		sum, carry := bits.Add64(low, uint64(d), 0)
		if high != 0 || carry != 0 {
			return false
		}
		n = sum
	}
	if len(out) < 8 && n>>(8*len(out)) != 0 {
		return false
	}
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], n)
	copy(out, b[8-len(out):])
	return true
}
