package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"entente/internal/core/fault"
	"entente/internal/core/value"
	"entente/internal/feed/source"
	"entente/internal/infra/eventlog"

	"github.com/spf13/cobra"
)

func (s *session) logCommand() *cobra.Command {
	return group("log", "The log of observations: query it, list its files, keep it small", s.logQuery(), s.logFiles(), s.logCompact(), s.logRetain(), s.logErase(), s.logErasures())
}

func (s *session) logFiles() *cobra.Command {
	return &cobra.Command{
		Use:   "files",
		Short: "Print the live Parquet segments, for outside readers",
		Long: `Print the live Parquet segments, one path a line. An outside reader that takes
exactly these files counts nothing twice and nothing that was not committed.`,
		Example: `  entente log files
  entente log files | sed "s/.*/'&'/" | paste -sd, > segments
  duckdb -c "SELECT class, count(*) FROM read_parquet([$(cat segments)])
    GROUP BY class"`,
		Args: exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, err := s.open(cmd.Context(), openOptions{})
			if err != nil {
				return err
			}
			files, err := d.Log.Files(cmd.Context())
			if err != nil {
				return err
			}
			return s.printFiles(files)
		},
	}
}

// printFiles prints one path a line where no other form is asked for, so that a
// shell can use them.
func (s *session) printFiles(files []eventlog.File) error {
	if !s.flags.json && !s.flags.jsonl && !s.flags.csv {
		for _, f := range files {
			fmt.Fprintln(s.stdout, f.Path)
		}
		if len(files) == 0 {
			return errNothing
		}
		return nil
	}
	p := s.sheet("files", "path", "day", "rows", "bytes")
	for _, f := range files {
		if err := p.add(f, f.Path, f.Day, strconv.FormatInt(f.Rows, 10), strconv.FormatInt(f.Bytes, 10)); err != nil {
			return err
		}
	}
	return p.end()
}

func (s *session) logQuery() *cobra.Command {
	var val, prefix, asn, class, from, to, caseID, outcome string
	var limit int
	c := &cobra.Command{
		Use:   "query",
		Short: "Find observations by value, prefix, ASN, class, case and time",
		Example: `  entente log query --value 192.0.2.7
  entente log query --prefix 2001:db8::/32 --class c2-server
  entente log query --asn 64496 --from 2026-11-01 --to 2026-11-24 --jsonl`,
		Args: exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			q := eventlog.Query{Class: class, Outcome: outcome, Limit: limit}
			if err := readQuery(&q, val, prefix, asn, from, to, caseID); err != nil {
				return err
			}
			d, err := s.open(cmd.Context(), openOptions{})
			if err != nil {
				return err
			}
			p := s.sheet("observations", "observed", "feed", "class", "family", "kind", "value", "port", "country", "asn", "outcome",
				"reason", "owner", "case", "line")
			for row, err := range d.Log.Query(cmd.Context(), q) {
				if err != nil {
					return err
				}
				if err := s.printRow(p, row); err != nil {
					return err
				}
			}
			if err := p.end(); err != nil {
				return err
			}
			if p.rows == limit {
				s.say("entente: there may be more: --limit 0 prints all")
			}
			return nil
		},
	}
	f := c.Flags()
	f.StringVar(&val, "value", "", "`value`, live or defanged")
	f.StringVar(&prefix, "prefix", "", "`network` that holds the address, such as 192.0.2.0/24")
	f.StringVar(&asn, "asn", "", "`number` of the AS")
	f.StringVar(&class, "class", "", "problem `class`")
	f.StringVar(&from, "from", "", "not before this `time` or day")
	f.StringVar(&to, "to", "", "before this `time` or day")
	f.StringVar(&caseID, "case", "", "case `id`")
	f.StringVar(&outcome, "outcome", "", "routed, pooled, context, held or suppressed: that `outcome`")
	f.IntVar(&limit, "limit", 1000, "at most this `many` observations, 0 for all")
	return c
}

func readQuery(q *eventlog.Query, val, prefix, asn, from, to, caseID string) error {
	if val != "" {
		v, err := anyValue(val)
		if err != nil {
			return err
		}
		q.Value, q.Kind = v.String(), v.Kind().String()
	}
	if prefix != "" {
		p, err := netip.ParsePrefix(value.Refang(prefix))
		if err != nil {
			return fault.Newf(fault.Usage, "for example 192.0.2.0/24", "--prefix %q is no network", prefix)
		}
		q.Prefix = p.Masked()
	}
	if asn != "" {
		v, err := value.ParseASN(asn)
		if err != nil {
			return fault.Newf(fault.Usage, "for example 64496", "--asn %q is no AS number", asn)
		}
		q.ASN = v.ASN()
	}
	var err error
	if q.From, err = readTime("--from", from); err != nil {
		return err
	}
	if q.To, err = readTime("--to", to); err != nil {
		return err
	}
	if caseID != "" {
		raw, err := hex.DecodeString(caseID)
		if err != nil || len(raw) != 16 {
			return fault.Newf(fault.Usage, "take it from `entente case list`", "--case %q is no case id", caseID)
		}
		q.Case = [16]byte(raw)
	}
	return nil
}

func readTime(flag, text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UnixMicro(), nil
		}
	}
	return 0, fault.Newf(fault.Usage, "write it as 2026-11-24 or 2026-11-24T08:00:00Z", "%s %q is no time", flag, text)
}

// rowForm is an observation as JSON.
type rowForm struct {
	Observed  string          `json:"observed"`
	Snapshot  string          `json:"snapshot,omitempty"`
	Feed      string          `json:"feed"`
	Class     string          `json:"class"`
	Said      string          `json:"said,omitempty"`
	Family    string          `json:"family,omitempty"`
	Kind      string          `json:"kind"`
	Value     string          `json:"value"`
	Port      uint16          `json:"port,omitempty"`
	Transport string          `json:"transport,omitempty"`
	Country   string          `json:"country,omitempty"`
	ASN       uint32          `json:"asn,omitempty"`
	Network   string          `json:"network,omitempty"`
	Status    string          `json:"status,omitempty"`
	Severity  string          `json:"severity,omitempty"`
	Outcome   string          `json:"outcome"`
	Reason    string          `json:"reason,omitempty"`
	Owner     string          `json:"owner,omitempty"`
	Case      string          `json:"case,omitempty"`
	Raw       string          `json:"raw"`
	Line      int64           `json:"line"`
	Label     string          `json:"label"`
	Details   json.RawMessage `json:"details,omitempty"`
}

func (s *session) printRow(p *sheet, r *eventlog.Row) error {
	f := rowForm{stamp(r.Observed), "", r.Feed, r.Class, r.Said, r.Family, r.Kind, s.defang(r.Value), r.Port, r.Transport, r.Country, r.ASN,
		r.Network, r.Status, r.Severity, r.Outcome, r.Reason, r.Owner, "", hex.EncodeToString(r.Raw[:]), r.Line, r.Label, r.Details}
	if r.Snapshot != 0 {
		f.Snapshot = stamp(r.Snapshot)
	}
	if r.Case != ([16]byte{}) {
		f.Case = hex.EncodeToString(r.Case[:])
	}
	return p.add(f, f.Observed, source.Display(f.Feed), f.Class, source.Display(f.Family), f.Kind, f.Value, port(f.Port), f.Country,
		strconv.FormatUint(uint64(f.ASN), 10), f.Outcome, source.Display(f.Reason), f.Owner, f.Case, strconv.FormatInt(f.Line, 10))
}
