// Package identity owns who speaks and who answers: the node with its key and
// secret, organisations, and what each organisation is responsible for. It
// imports store, record, disk and core; never another package of infra, a desk
// or a door.
package identity

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io"
	"io/fs"
	"time"

	"entente/internal/core/fault"
	"entente/internal/infra/disk"
	"entente/internal/infra/record"
	"entente/internal/infra/store"
)

//go:embed migration
var migrations embed.FS

// Config is what Open needs.
type Config struct {
	DB   *store.DB
	Dir  string           // data folder that holds node.key
	Name string           // name of a new node; "": made from its id
	Now  func() time.Time // clock of acts; nil: time.Now
	Rand io.Reader        // source of new keys; nil: crypto/rand
	FS   disk.FS          // file operations; nil: disk.OS()
}

// Identity gives the node and the organisations. Many goroutines may share one.
type Identity struct {
	db   *store.DB
	rec  *record.Record
	node Node
	now  func() time.Time
}

// Open reads the node's key, or makes one when both the folder and the
// database are new. A database that belongs to another node is fault.Conflict;
// a database whose node's key is missing, or a damaged key, is fault.Corrupt.
func Open(ctx context.Context, cfg Config) (*Identity, error) {
	cfg = cfg.withDefaults()
	sub, err := fs.Sub(migrations, "migration")
	if err != nil {
		return nil, err
	}
	if err := cfg.DB.Migrate(ctx, "identity", sub); err != nil {
		return nil, err
	}
	rec, err := record.Open(ctx, cfg.DB)
	if err != nil {
		return nil, err
	}
	id := &Identity{db: cfg.DB, rec: rec, now: cfg.Now}
	if id.node, err = openNode(ctx, cfg); err != nil {
		return nil, err
	}
	return id, nil
}

// Node gives the running node.
func (id *Identity) Node() Node { return id.node }

// openNode finds or makes the key and ties the database to it.
func openNode(ctx context.Context, cfg Config) (Node, error) {
	var kept []byte
	err := cfg.DB.Read(ctx, func(q store.Querier) error {
		err := q.QueryRowContext(ctx, `SELECT id FROM node WHERE one = 1`).Scan(&kept)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil {
		return Node{}, err
	}
	n, found, err := readKey(cfg.FS, cfg.Dir)
	switch {
	case err != nil:
		return Node{}, err
	case !found && kept != nil:
		return Node{}, fault.New(fault.Corrupt, "the database belongs to a node whose key is not in the data folder",
			"put the node.key of that node back from its backup, or name the data folder that holds it with --data DIR; a new key would change every case number")
	case !found:
		if n, err = makeKey(cfg.FS, cfg.Dir, cfg.Name, cfg.Rand); err != nil {
			return Node{}, err
		}
	}
	if kept == nil {
		err := cfg.DB.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO node (one, id, public) VALUES (1, $1, $2) ON CONFLICT (one) DO NOTHING`, n.ID, []byte(n.Public))
			if err != nil {
				return err
			}
			return tx.QueryRow(ctx, `SELECT id FROM node WHERE one = 1`).Scan(&kept)
		})
		if err != nil {
			return Node{}, err
		}
	}
	if string(kept) != string(n.ID[:]) {
		return Node{}, fault.New(fault.Conflict, "the database belongs to another node than the data folder",
			"name the data folder and the database of one node, or an empty database")
	}
	return n, nil
}
