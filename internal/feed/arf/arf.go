// Package arf reads abuse reports that come as mails: the Abuse Reporting Format
// (RFC 5965), X-ARF 0.1 and 0.2, and mails that carry an XARF report as JSON. A
// file is one mail, or a mailbox of many. It owns the meaning of their fields.
// It may import core and feed; never infra, a desk or a door.
package arf

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"strings"
	"time"

	"entente/internal/feed"
	"entente/internal/feed/flatjson"
)

var _ feed.Format = Format{}

// Format keeps no state, so many goroutines may share one.
type Format struct{}

// Info says what the format is.
func (Format) Info() feed.Info {
	return feed.Info{Name: "arf", Title: "Abuse reports as mails: ARF (RFC 5965), X-ARF 0.1 and 0.2; .eml, mbox", Mode: feed.Event, Time: "row", Label: "AMBER"}
}

// Detect looks for a mail, or a mailbox, with a part or header of such a report.
func (Format) Detect(_ string, head []byte) int {
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	if !isMail(head) {
		return 0
	}
	low := bytes.ToLower(head)
	switch {
	case bytes.Contains(low, []byte("message/feedback-report")), bytes.Contains(low, []byte("report-type=feedback-report")),
		bytes.Contains(low, []byte(`report-type="feedback-report"`)):
		return 95
	case bytes.Contains(low, []byte("\nx-xarf:")), bytes.Contains(low, []byte("\nx-arf:")), bytes.HasPrefix(low, []byte("x-xarf:")), bytes.HasPrefix(low, []byte("x-arf:")):
		return 93
	}
	return 0
}

// isMail tells whether a text begins as a mail or a mailbox does.
func isMail(head []byte) bool {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	if bytes.HasPrefix(line, []byte("From ")) {
		return true
	}
	name, _, ok := bytes.Cut(line, []byte(":"))
	if !ok || len(name) == 0 {
		return false
	}
	for _, c := range name {
		if c|0x20 < 'a' || c|0x20 > 'z' {
			if c != '-' && (c < '0' || c > '9') {
				return false
			}
		}
	}
	return true
}

// Read gives one row per mail, numbered by its place.
func (Format) Read(ctx context.Context, in feed.Input, out feed.Sink) error {
	box := &mailbox{src: bufio.NewReaderSize(in.Body, 64<<10)}
	if mark, _ := box.src.Peek(3); string(mark) == "\xef\xbb\xbf" {
		_, _ = box.src.Discard(3)
	}
	head, err := box.src.Peek(5)
	if err != nil && err != io.EOF {
		return err
	}
	if len(bytes.TrimSpace(head)) == 0 && err == io.EOF {
		return &feed.Quarantine{Reason: "empty", Text: "the file holds no mail", Remedy: "fetch it again, or leave it out"}
	}
	box.many = string(head) == "From "
	meta := feed.Meta{Feed: in.Options.Feed, Mode: feed.Event, Label: in.Options.Label}
	if meta.Feed == "" {
		meta.Feed = "arf"
	}
	if meta.Label == "" {
		meta.Label = "AMBER"
	}
	r := &reader{opt: in.Options, zone: in.Options.Zone, label: meta.Label}
	if !box.many {
		return r.single(box, meta, out)
	}
	if err := out.Begin(meta); err != nil {
		return err
	}
	for n := int64(1); ; n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		m, err := box.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := r.give(n, m, out); err != nil {
			return err
		}
	}
}

// single reads a file of one mail; one that is no report is set aside.
func (r *reader) single(box *mailbox, meta feed.Meta, out feed.Sink) error {
	m, err := box.next()
	if err != nil && err != io.EOF {
		return err
	}
	why, field, err := r.mail(m)
	switch {
	case err != nil:
		return err
	case why == feed.BadRow && !r.report:
		return &feed.Quarantine{Reason: "not-this-format", Text: "it is no mail with a part message/feedback-report, an X-ARF header or an XARF report",
			Remedy: "name another format; of a mailbox the first line begins with \"From \""}
	}
	if err := out.Begin(meta); err != nil {
		return err
	}
	return r.settle(1, why, field, out)
}

func (r *reader) give(n int64, m io.Reader, out feed.Sink) error {
	why, field, err := r.mail(m)
	if err != nil {
		return err
	}
	return r.settle(n, why, field, out)
}

func (r *reader) settle(n int64, why feed.Reason, field string, out feed.Sink) error {
	if why != 0 {
		return out.Reject(n, why, field, r.seen[:min(len(r.seen), 4<<10)])
	}
	return out.Accept(n, r.obs)
}

// reader is the work space of one Read.
type reader struct {
	opt   feed.Options
	zone  *time.Location
	label string

	seen   []byte // of the mail: its report, else its header
	report bool   // the mail holds a report
	obs    []feed.Observation
	more   flatjson.Details
}

// mailbox splits a text into mails at the lines that begin with "From " after a
// blank line. A text that does not begin with one is one mail.
type mailbox struct {
	src   *bufio.Reader
	many  bool
	begun bool
	ended bool // at the end of the text, or after a failure
	open  *message
}

// message is one mail of a mailbox; it is read before the next is asked for.
type message struct {
	box   *mailbox
	rest  []byte
	start bool // at the beginning of a line
	blank bool // the line before is blank
	done  bool
}

// next gives the next mail, io.EOF after the last.
func (b *mailbox) next() (io.Reader, error) {
	if b.open != nil {
		if _, err := io.Copy(io.Discard, b.open); err != nil {
			return strings.NewReader(""), err
		}
	}
	if b.ended {
		return strings.NewReader(""), io.EOF
	}
	if b.many && !b.begun {
		if err := b.line(); err != nil {
			return strings.NewReader(""), err
		}
	}
	b.begun = true
	b.open = &message{box: b, start: true}
	return b.open, nil
}

// line passes over the rest of a line.
func (b *mailbox) line() error {
	for {
		_, err := b.src.ReadSlice('\n')
		switch err {
		case bufio.ErrBufferFull:
		case io.EOF:
			b.ended = true
			return nil
		default:
			return err
		}
	}
}

func (m *message) Read(p []byte) (int, error) {
	for len(m.rest) == 0 {
		if m.done {
			return 0, io.EOF
		}
		chunk, err := m.box.src.ReadSlice('\n')
		switch err {
		case nil, bufio.ErrBufferFull, io.EOF:
		default:
			return 0, err
		}
		if m.box.many && m.start && m.blank && bytes.HasPrefix(chunk, []byte("From ")) {
			m.done = true
			if err == bufio.ErrBufferFull {
				return 0, m.box.line()
			}
			m.box.ended = err == io.EOF
			return 0, io.EOF
		}
		if err == io.EOF {
			m.done, m.box.ended = true, true
		}
		m.blank = m.start && len(bytes.TrimRight(chunk, "\r\n")) == 0
		m.start = err == nil
		m.rest = chunk
	}
	n := copy(p, m.rest)
	m.rest = m.rest[n:]
	return n, nil
}
