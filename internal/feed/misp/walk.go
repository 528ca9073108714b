package misp

import (
	"context"
	"io"

	"entente/internal/feed/flatjson"
	"entente/internal/feed/spool"
)

// walker goes through the events of a text. Every object on the way is taken
// for an event: one that only wraps others says nothing.
type walker struct {
	ctx   context.Context
	text  *spool.Text
	place int64

	event     func(*header) error
	attribute func(place int64, h *header, thing *object, raw []byte, bad error) error
}

// walk calls event once for each object that may hold attributes, and attribute
// for each attribute. io.EOF stands for a text without any.
func (w *walker) walk() error {
	w.place = 0
	c := flatjson.NewCursor(w.text.From(0))
	for n := 0; ; n++ {
		b, err := c.Peek()
		switch {
		case err == io.EOF && n > 0:
			return nil
		case err != nil:
			return err
		case b == '{':
			err = w.scope(c)
		case b == '[':
			err = c.Array(func() error { return w.inside(c) })
		default:
			return flatjson.ErrShape
		}
		if err != nil {
			return err
		}
	}
}

// inside takes an element of a list of events.
func (w *walker) inside(c *flatjson.Cursor) error {
	b, err := c.Peek()
	switch {
	case err != nil:
		return err
	case b == '{':
		return w.scope(c)
	}
	return c.Skip()
}

// scope walks through one object that may be an event.
func (w *walker) scope(c *flatjson.Cursor) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	h, err := w.header(c.Pos())
	if err != nil {
		return err
	}
	if w.event != nil {
		if err := w.event(h); err != nil {
			return err
		}
	}
	return c.Object(func(key string) error {
		b, err := c.Peek()
		if err != nil {
			return err
		}
		switch {
		case key == "Event" && b == '{', key == "response" && b == '{':
			return w.scope(c)
		case key == "response" && b == '[':
			return c.Array(func() error { return w.inside(c) })
		case key == "Attribute" && b == '[' && w.attribute != nil:
			return c.Array(func() error { return w.one(c, h, nil) })
		case key == "Object" && b == '[' && w.attribute != nil:
			return c.Array(func() error { return w.thing(c, h) })
		}
		return c.Skip()
	})
}

// one takes one attribute.
func (w *walker) one(c *flatjson.Cursor, h *header, thing *object) error {
	w.place++
	if w.place&1023 == 0 {
		if err := w.ctx.Err(); err != nil {
			return err
		}
	}
	raw, err := c.Raw()
	if err == flatjson.ErrTooLong {
		return w.attribute(w.place, h, thing, c.Text(), err)
	}
	if err != nil {
		return err
	}
	return w.attribute(w.place, h, thing, raw, nil)
}

// thing takes the attributes of one object. An object that cannot be read whole
// is a row that cannot be read.
func (w *walker) thing(c *flatjson.Cursor, h *header) error {
	raw, err := c.Raw()
	if err != nil && err != flatjson.ErrTooLong {
		return err
	}
	var fields []flatjson.Field
	var list [][]byte
	var t object
	if err == nil {
		fields, err = flatjson.Object(raw, nil)
	}
	if err == nil {
		list, err = t.read(fields)
	}
	if err != nil {
		w.place++
		return w.attribute(w.place, h, nil, c.Text(), err)
	}
	for _, raw := range list {
		w.place++
		if err := w.attribute(w.place, h, &t, raw, nil); err != nil {
			return err
		}
	}
	return nil
}

// read takes what an object says, and its attributes as written.
func (t *object) read(fields []flatjson.Field) (list [][]byte, err error) {
	for i := range fields {
		f := &fields[i]
		switch string(f.Key) {
		case "Attribute":
			if f.Kind == flatjson.Array {
				list, err = flatjson.List(f.Raw, nil)
			}
		case "name":
			t.name = string(f.Text())
		case "uuid":
			t.uuid = string(f.Text())
		case "comment":
			t.comment = string(f.Text())
		case "first_seen":
			t.first = string(f.Text())
		case "last_seen":
			t.last = string(f.Text())
		case "deleted":
			t.deleted = truth(f)
		case "Tag":
			t.marks = markings(f.Raw)
		}
	}
	return list, err
}
