package value

// Card numbers are no values: they are found only to be masked.

// MaskCards gives text with every digit of a card number replaced by "*". It
// gives text itself if there is none, else a copy of the same length.
func MaskCards(text []byte) []byte {
	s := scan{text: string(text)}
	s.cards(0, len(s.text))
	if len(s.out.Cards) == 0 {
		return text
	}
	out := append([]byte(nil), text...)
	for _, c := range s.out.Cards {
		for i := c.Start; i < c.End; i++ {
			if out[i] >= '0' && out[i] <= '9' {
				out[i] = '*'
			}
		}
	}
	return out
}

// cards finds card numbers that start in text[start:end]: 13 to 19 digits, in
// one run or in groups of three and more with one space or hyphen between,
// that start as an issuer's numbers do and fit the check digit (ISO/IEC 7812).
func (s *scan) cards(start, end int) {
	t := s.text
	for i := max(start, s.card); i < end; {
		if extractClass[t[i]]&xDigit == 0 {
			i++
			continue
		}
		begin := i
		for i < len(t) && extractClass[t[i]]&xDigit != 0 {
			i++
		}
		if i-begin < 4 || i-begin > 19 || !cardMayStart(t, begin) {
			continue
		}
		if stop := cardEnd(t, begin, i); stop > 0 {
			s.out.Cards = append(s.out.Cards, Span{begin, stop})
			s.card, i = stop, stop
		}
	}
}

// cardMayStart refuses digits in the middle of a word or after a decimal point,
// and first digits that no issuer has.
func cardMayStart(t string, i int) bool {
	if t[i] == '0' || t[i] == '1' || t[i] == '7' {
		return false
	}
	if i == 0 {
		return true
	}
	c := t[i-1]
	return extractClass[c]&xAlnum == 0 && !(c == '.' && i > 1 && extractClass[t[i-2]]&xDigit != 0)
}

// cardEnd gives where the longest card number ends that starts with the run
// t[begin:end] of digits, 0 if none does.
func cardEnd(t string, begin, end int) int {
	var digits [19]byte
	n, found := 0, 0
	for i := begin; ; {
		for ; i < end; i++ {
			digits[n] = t[i] - '0'
			n++
		}
		if n >= 13 && (end == len(t) || extractClass[t[end]]&xAlnum == 0) && isCard(digits[:n]) {
			found = end
		}
		// The next group.
		i = end
		switch {
		case i < len(t) && (t[i] == ' ' || t[i] == '-'):
			i++
		case i+1 < len(t) && t[i] == 0xc2 && t[i+1] == 0xa0: // a no-break space
			i += 2
		default:
			return found
		}
		end = i
		for end < len(t) && extractClass[t[end]]&xDigit != 0 {
			end++
		}
		if end-i < 3 || n+end-i > 19 {
			return found
		}
	}
}

func isCard(d []byte) bool {
	if !isIssued(d) {
		return false
	}
	sum := 0
	for i := range d {
		n := int(d[len(d)-1-i])
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}

// isIssued tells whether an issuer of payment cards has numbers of this length
// that start so.
func isIssued(d []byte) bool {
	first := int(d[0])*1000 + int(d[1])*100 + int(d[2])*10 + int(d[3])
	n := len(d)
	for _, r := range issuers {
		if first >= r.from && first <= r.to && n >= r.least && n <= r.most {
			return true
		}
	}
	return false
}

// issuers are ranges of the first four digits and of lengths.
var issuers = [...]struct{ from, to, least, most int }{
	{4000, 4999, 13, 19}, // Visa
	{5100, 5599, 16, 16}, // Mastercard
	{2221, 2720, 16, 16}, // Mastercard
	{3400, 3499, 15, 15}, // American Express
	{3700, 3799, 15, 15}, // American Express
	{3000, 3059, 14, 19}, // Diners Club
	{3095, 3095, 14, 19}, // Diners Club
	{3600, 3699, 14, 19}, // Diners Club
	{3800, 3999, 14, 19}, // Diners Club
	{3528, 3589, 16, 19}, // JCB
	{6000, 6999, 13, 19}, // Discover, UnionPay, RuPay, Maestro
	{5000, 5099, 13, 19}, // Maestro, Verve
	{5600, 5899, 13, 19}, // Maestro
	{8100, 8299, 16, 19}, // UnionPay, RuPay
	{2200, 2204, 16, 19}, // Mir
	{9792, 9792, 16, 16}, // Troy
}
