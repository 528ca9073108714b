package drop

import (
	"bytes"
	"context"
	"io"
	"strings"
	"unicode/utf8"

	"entente/internal/core/value"
	"entente/internal/feed"
	"entente/internal/feed/flatjson"
	"entente/internal/feed/lines"
)

// reader is the work space of one Read.
type reader struct {
	like feed.Observation // what all rows share
	obs  []feed.Observation
	more flatjson.Details
}

// text reads the text form: one row per line that is neither blank nor a
// comment.
func (r *reader) text(ctx context.Context, src *lines.Reader, out feed.Sink) error {
	for n := 0; ; n++ {
		if n&1023 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		line, err := src.Next()
		switch {
		case err == io.EOF:
			return nil
		case err == lines.ErrTooLong:
			err = out.Reject(src.Line(), feed.LineTooLong, "", src.Text())
		case err != nil:
			return err
		default:
			text, comment, entry := split(line)
			if !entry {
				continue
			}
			if why := r.entry(text, comment); why != 0 {
				err = out.Reject(src.Line(), why, "value", line[:min(len(line), 4<<10)])
			} else {
				err = out.Accept(src.Line(), r.obs)
			}
		}
		if err != nil {
			return err
		}
	}
}

// split takes a line apart: the entry and what stands behind the first
// semicolon. entry is false for blank lines and comments.
func split(line []byte) (text, comment []byte, entry bool) {
	line = bytes.TrimSpace(line)
	if len(line) == 0 || line[0] == ';' || line[0] == '#' {
		return nil, nil, false
	}
	text, comment, _ = bytes.Cut(line, []byte(";"))
	return bytes.TrimSpace(text), bytes.TrimSpace(comment), true
}

// entry reads one row of the text form: "192.0.2.0/24 ; SBL1" or
// "AS64496 ; PL | EXAMPLE".
func (r *reader) entry(text, comment []byte) feed.Reason {
	if bytes.IndexByte(text, 0) >= 0 || bytes.IndexByte(comment, 0) >= 0 || !utf8.Valid(text) || !utf8.Valid(comment) {
		return feed.BadText
	}
	v, ok := parse(string(text))
	if !ok {
		return feed.BadValue
	}
	o := &r.obs[0]
	*o = r.like
	o.Value = v
	r.more.Drop()
	if v.Kind() == value.ASN {
		country, name, named := strings.Cut(string(comment), "|")
		if named {
			o.Country = strings.ToUpper(strings.TrimSpace(country))
			r.more.Text("asname", strings.TrimSpace(name))
		} else {
			r.more.Text("comment", country)
		}
	} else {
		r.more.Text("sblid", string(comment))
	}
	o.Details = r.more.Take()
	return 0
}

// object reads one row of the JSON lines form. The metadata line is no row.
func (r *reader) object(fs []flatjson.Field) ([]feed.Observation, feed.Reason, string) {
	if isMetadata(fs) {
		return nil, 0, ""
	}
	r.more.Drop()
	o := &r.obs[0]
	*o = r.like
	field := ""
	for i := range fs {
		f := &fs[i]
		key := string(f.Key)
		text := ""
		if f.Kind != flatjson.Array && f.Kind != flatjson.Nested {
			text = strings.TrimSpace(string(f.Text()))
		}
		switch {
		case strings.IndexByte(text, 0) >= 0:
			return nil, feed.BadText, key
		case (key == "cidr" || key == "asn") && text != "" && field == "":
			v, ok := parse(text)
			if !ok || (v.Kind() == value.ASN) != (key == "asn") {
				return nil, feed.BadValue, key
			}
			o.Value, field = v, key
		case key == "cc":
			o.Country = strings.ToUpper(text)
		case f.Kind == flatjson.Null, f.Kind == flatjson.String && text == "":
		default:
			r.more.Raw(f.Key, f.Raw)
		}
	}
	if field == "" {
		return nil, feed.NoValue, "cidr"
	}
	o.Details = r.more.Take()
	return r.obs, 0, ""
}

// parse reads a network, an address or an autonomous system. A network of one
// address is that address.
func parse(s string) (value.Value, bool) {
	if !strings.ContainsAny(s, ".:") {
		v, err := value.ParseASN(s)
		return v, err == nil
	}
	if !strings.Contains(s, "/") {
		v, err := value.ParseIP(s)
		return v, err == nil
	}
	v, err := value.ParseCIDR(s)
	if p := v.Prefix(); err == nil && p.IsSingleIP() {
		v = value.FromAddr(p.Addr())
	}
	return v, err == nil
}

// listOf gives the list that a value must be of.
func listOf(v value.Value) string {
	a := v.Addr()
	if v.Kind() == value.CIDR {
		a = v.Prefix().Addr()
	}
	switch {
	case v.Kind() == value.ASN:
		return "asn"
	case a.Is6():
		return "v6"
	}
	return "v4"
}
