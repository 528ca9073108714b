package arf

import (
	"bytes"
	"net/textproto"
	"strings"
	"unicode/utf8"

	"entente/internal/feed/flatjson"
)

// fields are the fields of a report in their order.
type fields struct{ names, texts []string }

// readFields reads fields as a header has them, also folded ones. Lines that are
// none are passed over.
func readFields(b []byte) *fields {
	f := &fields{}
	for line := range bytes.Lines(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))) {
		t := strings.TrimRight(string(line), "\r\n")
		if n := len(f.texts); n > 0 && t != "" && (t[0] == ' ' || t[0] == '\t') {
			f.texts[n-1] += " " + strings.TrimSpace(t)
			continue
		}
		if name, text, ok := strings.Cut(t, ":"); ok {
			f.names = append(f.names, textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(name)))
			f.texts = append(f.texts, strings.TrimSpace(text))
		}
	}
	return f
}

// get gives the first field of a name.
func (f *fields) get(name string) string {
	if all := f.all(name); len(all) > 0 {
		return all[0]
	}
	return ""
}

// all gives every field of a name that says something.
func (f *fields) all(name string) (out []string) {
	name = textproto.CanonicalMIMEHeaderKey(name)
	for i := range f.names {
		if f.names[i] == name && f.texts[i] != "" {
			out = append(out, f.texts[i])
		}
	}
	return out
}

// rest keeps the fields that have no place, those of one name as a list.
func (f *fields) rest(more *flatjson.Details, used map[string]bool) {
	done := map[string]bool{}
	for _, name := range f.names {
		if used[name] || done[name] || !utf8.ValidString(name) {
			continue
		}
		done[name] = true
		switch all := f.all(name); len(all) {
		case 0:
		case 1:
			more.Text(name, all[0])
		default:
			list := []byte{'['}
			for i, t := range all {
				if i > 0 {
					list = append(list, ',')
				}
				list = flatjson.AppendString(list, t)
			}
			more.Value(name, append(list, ']'))
		}
	}
}
