package surge

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"iter"
	"slices"
	"strings"

	"entente/internal/core/rsit"
	"entente/internal/core/sharing"
	"entente/internal/desk/surge/report"
	"entente/internal/infra/identity"
	"entente/internal/infra/store"
)

// reportSource is the report.Source of one surge.
type reportSource struct {
	desk  *Desk
	surge Surge
	feeds map[int64]string // source number -> feed
}

var _ report.Source = (*reportSource)(nil)

func (d *Desk) reportSource(ctx context.Context, s Surge) (*reportSource, error) {
	out := &reportSource{desk: d, surge: s, feeds: map[int64]string{}}
	err := d.DB.Read(ctx, func(q store.Querier) error {
		rows, err := q.QueryContext(ctx, "SELECT id, feed FROM source")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var no int64
			var feed string
			if err := rows.Scan(&no, &feed); err != nil {
				return err
			}
			out.feeds[no] = feed
		}
		return rows.Err()
	})
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
	query := `SELECT c.no, c.id, c.class, c.family, c.kind, c.value, c.port, c.transport, p.country, p.asn, p.network,
		p.owner, p.basis, c.state, c.severity, c.label, c.source, c.first, c.last, c.count,
		m.source, m.first, m.last, m.count
		FROM cases c JOIN placement p ON p.id = c.placement LEFT JOIN more_source m ON m.case_no = c.no
		WHERE ` + inSurge + ` AND c.state <> 3` + where + `
		ORDER BY ` + group + ", " + classOrder("c.class") + ", c.id, m.source"
	return func(yield func(*report.Case, error) bool) {
		err := s.desk.DB.Read(ctx, func(q store.Querier) error {
			rows, err := q.QueryContext(ctx, query, s.surge.No)
			if err != nil {
				return err
			}
			defer rows.Close()
			_, err = s.walk(rows, yield)
			return err
		})
		if err != nil {
			yield(nil, err)
		}
	}
}

// walk joins the rows of one case, one for each further source, and yields it.
// It gives the number of the last case.
func (s *reportSource) walk(rows *sql.Rows, yield func(*report.Case, error) bool) (last int64, err error) {
	var c *report.Case
	give := func() bool {
		if c == nil {
			return true
		}
		slices.Sort(c.Sources)
		c.Sources = slices.Compact(c.Sources)
		return yield(c, nil)
	}
	for rows.Next() {
		no, next, more, err := s.scan(rows)
		if err != nil {
			return last, err
		}
		if no != last {
			if !give() {
				return last, nil
			}
			last, c = no, next
		}
		if more.count > 0 {
			c.First, c.Last, c.Count = min(c.First, more.first), max(c.Last, more.last), c.Count+more.count
			c.Sources = append(c.Sources, s.feeds[more.source])
		}
	}
	if err := rows.Err(); err != nil {
		return last, err
	}
	give()
	return last, nil
}

func (s *reportSource) scan(rows *sql.Rows) (no int64, c *report.Case, more sourceCount, err error) {
	c = &report.Case{}
	var id []byte
	var class, severity, state, kind, label int
	var source int64
	var ms, mf, ml, mc sql.NullInt64
	err = rows.Scan(&no, &id, &class, &c.Family, &kind, &c.Value, &c.Port, &c.Transport, &c.Country, &c.ASN, &c.Network,
		&c.Owner, &c.Basis, &state, &severity, &label, &source, &c.First, &c.Last, &c.Count, &ms, &mf, &ml, &mc)
	if err != nil {
		return 0, nil, more, err
	}
	c.ID, c.Class, c.State, c.Severity = hex.EncodeToString(id), rsit.Class(class), stateWords[state], severityWords[severity]
	c.Kind, c.Label = kindWord(kind), sharing.TLP(label).String()
	c.Sources = []string{s.feeds[source]}
	return no, c, sourceCount{ms.Int64, mf.Int64, ml.Int64, mc.Int64}, nil
}

func (s *reportSource) held(ctx context.Context) (map[CaseID]bool, error) {
	out := map[CaseID]bool{}
	err := s.desk.DB.Read(ctx, func(q store.Querier) error {
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
