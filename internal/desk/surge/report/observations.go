package report

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"entente/internal/infra/disk"
	"entente/internal/infra/ui"
)

// SplitRows is the number of observations after which a folder goes on in
// another file: spreadsheets end at about a million rows.
const SplitRows = 500_000

// outlet is where the observations of one folder go.
type outlet struct {
	f       *folder
	tables  []*part
	events  *part
	reports *part // XARF; nil where the node has no contact
}

// observationPass reads the log once and hands each routed or pooled
// observation to the folder of its country and to that of its owner.
func (w *writer) observationPass(ctx context.Context) error {
	fan := newFan(w.stage)
	defer fan.drop()
	shares := map[string]*outlet{}
	var order []*outlet
	var line, event []byte
	var byCountry, byOwner outletCache
	for r, err := range w.src.Observations(ctx) {
		if err != nil {
			return fmt.Errorf("read observations for the report: %w", err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if r.Outcome != "routed" && r.Outcome != "pooled" {
			continue
		}
		w.seen++
		line = appendObservation(line[:0], r)
		event = appendEvent(event[:0], r)
		incident := w.xarf.line(r)
		label := ui.ParseLabel(r.Label)
		for _, by := range [...]Grouping{ByCountry, ByOwner} {
			name, cache := r.Country, &byCountry
			if by == ByOwner {
				name, cache = r.Owner, &byOwner
			}
			sh := cache.get(name)
			if sh == nil {
				path, err := folderPath(by, name)
				if err != nil {
					return err
				}
				if path == "" {
					continue
				}
				if sh = shares[path]; sh == nil {
					f, err := w.folderOf(by, name, path)
					if err != nil {
						return err
					}
					sh = &outlet{f: f, events: fan.part(path + "/intelmq.jsonl")}
					if w.xarf != nil {
						sh.reports = fan.part(path + "/" + xarfName)
					}
					shares[path] = sh
					order = append(order, sh)
				}
				cache.put(name, sh)
			}
			sh.f.saw(r.Feed, r.Observed, label)
			if err := sh.addLine(fan, line); err != nil {
				return err
			}
			if err := fan.write(sh.events, event); err != nil {
				return err
			}
			if incident != nil {
				if err := fan.write(sh.reports, incident); err != nil {
					return err
				}
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, sh := range order {
		if err := w.closeOutlet(fan, sh); err != nil {
			return err
		}
	}
	return nil
}

// outletCache remembers outlets by the name of their group, so that a row does
// not build a path.
type outletCache struct{ m map[string]*outlet }

func (c *outletCache) get(name string) *outlet { return c.m[name] }

func (c *outletCache) put(name string, sh *outlet) {
	if c.m == nil {
		c.m = map[string]*outlet{}
	}
	c.m[string([]byte(name))] = sh
}

// addLine writes a line to the folder's table, beginning another after
// SplitRows.
func (sh *outlet) addLine(fan *fan, line []byte) error {
	n := len(sh.tables)
	if n == 0 || sh.tables[n-1].rows >= SplitRows {
		p := fan.part(fmt.Sprintf("%s/observations-%03d.csv", sh.f.path, n+1))
		sh.tables = append(sh.tables, p)
		if err := fan.write(p, []byte(observationsHeader)); err != nil {
			return err
		}
		p.rows = 0
		n++
	}
	return fan.write(sh.tables[n-1], line)
}

// closeOutlet finishes a folder's files. A table that stayed alone loses its
// number.
func (w *writer) closeOutlet(fan *fan, sh *outlet) error {
	for _, p := range sh.tables {
		e, err := fan.close(p)
		if err != nil {
			return err
		}
		if len(sh.tables) == 1 {
			e.Path = sh.f.path + "/observations.csv"
			to := filepath.Join(w.stage.dir, filepath.FromSlash(e.Path))
			if err := os.Rename(p.full, to); err != nil {
				return disk.Fault("rename", p.full, err)
			}
		}
		sh.f.files = append(sh.f.files, e)
		w.stage.add(e)
	}
	for _, p := range []*part{sh.events, sh.reports} {
		if p == nil {
			continue
		}
		e, err := fan.close(p)
		if err != nil {
			return err
		}
		sh.f.files = append(sh.f.files, e)
		w.stage.add(e)
	}
	return nil
}
