// Package erasure owns which values were erased: it keeps keyed hashes of them,
// and finds them in text. It may import core and infra/store.
//
// A text holds a value where one of its forms stands in it, in letters of either
// case, between characters that could not go on it. The forms are the canonical
// text, the defanged one, and what a few encodings make of it.
package erasure

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"embed"
	"encoding/binary"
	"fmt"
	"io/fs"
	"math/bits"

	"entente/internal/core/fault"
	"entente/internal/core/value"
	"entente/internal/infra/store"

	"github.com/cespare/xxhash/v2"
)

//go:embed migration/*.sql
var migrations embed.FS

// Book keeps the erased values of a node. Many goroutines may share one.
type Book struct {
	db     *store.DB
	secret []byte // of strong hashes
	seed   uint64 // of weak ones
}

// Open brings the tables up to date. secret is the node's: without it nobody can
// tell from a hash which value was erased.
func Open(ctx context.Context, db *store.DB, secret [32]byte) (*Book, error) {
	sub, err := fs.Sub(migrations, "migration")
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx, "erasure", sub); err != nil {
		return nil, err
	}
	derive := func(what string) []byte {
		m := hmac.New(sha256.New, secret[:])
		m.Write([]byte("entente erasure 1\x1f" + what))
		return m.Sum(nil)
	}
	return &Book{db: db, secret: derive("form"), seed: binary.LittleEndian.Uint64(derive("weak"))}, nil
}

// Erased is one erasure.
type Erased struct {
	No     int64
	Kind   value.Kind
	At     int64 // microseconds since 1970 UTC
	Reason string
	Author string
	Done   bool // nothing that is kept holds it
}

// Add keeps a value as erased in the caller's transaction, and gives its number.
// One that was erased before keeps its number and is to be done again; fresh is
// false then.
func (b *Book) Add(ctx context.Context, tx *store.Tx, v value.Value, reason, author string, at int64) (no int64, fresh bool, err error) {
	marks := b.Of(v)
	// The row is locked, so that batches which are committed now are waited for.
	if _, err := tx.Exec(ctx, "UPDATE erased_head SET no = no WHERE one = 1"); err != nil {
		return 0, false, err
	}
	first := marks.list[0]
	if err := tx.QueryRow(ctx, "SELECT COALESCE(MAX(no), 0) FROM erased_form WHERE hash = $1", first.hash).Scan(&no); err != nil {
		return 0, false, err
	}
	if no != 0 {
		_, err := tx.Exec(ctx, "UPDATE erased SET done = 0 WHERE no = $1", no)
		return no, false, err
	}
	if _, err := tx.Exec(ctx, "UPDATE erased_head SET no = no + 1 WHERE one = 1"); err != nil {
		return 0, false, err
	}
	if err := tx.QueryRow(ctx, "SELECT no FROM erased_head WHERE one = 1").Scan(&no); err != nil {
		return 0, false, err
	}
	_, err = tx.Exec(ctx, "INSERT INTO erased (no, kind, at, reason, author, done) VALUES ($1, $2, $3, $4, $5, 0)",
		no, int64(v.Kind()), at, reason, author)
	if err != nil {
		return 0, false, err
	}
	return no, true, tx.UpdateIn(ctx, "INSERT INTO erased_form (no, size, weak, hash) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
		len(marks.list), func(i int, d []any) {
			m := &marks.list[i]
			d[0], d[1], d[2], d[3] = no, int64(m.size), int64(m.weak), m.hash[:]
		})
}

// Done notes that nothing that is kept holds the value any more.
func (b *Book) Done(ctx context.Context, tx *store.Tx, no int64) error {
	_, err := tx.Exec(ctx, "UPDATE erased SET done = 1 WHERE no = $1", no)
	return err
}

// Check fails with fault.Conflict when a value was erased after the marks were
// read with which a batch was prepared. It locks: an erasure waits for the
// transaction, or the transaction sees the erasure.
func (m *Marks) Check(ctx context.Context, tx *store.Tx) error {
	n, err := tx.Exec(ctx, "UPDATE erased_head SET no = no WHERE one = 1 AND no = $1", m.newest)
	if err == nil && n != 1 {
		err = fault.New(fault.Conflict, "a value was erased while this ran, so the last batch was not kept", "run the same command again")
	}
	return err
}

// List gives all erasures by number.
func (b *Book) List(ctx context.Context) (out []Erased, err error) {
	err = b.db.Read(ctx, func(q store.Querier) error {
		rows, err := q.QueryContext(ctx, "SELECT no, kind, at, reason, author, done FROM erased ORDER BY no")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var e Erased
			var kind, done int64
			if err := rows.Scan(&e.No, &kind, &e.At, &e.Reason, &e.Author, &done); err != nil {
				return err
			}
			e.Kind, e.Done = value.Kind(kind), done == 1
			out = append(out, e)
		}
		return rows.Err()
	})
	return out, err
}

// Marks reads what was erased: all of it, or only what is not done.
func (b *Book) Marks(ctx context.Context, pending bool) (*Marks, error) {
	m := &Marks{book: b}
	err := b.db.Read(ctx, func(q store.Querier) error {
		if err := q.QueryRowContext(ctx, "SELECT no FROM erased_head WHERE one = 1").Scan(&m.newest); err != nil || m.newest == 0 {
			return err
		}
		rows, err := q.QueryContext(ctx, `SELECT f.size, f.weak, f.hash, e.kind FROM erased_form f JOIN erased e ON e.no = f.no
			WHERE e.done = 0 OR $1 = 0 ORDER BY f.hash`, pending)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var f form
			var hash []byte
			var kind int64
			if err := rows.Scan(&f.size, &f.weak, &hash, &kind); err != nil {
				return err
			}
			if len(hash) != len(f.hash) {
				return fault.New(fault.Corrupt, "the list of erased values is damaged", "restore the database from a backup")
			}
			f.hash, f.kind = [16]byte(hash), value.Kind(kind)
			m.list = append(m.list, f)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("read what was erased: %w", err)
	}
	return m, nil
}

// Of gives the marks that a value has once it is erased, to look for it before.
func (b *Book) Of(v value.Value) *Marks {
	m := &Marks{book: b}
	finder := m.Finder()
	for _, text := range Forms(v) {
		f := form{size: len(text), kind: v.Kind(), weak: b.weak([]byte(text))}
		f.hash = finder.strong(v.Kind(), []byte(text))
		m.list = append(m.list, f)
	}
	return m
}

// weak is 32 bits that only the seed can tell of a text: 16 of its beginning
// alone, 16 of its end too.
func (b *Book) weak(text []byte) uint32 {
	n := len(text)
	if n < 8 {
		return uint32((xxhash.Sum64(text)^b.seed)*(b.seed|1)>>48) | uint32(b.lead(text))<<16
	}
	h := (binary.LittleEndian.Uint64(text) ^ b.seed) * 0x9E3779B97F4A7C15
	h ^= bits.RotateLeft64(binary.LittleEndian.Uint64(text[n-8:])*(b.seed|1), 29)
	return uint32(h*0xD6E8FEB86659FD93>>48) | uint32(b.lead(text))<<16
}

// leadSize is how many bytes of a text its lead is made of.
const leadSize = 6

// lead is the part of weak that the first bytes alone decide; 0 for a text that
// has fewer.
func (b *Book) lead(text []byte) uint16 {
	if len(text) < 8 {
		if len(text) < leadSize {
			return 0
		}
		var room [8]byte
		copy(room[:], text)
		text = room[:]
	}
	return uint16((binary.LittleEndian.Uint64(text)<<16 ^ b.seed) * 0x9E3779B97F4A7C15 >> 48)
}
