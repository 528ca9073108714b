package value

import "unicode/utf8"

// maxFileName is the longest file name in bytes: 255 UTF-16 units of NTFS take
// at most 765 bytes.
const maxFileName = 765

var (
	errFileName = invalid("not a file name", "write the last part of the path in valid UTF-8, without control characters")
	errFilePath = invalid("a path where a file name is expected", "write only what follows the last slash or backslash")
	errFileLong = invalid("a file name that is too long", "a file name has at most 765 bytes")
)

// ParseFileName reads the last part of a path and keeps it byte for byte:
// letter case, spaces and direction marks are evidence.
func ParseFileName(s string) (Value, error) {
	switch {
	case s == "" || s == "." || s == ".." || !utf8.ValidString(s):
		return Value{}, errFileName
	case len(s) > maxFileName:
		return Value{}, errFileLong
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '/' || c == '\\':
			return Value{}, errFilePath
		case c < 0x20 || c == 0x7f:
			return Value{}, errFileName
		}
	}
	return Value{kind: FileName, text: s}, nil
}
