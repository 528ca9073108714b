package abusech

import (
	"bytes"
	"context"
	"io"
	"strings"
	"time"

	"entente/internal/core/rsit"
	"entente/internal/core/value"
	"entente/internal/feed"
	"entente/internal/feed/clock"
	"entente/internal/feed/flatjson"
)

func isJSON(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	return len(head) > 0 && (head[0] == '[' || head[0] == '{')
}

// readJSON reads Feodo's JSON: an array of servers. Its rows are numbered by
// their place.
func readJSON(ctx context.Context, in feed.Input, out feed.Sink) error {
	m, err := meta("feodo", in, nil)
	if err != nil {
		return err
	}
	els := flatjson.NewElements(in.Body)
	var fields []flatjson.Field
	var more flatjson.Details
	obs := make([]feed.Observation, 1)
	begun := false
	for n := 0; ; n++ {
		if n&1023 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		el, err := els.Next()
		if err != nil && err != flatjson.ErrTooLong && err != io.EOF {
			return err
		}
		if !begun {
			begun = true
			if err := out.Begin(m); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		why, field := feed.LineTooLong, ""
		if err == nil {
			fields, err = flatjson.Object(el, fields[:0])
			switch err {
			case nil:
				obs[0] = feed.Observation{}
				why, field = server(fields, &more, &obs[0], in.Options.Now)
			case flatjson.ErrText:
				why = feed.BadText
			default:
				why = feed.BadRow
			}
		}
		if why != 0 {
			text := els.Text()
			err = out.Reject(els.Number(), why, field, text[:min(len(text), 4<<10)])
		} else {
			err = out.Accept(els.Number(), obs)
		}
		if err != nil {
			return err
		}
	}
}

// server reads one object of Feodo's JSON.
func server(fields []flatjson.Field, more *flatjson.Details, o *feed.Observation, now time.Time) (feed.Reason, string) {
	more.Drop()
	var ip, when, num string
	for i := range fields {
		f := &fields[i]
		text := ""
		if f.Kind == flatjson.String || f.Kind == flatjson.Number {
			text = strings.TrimSpace(string(f.Text()))
			if strings.IndexByte(text, 0) >= 0 {
				return feed.BadText, string(f.Key)
			}
		}
		switch string(f.Key) {
		case "ip_address":
			ip = text
		case "port":
			num = text
		case "first_seen":
			when = text
		case "status":
			o.Status = strings.ToLower(text)
		case "malware":
			o.Family = strings.ToLower(text)
		case "country":
			o.Country = strings.ToUpper(text)
		case "as_number":
			if n, ok := decimal(text); ok {
				o.ASN = n
			}
		default:
			if f.Kind != flatjson.Null {
				more.Raw(f.Key, f.Raw)
			}
		}
	}
	if when == "" {
		return feed.NoTime, "first_seen"
	}
	t, ok := clock.ISO(when)
	if !ok {
		return feed.BadTime, "first_seen"
	}
	var why feed.Reason
	if o.Time, why = t.UTC(time.UTC, now); why != 0 {
		return why, "first_seen"
	}
	if ip == "" {
		return feed.NoValue, "ip_address"
	}
	var err error
	if o.Value, err = value.ParseIP(ip); err != nil {
		return feed.BadValue, "ip_address"
	}
	if o.Port, ok = port(num); !ok {
		return feed.BadPort, "port"
	}
	o.Class, o.Transport, o.Offline = rsit.C2Server, "tcp", o.Status == "offline"
	o.Details = more.Take()
	return 0, ""
}

// decimal reads an AS number.
func decimal(s string) (uint32, bool) {
	var n uint64
	if s == "" || len(s) > 10 {
		return 0, false
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + uint64(c-'0')
	}
	return uint32(n), n <= 1<<32-1
}
