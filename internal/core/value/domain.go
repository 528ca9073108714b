package value

import (
	"strings"

	"golang.org/x/net/idna"
)

var (
	errName       = invalid("not a domain name", "write labels of letters, digits and hyphens with dots between, such as www.example.org")
	errNameLong   = invalid("a domain name that is too long", "a label has 1 to 63 characters, a name at most 253")
	errNameShort  = invalid("a domain name of one label", "write the whole name, such as www.example.org")
	errNameTop    = invalid("a domain name whose last label is no top-level domain", "the last label has at least two letters and no digits, or starts with xn--")
	errNameIDN    = invalid("an internationalised name that IDNA does not allow", "check the spelling of the labels that are not plain letters or start with xn--")
	errNameOnion  = invalid("an onion name where a domain is expected", "read it as kind onion")
	errUnderscore = invalid("an underscore, or a hyphen at an edge, in one of the last two labels", "only labels before the last two may have them")
)

// names is IDNA as UTS 46 says for lookup, without the transitional mappings.
// Hyphens and the letters of plain labels are judged by plainName instead,
// because real hosts have names such as r3---sn-x.example.org.
var names = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.BidiRule(), idna.CheckJoiners(true), idna.CheckHyphens(false), idna.StrictDomainName(false))

// ParseDomain reads a domain name of at least two labels and gives it in
// lower-case A-labels without the dot of the root. docs/values.md has the rules.
func ParseDomain(s string) (Value, error) {
	t, err := domainText(s, 2)
	if err != nil {
		return Value{}, err
	}
	return Value{kind: Domain, text: t}, nil
}

// ParseSuffix gives the canonical text of a domain suffix, which unlike a
// Domain value may be one label ("sa", "gov.sa"). A leading dot is dropped.
func ParseSuffix(s string) (string, error) {
	return domainText(strings.TrimPrefix(s, "."), 1)
}

func domainText(s string, labels int) (string, error) {
	s, err := nameText(s, labels)
	if err == nil && isOnion(s) {
		return "", errNameOnion
	}
	return s, err
}

// The classes of bytes in names.
const (
	nameOther = iota
	nameDot
	nameLetter
	nameDigit
	nameHyphen
	nameUnderscore
	nameUpper
	nameHigh
)

var nameClass = func() (t [256]uint8) {
	for c := range t {
		switch {
		case c >= 'a' && c <= 'z':
			t[c] = nameLetter
		case c >= '0' && c <= '9':
			t[c] = nameDigit
		case c >= 'A' && c <= 'Z':
			t[c] = nameUpper
		case c >= 0x80:
			t[c] = nameHigh
		}
	}
	t['.'], t['-'], t['_'] = nameDot, nameHyphen, nameUnderscore
	return t
}()

// nameText gives the canonical text of a domain or onion name.
func nameText(s string, labels int) (string, error) {
	ace, err := plainName(s, labels)
	if err == nil && !ace {
		return s, nil
	}
	return mappedName(s, labels)
}

// plainName checks a name that is already in lower-case ASCII without a final
// dot. Ace tells that a label starts with xn--, so IDNA must look at it.
func plainName(s string, labels int) (ace bool, err error) {
	if len(s) == 0 || len(s) > 253 {
		return false, errNameLong
	}
	count, start := 1, 0
	// odd is the number of the last label (from 1) with an underscore or with
	// a hyphen at an edge; alpha tells whether the current label has letters only.
	odd, alpha := 0, true
	for i := 0; i < len(s); i++ {
		switch nameClass[s[i]] {
		case nameLetter:
		case nameDigit:
			alpha = false
		case nameHyphen:
			alpha = false
			if i == start || i+1 == len(s) || s[i+1] == '.' {
				odd = count
			}
			if i == start+3 && s[i-1] == '-' && s[i-2] == 'n' && s[i-3] == 'x' {
				ace = true
			}
		case nameUnderscore:
			odd, alpha = count, false
		case nameDot:
			if i == start || i-start > 63 {
				return false, errNameLong
			}
			count, start, alpha = count+1, i+1, true
		default:
			return false, errName
		}
	}
	last := s[start:]
	switch {
	case len(last) == 0 || len(last) > 63:
		return ace, errNameLong
	case count < labels:
		return ace, errNameShort
	case len(last) < 2 || !alpha && !strings.HasPrefix(last, "xn--"):
		return ace, errNameTop
	case odd > 0 && odd > count-2:
		return ace, errUnderscore
	}
	return ace, nil
}

// mappedName does for any spelling what plainName cannot: the final dot,
// capital letters, other scripts and A-labels.
func mappedName(s string, labels int) (string, error) {
	if len(s) > 1024 {
		return "", errNameLong
	}
	if n := len(s); n > 1 && s[n-1] == '.' {
		s = s[:n-1]
	}
	high := false
	for i := 0; i < len(s); i++ {
		switch nameClass[s[i]] {
		case nameOther:
			return "", errName
		case nameHigh:
			high = true
		}
	}
	if high {
		t, err := names.ToASCII(s)
		if err != nil {
			return "", errNameIDN
		}
		s = strings.TrimSuffix(t, ".")
	}
	s = strings.ToLower(s)
	ace, err := plainName(s, labels)
	if err != nil {
		return "", err
	}
	if ace {
		t, err := names.ToASCII(s)
		if err != nil || t != s {
			return "", errNameIDN
		}
	}
	return s, nil
}

func isOnion(name string) bool { return strings.HasSuffix(name, ".onion") || name == "onion" }
