package value

const base58Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// base58Digit is the value of a digit of base 58, -1 for any other byte.
var base58Digit = func() (t [256]int8) {
	for i := range t {
		t[i] = -1
	}
	for i := 0; i < len(base58Alphabet); i++ {
		t[base58Alphabet[i]] = int8(i)
	}
	return t
}()

// base58Decode fills out with the number that s writes in base 58, each zero
// byte in front written as a 1. It fails unless s is the only way to write
// exactly that many bytes.
func base58Decode(out []byte, s string) bool {
	clear(out)
	used := 0 // bytes at the end of out that hold something
	zeros := 0
	for i := 0; i < len(s); i++ {
		carry := int(base58Digit[s[i]])
		if carry < 0 {
			return false
		}
		if carry == 0 && used == 0 {
			zeros++
			continue
		}
		n := 0
		for ; n < used || carry > 0; n++ {
			if n == len(out) {
				return false
			}
			p := &out[len(out)-1-n]
			carry += int(*p) * 58
			*p, carry = byte(carry), carry>>8
		}
		used = max(used, n)
	}
	return zeros+used == len(out)
}
