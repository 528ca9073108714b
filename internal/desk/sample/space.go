package sample

import (
	"fmt"
	"io"
	"net/netip"
	"strconv"
)

// The made-up Internet. 198.18.0.0/15 (RFC 2544) and 2001:db8::/32 (RFC 3849)
// are cut into 200 networks of 68 countries: network n has the /23 number n of
// the one and the /40 number n of the other. Every tenth has a hole that
// belongs to another network, so that only a longest match is right. What lies
// behind the 200th is left uncovered.
const (
	networks  = 200
	cleanNets = 190 // networks above this one are named by lists and holds
	firstASN  = 4200000000
	cells4    = 1024 // /25s of 198.18.0.0/15
	cells6    = 4096 // /44s of 2001:db8::/32
	clean4    = cleanNets * 512
	nowhere   = -1
)

var countries = [68]string{
	"PH", "BR", "MX", "KE", "MY", "AR", "TH", "ZA", "ID", "CL", "VN", "NG", "ES", "PE", "FR", "GH", "DE",
	"SG", "IT", "PL", "MA", "UY", "PT", "JP", "SN", "NL", "RO", "CZ", "AT", "GB", "KH", "LA", "MM", "BN",
	"EC", "BO", "PY", "CR", "PA", "GT", "HN", "SV", "NI", "DO", "JM", "TT", "EG", "TN", "DZ", "CI", "CM",
	"UG", "TZ", "ZM", "ZW", "MZ", "AO", "NA", "BW", "MU", "RW", "ET", "BE", "CH", "SE", "NO", "FI", "GM",
}

func networkCountry(n int) string {
	if n < len(countries) {
		return countries[n]
	}
	return countries[(n-len(countries))*(n-len(countries))%31]
}

func networkASN(n int) uint32  { return firstASN + uint32(n) }
func networkName(n int) string { return fmt.Sprintf("Synthetic Network %03d", n+1) }
func hole4(n int) (int, bool)  { return (n + 7) % cleanNets, n%10 == 3 }
func hole6(n int) (int, bool)  { return (n + 9) % cleanNets, n%10 == 4 }
func v4(off uint32) netip.Addr {
	return netip.AddrFrom4([4]byte{198, 18 + byte(off>>16), byte(off >> 8), byte(off)})
}
func net4(n int) netip.Prefix        { return netip.PrefixFrom(v4(uint32(n)*512), 23) }
func net6(n int) netip.Prefix        { return netip.PrefixFrom(v6(uint32(n)<<4, 0), 40) }
func holePrefix4(n int) netip.Prefix { return netip.PrefixFrom(v4(uint32(n)*512+384), 25) }
func holePrefix6(n int) netip.Prefix { return netip.PrefixFrom(v6(uint32(n)<<4|15, 0), 44) }

// v6 gives the address of the /44 number cell with the lower 64 bits low.
func v6(cell uint32, low uint64) netip.Addr {
	b := [16]byte{0x20, 0x01, 0x0d, 0xb8, byte(cell >> 4), byte(cell << 4)}
	for i := range 8 {
		b[8+i] = byte(low >> (56 - 8*i))
	}
	return netip.AddrFrom16(b)
}

// cellOf gives the number of the cell that holds a: 0 to cells4-1 for IPv4,
// above that for IPv6, nowhere outside the two blocks.
func cellOf(a netip.Addr) int {
	if a.Is4() {
		b := a.As4()
		if b[0] != 198 || b[1]&0xfe != 18 {
			return nowhere
		}
		return int(b[1]&1)<<9 | int(b[2])<<1 | int(b[3]>>7)
	}
	b := a.As16()
	if b[0] != 0x20 || b[1] != 1 || b[2] != 0x0d || b[3] != 0xb8 {
		return nowhere
	}
	return cells4 + int(b[4])<<4 + int(b[5]>>4)
}

// geography is the network of every cell, nowhere where the file has none.
func geography() [cells4 + cells6]int16 {
	var g [cells4 + cells6]int16
	for i := range g {
		g[i] = nowhere
	}
	for n := range networks {
		for i := range 4 {
			g[n*4+i] = int16(n)
		}
		for i := range 16 {
			g[cells4+n*16+i] = int16(n)
		}
		if other, ok := hole4(n); ok {
			g[n*4+3] = int16(other)
		}
		if other, ok := hole6(n); ok {
			g[cells4+n*16+15] = int16(other)
		}
	}
	return g
}

// WriteGeography writes the geography file: prefix,country,asn,network. CSV has
// no comments; the names of the networks say that they are synthetic.
func WriteGeography(w io.Writer) error {
	b := []byte("prefix,country,asn,network\n")
	line := func(p netip.Prefix, n int) {
		b = p.AppendTo(b)
		b = append(b, ',')
		b = append(b, networkCountry(n)...)
		b = append(b, ',')
		b = strconv.AppendUint(b, uint64(networkASN(n)), 10)
		b = append(b, ',')
		b = append(b, networkName(n)...)
		b = append(b, '\n')
	}
	for n := range networks {
		line(net4(n), n)
		if other, ok := hole4(n); ok {
			line(holePrefix4(n), other)
		}
		line(net6(n), n)
		if other, ok := hole6(n); ok {
			line(holePrefix6(n), other)
		}
	}
	_, err := w.Write(b)
	return err
}
