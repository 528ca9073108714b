package locate

import (
	"bytes"
	"encoding/binary"
)

// smallMMDB writes a MaxMind DB by its published format (version 2.0): IPv4,
// record size 24, 192.0.2.0/25 in CO by country.iso_code, 192.0.2.128/25 in PE
// by country_code, and nothing else.
func smallMMDB() []byte {
	const bits = 25
	var data bytes.Buffer
	text := func(s string) []byte { return append([]byte{0x40 | byte(len(s))}, s...) }
	pair := func(b *bytes.Buffer, k string, v []byte) { b.Write(text(k)); b.Write(v) }
	co := data.Len()
	data.WriteByte(0xe1) // map of one
	var inner bytes.Buffer
	inner.WriteByte(0xe1)
	pair(&inner, "iso_code", text("CO"))
	pair(&data, "country", inner.Bytes())
	pe := data.Len()
	data.WriteByte(0xe1)
	pair(&data, "country_code", text("PE"))

	net := uint32(192<<24 | 2<<8)
	var tree bytes.Buffer
	record := func(v int) { tree.Write([]byte{byte(v >> 16), byte(v >> 8), byte(v)}) }
	for i := range bits - 1 { // one node per bit down to the /24
		next := [2]int{bits, bits} // bits is the number of nodes: nothing there
		next[net>>(31-i)&1] = i + 1
		record(next[0])
		record(next[1])
	}
	record(bits + 16 + co)
	record(bits + 16 + pe)

	var out bytes.Buffer
	out.Write(tree.Bytes())
	out.Write(make([]byte, 16))
	out.Write(data.Bytes())
	out.WriteString("\xab\xcd\xefMaxMind.com")
	out.WriteByte(0xe9) // map of nine
	num := func(kind byte, v uint64, n int) []byte {
		b := binary.BigEndian.AppendUint64(nil, v)[8-n:]
		if kind > 7 {
			return append([]byte{byte(n), kind - 7}, b...)
		}
		return append([]byte{kind<<5 | byte(n)}, b...)
	}
	pair(&out, "binary_format_major_version", num(5, 2, 2))
	pair(&out, "binary_format_minor_version", num(5, 0, 2))
	pair(&out, "build_epoch", num(9, 1790000000, 8))
	pair(&out, "database_type", text("Small-Country"))
	pair(&out, "description", []byte{0xe0})
	pair(&out, "ip_version", num(5, 4, 2))
	pair(&out, "languages", []byte{0x00, 0x04})
	pair(&out, "node_count", num(6, bits, 4))
	pair(&out, "record_size", num(5, 24, 2))
	return out.Bytes()
}
