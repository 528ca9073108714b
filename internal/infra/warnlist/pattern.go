package warnlist

import (
	"fmt"
	"regexp"
	"strings"
)

// pattern is one entry of a list of type regex.
type pattern struct {
	re   *regexp.Regexp
	list uint16
}

// maxPattern bounds the text of a pattern, in bytes.
const maxPattern = 1000

// compilePattern makes a pattern of one written for PCRE between delimiters,
// such as "/^abuse@/i". What RE2 cannot do (look-around, back references) is an
// error that says so.
func compilePattern(s string) (*regexp.Regexp, error) {
	if len(s) > maxPattern {
		return nil, fmt.Errorf("a pattern of more than %d bytes", maxPattern)
	}
	body, flags := s, ""
	if len(s) > 1 && strings.IndexByte("/#~@%!", s[0]) >= 0 {
		if end := strings.LastIndexByte(s, s[0]); end > 0 {
			body, flags = s[1:end], s[end+1:]
			body = strings.ReplaceAll(body, `\`+s[:1], s[:1])
		}
	}
	prefix := ""
	for _, f := range flags {
		switch f {
		case 'i', 'm', 's', 'U':
			prefix += string(f)
		case 'g', 'u', 'D': // all matches, Unicode, dollar at the end: RE2's own ways or no matter here
		default:
			return nil, fmt.Errorf("the flag %q, which RE2 does not have", f)
		}
	}
	if prefix != "" {
		body = "(?" + prefix + ")" + body
	}
	re, err := regexp.Compile(unescape(body))
	if err != nil {
		return nil, fmt.Errorf("a pattern that RE2 does not have: %v", err)
	}
	return re, nil
}

// unescape drops the backslash before ASCII punctuation that needs none and
// that RE2 refuses, such as \@; PCRE takes both.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			if strings.IndexByte("@/#~%!:=<>,;'\"&`", s[i+1]) < 0 {
				b.WriteByte(s[i])
			}
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
