// Package item owns items: what one may or may not see, to whom it is
// addressed, and the readers that need a viewer. There is no other way to read
// an item. It imports store and core; never another package of infra, a desk
// or a door.
package item

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"strings"

	"entente/internal/core/fault"
	"entente/internal/core/sharing"
	"entente/internal/infra/store"
)

//go:embed migration
var migrations embed.FS

// ID identifies an item.
type ID [16]byte

// SetID is the number of an interned audience set.
type SetID = sharing.SetID

// Item is anything that one may or may not see.
type Item struct {
	ID       ID
	Kind     string // "case", "report", "message" ...
	Owner    sharing.OrgID
	Label    sharing.Label
	Audience SetID // to whom it is addressed from the start
}

// Items keeps items. Many goroutines may share one.
type Items struct{ db *store.DB }

// Open makes the tables when they are missing.
func Open(ctx context.Context, db *store.DB) (*Items, error) {
	sub, err := fs.Sub(migrations, "migration")
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx, "item", sub); err != nil {
		return nil, err
	}
	return &Items{db: db}, nil
}

// Intern gives the number of an audience set, the same for equal sets.
func (s *Items) Intern(ctx context.Context, tx *store.Tx, set sharing.AudienceSet) (SetID, error) {
	body, err := json.Marshal(set.Normal())
	if err != nil {
		return 0, err
	}
	hash := sha256.Sum256(body)
	if _, err := tx.Exec(ctx, `INSERT INTO audience_set (hash, body) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING`, hash, string(body)); err != nil {
		return 0, err
	}
	var id SetID
	err = tx.QueryRow(ctx, `SELECT id FROM audience_set WHERE hash = $1`, hash).Scan(&id)
	return id, err
}

// Put keeps an item, or changes the label of one that is kept. Owner, kind and
// audience of a kept item stay: another audience is a release. A label that
// does not allow the audience is fault.Forbidden.
func (s *Items) Put(ctx context.Context, tx *store.Tx, it Item) error {
	switch {
	case it.ID == ID{}:
		return fault.New(fault.Invalid, "an item has no id", "give it one")
	case it.Kind == "" || it.Owner == "":
		return fault.New(fault.Invalid, "an item has no kind or no owner", "give it both")
	}
	set, err := readSet(ctx, tx, it.Audience)
	if err != nil {
		return err
	}
	if err := sharing.MayAdd(it.Label, it.Owner, set); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `INSERT INTO item (id, kind, owner, tlp, pap, codes, audience) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (id) DO UPDATE SET tlp = excluded.tlp, pap = excluded.pap, codes = excluded.codes
		WHERE item.kind = excluded.kind AND item.owner = excluded.owner AND item.audience = excluded.audience`,
		it.ID, it.Kind, string(it.Owner), int64(it.Label.TLP), int64(it.Label.PAP), strings.Join(it.Label.Codes(), ","), int64(it.Audience))
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "the item is kept with another kind, owner or audience", "release it to the new audience instead")
	}
	return err
}

// Release addresses an item to one more set and gives the release's number.
// Numbers rise by one without a hole, so that a reader who pages by them
// misses nothing. Releasing to a set again gives the first number. A label
// that does not allow the set is fault.Forbidden. at is in microseconds since
// 1970 UTC, act the number of the act that says so.
func (s *Items) Release(ctx context.Context, tx *store.Tx, id ID, set SetID, at, act int64) (seq int64, err error) {
	it, err := readItem(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	audience, err := readSet(ctx, tx, set)
	if err != nil {
		return 0, err
	}
	if err := sharing.MayAdd(it.Label, it.Owner, audience); err != nil {
		return 0, err
	}
	// The head's row is locked before looking, so that two at a time on
	// PostgreSQL give one number.
	if _, err := tx.Exec(ctx, `INSERT INTO item_head (one, seq) VALUES (1, 0) ON CONFLICT (one) DO UPDATE SET seq = item_head.seq`); err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `SELECT seq FROM item_release WHERE item = $1 AND audience = $2`, id, int64(set)).Scan(&seq)
	if !errors.Is(err, sql.ErrNoRows) {
		return seq, err
	}
	if err := tx.QueryRow(ctx, `UPDATE item_head SET seq = seq + 1 WHERE one = 1 RETURNING seq`).Scan(&seq); err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO item_release (seq, item, audience, time, act) VALUES ($1, $2, $3, $4, $5)`, seq, id, int64(set), at, act)
	return seq, err
}

const itemColumns = `i.id, i.kind, i.owner, i.tlp, i.pap, i.codes, i.audience`

func readItem(ctx context.Context, q store.Querier, id ID) (Item, error) {
	it, err := scan(q.QueryRowContext(ctx, `SELECT `+itemColumns+` FROM item i WHERE i.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return Item{}, missing()
	}
	return it, err
}

func scan(row interface{ Scan(...any) error }, more ...any) (Item, error) {
	var it Item
	var id []byte
	var tlp sharing.TLP
	var pap sharing.PAP
	var codes string
	if err := row.Scan(append([]any{&id, &it.Kind, &it.Owner, &tlp, &pap, &codes, &it.Audience}, more...)...); err != nil {
		return Item{}, err
	}
	if len(id) != len(it.ID) {
		return Item{}, fault.New(fault.Corrupt, "an item is damaged", "restore the database from its last backup")
	}
	copy(it.ID[:], id)
	var list []string
	if codes != "" {
		list = strings.Split(codes, ",")
	}
	var err error
	it.Label, err = sharing.MakeLabel(tlp, pap, list...)
	return it, err
}

func readSet(ctx context.Context, q store.Querier, id SetID) (sharing.AudienceSet, error) {
	var body string
	var set sharing.AudienceSet
	err := q.QueryRowContext(ctx, `SELECT body FROM audience_set WHERE id = $1`, int64(id)).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return set, fault.New(fault.Invalid, "there is no such audience set", "intern the set first")
	}
	if err != nil {
		return set, err
	}
	return set, json.Unmarshal([]byte(body), &set)
}

// missing is the one answer for an item that does not exist and for one that
// the viewer may not see.
func missing() error {
	return fault.New(fault.NotFound, "there is no such item, or none that you may see", "check the number")
}
