package source

import (
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxName is the longest shown name in bytes.
const maxName = 1024

// Display makes a file's or member's name safe to show: control characters,
// bidirectional and other invisible format characters, separators other than
// the plain space and bytes that are no UTF-8 are written as escapes, and a
// name longer than 1,024 bytes is cut. It is never used to open anything.
func Display(name string) string {
	if plain(name) {
		return name
	}
	var b strings.Builder
	for i := 0; i < len(name); {
		r, n := utf8.DecodeRuneInString(name[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, name[i])
		case !shown(r):
			fmt.Fprintf(&b, `\u{%04x}`, r)
		default:
			b.WriteRune(r)
		}
		i += n
		if b.Len() > maxName {
			b.WriteString("...")
			break
		}
	}
	return b.String()
}

// plain tells whether name needs no escape.
func plain(name string) bool {
	if len(name) > maxName {
		return false
	}
	for i := 0; i < len(name); i++ {
		if c := name[i]; c < 0x20 || c >= 0x7f {
			return false
		}
	}
	return true
}

// shown tells whether r prints as one visible sign (or the plain space).
func shown(r rune) bool {
	return r == ' ' || unicode.IsGraphic(r) && !unicode.Is(unicode.Zs, r) && !unicode.Is(unicode.Cf, r)
}

// Base gives the base name of a file or of an archive's innermost member,
// without the endings of compression: "a.zip!x/emotet.txt.gz" gives
// "emotet.txt".
func Base(name string) string {
	if i := strings.LastIndexByte(name, '!'); i >= 0 && i+1 < len(name) {
		name = name[i+1:]
	}
	name = strings.ReplaceAll(name, `\`, "/")
	name = path.Base(name)
	for {
		ext := path.Ext(name)
		switch strings.ToLower(ext) {
		case ".gz", ".zst", ".zstd", ".gzip":
			if stem := strings.TrimSuffix(name, ext); stem != "" {
				name = stem
				continue
			}
		}
		if name == "." || name == "/" {
			return ""
		}
		return name
	}
}

// inner cleans an archive's member name for showing: no leading "./".
func inner(name string) string {
	name = strings.ReplaceAll(name, `\`, "/")
	for strings.HasPrefix(name, "./") {
		name = strings.TrimLeft(name[2:], "/")
	}
	return Display(name)
}

// hidden tells whether a member is one that its archiver added for itself.
func hidden(name string) bool {
	for _, part := range strings.Split(strings.ReplaceAll(name, `\`, "/"), "/") {
		if part == "__MACOSX" || len(part) > 1 && part[0] == '.' && part != ".." {
			return true
		}
	}
	return false
}
