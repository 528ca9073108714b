// Package eventlog owns the log of observations: Parquet segments in hive
// folders and the manifest that says which of them count. It may import core,
// infra/disk, infra/erasure and infra/store.
//
// # How a segment comes to count
//
// A process that writes holds one row in eventlog_writer with a lease, taken
// before its first file and renewed by every commit. Its number is part of the
// name of every file it makes, so a file says by itself whose it is: no row per
// file is needed before the bytes, and no transaction of its own. Stage writes
// the file and syncs it and its folder. Commit, in the transaction of the whole
// batch, checks that the writer was not declared dead, renews its lease and
// lists the file. Sweep declares writers dead whose lease has ended, in a
// transaction of its own, and only then deletes their unlisted files: whoever
// comes first, the other sees it.
//
// # How segments are rewritten
//
// Compact merges the small segments of a day; a Rewrite may leave rows out. The
// new file is written as Stage writes one; one transaction lists it and turns the
// old segments' rows into rows of eventlog_dead. Of two processes that rewrite one
// segment the second finds it gone and drops its work. A dead file is deleted by
// Sweep when its grace has passed and no scan of this process began before it
// died, so that a reader with an older list still finds what that names.
//
// # Layout
//
// DIR/log/day=2026-11-24/000000000042-3.parquet is what batch 42 logged for that
// day, written by writer 3; 000000000042-3-7.parquet is the seventh rewrite of
// that writer, with the rows of batch 42 and later ones. The day is that of the
// snapshot for rows of a snapshot, else of the observed time, UTC.
package eventlog

import (
	"cmp"
	"context"
	"embed"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"entente/internal/core/fault"
	"entente/internal/infra/disk"
	"entente/internal/infra/erasure"
	"entente/internal/infra/store"
)

//go:embed migration/*.sql
var migrations embed.FS

// Config is what a Log needs.
type Config struct {
	DB  *store.DB
	FS  disk.FS
	Dir string // data folder; segments go to its sub-folder "log"
	Now func() time.Time
	// Lease is how long a writer that went silent keeps its unlisted files.
	// 0: 10 minutes.
	Lease time.Duration
	// Grace is how long the files of rewritten segments stay for readers that hold
	// an older list. 0: an hour.
	Grace time.Duration
	// Erased are the values that no reader may see any more; nil: none.
	Erased *erasure.Book
}

// Log is the log of a data folder. Many goroutines may share one.
type Log struct {
	db    *store.DB
	fs    disk.FS
	dir   string
	now   func() time.Time
	lease time.Duration
	grace time.Duration

	erased *erasure.Book

	mu     sync.Mutex
	writer int64           // our number; 0: not taken yet
	until  int64           // when our lease ends, at least
	part   int64           // rewrites of this writer so far
	made   map[string]bool // folders known to exist
	scans  map[*int64]bool // when each scan under way began
}

// Open brings the manifest's tables up to date. It takes no lease and deletes
// nothing. Segments beside a database that never had a writer are fault.Corrupt:
// it is not the one that lists them.
func Open(ctx context.Context, cfg Config) (*Log, error) {
	sub, err := fs.Sub(migrations, "migration")
	if err != nil {
		return nil, err
	}
	if err := cfg.DB.Migrate(ctx, "eventlog", sub); err != nil {
		return nil, err
	}
	l := &Log{
		db: cfg.DB, fs: cfg.FS, dir: filepath.Join(cfg.Dir, "log"), now: cfg.Now,
		lease: cmp.Or(cfg.Lease, 10*time.Minute), grace: cmp.Or(cfg.Grace, time.Hour),
		erased: cfg.Erased, made: map[string]bool{}, scans: map[*int64]bool{},
	}
	return l, l.checkOwn(ctx)
}

// checkOwn fails when the folder holds segments although no writer ever took a
// lease in the database, which comes before a writer's first file.
func (l *Log) checkOwn(ctx context.Context) error {
	var writers int64
	err := l.db.Read(ctx, func(q store.Querier) error {
		return q.QueryRowContext(ctx, "SELECT count(*) FROM eventlog_writer").Scan(&writers)
	})
	if err != nil || writers > 0 {
		return err
	}
	days, err := l.fs.ReadDir(l.dir)
	if err != nil {
		return missingIsEmpty(err)
	}
	for _, d := range days {
		if !d.IsDir() {
			continue
		}
		files, err := l.fs.ReadDir(filepath.Join(l.dir, d.Name()))
		if err != nil {
			return err
		}
		for _, f := range files {
			if strings.HasSuffix(f.Name(), suffix) {
				return fault.New(fault.Corrupt, "the database is new, but "+l.dir+" holds segments that another one listed",
					"put the last backup of the database (state.db) in its place; to begin anew, name an empty folder with --data DIR")
			}
		}
	}
	return nil
}

// File is a live segment, as outside readers need it.
type File struct {
	Path    string `json:"path"`
	Day     string `json:"day"` // 2026-11-24
	Rows    int64  `json:"rows"`
	Bytes   int64  `json:"bytes"`
	Batch   int64  `json:"batch"`      // the first whose rows it holds
	Last    int64  `json:"last_batch"` // the last
	MinTime int64  `json:"min_time"`   // observed, microseconds since 1970 UTC
	MaxTime int64  `json:"max_time"`
}

// Files lists the live segments by their first batch, then day.
func (l *Log) Files(ctx context.Context) ([]File, error) {
	segments, err := l.segments(ctx, Query{})
	if err != nil {
		return nil, err
	}
	out := make([]File, len(segments))
	for i, s := range segments {
		out[i] = s.File
	}
	return out, nil
}

// segment is a row of the manifest.
type segment struct {
	File
	writer int64
	part   int64 // number of the rewrite; 0: written by its batch
	sum    summary
}

// segments reads the manifest as far as q allows to leave rows out.
func (l *Log) segments(ctx context.Context, q Query) ([]*segment, error) {
	var where []string
	var args []any
	if q.From != 0 {
		args = append(args, q.From)
		where = append(where, fmt.Sprintf("max_time >= $%d", len(args)))
	}
	if q.To != 0 {
		args = append(args, q.To)
		where = append(where, fmt.Sprintf("min_time < $%d", len(args)))
	}
	if q.Day != "" {
		args = append(args, q.Day)
		where = append(where, fmt.Sprintf("day = $%d", len(args)))
	}
	text := "SELECT batch, last_batch, day, writer, part, row_count, byte_count, min_time, max_time, filters, tail FROM eventlog_segment"
	if len(where) > 0 {
		text += " WHERE " + strings.Join(where, " AND ")
	}
	text += " ORDER BY batch, day"
	wanted := slices.Sorted(slices.Values(q.Batches))
	var out []*segment
	err := l.db.Read(ctx, func(r store.Querier) error {
		rows, err := r.QueryContext(ctx, text, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			s := &segment{}
			var filters, tail string
			if err := rows.Scan(&s.Batch, &s.Last, &s.Day, &s.writer, &s.part, &s.Rows, &s.Bytes, &s.MinTime, &s.MaxTime, &filters, &tail); err != nil {
				return err
			}
			if at, _ := slices.BinarySearch(wanted, s.Batch); len(wanted) > 0 && (at == len(wanted) || wanted[at] > s.Last) {
				continue
			}
			s.Path = l.path(s.Batch, s.writer, s.part, s.Day)
			s.sum.Rows, s.sum.Bytes = s.Rows, s.Bytes
			if err := s.sum.parse(filters, tail); err != nil {
				return fault.Wrap(fault.Corrupt, err, "the manifest's row of "+s.Path+" is damaged", "restore the database from a backup")
			}
			out = append(out, s)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("list the segments of the log: %w", err)
	}
	return out, nil
}

// parse reads spans as text: place+length/checksum, separated by blanks.
func (s *summary) parse(filters, tail string) error {
	f := &s.Filters
	if _, err := fmt.Sscanf(filters, "%d+%d/%x %d+%d/%x %d+%d/%x", &f[0].At, &f[0].N, &f[0].CRC,
		&f[1].At, &f[1].N, &f[1].CRC, &f[2].At, &f[2].N, &f[2].CRC); err != nil {
		return err
	}
	_, err := fmt.Sscanf(tail, "%d+%d/%x", &s.Tail.At, &s.Tail.N, &s.Tail.CRC)
	return err
}

func (s *summary) texts() (filters, tail string) {
	for i, f := range s.Filters {
		if i > 0 {
			filters += " "
		}
		filters += f.String()
	}
	return filters, s.Tail.String()
}

// String is the span's form in the manifest.
func (s span) String() string { return fmt.Sprintf("%d+%d/%08x", s.At, s.N, s.CRC) }
