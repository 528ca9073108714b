// Package list reads plain lists: one address, address and port, network,
// domain, URL, hash, e-mail address or AS number per line, and hosts files. It
// owns what a line may look like. It may import core and feed; never infra, a
// desk or a door.
package list

import (
	"bytes"
	"context"
	"io"
	"strings"
	"unicode/utf8"

	"entente/internal/feed"
	"entente/internal/feed/clock"
	"entente/internal/feed/flatjson"
	"entente/internal/feed/lines"
	"entente/internal/feed/source"
)

var _ feed.Format = Format{}

// Format keeps no state, so many goroutines may share one.
type Format struct{}

// Info says what the format is.
func (Format) Info() feed.Info {
	return feed.Info{Name: "list", Title: "Plain lists of addresses, networks, domains, URLs and hashes; hosts files",
		Time: "given, file, file name", Label: "AMBER", Verified: true, Needs: []string{"class", "mode"}}
}

// Read gives one row per line that is neither blank nor a comment. All rows
// have the time of the list (clock.AsOf): the snapshot's, or in event mode each
// row's.
func (Format) Read(ctx context.Context, in feed.Input, out feed.Sink) error {
	o := in.Options
	if o.Class == 0 {
		return &feed.Quarantine{Reason: "needs-class", Text: "a plain list does not say what its entries did", Remedy: "give --class, such as --class c2-server"}
	}
	if o.Mode == 0 {
		return &feed.Quarantine{Reason: "needs-mode", Text: "a plain list does not say whether it is all that is known now (snapshot) or what happened (event)", Remedy: "give --mode snapshot or --mode event"}
	}
	src := lines.New(in.Body)
	head := src.Peek(source.HeadSize)
	if len(head) == 0 {
		if _, err := src.Next(); err != nil && err != io.EOF {
			return err
		}
		return &feed.Quarantine{Reason: "empty", Text: "the file is empty", Remedy: "fetch it again; a list without entries has at least a comment"}
	}
	if s := sampled(head); s.lines > 0 && s.entries() == 0 {
		return &feed.Quarantine{Reason: "not-this-format", Text: "none of its first lines holds an address, network, domain, URL or hash", Remedy: "look at the file: is it the list, and is it text?"}
	}
	base := source.Base(in.Name)
	at, ok := clock.AsOf(in, head, base)
	if !ok {
		return &feed.Quarantine{Reason: "no-time", Text: "nothing says when the list was made, or what does is before 1990 or in the future", Remedy: "give --as-of with date, time and zone"}
	}
	meta := feed.Meta{Feed: o.Feed, Mode: o.Mode, Label: o.Label}
	if meta.Feed == "" {
		meta.Feed = "list/" + in.Options.Class.String()
	}
	if meta.Label == "" {
		meta.Label = "AMBER"
	}
	row := row{obs: make([]feed.Observation, 0, 4)}
	row.like = feed.Observation{Class: o.Class, Family: strings.ToLower(o.Family)}
	if row.like.Family == "" && o.FamilyFromName {
		row.like.Family = family(base)
	}
	if o.Mode == feed.Snapshot {
		meta.Snapshot = at.UTC()
	} else {
		row.like.Time = at.UnixMicro()
	}
	if err := out.Begin(meta); err != nil {
		return err
	}
	return row.all(ctx, src, out)
}

// row is the work space of one Read.
type row struct {
	like feed.Observation // what all rows share
	obs  []feed.Observation
	more flatjson.Details
}

func (r *row) all(ctx context.Context, src *lines.Reader, out feed.Sink) error {
	for n := 0; ; n++ {
		if n&1023 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		text, err := src.Next()
		switch {
		case err == io.EOF:
			return nil
		case err == lines.ErrTooLong:
			err = out.Reject(src.Line(), feed.LineTooLong, "", src.Text())
		case err != nil:
			return err
		default:
			l, entry := split(text)
			if !entry {
				continue
			}
			if why := r.line(l); why != 0 {
				if bytes.IndexByte(text, 0) >= 0 || !utf8.Valid(text) {
					why = feed.BadText
				}
				field := "value"
				if why == feed.BadPort {
					field = "port"
				}
				err = out.Reject(src.Line(), why, field, text[:min(len(text), 4<<10)])
			} else {
				err = out.Accept(src.Line(), r.obs)
			}
		}
		if err != nil {
			return err
		}
	}
}

// line turns a line's parts into observations; 0 means that it has some.
func (r *row) line(l parts) feed.Reason {
	r.obs = r.obs[:0]
	if l.nul {
		return feed.BadText
	}
	if hosts(l.first) && len(l.rest) > 0 {
		return r.hosts(l)
	}
	v, port, why := Parse(string(l.first))
	if why != 0 {
		return why
	}
	r.add(v, port)
	if len(l.rest) > 0 {
		r.more.Text("columns", string(l.rest))
	}
	if len(l.comment) > 0 {
		r.more.Text("comment", string(l.comment))
	}
	r.obs[0].Details = r.more.Take()
	return 0
}

// hosts reads a line of a hosts file: each name is an observation.
func (r *row) hosts(l parts) feed.Reason {
	why := feed.NoValue
	for name := range bytes.FieldsSeq(l.rest) {
		if own(name) {
			continue
		}
		v, port, bad := Parse(string(name))
		if bad != 0 {
			if why == feed.NoValue {
				why = bad
			}
			continue
		}
		r.add(v, port)
	}
	if len(r.obs) == 0 {
		return why
	}
	if len(l.comment) > 0 {
		r.more.Text("comment", string(l.comment))
		d := r.more.Take()
		for i := range r.obs {
			r.obs[i].Details = d
		}
	}
	return 0
}

// family gives the family that a file is named after.
func family(base string) string { return strings.ToLower(strings.TrimSpace(stem(base))) }

// stem drops the endings that lists have.
func stem(base string) string {
	for {
		i := strings.LastIndexByte(base, '.')
		if i <= 0 {
			return base
		}
		switch strings.ToLower(base[i+1:]) {
		case "txt", "csv", "tsv", "list", "lst", "ioc", "iocs", "dat", "netset", "ipset", "hosts", "text", "log":
			base = base[:i]
		default:
			return base
		}
	}
}
