package value

import (
	"crypto/sha256"
	"crypto/sha3"
	"encoding/base32"
	"encoding/binary"
	"math/big"
	"net/netip"
	"strings"

	"pgregory.net/rapid"
)

// Encoders that only tests need: they make checksummed values from random bytes.

func encodeBase58(b []byte) string {
	n, rem := new(big.Int).SetBytes(b), new(big.Int)
	var out []byte
	for n.Sign() > 0 {
		n.DivMod(n, big.NewInt(58), rem)
		out = append(out, base58Alphabet[rem.Int64()])
	}
	for i := 0; i < len(b) && b[i] == 0; i++ {
		out = append(out, '1')
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return string(out)
}

func encodeBase58Check(version byte, hash []byte) string {
	b := append([]byte{version}, hash[:20]...)
	sum := sha256.Sum256(b)
	sum = sha256.Sum256(sum[:])
	return encodeBase58(append(b, sum[:4]...))
}

func encodeSegwit(version byte, program []byte) string {
	data := []byte{version}
	acc, bits := 0, 0
	for _, b := range program {
		acc, bits = acc<<8|int(b), bits+8
		for bits >= 5 {
			bits -= 5
			data = append(data, byte(acc>>bits&31))
		}
	}
	if bits > 0 {
		data = append(data, byte(acc<<(5-bits)&31))
	}
	sum := uint32(1)
	for _, d := range append([]byte{3, 3, 0, 2, 3}, append(data, 0, 0, 0, 0, 0, 0)...) {
		sum = polymod(sum, uint32(d))
	}
	if version == 0 {
		sum ^= bech32Const
	} else {
		sum ^= bech32mConst
	}
	out := []byte("bc1")
	for _, d := range data {
		out = append(out, bech32Alphabet[d])
	}
	for i := 5; i >= 0; i-- {
		out = append(out, bech32Alphabet[sum>>(5*i)&31])
	}
	return string(out)
}

func encodeOnion(key []byte) string {
	sum := sha3.Sum256(append(append([]byte(".onion checksum"), key[:32]...), 3))
	raw := append(append(append([]byte(nil), key[:32]...), sum[:2]...), 3)
	return strings.ToLower(base32.StdEncoding.EncodeToString(raw)) + ".onion"
}

func encodeMonero(network byte, payload []byte) string {
	b := append([]byte{network}, payload...)
	var sum [32]byte
	keccak256(&sum, b)
	b = append(b, sum[:4]...)
	var out strings.Builder
	for len(b) > 0 {
		n := min(8, len(b))
		width := 11
		if n < 8 {
			width = 7
		}
		var buf [8]byte
		copy(buf[8-n:], b[:n])
		x := binary.BigEndian.Uint64(buf[:])
		block := make([]byte, width)
		for i := width - 1; i >= 0; i-- {
			block[i], x = base58Alphabet[x%58], x/58
		}
		out.Write(block)
		b = b[n:]
	}
	return out.String()
}

func bytesOf(t *rapid.T, n int) []byte {
	return rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, "bytes")
}

func drawHost(t *rapid.T) string {
	switch rapid.IntRange(0, 6).Draw(t, "host") {
	case 0:
		return drawText(t, IPv4)
	case 1:
		return "[" + drawText(t, IPv6) + "]"
	case 2:
		return drawText(t, Onion)
	}
	return drawText(t, Domain)
}

// drawText makes a text that Parse(k) reads, canonical or not.
func drawText(t *rapid.T, k Kind) string {
	str := func(expr string) string { return rapid.StringMatching(expr).Draw(t, "text") }
	switch k {
	case IPv4:
		b := bytesOf(t, 4)
		return netip.AddrFrom4([4]byte(b)).String()
	case IPv6:
		b := bytesOf(t, 16)
		b[0] |= 0x20
		if rapid.Bool().Draw(t, "zeros") {
			clear(b[4:12])
		}
		if rapid.Bool().Draw(t, "long") {
			return strings.ToUpper(netip.AddrFrom16([16]byte(b)).StringExpanded())
		}
		return netip.AddrFrom16([16]byte(b)).String()
	case CIDR:
		if rapid.Bool().Draw(t, "six") {
			b := bytesOf(t, 16)
			return netip.PrefixFrom(netip.AddrFrom16([16]byte(b)), rapid.IntRange(0, 128).Draw(t, "bits")).Masked().String()
		}
		b := bytesOf(t, 4)
		return netip.PrefixFrom(netip.AddrFrom4([4]byte(b)), rapid.IntRange(0, 32).Draw(t, "bits")).Masked().String()
	case ASN:
		return FromASN(rapid.Uint32Min(1).Draw(t, "asn")).String()
	case Domain:
		return str(`([A-Za-z0-9_-]{1,12}\.){0,3}[a-z0-9]([a-zA-Z0-9]{0,9}|ü|中)[a-z0-9]\.(com|ORG|co\.uk|github\.io|xn--p1ai|example)\.?`)
	case URL:
		return str(`(http|HTTPS|ftp|tcp|ws)`) + "://" + str(`([a-z:@%(){}.]{1,8}@)?`) + drawHost(t) + str(`(:[1-9][0-9]{0,3})?`) +
			str(`((/|/\.|/\.\.|[/a-zA-Z0-9%._~!$&'()*+,;=:@{}\[\]^| ü-]){0,20})`) + str(`(#.{0,3})?`)
	case Email:
		return str("[A-Za-z0-9!#$%&'*+/=?^_`{|}~ü-]{1,10}(\\.[A-Za-z0-9{}]{1,6}){0,2}") + "@" + drawText(t, Domain)
	case MAC:
		return str(`([0-9a-fA-F]{2}:){5}[0-9a-f]{2}|([0-9a-f]{2}-){5}[0-9A-F]{2}|([0-9a-f]{4}\.){2}[0-9a-f]{4}|[0-9a-f]{12}`)
	case MD5:
		return str(`[0-9a-fA-F]{32}`)
	case SHA1:
		return str(`[0-9a-fA-F]{40}`)
	case SHA256:
		return str(`[0-9a-fA-F]{64}`)
	case SHA512:
		return str(`[0-9a-fA-F]{128}`)
	case FileName:
		return str(`([a-zA-Z0-9 ._\[\](){}@:ü]|dot|at|hxxp|\[|\(\.\)|\[\.\]|\[\[\]){1,12}x`)
	case CVE:
		return str(`(CVE|cve)-20[0-9]{2}-[1-9][0-9]{3,9}`)
	case Onion:
		return encodeOnion(bytesOf(t, 32))
	case Bitcoin:
		b := bytesOf(t, 40)
		switch rapid.IntRange(0, 4).Draw(t, "form") {
		case 0:
			return encodeBase58Check(0, b)
		case 1:
			return encodeBase58Check(5, b)
		case 2:
			return strings.ToUpper(encodeSegwit(0, b[:20]))
		case 3:
			return encodeSegwit(0, b[:32])
		}
		return encodeSegwit(rapid.ByteRange(1, 16).Draw(t, "version"), b[:rapid.IntRange(2, 40).Draw(t, "size")])
	case Ethereum:
		return str(`0x([0-9a-f]{40}|[0-9A-F]{40})`)
	case Monero:
		if rapid.Bool().Draw(t, "integrated") {
			return encodeMonero(19, bytesOf(t, 72))
		}
		return encodeMonero(rapid.SampledFrom([]byte{18, 42}).Draw(t, "network"), bytesOf(t, 64))
	}
	panic("no such kind")
}

func drawValue(t *rapid.T) Value {
	k := Kind(rapid.IntRange(int(IPv4), int(Monero)).Draw(t, "kind"))
	text := drawText(t, k)
	v, err := Parse(k, text)
	if err != nil {
		t.Skip("not a value: " + text)
	}
	return v
}
