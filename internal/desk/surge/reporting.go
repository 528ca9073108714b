package surge

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"entente/internal/core/rsit"
	"entente/internal/core/sharing"
	"entente/internal/desk/surge/counts"
	"entente/internal/desk/surge/life"
	"entente/internal/desk/surge/report"
	"entente/internal/infra/identity"
	"entente/internal/infra/store"
)

// reportSource is the report.Source of one surge. It never changes: the walks over
// cases and observations run side by side.
type reportSource struct {
	desk    *Desk
	surge   Surge
	sources map[int64]origin // by number
}

// origin is a feed under a label.
type origin struct {
	feed  string
	label sharing.TLP
}

var _ report.Source = (*reportSource)(nil)

func (d *Desk) reportSource(ctx context.Context, s Surge) (*reportSource, error) {
	out := &reportSource{desk: d, surge: s}
	err := d.DB.Read(ctx, func(q store.Querier) (err error) {
		out.sources, err = loadOrigins(ctx, q)
		return err
	})
	return out, err
}

func loadOrigins(ctx context.Context, q store.Querier) (map[int64]origin, error) {
	out := map[int64]origin{}
	err := each(ctx, q, func(scan func(...any) error) error {
		var no int64
		var feed, label string
		err := scan(&no, &feed, &label)
		out[no] = origin{feed, tlpOf(label)}
		return err
	}, "SELECT id, feed, label FROM source")
	return out, err
}

// bytewise makes a text column sort by its bytes on both engines.
func (d *Desk) bytewise(column string) string {
	if d.DB.Dialect() == store.Postgres {
		return column + ` COLLATE "C"`
	}
	return column
}

// classOrder is an SQL expression that sorts classes by their word.
func classOrder(column string) string {
	all := rsit.All()
	slices.SortFunc(all, func(a, b rsit.Class) int { return strings.Compare(a.String(), b.String()) })
	var b strings.Builder
	b.WriteString("CASE " + column)
	for i, c := range all {
		fmt.Fprintf(&b, " WHEN %d THEN %d", c, i)
	}
	b.WriteString(" END")
	return b.String()
}

// Cases gives the surge's cases but held ones, by group, class word and id.
func (s *reportSource) Cases(ctx context.Context, by report.Grouping) iter.Seq2[*report.Case, error] {
	group, where := s.desk.bytewise("p.owner"), ""
	if by == report.ByCountry {
		group, where = s.desk.bytewise("p.country"), " AND p.country <> ''"
	}
	query := "SELECT " + caseRow + " FROM cases c JOIN placement p ON p.id = c.placement WHERE " + inSurge + " AND c.state <> 3" + where +
		" ORDER BY " + group + ", " + classOrder("c.class") + ", c.id"
	return func(yield func(*report.Case, error) bool) {
		err := s.desk.DB.Read(ctx, func(q store.Querier) error {
			table, err := loadCounts(ctx, q, s.surge.No)
			if err != nil {
				return err
			}
			seen := &reader{Table: table}
			err = each(ctx, q, func(scan func(...any) error) error {
				no, c, err := scanCase(scan)
				if err == nil {
					err = s.fill(c, seen, no)
				}
				if err == nil && c.Count > 0 && !yield(c, nil) {
					err = errEnough
				}
				return err
			}, query, s.surge.No)
			if errors.Is(err, errEnough) {
				return nil
			}
			return err
		})
		if err != nil {
			yield(nil, err)
		}
	}
}

// errEnough ends a walk that the caller broke off.
var errEnough = errors.New("enough")

// caseRow is what scanCase reads of cases c and placement p.
const caseRow = `c.no, c.id, c.class, c.family, c.kind, c.value, c.port, c.transport, p.country, p.asn, p.network,
	p.owner, p.basis, c.state`

func scanCase(scan func(...any) error) (no int64, c *report.Case, err error) {
	c = &report.Case{}
	var id sql.RawBytes
	var class, kind int
	var state life.State
	err = scan(&no, &id, &class, &c.Family, &kind, &c.Value, &c.Port, &c.Transport, &c.Country, &c.ASN, &c.Network, &c.Owner, &c.Basis, &state)
	if err != nil {
		return 0, nil, err
	}
	c.ID, c.Class, c.State, c.Kind = hex.EncodeToString(id), rsit.Class(class), state.String(), kindWord(kind)
	return no, c, nil
}

// fill adds what the sources say of a case: first and last are the outermost, the
// label is the strictest, the severity the highest. A case that nothing shows any
// more has a count of 0.
func (s *reportSource) fill(c *report.Case, seen *reader, no int64) error {
	list, err := seen.of(no)
	if err != nil {
		return err
	}
	if len(list) == 0 { // a feed that was read again shows it no more
		c.Label, c.Sources = sharing.Red.String(), []string{}
		return nil
	}
	all, label := list[0], sharing.Clear
	for i := range list {
		n := &list[i]
		if i > 0 {
			all.Merge(n)
		}
		from := s.sources[n.Source]
		label = max(label, from.label)
		c.Sources = append(c.Sources, from.feed)
	}
	slices.Sort(c.Sources)
	c.Sources = slices.Compact(c.Sources)
	c.First, c.Last, c.Count, c.Severity, c.Label = all.First, all.Last, all.N, severityWords[all.Severity], label.String()
	return nil
}

// reader reads a table for one walk.
type reader struct {
	*counts.Table
	list []counts.Count
}

// of gives the counts of a case; they are valid until the next call.
func (r *reader) of(no int64) (_ []counts.Count, err error) {
	r.list, err = r.Of(no, r.list[:0])
	return r.list, err
}

// loadCounts reads what was seen of a surge's cases.
func loadCounts(ctx context.Context, q store.Querier, surge int64) (*counts.Table, error) {
	spans, err := loadSpans(ctx, q, surge)
	if err != nil {
		return nil, err
	}
	return counts.Load(ctx, q, spans)
}

// loadSpans reads which case numbers belong to a surge, in order; neighbours are
// one span.
func loadSpans(ctx context.Context, q store.Querier, surge int64) (spans []counts.Span, err error) {
	err = each(ctx, q, func(scan func(...any) error) error {
		var s counts.Span
		err := scan(&s[0], &s[1])
		if n := len(spans); n > 0 && s[0] <= spans[n-1][1]+1 {
			spans[n-1][1] = max(spans[n-1][1], s[1])
		} else {
			spans = append(spans, s)
		}
		return err
	}, `SELECT n.lowest, n.highest FROM run r JOIN run_span n ON n.run = r.id WHERE r.surge = $1
		UNION SELECT case_no, case_no FROM more_surge WHERE surge = $1 ORDER BY 1`, surge)
	return spans, err
}

func (d *Desk) heldCases(ctx context.Context) (map[CaseID]bool, error) {
	out := map[CaseID]bool{}
	err := d.DB.Read(ctx, func(q store.Querier) error {
		rows, err := q.QueryContext(ctx, "SELECT id FROM cases WHERE state = 3")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id []byte
			if err := rows.Scan(&id); err != nil {
				return err
			}
			out[CaseID(id)] = true
		}
		return rows.Err()
	})
	return out, err
}

// Owner names an organisation as reports do.
func (s *reportSource) Owner(ctx context.Context, id string) (report.Owner, error) {
	org, err := s.desk.Identity.Org(ctx, identity.OrgID(id))
	if err != nil {
		return report.Owner{}, err
	}
	return report.Owner{ID: id, Name: org.Name, Kind: string(org.Kind), Country: org.Country}, nil
}
