package value

import "strings"

var errCVE = invalid("not a CVE identifier", "write CVE, the year and at least four digits, such as CVE-2024-12345")

// ParseCVE reads CVE-YYYY-NNNN with 4 to 19 digits at the end. Zeros lead only
// a number of four digits, so one vulnerability has one spelling. Letters may
// have either case; canonical are capitals.
func ParseCVE(s string) (Value, error) {
	if len(s) < 13 || len(s) > 28 || s[3] != '-' || s[8] != '-' || !strings.EqualFold(s[:3], "CVE") {
		return Value{}, errCVE
	}
	year, ok := decimal(s[4:8], 2099)
	if !ok || year < 1999 || s[9] == '0' && len(s) > 13 {
		return Value{}, errCVE
	}
	for i := 9; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return Value{}, errCVE
		}
	}
	return Value{kind: CVE, text: strings.ToUpper(s)}, nil
}
