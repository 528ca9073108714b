package surge

import (
	"context"
	"time"

	"entente/internal/desk/surge/report"
	"entente/internal/infra/store"
)

// ReportRequest says what reports are written of a surge.
type ReportRequest struct {
	Surge   string
	Dir     string
	Account Account // of the run that the reports follow
	Run     int64   // that run; it ends when the reports stand
	Version string
	Contact string // e-mail address of the node, for XARF; "" for none
}

// WriteReports freezes the surge's denominators if this is its first completed
// run, and writes the drafts of every country's and owner's report. Nothing is
// sent and no case changes its state.
func (d *Desk) WriteReports(ctx context.Context, req ReportRequest) (report.Written, error) {
	s, err := d.SurgeOf(ctx, req.Surge)
	if err != nil {
		return report.Written{}, err
	}
	if err := d.noReplay(ctx, ""); err != nil {
		return report.Written{}, err
	}
	if _, err := d.alignHolds(ctx, d.Now(), 0); err != nil {
		return report.Written{}, err
	}
	if s, err = d.freeze(ctx, s, req.Run); err != nil {
		return report.Written{}, err
	}
	src, err := d.reportSource(ctx, s)
	if err != nil {
		return report.Written{}, err
	}
	feeds, err := d.feedFigures(ctx, s.No)
	if err != nil {
		return report.Written{}, err
	}
	now := d.Now()
	about := d.Geo.Describe()
	oldest := 0
	for _, f := range about.Sources {
		oldest = max(oldest, f.AgeDays(now))
	}
	became, err := d.statsForReport(ctx, s, now)
	if err != nil {
		return report.Written{}, err
	}
	node := d.Identity.Node()
	account := req.Account
	account.Seconds = 0 // the time a run took is no part of what it found
	written, err := report.Write(ctx, src, report.Options{
		Dir: req.Dir, Surge: s.Name, Opened: s.Opened, Now: now, Node: node.Name, NodeID: node.ID.String(), Contact: req.Contact,
		Denominators: s.Denominators, Account: account, Feeds: feeds,
		Geography: about.String(), GeographyAge: time.Duration(oldest) * 24 * time.Hour, Version: req.Version, Stats: became,
	})
	if err != nil {
		return written, err
	}
	return written, d.closeRun(ctx, req.Run)
}

// feedFigures gives each feed's share of a surge's account.
func (d *Desk) feedFigures(ctx context.Context, surge int64) ([]report.FeedFigures, error) {
	byFeed := map[string]*report.FeedFigures{}
	at := func(name string) *report.FeedFigures {
		if byFeed[name] == nil {
			byFeed[name] = &report.FeedFigures{Feed: name}
		}
		return byFeed[name]
	}
	err := d.DB.Read(ctx, func(q store.Querier) error {
		err := each(ctx, q, func(scan func(...any) error) error {
			var feed, rejected, drift string
			var accepted, observations int64
			if err := scan(&feed, &accepted, &observations, &rejected, &drift); err != nil {
				return err
			}
			if feed == "" {
				return nil
			}
			f := at(feed)
			f.Rows += accepted + sumText(rejected)
			f.Observations += observations
			f.Drift = mergeLines(f.Drift, drift)
			return nil
		}, "SELECT m.feed, m.accepted, m.observations, m.rejected, m.drift FROM member m JOIN run r ON r.id = m.run WHERE r.surge = $1 AND m.replayed = 0 ORDER BY m.id", surge)
		if err != nil {
			return err
		}
		err = each(ctx, q, func(scan func(...any) error) error {
			var feed string
			var first, last int64
			if err := scan(&feed, &first, &last); err != nil {
				return err
			}
			f := at(feed)
			f.First, f.Last = first*microsPerDay, last*microsPerDay
			return nil
		}, "SELECT u.feed, MIN(u.day), MAX(u.day) FROM rollup u JOIN run r ON r.id = u.run WHERE r.surge = $1 GROUP BY u.feed", surge)
		if err != nil {
			return err
		}
		err = each(ctx, q, func(scan func(...any) error) error {
			var feed string
			var compared, disagreed int64
			if err := scan(&feed, &compared, &disagreed); err != nil {
				return err
			}
			f := at(feed)
			f.ClaimCompared, f.ClaimDisagreed = f.ClaimCompared+compared, f.ClaimDisagreed+disagreed
			return nil
		}, "SELECT c.feed, c.compared, c.disagreed FROM claim c JOIN run r ON r.id = c.run WHERE r.surge = $1", surge)
		if err != nil {
			return err
		}
		return d.casesByFeed(ctx, q, surge, at)
	})
	out := make([]report.FeedFigures, 0, len(byFeed))
	for _, name := range sortedKeys(byFeed) {
		out = append(out, *byFeed[name])
	}
	return out, err
}

// casesByFeed counts the surge's cases but held ones, each once for every feed
// that shows it.
func (d *Desk) casesByFeed(ctx context.Context, q store.Querier, surge int64, at func(feed string) *report.FeedFigures) error {
	sources, err := loadOrigins(ctx, q)
	if err != nil {
		return err
	}
	table, err := loadCounts(ctx, q, surge)
	if err != nil {
		return err
	}
	seen := &reader{Table: table}
	last := map[*report.FeedFigures]int64{} // the case counted last
	return each(ctx, q, func(scan func(...any) error) error {
		var no int64
		if err := scan(&no); err != nil {
			return err
		}
		list, err := seen.of(no)
		if err != nil {
			return err
		}
		for i := range list {
			from := sources[list[i].Source]
			f := at(from.feed)
			f.Label = strictest(f.Label, from.label.String())
			if last[f] != no {
				last[f] = no
				f.Cases++
			}
		}
		return nil
	}, "SELECT c.no FROM cases c WHERE "+inSurge+" AND c.state <> 3 ORDER BY c.no", surge)
}
