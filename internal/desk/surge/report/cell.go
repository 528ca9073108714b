package report

import (
	"encoding/hex"
	"net/netip"
	"strconv"
	"strings"

	"entente/internal/infra/ui"
)

// appendCell appends one text cell of a CSV file. A cell that a spreadsheet
// would run as a formula (it begins with = + - @, a tab or a line break) gets
// an apostrophe in front, and so does one that begins with an apostrophe, so
// that a reader may take one off. Characters that hide or reorder text are made
// visible, so a record is always one line. A cell that needs quotes gets them
// (RFC 4180).
func appendCell(b []byte, s string) []byte {
	if s == "" {
		return b
	}
	formula := false
	switch s[0] {
	case '=', '+', '-', '@', '\t', '\r', '\n', '\'':
		formula = true
	default:
		formula = s[0] == 0xef && (strings.HasPrefix(s, "＝") || strings.HasPrefix(s, "＋") || strings.HasPrefix(s, "－") || strings.HasPrefix(s, "＠"))
	}
	quote, strange := false, false
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == ',' || c == ' ' && (i == 0 || i == len(s)-1):
			quote = true
		case c < 0x20 || c >= 0x7f:
			strange = true
		}
	}
	if !quote && !formula && !strange {
		return append(b, s...)
	}
	if strange {
		s = ui.Visible(s)
	}
	if quote {
		b = append(b, '"')
	}
	if formula {
		b = append(b, '\'')
	}
	if quote {
		for i := range len(s) {
			if s[i] == '"' {
				b = append(b, '"')
			}
			b = append(b, s[i])
		}
		return append(b, '"')
	}
	return append(b, s...)
}

// appendPort appends a number, nothing for 0.
func appendPort(b []byte, n uint64) []byte {
	if n == 0 {
		return b
	}
	return strconv.AppendUint(b, n, 10)
}

func appendAddr(b []byte, a netip.Addr) []byte {
	if !a.IsValid() {
		return b
	}
	return a.AppendTo(b)
}

// appendID appends a case id as 32 hexadecimal digits, nothing for the zero one.
func appendID(b []byte, id [16]byte) []byte {
	if id == ([16]byte{}) {
		return b
	}
	return hex.AppendEncode(b, id[:])
}
