package value

var errMAC = invalid("not a MAC address", "write six bytes in hexadecimal digits, such as 00:00:5e:00:53:01")

// ParseMAC reads a 48-bit MAC address with colons, hyphens, in three groups
// with dots, or as twelve digits. Canonical are lower case and colons.
func ParseMAC(s string) (Value, error) {
	step, sep := 0, byte(0)
	switch len(s) {
	case 17:
		step, sep = 2, s[2]
		if sep != ':' && sep != '-' {
			return Value{}, errMAC
		}
	case 14:
		step, sep = 4, '.'
	case 12:
		step = 12
	default:
		return Value{}, errMAC
	}
	var b [17]byte
	n, digits := 0, 0
	for i := 0; i < len(s); i++ {
		if digits > 0 && digits%step == 0 && i == digits+digits/step-1 && sep != 0 {
			if s[i] != sep {
				return Value{}, errMAC
			}
			continue
		}
		d := hexDigit[s[i]]
		if d < 0 {
			return Value{}, errMAC
		}
		if digits > 0 && digits%2 == 0 {
			b[n] = ':'
			n++
		}
		b[n] = lowerHex[d]
		n, digits = n+1, digits+1
	}
	if n != len(b) {
		return Value{}, errMAC
	}
	if string(b[:]) == s {
		return Value{kind: MAC, text: s}, nil
	}
	return Value{kind: MAC, text: string(b[:])}, nil
}

const lowerHex = "0123456789abcdef"
const upperHex = "0123456789ABCDEF"
