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

func stream(w io.Writer, from writer, rows int64, seed uint64) error {
	c := from.common()
	day := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	c.world, c.date, c.start, c.rows = newWorld(), day.Format(time.DateOnly), day.UnixMicro(), rows
	d := &dice{seed: seed}
	var o obs
	buf := from.head(nil)
	for range rows {
		buf = from.row(buf, d, &o)
		if len(buf) > 60<<10 {
			if _, err := w.Write(buf); err != nil {
				return err
			}
			buf = buf[:0]
		}
	}
	_, err := w.Write(buf)
	return err
}
