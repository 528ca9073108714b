package flatjson

import (
	"bytes"
	"context"
	"io"
	"unicode/utf8"

	"entente/internal/feed"
)

// Source gives the elements of a text one after another: Elements and Members.
type Source interface {
	Next() ([]byte, error)
	Number() int64
	Text() []byte
}

// Row turns an object into observations, or says why not and in which field.
// Neither means that the element is no row. fields and what they point to are
// valid during the call.
type Row func(fields []Field) (obs []feed.Observation, why feed.Reason, field string)

// Each calls out.Accept or out.Reject once per element of src that is a row, in
// order. It fails only when src fails, out fails or ctx ends.
func Each(ctx context.Context, src Source, out feed.Sink, row Row) error {
	var fields []Field
	for n := 0; ; n++ {
		if n&1023 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		el, err := src.Next()
		var obs []feed.Observation
		why, field := feed.LineTooLong, ""
		switch {
		case err == io.EOF:
			return nil
		case err == nil:
			fields, err = Object(el, fields[:0])
			if why = reasonOf(el, err); why == 0 {
				obs, why, field = row(fields)
			}
		case err != ErrTooLong:
			return err
		}
		err = nil
		switch {
		case why != 0:
			text := src.Text()
			err = out.Reject(src.Number(), why, field, text[:min(len(text), keep)])
		case len(obs) > 0:
			err = out.Accept(src.Number(), obs)
		}
		if err != nil {
			return err
		}
	}
}

// reasonOf says why Object refused an element; 0 means that it did not.
func reasonOf(el []byte, err error) feed.Reason {
	switch {
	case err == nil:
		return 0
	case err == ErrText, bytes.IndexByte(el, 0) >= 0, !utf8.Valid(el):
		return feed.BadText
	}
	return feed.BadRow
}

// First calls see with the fields of the first objects of head, at most n, until
// it gives false. Elements that are none, such as the one that head cuts off,
// are passed over; all gives the number of elements with them.
func First(head []byte, n int, see func([]Field) bool) (all int) {
	return first(NewElements(bytes.NewReader(head)), n, see)
}

func first(src Source, n int, see func([]Field) bool) (all int) {
	var fields []Field
	for all = range n {
		el, err := src.Next()
		if err != nil && err != ErrTooLong {
			return all
		}
		if err == nil {
			fields, err = Object(el, fields[:0])
			if err == nil && !see(fields) {
				return all + 1
			}
		}
	}
	return n
}

// IsJSON tells whether a text begins as JSON objects or an array of them do.
func IsJSON(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	return len(head) > 0 && (head[0] == '{' || head[0] == '[')
}

// Items appends the elements of an array to dst. raw is the value of a Field,
// so it is known to be well formed; an object or scalar is its own only item.
func Items(raw []byte, dst [][]byte) [][]byte {
	s := scanner{b: raw}
	if !s.take('[') {
		return append(dst, raw)
	}
	for s.space(); !s.take(']'); s.space() {
		start := s.i
		if _, _, ok := s.value(1); !ok {
			return dst
		}
		dst = append(dst, raw[start:s.i])
		s.space()
		s.take(',')
	}
	return dst
}
