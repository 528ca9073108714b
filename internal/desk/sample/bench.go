package sample

import (
	"io"
	"time"
)

// WriteShadowserver writes one CSV of the report type scan_rdp, about 350 bytes
// a row, for benchmarks: no row is broken or repeated, and caseShare of the
// rows open a case of their own. Its day is 2026-11-20.
func WriteShadowserver(w io.Writer, rows int64, caseShare float64, seed uint64) error {
	for _, r := range reports() {
		if r.name == "scan_rdp" {
			s := &ssWriter{report: &r, pool: &pool{seed: mix(seed, 1), label: "b"}}
			s.feed, s.event, s.fresh = "shadowserver/scan_rdp", true, caseShare
			return stream(w, s, rows, seed)
		}
	}
	return nil
}

// WriteIntelMQ writes IntelMQ events as JSON lines, about 350 bytes a row, all
// of class c2-server; otherwise as WriteShadowserver.
func WriteIntelMQ(w io.Writer, rows int64, caseShare float64, seed uint64) error {
	q := &imqWriter{c2: &pool{seed: mix(seed, 2), label: "b"}, hosts: &pool{}}
	for _, k := range imqKinds() {
		if k.word == "c2-server" {
			k.weight = 100
			q.kinds = []imqKind{k}
		}
	}
	q.feed, q.event, q.fresh = "synthetic-intelmq", true, caseShare
	return stream(w, q, rows, seed)
}

func stream(w io.Writer, from writer, rows int64, seed uint64) error {
	c := from.common()
	day := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	c.fresh = min(1, c.fresh/(1-specialShare))
	c.world, c.date, c.start, c.rows = newWorld(), day.Format(time.DateOnly), day.UnixMicro(), rows
	d := &dice{seed: seed}
	var o obs
	buf := from.head(nil)
	for i := range rows {
		if i > 0 {
			buf = append(buf, from.between()...)
		}
		buf = from.row(buf, d, &o)
		if len(buf) > 60<<10 {
			if _, err := w.Write(buf); err != nil {
				return err
			}
			buf = buf[:0]
		}
	}
	_, err := w.Write(append(buf, from.foot()...))
	return err
}
