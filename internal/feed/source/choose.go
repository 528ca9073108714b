package source

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"entente/internal/core/fault"
	"entente/internal/feed"
)

// Choose picks the format of a file. override (--format) decides where it is
// given; else what the options are for decides (a mapping: custom, a report
// type: shadowserver); else the format that is surest of name and head, the
// first of the list among equals. Where none knows the file, the fault says
// what the file looks like and what to do.
func Choose(formats []feed.Format, opt feed.Options, override, name string, head []byte) (feed.Format, error) {
	if override != "" {
		if f := named(formats, override); f != nil {
			return f, nil
		}
		return nil, fault.Newf(fault.Usage, "use one of: "+strings.Join(words(formats), ", "), "there is no format %q", Display(override))
	}
	if len(opt.Mapping) > 0 {
		if f := named(formats, "custom"); f != nil {
			return f, nil
		}
	}
	if opt.Report != "" {
		if f := named(formats, "shadowserver"); f != nil {
			return f, nil
		}
	}
	var best feed.Format
	most := 0
	for _, f := range formats {
		if n := f.Detect(name, head); n > most {
			best, most = f, n
		}
	}
	if best == nil {
		return nil, fault.Newf(fault.Invalid,
			"name its format with --format ("+strings.Join(words(formats), ", ")+"), or describe its columns in a mapping file for the format custom",
			"no format knows %s: it %s", Display(name), looks(head))
	}
	return best, nil
}

// Description tells whether a format says of a file that it only describes
// other files of a feed.
func Description(formats []feed.Format, name string, head []byte) bool {
	for _, f := range formats {
		if d, ok := f.(feed.Describer); ok && d.Describes(name, head) {
			return true
		}
	}
	return false
}

func named(formats []feed.Format, word string) feed.Format {
	for _, f := range formats {
		if f.Info().Name == word {
			return f
		}
	}
	return nil
}

func words(formats []feed.Format) []string {
	out := make([]string, len(formats))
	for i, f := range formats {
		out[i] = f.Info().Name
	}
	return out
}

// looks says in a few words what head looks like.
func looks(head []byte) string {
	text := bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))
	switch {
	case len(head) == 0:
		return "is empty"
	case len(text) == 0:
		return "holds only blank space"
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return "looks like UTF-16 text; save it as UTF-8"
	case bytes.IndexByte(head, 0) >= 0:
		return "holds NUL bytes and looks like no text"
	}
	line := text
	if i := bytes.IndexAny(text, "\r\n"); i >= 0 {
		line = text[:i]
	}
	if len(line) > 120 {
		line = line[:120]
		for len(line) > 0 && !utf8.Valid(line) {
			line = line[:len(line)-1]
		}
	}
	shown := Display(string(line))
	switch lower := bytes.ToLower(line); {
	case bytes.HasPrefix(lower, []byte("<!doctype")), bytes.HasPrefix(lower, []byte("<html")):
		return "is a web page (an error or sign-in page instead of the feed?)"
	case text[0] == '<':
		return "looks like XML"
	case text[0] == '{' || text[0] == '[':
		return fmt.Sprintf("looks like JSON beginning with %q", shown)
	case bytes.Count(line, []byte(",")) >= 2:
		return fmt.Sprintf("looks like CSV whose first line is %q", shown)
	}
	return fmt.Sprintf("is text whose first line is %q", shown)
}
