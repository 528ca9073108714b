package arf

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"

	"entente/internal/core/sharing"
	"entente/internal/feed"
	"entente/internal/feed/xarf"
)

// Bounds of a mail. What is longer rejects it; attachments are passed over.
const (
	maxHeader = 256 << 10
	maxReport = 64 << 10
	maxParts  = 100
)

// errSource marks a failure to read, which is no fault of the mail.
type errSource struct{ error }

// source tells failures of the mailbox from those of a mail's form.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = errSource{err}
	}
	return n, err
}

// mail turns a mail into r.obs, or says why not and in which field. It fails
// only when reading fails.
func (r *reader) mail(m io.Reader) (why feed.Reason, field string, err error) {
	src := &source{r: m}
	why, field = r.parts(src)
	var broken errSource
	if errors.As(src.err, &broken) {
		return 0, "", broken.error
	}
	if why != 0 && (bytes.IndexByte(r.seen, 0) >= 0) {
		why = feed.BadText
	}
	return why, field, nil
}

// parts finds the report among the parts of a mail.
func (r *reader) parts(src io.Reader) (feed.Reason, string) {
	r.obs, r.report, r.seen = r.obs[:0], false, r.seen[:0]
	r.more.Drop()
	body := bufio.NewReaderSize(src, 4<<10)
	var ok bool
	if r.seen, ok = header(body, r.seen); !ok {
		return feed.LineTooLong, ""
	}
	msg, err := mail.ReadMessage(bytes.NewReader(r.seen))
	if err != nil {
		return feed.BadRow, ""
	}
	kind, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil || !strings.HasPrefix(kind, "multipart/") || params["boundary"] == "" {
		return feed.BadRow, "Content-Type"
	}
	old := msg.Header.Get("X-XARF") != "" || msg.Header.Get("X-ARF") != ""
	parts := multipart.NewReader(body, params["boundary"])
	var form *fields
	var json, yaml, whole []byte
	var original mail.Header
	for n := 0; n < maxParts; n++ {
		part, err := parts.NextRawPart()
		if err != nil {
			break // the end, or a mail that breaks off: what was found before counts
		}
		kind, params, _ := mime.ParseMediaType(part.Header.Get("Content-Type"))
		name := strings.ToLower(part.FileName() + params["name"])
		switch {
		case kind == "message/feedback-report" && form == nil:
			r.report = true
			if whole, ok = text(part, maxReport); !ok {
				return feed.LineTooLong, ""
			}
			form = readFields(whole)
		case kind == "application/json" && json == nil, strings.HasSuffix(name, "xarf.json") && json == nil:
			json, _ = text(part, feed.MaxLine)
		case old && yaml == nil && kind == "text/plain" && (strings.Contains(name, "report") || n > 0):
			r.report = true
			if yaml, ok = text(part, maxReport); !ok {
				return feed.LineTooLong, ""
			}
		case (kind == "message/rfc822" || kind == "text/rfc822-headers" || kind == "message/rfc822-headers") && original == nil:
			original = headerOf(part)
		}
	}
	about := func() { r.about(msg.Header, original) }
	switch {
	case form != nil && strings.EqualFold(form.get("Feedback-Type"), "xarf") && json != nil, form == nil && yaml == nil && json != nil && xarf.Is(json):
		r.report, r.seen = true, json
		return r.attached(json)
	case form != nil:
		r.seen = whole
		return r.feedback(form, msg.Header, about)
	case yaml != nil:
		r.seen = yaml
		return r.old(yaml, about)
	}
	return feed.BadRow, "Content-Type"
}

// attached reads a report of XARF that a mail carries.
func (r *reader) attached(json []byte) (feed.Reason, string) {
	o, why, field := xarf.Report(json, r.opt, r.label)
	if why == 0 {
		r.obs = append(r.obs, o)
	}
	return why, field
}

// about keeps what the mail, and the one that it is about, say of themselves.
func (r *reader) about(h, original mail.Header) {
	for _, key := range []string{"From", "Subject", "Message-Id"} {
		r.more.Text("report_"+strings.ToLower(strings.ReplaceAll(key, "-", "_")), decoded(h.Get(key)))
	}
	for _, key := range []string{"From", "Subject", "Message-Id", "Date"} {
		r.more.Text("original_"+strings.ToLower(strings.ReplaceAll(key, "-", "_")), decoded(original.Get(key)))
	}
}

// stricter gives a report's own label where it is stricter than the file's.
func (r *reader) stricter(own string) string {
	if own == "" {
		return ""
	}
	if s := sharing.StrictestTLP(r.label, own); s != sharing.StrictestTLP(r.label, "") {
		return s
	}
	return ""
}

// decoded reads the encoded words of a header (RFC 2047).
func decoded(s string) string {
	d := mime.WordDecoder{}
	if out, err := d.DecodeHeader(s); err == nil {
		return out
	}
	return s
}

// header reads up to the blank line behind a header; false where it is too long.
func header(body *bufio.Reader, dst []byte) ([]byte, bool) {
	for line := 0; ; {
		chunk, err := body.ReadSlice('\n')
		dst = append(dst, chunk...)
		if len(dst) > maxHeader {
			return dst[:4<<10], false
		}
		if line += len(bytes.TrimRight(chunk, "\r\n")); err == bufio.ErrBufferFull {
			continue
		}
		if err != nil {
			return append(dst, "\r\n\r\n"...), true
		}
		if line == 0 && len(dst) > len(chunk) {
			return dst, true
		}
		if line == 0 {
			dst = dst[:0] // blank lines before the mail
		}
		line = 0
	}
}

// headerOf reads the header of a mail inside a mail; nil where there is none.
func headerOf(part *multipart.Part) mail.Header {
	text, _ := header(bufio.NewReaderSize(decode(part), 4<<10), nil)
	msg, err := mail.ReadMessage(bytes.NewReader(text))
	if err != nil {
		return nil
	}
	return msg.Header
}

// text reads a part; false where it is longer than limit.
func text(part *multipart.Part, limit int64) ([]byte, bool) {
	b, _ := io.ReadAll(io.LimitReader(decode(part), limit+1))
	return b, int64(len(b)) <= limit
}

func decode(part *multipart.Part) io.Reader {
	switch strings.ToLower(strings.TrimSpace(part.Header.Get("Content-Transfer-Encoding"))) {
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, part)
	case "quoted-printable":
		return quotedprintable.NewReader(part)
	}
	return part
}
