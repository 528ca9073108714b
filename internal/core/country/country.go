// Package country owns the list of countries and territories of ISO 3166-1:
// codes, short English names, M49 regions, main time zones, country-code
// top-level domains, and the place of each on an equal-size tile map. It
// imports only the standard library.
//
// The list follows the codes, and takes no position on the status of any
// territory.
package country

import "sort"

// Country is one officially assigned code of ISO 3166-1.
type Country struct {
	Code    string // alpha-2, upper case
	Alpha3  string // alpha-3, upper case
	Numeric int    // numeric code, shown with three digits
	Name    string // short English name
	Region  string // UN M49 sub-region, or the intermediate region where M49 has one
	Zone    string // IANA time zone of the capital or of most people
}

// All lists the 249 assigned codes in the order of their alpha-2 codes. The
// slice is the caller's.
func All() []Country { return append([]Country(nil), table[:]...) }

// Lookup gives the country with the alpha-2 code, which must be in upper case.
func Lookup(code string) (Country, bool) {
	i := index(code)
	if i < 0 {
		return Country{}, false
	}
	return table[i], true
}

// Name gives the short English name of an alpha-2 code in upper case.
func Name(code string) (string, bool) {
	i := index(code)
	if i < 0 {
		return "", false
	}
	return table[i].Name, true
}

// Valid tells whether code is an assigned alpha-2 code in upper case. User
// assigned, reserved and former codes (XK, EU, UK, SU, AN) are none.
func Valid(code string) bool { return index(code) >= 0 }

// Intern gives the list's own copy of an assigned code, so that what holds it
// does not hold the text it was read from.
func Intern(code string) (string, bool) {
	i := index(code)
	if i < 0 {
		return "", false
	}
	return table[i].Code, true
}

// index finds the row of an alpha-2 code, -1 if there is none.
func index(code string) int {
	if len(code) != 2 {
		return -1
	}
	a, b := code[0]-'A', code[1]-'A'
	if a > 25 || b > 25 {
		return -1
	}
	return int(places[int(a)*26+int(b)]) - 1
}

// places maps the two letters of a code to its row plus one, 0 for none.
var places = func() (p [26 * 26]uint8) {
	for i, c := range table {
		p[int(c.Code[0]-'A')*26+int(c.Code[1]-'A')] = uint8(i + 1)
	}
	return p
}()

// Regions lists the regions that countries have, sorted.
func Regions() []string {
	seen := map[string]bool{}
	var out []string
	for _, c := range table {
		if !seen[c.Region] {
			seen[c.Region] = true
			out = append(out, c.Region)
		}
	}
	sort.Strings(out)
	return out
}
