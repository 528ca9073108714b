package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"entente/internal/core/duty"
	"entente/internal/desk/surge"
	"entente/internal/desk/surge/life"
	"entente/internal/feed/source"

	"github.com/spf13/cobra"
)

// clockForm is a clock that runs as JSON.
type clockForm struct {
	Duty    string `json:"duty"`
	Began   string `json:"began"`
	Due     string `json:"due"`
	Overdue bool   `json:"overdue"`
	Length  string `json:"length"`
	Version int    `json:"version"`
	Source  string `json:"source"`
}

func (s *session) clockForm(r life.Running) clockForm {
	return clockForm{r.Duty.String(), stamp(r.Start), stamp(r.Due), r.Overdue(s.now().UnixMicro()),
		lengthText(r.Profile), r.Profile.Version, r.Profile.Citation}
}

func lengthText(p duty.Profile) string {
	unit := p.Unit.String()
	return count(p.Length, strings.TrimSuffix(unit, "s"), unit)
}

// clockText says how a clock stands.
func (s *session) clockText(r life.Running) string {
	left := time.UnixMicro(r.Due).Sub(s.now())
	if r.Overdue(s.now().UnixMicro()) {
		return fmt.Sprintf("%s: was due %s, overdue by %s", r.Duty, stamp(r.Due), spanText(-left))
	}
	return fmt.Sprintf("%s: due %s, in %s", r.Duty, stamp(r.Due), spanText(left))
}

// lifeForm is the life of a case as JSON. Times are empty for never.
type lifeForm struct {
	Since        string      `json:"since,omitempty"` // of the present state
	Opened       string      `json:"opened,omitempty"`
	Reported     string      `json:"reported,omitempty"`
	LastReported string      `json:"last_reported,omitempty"`
	Delivered    string      `json:"delivered,omitempty"`
	Bounced      string      `json:"bounced,omitempty"`
	Acknowledged string      `json:"acknowledged,omitempty"`
	Claimed      string      `json:"claimed,omitempty"`
	Down         string      `json:"down,omitempty"`
	Proved       string      `json:"proved,omitempty"`
	Grade        string      `json:"grade,omitempty"`
	Returned     string      `json:"returned,omitempty"`
	Returns      int64       `json:"returns"`
	SeenBy       string      `json:"seen_by,omitempty"`
	SeenAt       string      `json:"seen_at,omitempty"`
	Until        string      `json:"accepted_until,omitempty"`
	Reason       string      `json:"reason,omitempty"`
	Clocks       []clockForm `json:"clocks"`
}

func (s *session) lifeForm(l *surge.Life) lifeForm {
	at := func(micros int64) string {
		if micros == 0 {
			return ""
		}
		return stamp(micros)
	}
	f := lifeForm{Since: at(l.Since), Opened: at(l.Opened), Reported: at(l.Reported), LastReported: at(l.Sent), Delivered: at(l.Delivered),
		Bounced: at(l.Bounced), Acknowledged: at(l.Acknowledged), Claimed: at(l.Claimed), Returned: at(l.Returned),
		Returns: l.Returns, SeenBy: l.Seen, SeenAt: at(l.SeenAt), Until: at(l.Until), Reason: l.Reason, Clocks: []clockForm{}}
	if l.Grade != life.NoGrade {
		f.Down, f.Proved, f.Grade = at(l.Down), at(l.Proved), l.Grade.String()
	}
	for _, r := range l.Clocks {
		f.Clocks = append(f.Clocks, s.clockForm(r))
	}
	return f
}

// tellLife prints the life of a case in plain words, a line for each thing that
// happened.
func tellLife(line func(what, text string), f *lifeForm) {
	tell := func(what, at, more string) {
		if at != "" {
			line(what, at+more)
		}
	}
	again := ""
	if f.LastReported != f.Reported {
		again = ", last " + f.LastReported
	}
	tell("opened", f.Opened, "")
	tell("reported", f.Reported, again)
	tell("delivered", f.Delivered, "")
	tell("came back", f.Bounced, "")
	tell("acknowledged", f.Acknowledged, "")
	tell("claimed down", f.Claimed, "")
	tell("down since", f.Down, " by "+f.Grade+", known since "+f.Proved)
	tell("accepted", f.Until, " at the latest")
	tell("returned", f.Returned, fmt.Sprintf(" (%s); seen by %s at %s", count(int(f.Returns), "time", "times"), source.Display(f.SeenBy), f.SeenAt))
	tell("reason", source.Display(f.Reason), "")
}

// showForm is one case with its life as JSON.
type showForm struct {
	caseForm
	Life lifeForm `json:"life"`
}

// printDue lists the cases in which somebody must act, the most urgent first.
func (s *session) printDue(ctx context.Context, d *surge.Desk, f surge.CaseFilter) error {
	list, err := d.Due(ctx, f)
	if err != nil {
		return err
	}
	p := s.sheet("due", "due", "overdue", "duty", "id", "class", "value", "port", "country", "owner", "state")
	for _, c := range list {
		form := dueForm{s.caseForm(c.Case), s.clockForm(c.Clock)}
		overdue := ""
		if form.Clock.Overdue {
			overdue = "overdue"
		}
		if err := p.add(form, form.Clock.Due, overdue, form.Clock.Duty, form.ID, form.Class, form.Value, port(c.Port), form.Country, form.Owner, form.State); err != nil {
			return err
		}
	}
	if len(list) == int(f.Limit) && !s.flags.json {
		s.say("entente: there may be more: add --limit, or narrow the list")
	}
	return p.end()
}

// dueForm is a case with its most urgent clock as JSON.
type dueForm struct {
	caseForm
	Clock clockForm `json:"clock"`
}

func (s *session) caseHistory() *cobra.Command {
	return &cobra.Command{
		Use:   "history ID",
		Short: "Show the acts that made a case what it is",
		Args:  exactly(1, "a case id"),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := s.open(cmd.Context(), openOptions{})
			if err != nil {
				return err
			}
			_, id, err := d.FindCase(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			steps, err := d.History(cmd.Context(), id)
			if err != nil {
				return err
			}
			p := s.sheet("history", "time", "act", "actor", "verb", "change", "why")
			for _, h := range steps {
				f := stepForm{stamp(h.Time), h.Act, h.Actor, h.Verb, h.Change, h.Why}
				if err := p.add(f, f.Time, strconv.FormatInt(f.Act, 10), source.Display(f.Actor), f.Verb, f.Change, source.Display(f.Why)); err != nil {
					return err
				}
			}
			return p.end()
		},
	}
}

// stepForm is a step of a case's history as JSON.
type stepForm struct {
	Time   string `json:"time"`
	Act    int64  `json:"act"`
	Actor  string `json:"actor"`
	Verb   string `json:"verb"`
	Change string `json:"change,omitempty"`
	Why    string `json:"why,omitempty"`
}
