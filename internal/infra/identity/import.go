package identity

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"slices"
	"strings"

	"entente/internal/core/fault"
	"entente/internal/core/ledger"
	"entente/internal/infra/store"
)

// ImportVerb is the act of an import.
const ImportVerb = "org.import"

// Import keeps organisations: each one given replaces what was kept under its
// id, with its whole constituency; others stay. The same domain, prefix or ASN
// given to two organisations, in orgs or against what is kept, is
// fault.Conflict with both names, and nothing is kept. It appends one act by
// actor, unless nothing changed.
func (id *Identity) Import(ctx context.Context, orgs []Org, actor string) (added, changed int, err error) {
	for i := range orgs {
		orgs[i].sort()
		if err := orgs[i].check(); err != nil {
			return 0, 0, err
		}
	}
	err = id.db.Write(ctx, func(tx *store.Tx) error {
		kept, err := Constituencies(ctx, tx)
		if err != nil {
			return err
		}
		byID := map[OrgID]Org{}
		for _, o := range kept {
			byID[o.ID] = o
		}
		var write []Org
		added, changed = 0, 0
		given := map[OrgID]bool{}
		for _, o := range orgs {
			if given[o.ID] {
				return fault.Newf(fault.Conflict, "keep one of them", "the organisation %s stands twice in the import", o.ID)
			}
			given[o.ID] = true
			old, found := byID[o.ID]
			switch {
			case !found:
				added++
			case same(old, o):
				continue
			default:
				changed++
			}
			byID[o.ID] = o
			write = append(write, o)
		}
		if err := overlap(byID); err != nil || len(write) == 0 {
			return err
		}
		if err := writeOrgs(ctx, tx, write); err != nil {
			return err
		}
		return id.note(ctx, tx, actor, write, added, changed)
	})
	if err != nil {
		return 0, 0, err
	}
	return added, changed, nil
}

// note appends the import's act: which organisations, and a commitment to what
// was said of them.
func (id *Identity) note(ctx context.Context, tx *store.Tx, actor string, orgs []Org, added, changed int) error {
	names := make([]string, len(orgs))
	for i, o := range orgs {
		names[i] = string(o.ID)
	}
	said, err := json.Marshal(orgs)
	if err != nil {
		return err
	}
	shown, more := names, 0
	if len(shown) > maxNamed {
		shown, more = names[:maxNamed], len(names)-maxNamed
	}
	sum := sha256.Sum256([]byte(strings.Join(names, "\n")))
	body, err := json.Marshal(map[string]any{"added": added, "changed": changed, "orgs": shown, "more": more,
		"orgs_sha256": hexText(sum[:])})
	if err != nil {
		return err
	}
	_, err = id.rec.Append(ctx, tx, ledger.Act{
		Time: id.now().UnixMicro(), Node: id.node.ID, Actor: actor, Verb: ImportVerb,
		Commit: ledger.Commitment(id.node.Secret[:], said), Body: body,
	})
	return err
}

// maxNamed is how many organisations an import's act names one by one.
const maxNamed = 100

func hexText(b []byte) string {
	const digits = "0123456789abcdef"
	var out bytes.Buffer
	for _, c := range b {
		out.WriteByte(digits[c>>4])
		out.WriteByte(digits[c&15])
	}
	return out.String()
}

// overlap refuses what two organisations claim. Countries may be shared.
func overlap(orgs map[OrgID]Org) error {
	ids := make([]OrgID, 0, len(orgs))
	for id := range orgs {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	holder := map[duty]OrgID{}
	for _, id := range ids {
		for _, d := range orgs[id].duties() {
			if d.kind == countryKind {
				continue
			}
			if first, taken := holder[d]; taken {
				a, b := orgs[first], orgs[id]
				return fault.Newf(fault.Conflict, "take it from one of them; a smaller network or a longer name inside a larger one is allowed",
					"the %s %s is given to both %s (%s) and %s (%s)", d.kind, d.what, a.Name, a.ID, b.Name, b.ID)
			}
			holder[d] = id
		}
	}
	return nil
}

func same(a, b Org) bool {
	return a.Name == b.Name && a.Kind == b.Kind && a.Country == b.Country && a.Verified == b.Verified &&
		slices.Equal(a.Contacts, b.Contacts) && slices.Equal(a.Domains, b.Domains) && slices.Equal(a.Prefixes, b.Prefixes) &&
		slices.Equal(a.ASNs, b.ASNs) && slices.Equal(a.Countries, b.Countries)
}

func writeOrgs(ctx context.Context, tx *store.Tx, orgs []Org) error {
	contacts := make([]string, len(orgs))
	type row struct {
		duty
		org OrgID
	}
	var rows []row
	for i, o := range orgs {
		list := o.Contacts
		if list == nil {
			list = []string{}
		}
		text, err := json.Marshal(list)
		if err != nil {
			return err
		}
		contacts[i] = string(text)
		for _, d := range o.duties() {
			rows = append(rows, row{d, o.ID})
		}
	}
	err := tx.UpdateIn(ctx, `INSERT INTO organisation (id, name, kind, country, contacts, verified) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, kind = excluded.kind, country = excluded.country,
		contacts = excluded.contacts, verified = excluded.verified`, len(orgs), func(i int, dst []any) {
		o := orgs[i]
		dst[0], dst[1], dst[2], dst[3], dst[4], dst[5] = string(o.ID), o.Name, string(o.Kind), o.Country, contacts[i], o.Verified
	})
	if err != nil {
		return err
	}
	err = tx.UpdateIn(ctx, `DELETE FROM constituency WHERE org = $1`, len(orgs), func(i int, dst []any) { dst[0] = string(orgs[i].ID) })
	if err != nil {
		return err
	}
	return tx.CopyIn(ctx, "constituency", []string{"kind", "what", "org"}, len(rows), func(i int, dst []any) {
		dst[0], dst[1], dst[2] = rows[i].kind, rows[i].what, string(rows[i].org)
	})
}
