package surge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"entente/internal/core/fault"
	"entente/internal/feed"
	"entente/internal/feed/source"
)

// readAll keeps and reads each raw input in turn.
func (in *ingest) readAll(ctx context.Context, raws []source.Raw) error {
	for _, r := range raws {
		if err := ctx.Err(); err != nil {
			return errStopped
		}
		if err := in.readRaw(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

func (in *ingest) readRaw(ctx context.Context, raw source.Raw) error {
	at, err := in.put(ctx, raw)
	if err != nil {
		return err
	}
	hash, size := at.hash, at.size
	kept, err := in.desk.Blobs.Open(ctx, hash)
	if err != nil {
		return err
	}
	defer kept.Close()
	before := in.done
	body := &countingReader{r: kept.Trust(), add: func(n int64) { in.done += n }}
	opt := in.req.Options
	format := in.req.Format
	if !raw.Stdin {
		if err := in.desk.sidecar(raw.Path, &opt, &format); err != nil {
			return err
		}
	}
	opt.Now = in.desk.Now()
	err = source.Members(ctx, raw.Path, raw.ModTime, body, kept.At, size, in.req.Limits, func(m source.Member) error {
		return in.readMember(ctx, hash, m, opt, format)
	})
	in.done = before + size
	in.report(raw.Path)
	switch {
	case err == nil, errors.Is(err, errBrokeOff):
		return nil
	case ctx.Err() != nil:
		return errStopped
	case in.collect.broken != nil:
		return in.collect.broken
	case fault.Is(err, fault.Corrupt), fault.Is(err, fault.Limit), fault.Is(err, fault.Invalid):
		return in.cutOff(raw.Path, hash, err)
	}
	return fmt.Errorf("read %s: %w", source.Display(raw.Path), err)
}

// kept says under which hash a raw input is kept, and its size in bytes.
type kept struct {
	hash [32]byte
	size int64
}

// put stores a raw input by its hash before anything of it is read. Standard
// input is stored once.
func (in *ingest) put(ctx context.Context, raw source.Raw) (*kept, error) {
	if raw.Stdin && in.stdin != nil {
		return in.stdin, nil
	}
	var r io.Reader = in.req.Stdin
	if !raw.Stdin {
		f, err := os.Open(raw.Path)
		if err != nil {
			return nil, fault.Wrap(fault.Invalid, err, "cannot open "+source.Display(raw.Path), "check the path and its permissions")
		}
		defer f.Close()
		r = f
	} else if r == nil {
		return nil, fault.New(fault.Usage, "there is no standard input to read", "give a path, or pipe a file in")
	}
	ref, err := in.desk.Blobs.Put(ctx, &countingReader{r: r, add: func(n int64) {
		in.done += n
		in.report(raw.Path)
	}}, true)
	if err != nil && ctx.Err() != nil {
		err = errStopped
	}
	return &kept{ref.Hash, ref.Size}, err
}

func (in *ingest) readMember(ctx context.Context, hash [32]byte, src source.Member, opt feed.Options, override string) error {
	if description(src.Name) || source.Description(in.desk.Formats, src.Name, src.Head) {
		return nil
	}
	m, fresh := in.memberOf(memberKey{hash, src.Index, src.Name}, opt)
	if !fresh && m.state != memberOpen {
		return in.remember(m)
	}
	format, err := source.Choose(in.desk.Formats, opt, override, src.Name, src.Head)
	if err != nil {
		if fault.Is(err, fault.Usage) {
			return err
		}
		return in.setAside(m, "unknown-format", err.Error(), fault.RemedyOf(err))
	}
	m.format, m.modTime = format.Info().Name, src.ModTime
	in.collect.start(m)
	err = format.Read(ctx, feed.Input{Name: src.Name, ModTime: src.ModTime, Body: src.Body, Options: in.named(opt)}, in.collect)
	in.report(src.Name)
	var q *feed.Quarantine
	switch {
	case err == nil:
		m.state = memberDone
		in.collect.batch.note(m)
		in.finished[string(m.identity)] = m
	case errors.Is(err, errRecognised):
		in.collect.batch.note(m)
	case errors.As(err, &q):
		return in.setAside(m, q.Reason, q.Text, q.Remedy)
	case ctx.Err() != nil:
		return errStopped
	default:
		return err
	}
	return nil
}

// memberOf gives the member of a resumed run, or a fresh one. Names that are too
// long to be kept whole are told apart by a number.
func (in *ingest) memberOf(key memberKey, opt feed.Options) (m *member, fresh bool) {
	key.name = in.collect.without(key.raw, key.name)
	for n, name := 2, key.name; in.taken[key]; n++ {
		key.name = fmt.Sprintf("%s (%d)", name, n)
	}
	in.taken[key] = true
	if m := in.members[key]; m != nil {
		m.options = opt
		return m, false
	}
	in.lastMember++
	m = &member{id: in.lastMember, raw: key.raw, index: key.index, name: key.name, options: opt, rejected: map[string]int64{}}
	return m, true
}

// errBrokeOff ends the reading of a raw input where it broke off before the run
// was resumed: what the damage hides stays hidden.
var errBrokeOff = errors.New("broke off")

// remember takes in a member that this run had settled before it was resumed.
func (in *ingest) remember(m *member) error {
	switch m.state {
	case memberDone:
		in.finished[string(m.identity)] = m
	case memberQuarantined, memberCut:
		in.notes = append(in.notes, Note{File: m.name, Reason: m.reason, Text: m.note})
		in.spoil(m)
	}
	if m.state == memberCut {
		return errBrokeOff
	}
	return nil
}

// setAside records that a file is quarantined whole.
func (in *ingest) setAside(m *member, reason, text, remedy string) error {
	m.state, m.reason, m.note = memberQuarantined, reason, text
	in.spoil(m)
	in.notes = append(in.notes, Note{m.name, reason, text, remedy})
	in.collect.batch.note(m)
	return nil
}

// spoil notes that a member was not read to its end, so that its snapshot says
// nothing of what is missing in it.
func (in *ingest) spoil(m *member) {
	switch {
	case m.asOf != 0:
		in.snapshots.spoil(snapshotKey{m.feed, m.asOf})
	case m.feed != "":
		in.snapshots.spoilFeed(m.feed)
	case m.options.Feed != "":
		in.snapshots.spoilFeed(m.options.Feed)
	}
}

// cutOff notes that a raw input broke off; what was read of it counts.
func (in *ingest) cutOff(path string, hash [32]byte, cause error) error {
	reason := "damaged"
	if fault.Is(cause, fault.Limit) {
		reason = "limit"
	}
	m := in.collect.member
	if m == nil || m.raw != hash || m.state != memberOpen {
		m, _ = in.memberOf(memberKey{hash, -1, source.Display(path)}, in.req.Options)
		return in.setAside(m, reason, damageText(cause, m.name), fault.RemedyOf(cause))
	}
	m.state, m.reason, m.note = memberCut, reason, damageText(cause, m.name)
	in.spoil(m)
	in.notes = append(in.notes, Note{m.name, reason, m.note, fault.RemedyOf(cause)})
	in.collect.batch.note(m)
	return nil
}

// damageText is what a fault says of a file, without the file's name, which
// stands beside it.
func damageText(cause error, name string) string {
	text := cause.Error()
	var f *fault.Error
	if errors.As(cause, &f) {
		text = f.Error()
	}
	return strings.TrimLeft(strings.TrimPrefix(text, name), ": ")
}

func (in *ingest) report(file string) {
	if in.req.Progress == nil {
		return
	}
	var rows int64
	if in.collect != nil {
		rows = in.collect.rows
	}
	in.req.Progress(Progress{Rows: rows, Bytes: in.done, Size: in.size, File: file})
}

type countingReader struct {
	r   io.Reader
	add func(int64)
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.add(int64(n))
	return n, err
}
