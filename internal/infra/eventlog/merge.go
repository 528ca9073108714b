package eventlog

import (
	"context"
	"errors"
	"io/fs"

	"entente/internal/core/fault"
	"entente/internal/infra/disk"
)

// cursor walks the rows of one segment in order. The narrow columns are decoded
// whole, the wide ones page by page; one row is filled at a time.
type cursor struct {
	seg  *segment
	sc   *scanner
	file disk.ReadFile
	page int // next page of the wide columns
	at   int // place of the row in its page
	last pagePlace

	key  sortKey
	row  Row
	done bool
}

// allColumns asks for every column.
var allColumns = func() (all columnSet) {
	for c := range all {
		all[c] = true
	}
	return all
}()

func (l *Log) cursor(ctx context.Context, s *segment, sc *scanner) (*cursor, error) {
	f, err := l.fs.Open(s.Path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = l.missing(ctx, s, err)
		}
		return nil, err
	}
	c := &cursor{seg: s, sc: sc, file: f}
	sc.reader.seg, sc.reader.file, sc.filtered = s, f, false
	if err := c.open(); err != nil {
		_ = f.Close() // it was only read
		return nil, c.fault(err)
	}
	return c, nil
}

func (c *cursor) fault(err error) error {
	var known *fault.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	return damaged(c.seg, err)
}

func (c *cursor) open() error {
	if err := c.sc.reader.index(); err != nil {
		return err
	}
	for col := range columns {
		n := &c.sc.narrow[col]
		n.at, c.sc.numbers[col] = n.at[:0], nil
		if col == colValue || col == colAddr || col == colDetails {
			continue
		}
		if err := c.sc.reader.decodeNarrow(&c.sc.decoded, col); err != nil {
			return err
		}
	}
	return c.next()
}

// next fills the row after the present one.
func (c *cursor) next() error {
	c.at++
	if c.at >= c.last.rows {
		pages := c.sc.reader.columns[colValue].pages
		if c.page == len(pages) {
			c.done = true
			return nil
		}
		c.last, c.at = pages[c.page], 0
		if err := c.sc.wide(c.page, &allColumns); err != nil {
			return err
		}
		c.page++
	}
	c.row = Row{}
	c.sc.fill(&c.row, c.last.firstRow+c.at, c.at)
	c.key.set(&c.row)
	return nil
}

// before says whether c's row comes before o's.
func (c *cursor) before(o *cursor) bool {
	if c.done || o.done {
		return !c.done
	}
	if c.key.hi != o.key.hi {
		return c.key.hi < o.key.hi
	}
	if c.key.lo != o.key.lo {
		return c.key.lo < o.key.lo
	}
	return compareRows(&c.row, &o.row) < 0
}

// merge gives the rows of segments in the log's order. A row is valid until give
// returns.
func (l *Log) merge(ctx context.Context, from []*segment, give func(*Row) error) error {
	defer l.reading()()
	heap := make([]*cursor, 0, len(from))
	defer func() {
		for _, c := range heap {
			_ = c.file.Close() // it was only read
		}
	}()
	for _, s := range from {
		c, err := l.cursor(ctx, s, newScanner(nil))
		if err != nil {
			return err
		}
		heap = append(heap, c)
	}
	for i := len(heap)/2 - 1; i >= 0; i-- {
		sink(heap, i)
	}
	for n := 0; !heap[0].done; n++ {
		if n%pageRows == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		c := heap[0]
		if err := give(&c.row); err != nil {
			return err
		}
		if err := c.next(); err != nil {
			return c.fault(err)
		}
		sink(heap, 0)
	}
	return nil
}

// sink brings the cursor at place i to where it belongs: the first in order
// stands at the root.
func sink(heap []*cursor, i int) {
	for {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(heap); child++ {
			if heap[child].before(heap[least]) {
				least = child
			}
		}
		if least == i {
			return
		}
		heap[i], heap[least] = heap[least], heap[i]
		i = least
	}
}
