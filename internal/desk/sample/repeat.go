package sample

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// copyFile puts the bytes of the file at path under a second name: an ingest
// must recognise it and count all its observations as duplicates.
func (g *generator) copyFile(s *source, path string, f File, n int64) error {
	name := s.second(s.writer.common().date)
	to := filepath.Join("feeds", s.folder, name)
	in, err := os.Open(filepath.Join(g.Dir, path))
	if err != nil {
		return cannotWrite(err)
	}
	defer in.Close()
	out, err := os.Create(filepath.Join(g.Dir, to))
	if err != nil {
		return cannotWrite(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return cannotWrite(err)
	}
	if err := out.Close(); err != nil {
		return cannotWrite(err)
	}
	g.ledger.replay(g.ledger.feed(f.Feed), s.writer.common().event)
	g.done += n
	return g.finished(File{Path: filepath.ToSlash(to), Feed: f.Feed, Rows: f.Rows, Rejected: f.Rejected, CopyOf: f.Path})
}

// repeat writes a second file of the same feed and day that says again what
// the first one said.
func (g *generator) repeat(s *source, path string, rows []written, n int64) error {
	out, err := create(filepath.Join(g.Dir, path))
	if err != nil {
		return err
	}
	c := s.writer.common()
	a := g.ledger.feed(c.feed)
	buf := s.writer.head(nil)
	for i := range n {
		r := &rows[i%int64(len(rows))]
		buf = append(buf, r.text...)
		g.ledger.accept(a, c.event, &r.obs, true)
		g.done++
	}
	if _, err := out.w.Write(buf); err != nil {
		out.close()
		return cannotWrite(err)
	}
	if err := out.close(); err != nil {
		return err
	}
	return g.finished(File{Path: filepath.ToSlash(path), Feed: c.feed, Rows: n})
}

// quarantined writes one file without the column that says what acts.
func (g *generator) quarantined(first time.Time) error {
	path := filepath.Join("feeds", "shadowserver", first.Format(time.DateOnly)+"-scan_telnet-synthetic_nocolumn.csv")
	out, err := create(filepath.Join(g.Dir, path))
	if err != nil {
		return err
	}
	text := "timestamp,severity,protocol,port,hostname,tag,asn,geo,region,city,naics,hostname_source,sector,banner\n"
	for i := range 20 {
		text += fmt.Sprintf("\"%s 08:00:%02d\",\"high\",\"tcp\",23,,\"telnet\",,,,,,,,\"synthetic\"\n", first.Format(time.DateOnly), i)
	}
	if _, err := io.WriteString(out.w, text); err != nil {
		out.close()
		return cannotWrite(err)
	}
	if err := out.close(); err != nil {
		return err
	}
	return g.finished(File{Path: filepath.ToSlash(path), Feed: "shadowserver/scan_telnet", Quarantined: true})
}
