package sample

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/cespare/xxhash/v2"

	"entente/internal/core/fault"
)

// Of 100 rows one is broken and two repeat a row just before; cut points of a
// 53-bit number.
const (
	badCut = 1 << 53 / 100
	dupCut = badCut + 1<<53/50
)

// generator writes one sample.
type generator struct {
	Config
	world  *world
	ledger *ledger
	plan   []source
	done   int64
	bytes  int64
	seen   recent
	row    []byte
}

func newGenerator(c Config) (*generator, error) {
	w := newWorld()
	plan, err := sources(w, c)
	return &generator{Config: c, world: w, ledger: newLedger(w), plan: plan}, err
}

// firstDay is midnight UTC of the first observed day.
func (c Config) firstDay() time.Time {
	return c.End.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1-c.Days)
}

// recent holds the last good rows of a file, to repeat them.
type recent struct {
	rows [8]written
	n    uint64
}

type written struct {
	text []byte
	obs  obs // only what a duplicate needs, see thin
}

func (r *recent) add(text []byte, o *obs) {
	w := &r.rows[r.n%8]
	w.text = append(w.text[:0], text...)
	w.obs = thin(o)
	r.n++
}

// thin gives what a duplicate of a row needs: times and classes.
func thin(o *obs) obs {
	t := obs{time: o.time, class: o.class}
	for i := range o.more {
		t.more = append(t.more, thin(&o.more[i]))
	}
	return t
}

func (r *recent) pick(d *dice) *written {
	return &r.rows[d.below(min(r.n, 8))]
}

// feeds writes all feed files, day by day.
func (g *generator) feeds(ctx context.Context) error {
	shares := split(g.Rows, g.Days, g.plan)
	for _, s := range g.plan {
		if err := g.describe(&s); err != nil {
			return err
		}
	}
	first := g.firstDay()
	for day := range g.Days {
		when := first.AddDate(0, 0, day)
		for i := range g.plan {
			if n := shares[day*len(g.plan)+i]; n > 0 {
				if err := g.sourceDay(ctx, &g.plan[i], when, day, n); err != nil {
					return err
				}
			}
		}
	}
	return g.quarantined(first)
}

// sourceDay writes the files of one source and day.
func (g *generator) sourceDay(ctx context.Context, s *source, when time.Time, day int, n int64) error {
	date := when.Format(time.DateOnly)
	w := s.writer
	c := w.common()
	c.date, c.start, c.snap, c.asOf, c.done = date, when.UnixMicro(), when.UnixMicro(), 0, 0
	if v, ok := w.(interface{ setVariant(day int) }); ok {
		v.setVariant(day)
	}
	copied, again := int64(0), int64(0)
	switch {
	case s.twice && day == 0:
		copied = n / 2
		g.ledger.tape = newTape()
	case s.overlap:
		again = min(n/50, 1000)
	}
	c.rows = n - copied - again
	path := filepath.Join("feeds", s.folder, s.file(date, day))
	keep := int(again)
	f, kept, err := g.write(ctx, s, path, c.rows, keep)
	if err != nil {
		return err
	}
	if copied > 0 {
		if err := g.copyFile(s, path, f, copied); err != nil {
			return err
		}
		g.ledger.tape = nil
	}
	if again > 0 {
		return g.repeat(s, filepath.Join("feeds", s.folder, s.second(date)), kept, again)
	}
	return nil
}

// write makes one file of n rows and keeps the text of the first good rows.
func (g *generator) write(ctx context.Context, s *source, path string, n int64, keep int) (File, []written, error) {
	out, err := create(filepath.Join(g.Dir, path))
	if err != nil {
		return File{}, nil, err
	}
	w := s.writer
	a := g.ledger.feed(w.common().feed)
	before := *a
	d := &dice{seed: mix(g.Seed, xxhash.Sum64String(path))}
	var kept []written
	var o obs
	g.seen.n = 0
	buf := w.head(g.row[:0])
	for i := range n {
		if i > 0 {
			buf = append(buf, w.between()...)
		}
		from := len(buf)
		switch x := d.next() >> 11; {
		case !w.common().noSpot && x < badCut:
			bad, why := w.spoil(buf, d, &o, d.next()>>8)
			buf = bad
			g.ledger.reject(a, why)
		case g.seen.n > 0 && !w.common().noSpot && x < dupCut:
			r := g.seen.pick(d)
			buf = append(buf, r.text...)
			g.ledger.accept(a, w.common().event, &r.obs, true)
		default:
			buf = w.row(buf, d, &o)
			o.listed(w.common().asOf)
			g.ledger.accept(a, w.common().event, &o, false)
			g.seen.add(buf[from:], &o)
			if len(kept) < keep {
				kept = append(kept, written{append([]byte(nil), buf[from:]...), thin(&o)})
			}
		}
		if len(buf) > 60<<10 {
			if _, err := out.w.Write(buf); err != nil {
				out.close()
				return File{}, nil, cannotWrite(err)
			}
			buf = buf[:0]
		}
		if err := g.tick(ctx); err != nil {
			out.close()
			return File{}, nil, err
		}
	}
	buf = append(buf, w.foot()...)
	if _, err := out.w.Write(buf); err != nil {
		out.close()
		return File{}, nil, cannotWrite(err)
	}
	g.row = buf
	if err := out.close(); err != nil {
		return File{}, nil, err
	}
	f := File{Path: filepath.ToSlash(path), Feed: w.common().feed, Rows: n, Rejected: a.Rejected - before.Rejected}
	if s.pack != "" {
		if f.Path, err = g.pack(s.pack, f.Path); err != nil {
			return File{}, nil, err
		}
	}
	return f, kept, g.finished(f)
}

func (g *generator) finished(f File) error {
	onDisk, _, _ := strings.Cut(f.Path, "!")
	info, err := os.Stat(filepath.Join(g.Dir, filepath.FromSlash(onDisk)))
	if err != nil {
		return cannotWrite(err)
	}
	g.bytes += info.Size()
	g.ledger.files = append(g.ledger.files, f)
	return nil
}

func (g *generator) tick(ctx context.Context) error {
	g.done++
	if g.done&0x3fff != 0 {
		return nil
	}
	if ctx.Err() != nil {
		return fault.Wrap(fault.Stopped, ctx.Err(), "the sample was stopped before its end", "remove the folder and start again")
	}
	if g.Progress != nil {
		g.Progress(g.done, g.Rows)
	}
	return nil
}
