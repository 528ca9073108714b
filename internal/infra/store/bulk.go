package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// checkEvery is how many rows of a bulk write pass between two looks at ctx.
const checkEvery = 256

// CopyIn appends n rows to table. row fills dst, one cell per column, for row
// i; dst is used again for the next row, and the bytes it points to are copied
// before row is called again. On SQLite one prepared statement serves all rows
// and all later calls; on PostgreSQL it is COPY.
func (tx *Tx) CopyIn(ctx context.Context, table string, columns []string, n int, row func(i int, dst []any)) error {
	if n == 0 {
		return nil
	}
	if tx.lite != nil {
		return tx.lite.each(ctx, insertSQL(table, columns), len(columns), n, row)
	}
	return pgConn(tx.conn, func(c *pgx.Conn) error {
		src := &copySource{n: n, row: row, dst: make([]any, len(columns))}
		got, err := c.CopyFrom(ctx, pgx.Identifier{table}, columns, src)
		if err == nil && got != int64(n) {
			err = fmt.Errorf("copy into %s: %d of %d rows arrived", table, got, n)
		}
		return err
	})
}

// copySource feeds COPY row by row.
type copySource struct {
	n, next int
	row     func(i int, dst []any)
	dst     []any
	err     error
}

func (s *copySource) Next() bool { return s.next < s.n && s.err == nil }

func (s *copySource) Values() ([]any, error) {
	clear(s.dst)
	s.row(s.next, s.dst)
	s.next++
	s.err = bindAll(s.dst)
	return s.dst, s.err
}

func (s *copySource) Err() error { return s.err }

// updateChunk is how many statements go to PostgreSQL in one round trip.
const updateChunk = 1000

// UpdateIn runs the statement query n times, row filling the parameters of run
// i as in CopyIn. It is for UPDATE, DELETE and INSERT ... ON CONFLICT; rows of
// RETURNING are dropped. Sort by key where the table is large.
func (tx *Tx) UpdateIn(ctx context.Context, query string, n int, row func(i int, dst []any)) error {
	if n == 0 {
		return nil
	}
	params := countParams(query)
	if tx.lite != nil {
		return tx.lite.each(ctx, query, params, n, row)
	}
	return pgConn(tx.conn, func(c *pgx.Conn) error {
		for from := 0; from < n; from += updateChunk {
			batch := &pgx.Batch{}
			for i := from; i < min(from+updateChunk, n); i++ {
				dst := make([]any, params)
				row(i, dst)
				if err := bindAll(dst); err != nil {
					return err
				}
				for j, v := range dst {
					if b, ok := v.([]byte); ok {
						dst[j] = append([]byte(nil), b...) // row may use its buffer again
					}
				}
				batch.Queue(query, dst...)
			}
			if err := c.SendBatch(ctx, batch).Close(); err != nil {
				return err
			}
		}
		return nil
	})
}

// each runs one prepared statement for n rows, past database/sql.
func (w *liteWriter) each(ctx context.Context, query string, params, n int, row func(i int, dst []any)) error {
	return w.raw(func(c driver.Conn) error {
		s, err := w.stmt(ctx, c, query)
		if err != nil {
			return err
		}
		dst := make([]any, params)
		args := named(dst)
		background := context.Background() // the driver starts a goroutine per call for a ctx that can end
		for i := range n {
			if i%checkEvery == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			clear(dst)
			row(i, dst)
			for j, a := range dst {
				if args[j].Value, err = bindValue(a); err != nil {
					return err
				}
			}
			if _, err := s.ExecContext(background, args); err != nil {
				return err
			}
		}
		return nil
	})
}

// countParams gives the highest $n of a statement, not counting those inside
// quotes.
func countParams(query string) int {
	highest := 0
	for i := 0; i < len(query); i++ {
		switch query[i] {
		case '\'', '"':
			end := strings.IndexByte(query[i+1:], query[i])
			if end < 0 {
				return highest
			}
			i += end + 1
		case '$':
			n := 0
			for i+1 < len(query) && query[i+1] >= '0' && query[i+1] <= '9' {
				n = n*10 + int(query[i+1]-'0')
				i++
			}
			highest = max(highest, n)
		}
	}
	return highest
}
