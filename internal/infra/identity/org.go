package identity

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net/netip"
	"strings"

	"entente/internal/core/country"
	"entente/internal/core/fault"
	"entente/internal/core/sharing"
	"entente/internal/infra/store"
)

// OrgID names an organisation: 1 to 63 lower-case letters, digits and hyphens,
// not starting with a hyphen.
type OrgID = sharing.OrgID

// Pool is the coordinator's pool, which owns what nobody else owns.
const Pool OrgID = "pool"

const nationalPrefix = "national-"

// National gives the id of a country's national unit, which exists for every
// country of ISO 3166. code is alpha-2 in any case.
func National(code string) OrgID { return OrgID(nationalPrefix + strings.ToLower(code)) }

// Kind is what sort of organisation it is.
type Kind string

// The kinds.
const (
	Police        Kind = "police"
	Prosecution   Kind = "prosecution"
	CERT          Kind = "cert"
	Company       Kind = "company"
	University    Kind = "university"
	Government    Kind = "government"
	International Kind = "international"
)

// Kinds lists all kinds.
func Kinds() []Kind {
	return []Kind{Police, Prosecution, CERT, Company, University, Government, International}
}

// Org is an organisation with what it answers for. Lists are sorted and hold
// nothing twice.
type Org struct {
	ID        OrgID
	Name      string
	Kind      Kind
	Country   string   // ISO 3166 alpha-2; "" for none, as for an international body
	Contacts  []string // e-mail addresses, as "Abuse desk <abuse@example.org>" or bare
	Verified  int64    // since when its identity is verified, microseconds since 1970 UTC; 0: not verified
	Domains   []string // canonical names (A-labels); each stands for itself and all below it
	Prefixes  []netip.Prefix
	ASNs      []uint32
	Countries []string // ISO 3166 alpha-2
}

// builtIn gives an organisation that exists without being stored: the pool and
// the national unit of every country.
func builtIn(id OrgID) (Org, bool) {
	if id == Pool {
		return Org{ID: Pool, Name: "Coordinator's pool", Kind: International}, true
	}
	code, ok := strings.CutPrefix(string(id), nationalPrefix)
	if !ok || code != strings.ToLower(code) {
		return Org{}, false
	}
	code = strings.ToUpper(code)
	name, ok := country.Name(code)
	if !ok {
		return Org{}, false
	}
	return Org{ID: id, Name: "National unit of " + name, Kind: Police, Country: code}, true
}

// Org gives one organisation; fault.NotFound if there is none.
func (id *Identity) Org(ctx context.Context, org OrgID) (Org, error) {
	var list []Org
	err := id.db.Read(ctx, func(q store.Querier) (err error) {
		list, err = readOrgs(ctx, q, org)
		return err
	})
	if err != nil {
		return Org{}, err
	}
	if len(list) == 1 {
		return list[0], nil
	}
	if o, ok := builtIn(org); ok {
		return o, nil
	}
	return Org{}, fault.Newf(fault.NotFound, "list them with entente org list", "there is no organisation %.70q", string(org))
}

// Orgs gives the stored organisations by id. The pool and the national units
// that nobody imported are not among them.
func (id *Identity) Orgs(ctx context.Context) ([]Org, error) {
	var list []Org
	err := id.db.Read(ctx, func(q store.Querier) (err error) {
		list, err = Constituencies(ctx, q)
		return err
	})
	return list, err
}

// Constituencies gives all stored organisations with what they answer for, by
// id, as routing needs them.
func Constituencies(ctx context.Context, q store.Querier) ([]Org, error) { return readOrgs(ctx, q, "") }

// Constituencies is the function of that name, for callers that hold an
// Identity.
func (id *Identity) Constituencies(ctx context.Context, q store.Querier) ([]Org, error) {
	return Constituencies(ctx, q)
}

// readOrgs reads one organisation, or all for "".
func readOrgs(ctx context.Context, q store.Querier, only OrgID) ([]Org, error) {
	cond, args := "", []any{}
	if only != "" {
		cond, args = " WHERE id = $1", append(args, string(only))
	}
	rows, err := q.QueryContext(ctx, `SELECT id, name, kind, country, contacts, verified FROM organisation`+cond+` ORDER BY id`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Org
	at := map[OrgID]int{}
	for rows.Next() {
		var o Org
		var contacts string
		if err := rows.Scan(&o.ID, &o.Name, &o.Kind, &o.Country, &contacts, &o.Verified); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(contacts), &o.Contacts); err != nil {
			return nil, fault.Wrap(fault.Corrupt, err, "the contacts of "+string(o.ID)+" are damaged", "import the organisation again")
		}
		at[o.ID] = len(list)
		list = append(list, o)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	return list, readDuties(ctx, q, only, list, at)
}

// readDuties fills in what the organisations answer for.
func readDuties(ctx context.Context, q store.Querier, only OrgID, list []Org, at map[OrgID]int) error {
	cond, args := "", []any{}
	if only != "" {
		cond, args = " WHERE org = $1", append(args, string(only))
	}
	rows, err := q.QueryContext(ctx, `SELECT kind, what, org FROM constituency`+cond+` ORDER BY kind, what`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var kind string
	var what, org sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&kind, &what, &org); err != nil {
			return err
		}
		i, ok := at[OrgID(org)]
		if !ok {
			return fault.Newf(fault.Corrupt, "restore the database from its last backup", "a constituency has no organisation %.70q", string(org))
		}
		if err := list[i].add(kind, string(what)); err != nil {
			return fault.Wrap(fault.Corrupt, err, "the constituency of "+string(list[i].ID)+" is damaged", "import the organisation again")
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for i := range list {
		list[i].sort()
	}
	return nil
}
