package value

const bech32Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

// The constants that a checksum must give: BIP 173 for witness version 0,
// BIP 350 for the later ones.
const (
	bech32Const  = 1
	bech32mConst = 0x2bc830a3
)

// bech32Digit is the value of a character of bech32, -1 for any other byte.
var bech32Digit = func() (t [256]int8) {
	for i := range t {
		t[i] = -1
	}
	for i := 0; i < len(bech32Alphabet); i++ {
		t[bech32Alphabet[i]] = int8(i)
	}
	return t
}()

// segwit tells whether s, in lower case, is a valid address of a Bitcoin
// witness program on the main network.
func segwit(s string) bool {
	if len(s) < 14 || len(s) > 90 || s[:3] != "bc1" {
		return false
	}
	data := s[3:]
	sum := uint32(1)
	for _, d := range [...]uint32{'b' >> 5, 'c' >> 5, 0, 'b' & 31, 'c' & 31} {
		sum = polymod(sum, d)
	}
	for i := 0; i < len(data); i++ {
		d := bech32Digit[data[i]]
		if d < 0 {
			return false
		}
		sum = polymod(sum, uint32(d))
	}
	version := bech32Digit[data[0]]
	want := uint32(bech32Const)
	if version > 0 {
		want = bech32mConst
	}
	if sum != want || version > 16 {
		return false
	}
	program := data[1 : len(data)-6]
	size, spare := len(program)*5/8, len(program)*5%8
	if spare >= 5 || size < 2 || size > 40 || version == 0 && size != 20 && size != 32 {
		return false
	}
	return bech32Digit[program[len(program)-1]]&(1<<spare-1) == 0
}

func polymod(sum, d uint32) uint32 {
	top := sum >> 25
	sum = (sum&0x1ffffff)<<5 ^ d
	for i, g := range [...]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
		if top>>i&1 == 1 {
			sum ^= g
		}
	}
	return sum
}
