package misp

import (
	"entente/internal/core/rsit"
	"entente/internal/core/sharing"
	"entente/internal/feed/flatjson"
)

// header is what an event says of all its attributes.
type header struct {
	event           bool // it has a name of its own
	rows            bool // it has attributes or objects
	uuid, info, org string
	when, date      string
	marks
}

// tlp is the label of an event; one without a label counts as AMBER.
func (h *header) tlp() sharing.TLP {
	if h.label == "" {
		return sharing.Amber
	}
	l, err := sharing.ParseTLP(h.label)
	if err != nil {
		return sharing.Red
	}
	return l
}

// object is what a MISP object says of its attributes.
type object struct {
	name, uuid, comment string
	first, last         string
	deleted             bool
	marks
}

// marks is what tags say.
type marks struct {
	label  string // strictest TLP, "" for none
	class  rsit.Class
	said   string // the tag that gave the class
	family string
}

// header reads what the object at an offset says, wherever in it that stands.
func (w *walker) header(at int64) (*header, error) {
	c := flatjson.NewCursor(w.text.From(at))
	h := &header{}
	err := c.Object(func(key string) error {
		var to *string
		switch key {
		case "uuid":
			to = &h.uuid
		case "info":
			to, h.event = &h.info, true
		case "timestamp":
			to = &h.when
		case "date":
			to = &h.date
		case "Attribute", "Object":
			h.rows = true
			return c.Skip()
		case "Tag":
		case "Orgc":
			return h.orgc(c)
		default:
			return c.Skip()
		}
		raw, err := c.Raw()
		switch {
		case err == flatjson.ErrTooLong && to == nil:
			h.marks = marks{label: "RED"} // so many tags that the label may be among them
			return nil
		case err == flatjson.ErrTooLong:
			return nil
		case err == nil && to == nil:
			h.marks = markings(raw)
		case err == nil:
			*to = flatjson.Text(raw)
		}
		return err
	})
	return h, err
}

func (h *header) orgc(c *flatjson.Cursor) error {
	raw, err := c.Raw()
	if err == flatjson.ErrTooLong {
		return nil
	}
	fields, bad := flatjson.Object(raw, nil)
	for i := range fields {
		if bad == nil && string(fields[i].Key) == "name" {
			h.org = string(fields[i].Text())
		}
	}
	return err
}

// truth reads a boolean as MISP writes it: true, "1" or 1.
func truth(f *flatjson.Field) bool {
	t := string(f.Text())
	return t == "true" || t == "1"
}
